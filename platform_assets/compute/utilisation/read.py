"""From the location of an event log to what the run made of its machines."""

from __future__ import annotations

from platform_assets.compute.utilisation.collect import Collector
from platform_assets.compute.utilisation.errors import EventLogBroken, EventLogMissing
from platform_assets.compute.utilisation.files import log_files
from platform_assets.compute.utilisation.lines import read_events
from platform_assets.compute.utilisation.period import Period
from platform_assets.compute.utilisation.utilisation import Utilisation
from platform_assets.lake.store import Store


def read_event_log(location: str, store: Store, period: Period | None = None) -> Utilisation:
    """Read the event log of one Spark application, of Spark 3.5 to 4.1, finished or cut off.

    Args:
        location: the file, the folder of a rolling log, or a folder that holds just one log; plain, zstd or gzip.
        store: where it is; the location need not lie below the store's root.
        period: only what was submitted in it counts.

    Raises:
        EventLogError: it is not there, of several applications, packed in Spark's own way, or a line is broken.
        OSError: the disk or the server does not give the files.
    """
    collector = Collector(period)
    for file, line, event in read_events(log_files(location, store), store):
        try:
            collector.add(event)
        except KeyError as error:
            raise EventLogBroken(file, line, f"{event['Event']} has no field {error}") from error
        except (TypeError, AttributeError, ValueError) as error:
            raise EventLogBroken(file, line, f"{event['Event']} has a field of another type ({error})") from error
    if not collector.has_started:
        raise EventLogMissing(location)
    return collector.build()
