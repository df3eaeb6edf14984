"""The arrival sensor: files that land become partitions of their datasets."""

import json
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from platform_assets.automation.interval import SENSOR_SECONDS
from platform_assets.automation.partitions import partitions_definition
from platform_assets.quality.dataset import PARTITION_PLACEHOLDER, DatasetDeclaration
from platform_assets.quality.inspection import file_digest

if TYPE_CHECKING:
    from platform_assets.pipeline.product import Product


@dataclass(frozen=True)
class LandedFile:
    """A complete file in the landing folder.

    Attributes:
        stamp: size and time of modification; an unchanged stamp means that nothing new was delivered.
    """

    dataset: str
    partition: str | None
    name: str
    path: Path
    stamp: str


def arrival_sensor(product: "Product") -> dg.SensorDefinition:
    """One sensor a product: every new or changed file requests its partition, deliveries of one month in one run."""

    @dg.sensor(
        name=f"{product.name}_arrival",
        description=f"Watches the landing folder for files of {', '.join(product.datasets)}.",
        target=dg.AssetSelection.assets(*product.datasets),
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=SENSOR_SECONDS,
        required_resource_keys={"workspace"},
    )
    def arrival(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        seen: dict[str, list[str]] = json.loads(context.cursor) if context.cursor else {}
        landing = context.resources.workspace.settings.landing
        new: list[LandedFile] = []
        stray: list[str] = []
        for file in landed_files(product, landing, time.time()):
            if not _is_declared(product, file):
                stray.append(file.name)
                continue
            stamp, digest = seen.get(file.name, ["", ""])
            if stamp == file.stamp:
                continue
            content = file_digest(file.path)
            seen[file.name] = [file.stamp, content]
            if content != digest:
                new.append(file)
        if not new:
            return dg.SensorResult(skip_reason=_nothing_new(landing, stray), cursor=json.dumps(seen))
        return dg.SensorResult(run_requests=list(_requests(product, new, seen)), cursor=json.dumps(seen))

    return arrival


def landed_files(product: "Product", landing: Path, now: float) -> list[LandedFile]:
    """Complete files of the product's datasets; one that was modified a moment ago waits for the next tick."""
    return [
        file
        for declaration in product.datasets.values()
        for file in _files_of(declaration, landing)
        if now - file.path.stat().st_mtime >= declaration.arrival.settle_seconds
    ]


def _files_of(declaration: DatasetDeclaration, landing: Path) -> Iterator[LandedFile]:
    pattern = re.escape(declaration.arrival.file).replace(
        re.escape(PARTITION_PLACEHOLDER), r"(?P<partition>\d{4}-\d{2})"
    )
    glob = declaration.arrival.file.replace(PARTITION_PLACEHOLDER, "*")
    for path in sorted(landing.glob(glob)):
        name = path.relative_to(landing).as_posix()
        match = re.fullmatch(pattern, name)
        if match is not None:
            stat = path.stat()
            partition = match.groupdict().get("partition")
            yield LandedFile(declaration.name, partition, name, path, f"{stat.st_size} {stat.st_mtime_ns}")


def _is_declared(product: "Product", file: LandedFile) -> bool:
    """Whether the file's month is a partition of its dataset; Dagster refuses the whole tick for one that is not."""
    definition = partitions_definition(product.datasets[file.dataset].partitions)
    return definition is None or (file.partition is not None and definition.has_partition_key(file.partition))


def _nothing_new(landing: Path, stray: list[str]) -> str:
    if not stray:
        return f"Nothing new in {landing}."
    return (
        f"Nothing new in {landing}. Left alone, because their month is no partition of their dataset: "
        f"{', '.join(stray)}. Rename them, or widen the dataset's partitions in defs.yaml."
    )


def _requests(product: "Product", files: list[LandedFile], seen: dict[str, list[str]]) -> Iterator[dg.RunRequest]:
    by_partition: dict[str | None, list[LandedFile]] = defaultdict(list)
    for file in files:
        by_partition[file.partition].append(file)
    for partition, delivered in sorted(by_partition.items(), key=lambda entry: entry[0] or ""):
        yield dg.RunRequest(
            run_key=" ".join(f"{file.name}@{seen[file.name][1][:16]}@{seen[file.name][0]}" for file in delivered),
            partition_key=partition,
            asset_selection=[dg.AssetKey(file.dataset) for file in delivered],
            tags={"platform/delivered": ", ".join(file.name for file in delivered)},
        )
