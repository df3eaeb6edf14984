"""The arrival sensor: files that land become partitions of their datasets."""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from platform_assets.automation.interval import SENSOR_SECONDS
from platform_assets.automation.memory import Memory
from platform_assets.automation.partitions import partitions_definition
from platform_assets.landing import Arrival, Changes, Interest, LandingError, Names, Seen, Stray, find_changes

if TYPE_CHECKING:
    from platform_assets.pipeline.product import Product

# A tick must end within a minute whatever lands; what is left is requested by the ticks that follow.
PARTITIONS_A_TICK = 50
NAMED = 20
RENAME = "Rename it, or correct the dataset's arrival.file or partitions in defs.yaml."


def arrival_sensor(product: "Product") -> dg.SensorDefinition:
    """One sensor a product: every new or changed file requests its partition, deliveries of one month in one run."""
    name = f"{product.name}_arrival"

    @dg.sensor(
        name=name,
        description=f"Watches the landing folder for files of {', '.join(product.datasets)}.",
        target=dg.AssetSelection.assets(*product.datasets),
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=SENSOR_SECONDS,
        required_resource_keys={"workspace"},
    )
    def arrival(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        memory = Memory(context.instance, name, context.cursor)
        seen = Seen.from_text(memory.text())
        try:
            landing = context.resources.workspace.settings.open_landing()
            changes = find_changes(landing, _interest(product), seen, time.time(), PARTITIONS_A_TICK)
        except LandingError as error:
            return dg.SensorResult(skip_reason=str(error), cursor=context.cursor)
        for told in changes.unreadable:
            context.log.warning(f"A notification that nobody understands stays in {landing.address}: {told}")
        return dg.SensorResult(
            run_requests=list(_requests(changes.new)) or None,
            skip_reason=None if changes.new else _nothing_new(landing.address, changes),
            asset_events=[_observation(stray) for stray in changes.strays if stray.is_new],
            cursor=memory.keep(seen.as_text()),
        )

    return arrival


def _interest(product: "Product") -> Interest:
    """Declared files; a month that is no partition is left alone, as Dagster refuses the whole tick for one."""
    from platform_assets.pipeline.product import all_products

    definitions = {name: partitions_definition(declared.partitions) for name, declared in product.datasets.items()}
    known = {name: set(cut.get_partition_keys()) for name, cut in definitions.items() if cut is not None}
    everybody = {
        f"{other.name}.{name}": declared for other in all_products() for name, declared in other.datasets.items()
    }

    def is_partition(dataset: str, partition: str | None) -> bool:
        return dataset not in known or partition in known[dataset]

    return Interest(product.datasets, Names(everybody), is_partition)


def _requests(arrivals: Sequence[Arrival]) -> Iterator[dg.RunRequest]:
    by_partition: dict[str | None, list[Arrival]] = defaultdict(list)
    for arrived in arrivals:
        by_partition[arrived.partition].append(arrived)
    for partition, delivered in by_partition.items():
        yield dg.RunRequest(
            run_key=" ".join(f"{one.landed.name}@{one.content[:16]}@{one.landed.stamp}" for one in delivered),
            partition_key=partition,
            asset_selection=[dg.AssetKey(one.dataset) for one in delivered],
            tags={"platform/delivered": ", ".join(one.landed.name for one in delivered)},
        )


def _observation(stray: Stray) -> dg.AssetObservation:
    """A file that is left alone, told on the dataset that it was most likely meant for."""
    return dg.AssetObservation(
        asset_key=stray.nearest,
        description=f"Left alone: {stray.name}, because {stray.reason}. {RENAME}",
        metadata={"left alone": stray.name, "reason": stray.reason},
    )


def _nothing_new(address: str, changes: Changes) -> str:
    parts = [f"Nothing new in {address}."]
    if changes.waiting:
        parts.append(f"Not complete yet: {_named(changes.waiting)}.")
    if changes.strays:
        told = [f"{stray.name} ({stray.reason})" for stray in changes.strays]
        parts.append(
            f"Left alone: {_named(told)}. Rename them, or widen the dataset's partitions in defs.yaml, or declare them."
        )
    if changes.unreadable:
        parts.append(f"Notifications that nobody understands: {_named(changes.unreadable)}.")
    return " ".join(parts)


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
