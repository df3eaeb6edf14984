"""Keeps the blocks of stored profiles up to date; a part of looking after the lake, never of reading or publishing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from platform_assets.lake import Lake
from platform_assets.lake.partitions import Values
from platform_assets.quality.profile import ProfileError
from platform_assets.quality.profile_blocks import BLOCKS, SIZES, ByPartition, block_rows, made_of
from platform_assets.quality.profile_files import current_files, read_files
from platform_assets.quality.profile_table import PROFILES, profiles_in


@dataclass(frozen=True)
class Packed:
    """Blocks that were made or made again, and blocks that went because their partitions are others now."""

    made: int = 0
    removed: int = 0


def pack_profiles(lake: Lake, properties: Mapping[str, str]) -> Packed:
    """Make the blocks of all profiled tables that are missing or out of date; a table of few partitions gets none.

    Args:
        properties: recorded on the snapshots that this makes.
    """
    made = removed = 0
    for table, files in _by_table(lake).items():
        wanted = _wanted_blocks(files)
        stored = _stored_blocks(lake, table)
        for block in sorted(stored.keys() - wanted.keys()):
            lake.publish(BLOCKS, _scope(table, block), [], properties)
            removed += 1
        for block, members in wanted.items():
            if stored.get(block) != made_of(files, members):
                made += _make(lake, table, block, {name: files[name] for name in members}, properties)
    return Packed(made, removed)


def _by_table(lake: Lake) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for (table, partition), files in current_files(lake, PROFILES.name).items():
        found.setdefault(table, {})[partition] = files
    return found


def _wanted_blocks(files: ByPartition) -> dict[str, list[str]]:
    order, length = sorted(files), SIZES[0]
    starts = range(0, len(order) - length + 1, length)
    return {order[start]: order[start : start + length] for start in starts}


def _stored_blocks(lake: Lake, table: str) -> dict[str, str]:
    keys = current_files(lake, BLOCKS.name, table)
    tops = [location for (_, _, size), files in keys.items() if int(size) == SIZES[0] for location in files]
    stored = dict.fromkeys((block for _, block, _ in keys), "")
    if tops:
        rows = read_files(lake, tops, ["first", "made_of"])
        stored.update(zip(rows["first"].to_pylist(), rows["made_of"].to_pylist(), strict=True))
    return stored


def _make(lake: Lake, table: str, block: str, files: ByPartition, properties: Mapping[str, str]) -> bool:
    """Make one block; false if its partitions have no common profile, which whoever asks for them is told."""
    try:
        rows = block_rows(table, files, profiles_in(lake, files))
    except ProfileError:
        return False
    staged = [lake.stage_rows(BLOCKS, part) for part in rows.values()]
    lake.publish(BLOCKS, _scope(table, block), staged, properties)
    return True


def _scope(table: str, block: str) -> Values:
    return Values((("table", table), ("block", block)))
