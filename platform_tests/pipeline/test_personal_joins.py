"""Columns hashed in one domain can be joined: a model learns the same without ever seeing a tail number."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._utils.error import serializable_error_info_from_exc_info

from platform_assets.components.failures import told_to_the_user
from platform_assets.compute import Job
from platform_assets.compute.engines import EmbeddedEngine, Engine
from platform_assets.compute.errors import JobFailed
from platform_assets.compute.job import FailedListener
from platform_assets.lake import month_window
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.feature_set import materialise_features
from platform_assets.pipeline.personal import without_words
from platform_assets.pipeline.training import train_model
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.personal.errors import KeyMissing, VaultInLake
from platform_assets.quality.personal.sealing import new_key

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
MONTHS = ("2013-01", "2013-02")
ROWS = 400


def with_personal(product: Product, personal: dict[str, Any]) -> Product:
    """The product with the tail numbers of flights and planes declared personal."""
    changed = {}
    for name in ("flights", "planes"):
        written = product.datasets[name].model_dump(mode="json")
        for column in written["columns"]:
            if column["name"] == "tailnum":
                column["personal"] = personal
        changed[name] = DatasetDeclaration.model_validate(written)
    model = product.models["flight_delay"]
    parameters = {"max_iter": 5, "max_leaf_nodes": 8, "min_samples_leaf": 20, "early_stopping": False}
    small = model.model_copy(update={"search": type(model.search)(), "parameters": parameters, "gates": []})
    return replace(product, datasets={**product.datasets, **changed}, models={"flight_delay": small})


@pytest.fixture
def hashed(product: Product) -> Product:
    return with_personal(product, {"protect": "hash", "domain": "tailnum"})


def make_features(space: Workspace, product: Product, deliver_some: Callable[..., list[Path]]) -> list[dict[str, Any]]:
    for month in MONTHS:
        deliver_some(space.landing, month, rows=ROWS)
    for name in ("planes", "airports"):
        materialise_dataset(space, product, name, None)
    for month in MONTHS:
        for name in ("flights", "weather"):
            materialise_dataset(space, product, name, month)
        materialise_features(space, product, "flight_features", month)
    rows = space.lake.read("flight_delay.flight_features", month_window("2013-02", "time_hour"))
    return rows.sort_by([(key, "ascending") for key in ("time_hour", "carrier", "flight", "origin")]).to_pylist()


@pytest.mark.slow
def test_features_are_the_same_and_no_tail_number_is_anywhere(
    tmp_path: Path,
    embedded: Engine,
    product: Product,
    hashed: Product,
    workspace_at: Callable[[Path, Engine], Workspace],
    deliver_some: Callable[..., list[Path]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PLATFORM_HASH_KEY", new_key())
    plain, space = (workspace_at(tmp_path / name, embedded) for name in ("plain", "hashed"))

    expected = make_features(plain, product, deliver_some)
    features = make_features(space, hashed, deliver_some)
    train_model(space, hashed, "flight_delay", "2013-02", "test")

    assert features == expected
    assert sum(row["seats"] is not None for row in features) > ROWS / 2
    tails = set(plain.lake.read("flight_delay.flights", columns=["tailnum"])["tailnum"].drop_null().to_pylist())
    # As a value of a column or of a JSON text; six letters alone are too short to be told from chance.
    written = [way for tail in tails if len(tail) == 6 for way in (f"\n{tail}\n", f'"{tail}"')]
    assert len(written) > 200
    assert search(tmp_path, written, [tmp_path / "plain" / "lake"])["found"]
    assert search(tmp_path, written, [tmp_path / "hashed" / "lake", tmp_path / "hashed" / "mlflow"])["found"] == {}
    stored = space.lake.read("flight_delay.planes", columns=["tailnum"])["tailnum"].to_pylist()
    assert {len(text) for text in stored} == {64}


def search(folder: Path, values: list[str], places: list[Path]) -> dict[str, Any]:
    (folder / "needles.json").write_text(json.dumps(values))
    command = [sys.executable, str(HERE / "personal_search.py"), str(folder / "needles.json"), *map(str, places)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout))


def test_without_the_key_a_step_fails_before_it_looks_for_the_file(
    workspace: Workspace, hashed: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PLATFORM_HASH_KEY", raising=False)

    with pytest.raises(KeyMissing, match=r"planes\.tailnum, declared to hash, needs PLATFORM_HASH_KEY"):
        materialise_dataset(workspace, hashed, "planes", None)


def test_a_vault_within_the_lake_is_refused(
    workspace: Workspace, product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenised = with_personal(product, {"protect": "tokenise", "domain": "tailnum"})
    monkeypatch.setenv("PLATFORM_VAULT", str(tmp_path / "lake" / "vault.db"))
    monkeypatch.setenv("PLATFORM_VAULT_KEY", new_key())

    with pytest.raises(VaultInLake, match="lies within"):
        materialise_dataset(workspace, tokenised, "planes", None)


def test_a_failed_job_does_not_quote_what_the_engine_said() -> None:
    said = JobFailed("ingest guests", "embedded", ValueError("row 7: anna@example.org"))
    said.__cause__ = ValueError("row 7: anna@example.org")

    told = without_words("ingest guests", "embedded", said)

    assert "anna" not in str(told)
    assert "the words of this ValueError are withheld" in str(told)


def test_what_an_engine_said_is_not_in_the_failure_that_dagster_keeps(
    workspace: Workspace, hashed: Product, deliver_some: Callable[..., list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def quote_a_row(engine: Engine, job: Job, failed: FailedListener) -> None:
        cause = ValueError("malformed row: anna@example.org")
        raise JobFailed(job.name, engine.name, cause) from cause

    monkeypatch.setenv("PLATFORM_HASH_KEY", new_key())
    monkeypatch.setattr(EmbeddedEngine, "run", quote_a_row)
    deliver_some(workspace.landing, "2013-01")

    with pytest.raises(dg.Failure) as failed, told_to_the_user():
        materialise_dataset(workspace, hashed, "planes", None)

    kept = serializable_error_info_from_exc_info((failed.type, failed.value, failed.tb)).to_string()
    assert "are withheld" in kept
    assert "anna" not in kept
