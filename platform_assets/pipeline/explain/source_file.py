"""The delivered file behind a partition of a dataset, and whether it is still what was read."""

from __future__ import annotations

from platform_assets.lake.history import Version
from platform_assets.landing.errors import LandingError
from platform_assets.pipeline.delivered import delivered_file
from platform_assets.pipeline.explain.link import Link, resolved
from platform_assets.pipeline.explain.publishes import behind, publish_facts, publish_of
from platform_assets.pipeline.explain.surroundings import Surroundings
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.errors import DeliveryMissing
from platform_assets.quality.inspection import file_digest


def source_file_link(
    around: Surroundings, declaration: DatasetDeclaration, partition: str | None, snapshot: int
) -> Link:
    """The file that a partition's rows of a snapshot were read from, with its publish, code and contract behind it."""
    table, name = around.product.table(declaration.name), declaration.landing_file(partition)

    def look() -> Link:
        found = publish_of(around, table, partition, snapshot)
        if isinstance(found, str):
            return Link("source file", name, problem=found)
        read = found.facts.get("source-file", name)
        recorded = found.facts.get("source-sha256")
        facts = {"sha256": recorded, "partition": partition}
        publish = Link("publish", f"{table} {partition or ''}".strip(), publish_facts(found))
        links = (publish, *behind(around, table, found))
        return Link("source file", read, facts, _difference(around, declaration, partition, found), links)

    return around.once(("source file", table, partition, snapshot), lambda: resolved("source file", name, look))


def _difference(
    around: Surroundings, declaration: DatasetDeclaration, partition: str | None, publish: Version
) -> str | None:
    """What became of the file since it was read, in words; None if nothing did."""
    recorded = publish.facts.get("source-sha256")
    if recorded is None:
        return "no checksum was recorded with this publish. Materialise the partition again to have one recorded."
    rows = (
        f"The rows that were read from it are kept: platform data read {around.product.table(declaration.name)} "
        f"--as-of {publish.snapshot_id}" + (f" --partition {partition}." if partition else ".")
    )
    try:
        path = delivered_file(around.workspace, declaration, partition)
    except (DeliveryMissing, LandingError) as error:
        return f"{error} {rows}"
    if not path.is_file():
        return f"it was deleted where files are delivered ({path}). {rows}"
    if file_digest(path) != recorded:
        return f"another file was delivered in its place since ({path}); this one's content is gone from there. {rows}"
    return None
