"""One snapshot that takes files out of a table and puts others in, and keeps the table's metadata small.

PyIceberg's overwrite keeps lists of removed files for ever and never merges lists, so that a table whose partitions are
published again and again would take ever longer to plan. Its append does both; this overwrite does as its append.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from pyiceberg.manifest import DataFile, ManifestFile
from pyiceberg.table import TableProperties, Transaction
from pyiceberg.table.snapshots import Operation
from pyiceberg.table.update.snapshot import _ManifestMergeManager, _OverwriteFiles
from pyiceberg.utils.properties import property_as_bool, property_as_int


class _Swap(_OverwriteFiles):  # type: ignore[misc]  # PyIceberg is untyped for mypy
    def _build_manifest_evaluator(self, spec_id: int) -> Callable[[ManifestFile], bool]:
        # PyIceberg asks one evaluator from many threads at once, although it keeps the list of files that it is looking
        # at; one that looks at another thread's list overlooks files that have to leave. Each question gets its own.
        build = super()._build_manifest_evaluator
        return lambda manifest: bool(build(spec_id)(manifest))

    def _existing_manifests(self) -> list[ManifestFile]:
        kept: list[ManifestFile] = super()._existing_manifests()
        return [manifest for manifest in kept if manifest.has_added_files() or manifest.has_existing_files()]

    def _process_manifests(self, manifests: list[ManifestFile]) -> list[ManifestFile]:
        properties, known = self._transaction.table_metadata.properties, TableProperties
        merged: list[ManifestFile] = _ManifestMergeManager(
            property_as_int(properties, known.MANIFEST_TARGET_SIZE_BYTES, known.MANIFEST_TARGET_SIZE_BYTES_DEFAULT),
            property_as_int(properties, known.MANIFEST_MIN_MERGE_COUNT, known.MANIFEST_MIN_MERGE_COUNT_DEFAULT),
            property_as_bool(properties, known.MANIFEST_MERGE_ENABLED, known.MANIFEST_MERGE_ENABLED_DEFAULT),
            self,
        ).merge_manifests(manifests)
        return merged


def swap_files(
    transaction: Transaction, old: Iterable[DataFile], new: Iterable[DataFile], summary: Mapping[str, str]
) -> None:
    """Add the snapshot to ``transaction``; ``summary`` becomes its properties."""
    swap = _Swap(
        operation=Operation.OVERWRITE,
        transaction=transaction,
        io=transaction._table.io,
        snapshot_properties=dict(summary),
    )
    with swap:
        for file in old:
            swap.delete_data_file(file)
        for file in new:
            swap.append_data_file(file)
