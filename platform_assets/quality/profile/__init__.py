"""One mergeable, deterministic profile of an Arrow stream, from which every later quality question is answered."""

from platform_assets.quality.profile.aligned import AlignedBins, aligned_bins
from platform_assets.quality.profile.column import ColumnProfile
from platform_assets.quality.profile.errors import ProfileError
from platform_assets.quality.profile.gaps import Gaps
from platform_assets.quality.profile.lengths import Lengths
from platform_assets.quality.profile.overlap import Overlap, distinct_overlap
from platform_assets.quality.profile.parquet import profile_parquet
from platform_assets.quality.profile.patterns import Patterns
from platform_assets.quality.profile.row_keys import RowKeys
from platform_assets.quality.profile.rows import PROFILE_ROW_SCHEMA, profile_from_rows, profile_rows
from platform_assets.quality.profile.scan import profile_batches
from platform_assets.quality.profile.segments import merge_segments, profile_segments
from platform_assets.quality.profile.table import TableProfile, merge_profiles

__all__ = [
    "PROFILE_ROW_SCHEMA",
    "AlignedBins",
    "ColumnProfile",
    "Gaps",
    "Lengths",
    "Overlap",
    "Patterns",
    "ProfileError",
    "RowKeys",
    "TableProfile",
    "aligned_bins",
    "distinct_overlap",
    "merge_profiles",
    "merge_segments",
    "profile_batches",
    "profile_from_rows",
    "profile_parquet",
    "profile_rows",
    "profile_segments",
]
