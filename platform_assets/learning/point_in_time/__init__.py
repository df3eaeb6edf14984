"""Training sets as they could have been made at the time: events joined with what was known of their entities then."""

from platform_assets.learning.point_in_time.history import FeatureHistory
from platform_assets.learning.point_in_time.join import point_in_time_join

__all__ = ["FeatureHistory", "point_in_time_join"]
