"""Where a step's job runs: chosen from what the lake knows, recorded for the next run, and never against a rule.

Engines that cost seconds to start, or money, are stood in for by the embedded one under their names: what is tested is
the choice, and that files are where the engine can reach them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from platform_assets.compute import Job, JobResult
from platform_assets.compute.engines import EmbeddedEngine, Engine, Engines
from platform_assets.compute.engines.choice import Work
from platform_assets.compute.engines.ladder import Ladder
from platform_assets.compute.errors import EngineUnavailable
from platform_assets.compute.job import FailedListener, tell_nobody
from platform_assets.lake import Lake
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.feature_set import materialise_features
from platform_assets.pipeline.placement import earlier_runs, placed
from platform_assets.quality.dataset import PERSONAL_STAYS, DatasetDeclaration

MONTH = "2013-01"
PLANES = "flight_delay.planes"


class Renamed(EmbeddedEngine):
    """The embedded engine under another name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def run(self, job: Job, failed: FailedListener = tell_nobody) -> JobResult:
        return super().run(job, failed).model_copy(update={"engine": self.name})


class Elsewhere(Renamed):
    """An engine that sees the lake's store and nothing else of this machine."""

    is_remote: ClassVar[bool] = True
    paths: ClassVar[list[str]] = []

    def run(self, job: Job, failed: FailedListener = tell_nobody) -> JobResult:
        if path := job.parameters.get("path"):
            assert Path(path).is_file()
            self.paths.append(path)
        return super().run(job, failed)


@pytest.fixture
def offering(workspace: Workspace, deliver_some: Callable[..., list[Path]]) -> Callable[..., Workspace]:
    """The workspace, with deliveries, and with engines as a deployment offers them."""
    deliver_some(workspace.landing, MONTH)

    def named(name: str) -> Engine:
        return Elsewhere(name) if name == "emr" else Renamed(name)

    def with_engines(ladder: str = "embedded", **asked: Any) -> Workspace:
        return replace(workspace, engines=Engines(named, ladder=Ladder.parse(ladder), **asked))

    return with_engines


def declared(product: Product, name: str, engine: str) -> Product:
    dataset = product.datasets[name].model_copy(update={"engine": engine})
    return replace(product, datasets={**product.datasets, name: dataset})


def test_every_publish_says_which_engine_made_it_and_why(offering: Callable[..., Workspace], product: Product) -> None:
    space = offering()

    done = materialise_dataset(space, declared(product, "planes", "spark"), "planes", None)

    file = space.landing / "planes.csv"
    assert (done.facts["engine"], done.facts["engine reason"]) == ("spark", "as declared")
    assert done.facts["engine input bytes"] == file.stat().st_size
    assert done.facts["engine seconds"] > 0
    assert done.facts["engine peak bytes"] > 10**7
    recorded = space.lake.provenance(PLANES)
    assert (recorded["engine"], recorded["engine-reason"]) == ("spark", "as declared")
    (run,) = earlier_runs(space.lake, PLANES)
    assert (run.engine, run.bytes) == ("spark", file.stat().st_size)
    assert run.seconds == pytest.approx(done.facts["engine seconds"], abs=0.001)
    assert run.peak_bytes == done.facts["engine peak bytes"]
    assert 10**7 < run.held_bytes <= run.peak_bytes


def test_auto_learns_from_what_the_last_run_took(offering: Callable[..., Workspace], product: Product) -> None:
    # A run of any length is too long for the embedded engine, which nobody knows before the first.
    space, auto = offering("embedded:0s; spark"), declared(product, "planes", "auto")

    first, second = (materialise_dataset(space, auto, "planes", None).facts for _ in range(2))

    assert (first["engine"], second["engine"]) == ("embedded", "spark")
    assert first["engine reason"].startswith("auto: ")
    assert "in 1 file: embedded" in first["engine reason"]
    assert "s embedded: spark (not embedded, as" in second["engine reason"]
    assert "are expected and it takes up to 0.0 s)" in second["engine reason"]


def test_features_are_placed_by_the_bytes_that_the_lake_plans(
    offering: Callable[..., Workspace], product: Product
) -> None:
    space = offering("embedded:0MiB; spark", default="auto")
    for name in ("flights", "weather"):
        materialise_dataset(offering(), product, name, MONTH)
    for name in ("planes", "airports"):
        materialise_dataset(offering(), product, name, None)

    facts = materialise_features(space, product, "flight_features", MONTH).facts

    inputs = [f"flight_delay.{source.dataset}" for source in product.feature_sets["flight_features"].inputs]
    files = [Path(file) for table in inputs for file in space.lake.plan_files(table)]
    assert facts["engine input bytes"] == sum(file.stat().st_size for file in files)
    assert facts["engine"] == "spark"
    assert f"in {len(files)} files: spark (not embedded, as it takes up to 0 B)" in facts["engine reason"]


def test_a_cluster_is_not_asked_for_what_it_cannot_read(offering: Callable[..., Workspace], product: Product) -> None:
    with pytest.raises(EngineUnavailable) as error:
        materialise_dataset(offering(asked="emr"), product, "planes", None)

    assert str(error.value) == (
        "Engine 'emr' cannot run here: it was chosen for 'flight_delay.planes' (asked for by the run's tag "
        "platform/engine), but the lake is in a folder of this machine, which no other can read. "
        "Choose 'embedded', 'spark' or 'auto'."
    )
    assert not offering().lake.exists(PLANES)


def test_a_delivered_file_is_within_a_clusters_reach_while_it_reads(
    offering: Callable[..., Workspace], product: Product
) -> None:
    space = replace(offering(), engine=Elsewhere("emr"), engines=None)

    done = materialise_dataset(space, product, "planes", None)

    (path,) = Elsewhere.paths
    assert path.startswith(f"{space.lake.store.root}/platform/deliveries/")
    assert not Path(path).exists()
    assert (done.facts["engine"], done.facts["engine reason"]) == ("emr", "chosen by the caller")
    there, here = space.lake.read(PLANES), offering().lake.read(PLANES)
    assert there.num_rows == here.num_rows > 0


def test_on_s3_a_cluster_gets_what_may_leave_this_machine_and_nothing_personal(
    offering: Callable[..., Workspace], tmp_path: Path
) -> None:
    far = replace(offering(asked="emr"), lake=Lake("s3://bucket/lake", f"sqlite:///{tmp_path / 'catalog.db'}"))

    space = placed(far, PLANES, None, Work(5, 1))
    with pytest.raises(EngineUnavailable, match="its personal columns are protected before any row leaves"):
        placed(far, PLANES, None, Work(5, 1), PERSONAL_STAYS)

    assert (space.engine.name, space.engine.is_remote) == ("emr", True)
    # Rows that a step holds itself, such as predictions, are still audited here.
    assert not space.local_engine.is_remote
    assert space.session.range(3).count() == 3


def test_personal_columns_never_leave_this_machine(product: Product) -> None:
    planes = product.datasets["planes"].model_dump()
    planes["columns"][-1]["personal"] = {"protect": "drop"}

    with pytest.raises(ValueError, match=r"planes\.engine: not emr, as its personal columns are protected before"):
        DatasetDeclaration.model_validate({**planes, "engine": "emr"})

    assert DatasetDeclaration.model_validate({**planes, "engine": "auto"}).engine == "auto"
