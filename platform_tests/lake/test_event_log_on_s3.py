"""Event logs are read where a cluster leaves them: on S3."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from platform_assets.compute.utilisation import EventLogError, read_event_log
from platform_assets.lake import Lake
from platform_assets.lake.store import Store

pytestmark = pytest.mark.s3

LOG = Path(__file__).parents[1] / "compute" / "utilisation" / "spark_3_5_event_log"


def test_a_rolling_log_on_s3_is_read_like_a_file_of_this_machine(new_s3_lake: Callable[[], Lake]) -> None:
    store = new_s3_lake().store
    lines = LOG.read_bytes().splitlines(keepends=True)
    folder = store.location("event-logs", "eventlog_v2_application_1718199900000_0001")
    for number, part in enumerate((lines[:9], lines[9:]), start=1):
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, "zstd") as stream:
            stream.write(b"".join(part))
        name = f"{folder}/events_{number}_application_1718199900000_0001.zstd"
        store.write_bytes(name, bytes(sink.getvalue()))
    store.write_bytes(f"{folder}/appstatus_application_1718199900000_0001", b"")

    expected = read_event_log(str(LOG), Store(LOG.parent))

    assert read_event_log(folder, store) == expected
    assert read_event_log(store.location("event-logs"), store) == expected
    with pytest.raises(EventLogError, match=r"There is no Spark event log at 's3://.+/nothing'"):
        read_event_log(store.location("nothing"), store)
