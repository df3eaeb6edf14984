"""WHERE deliveries arrive: a folder, an S3 prefix, or S3 with notifications in SQS, behind one interface.

The room answers which files are new; what a file means is asked of its contract, and when to look of the sensor.
"""

from platform_assets.landing.base import Landed, Landing
from platform_assets.landing.changes import Arrival, Changes, Interest, Stray, find_changes
from platform_assets.landing.errors import LandingError
from platform_assets.landing.names import Names
from platform_assets.landing.opening import open_landing
from platform_assets.landing.seen import Seen

__all__ = [
    "Arrival",
    "Changes",
    "Interest",
    "Landed",
    "Landing",
    "LandingError",
    "Names",
    "Seen",
    "Stray",
    "find_changes",
    "open_landing",
]
