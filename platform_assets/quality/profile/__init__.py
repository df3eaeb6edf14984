"""One mergeable, deterministic profile of an Arrow stream, from which every later quality question is answered."""

from platform_assets.quality.profile.column import ColumnProfile
from platform_assets.quality.profile.errors import ProfileError
from platform_assets.quality.profile.rows import PROFILE_ROW_SCHEMA, profile_from_rows, profile_rows
from platform_assets.quality.profile.scan import profile_batches
from platform_assets.quality.profile.table import TableProfile, merge_profiles

__all__ = [
    "PROFILE_ROW_SCHEMA",
    "ColumnProfile",
    "ProfileError",
    "TableProfile",
    "merge_profiles",
    "profile_batches",
    "profile_from_rows",
    "profile_rows",
]
