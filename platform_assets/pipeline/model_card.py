"""The card of a model version: facts from where they were recorded, written for people, kept with the training run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_assets.lake.history import Version
from platform_assets.learning import partitions
from platform_assets.pipeline.model_tables import MONTH
from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
from platform_assets.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from platform_assets.learning.card import CardFacts, Monitored, Source
    from platform_assets.learning.card.facts import Stage
    from platform_assets.learning.gates import GateResult
    from platform_assets.learning.registry import VersionInfo


@dataclass(frozen=True)
class WrittenCard:
    """Where a card lies, and its text for pages that show Markdown."""

    html: Path
    markdown: str


def write_model_card(workspace: Workspace, product: Product, name: str, version: int) -> WrittenCard:
    """Write the card of a version as HTML and Markdown, and keep both with its training run.

    A card is of the time at which it is written: write it again for later partitions and promotions.

    Raises:
        RegistryError: there is no such version.
    """
    from platform_assets.learning.card import card_html, card_markdown, write_card

    card = write_card(gather_facts(workspace, product, name, version))
    html, markdown = card_html(card), card_markdown(card)
    folder = workspace.reports / product.name / name
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"card-v{version}.html"
    file.write_text(html, encoding="utf-8")
    file.with_suffix(".md").write_text(markdown, encoding="utf-8")
    workspace.registry(name).attach(version, {"card.html": html, "card.md": markdown})
    return WrittenCard(file, markdown)


def gather_facts(workspace: Workspace, product: Product, name: str, version: int) -> CardFacts:
    """Everything that is recorded of a version.

    Raises:
        RegistryError: there is no such version.
    """
    from platform_assets.learning.card import CardFacts

    model, registry = product.models[name], workspace.registry(name)
    metadata = registry.metadata(version)
    info = next(each for each in registry.versions() if each.version == version)
    return CardFacts(
        declaration=model,
        version=version,
        stage=_stage(info),
        metadata=metadata,
        run_id=info.run_id,
        reason=info.tags.get("reason", ""),
        code_commit=info.tags.get("code_commit", "unknown"),
        sources=[_source(workspace, product, model, *read) for read in sorted(metadata.snapshots.items())],
        gates=_gates(workspace, product, name, version),
        promotions=registry.promotions(),
        monitored=_monitored(workspace, product, name, version),
    )


def _stage(info: VersionInfo) -> Stage:
    if "champion" in info.aliases:
        return "champion"
    if info.promoted_at:
        return "former champion"
    if info.tags.get("gates") == "refused":
        return "refused"
    return "challenger" if "challenger" in info.aliases else "candidate"


def _source(
    workspace: Workspace, product: Product, model: MonitoredModelDeclaration, table: str, snapshot: int
) -> Source:
    from platform_assets.learning.card import Source

    role = "features" if table == product.table(model.feature_set) else "labels"
    found = _version(workspace, table, snapshot)
    if found is None:
        return Source(table, snapshot, role)
    return Source(table, snapshot, role, found.rows, found.committed_at)


def _version(workspace: Workspace, table: str, snapshot: int) -> Version | None:
    """The version of a table; None if retention let it go."""
    if not workspace.lake.exists(table):
        return None
    history = workspace.lake.versions(table).history()
    return next((version for version in history if version.snapshot_id == snapshot), None)


def _gates(workspace: Workspace, product: Product, name: str, version: int) -> list[GateResult] | None:
    """What they said; None if another version was trained as of the same partition since, as its row is gone."""
    from platform_assets.learning.gates import GateResult

    rows = [row for row in _rows(workspace, product.table(f"{name}_model")) if row["model_version"] == version]
    return [GateResult(**gate) for gate in json.loads(rows[0]["gates"])] if rows else None


def _monitored(workspace: Workspace, product: Product, name: str, version: int) -> list[Monitored]:
    from platform_assets.learning.card import Monitored

    def of_version(table: str) -> dict[str, Mapping[str, Any]]:
        rows = _rows(workspace, product.table(f"{name}_{table}"))
        return {partitions.partition_of(row[MONTH]): row for row in rows if row["model_version"] == version}

    performance, drift = of_version("performance"), of_version("drift_report")
    figures = ("rows", "auc", "brier", "calibration_error", "baseline_auc")
    return [
        Monitored(
            partition=partition,
            **{figure: performance.get(partition, {}).get(figure) for figure in figures},
            drift=drift.get(partition, {}).get("partition_verdict"),
        )
        for partition in sorted({*performance, *drift})
    ]


def _rows(workspace: Workspace, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = workspace.lake.read(table).to_pylist() if workspace.lake.exists(table) else []
    return rows
