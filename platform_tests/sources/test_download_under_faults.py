"""Any series of faults, and processes that are killed or run at the same time: whole files or none, one at a time."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform_assets.sources.download import Downloader, Manners
from platform_assets.sources.errors import DownloadFailed

ROOT = Path(__file__).parents[2]
SIZE = 300_000
FETCH = """
import sys
from pathlib import Path
from platform_assets.sources.download import Downloader, Manners
Downloader(Path(sys.argv[1]), Manners(pause=0.2)).fetch(sys.argv[2])
"""

troubles = st.one_of(
    st.tuples(st.just("cut"), st.integers(0, SIZE)),
    st.tuples(st.just("status"), st.sampled_from([429, 500, 503])),
    st.tuples(st.just("no range"), st.just(0)),
    st.tuples(st.just("new version"), st.integers(0, SIZE)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(series=st.lists(troubles, max_size=6))
def test_whatever_happens_the_file_is_the_servers_or_is_not_there(
    start_publisher: Callable[[], contextlib.AbstractContextManager[Any]],
    faults: Any,
    tmp_path_factory: pytest.TempPathFactory,
    series: list[tuple[str, int]],
) -> None:
    folder = tmp_path_factory.mktemp("downloads")
    with start_publisher() as publisher:
        url = publisher.put("month.zip", version(0))

        def another(handler: Any, server: Any, after: int, number: int) -> None:
            faults.cut(after)(handler, server)
            server.put("month.zip", version(number), etag=f'"{number}"', last_modified=None)

        for number, (kind, value) in enumerate(series, start=1):
            answers = {
                "cut": faults.cut(value),
                "status": faults.status(value),
                "no range": lambda handler, server: handler.send(
                    200, server.files[handler.path].headers, server.files[handler.path].content
                ),
                "new version": lambda handler, server, value=value, number=number: another(
                    handler, server, value, number
                ),
            }
            publisher.faults.append(answers[kind])
        with contextlib.suppress(DownloadFailed):
            Downloader(folder, Manners(pause=0.0, backoff=0.0, attempts=4)).fetch(url)

        whole = [path for path in folder.rglob("month.zip") if path.is_file()]
        versions = {version(number) for number in range(len(series) + 1)}
        assert all(path.read_bytes() in versions for path in whole)
        assert len(publisher.seen) <= 4
        # Without further faults all is well, wherever it was left.
        publisher.faults.clear()
        got = Downloader(folder, Manners(pause=0.0, backoff=0.0)).fetch(url)
        assert got.path.read_bytes() == publisher.files["/month.zip"].content


def version(number: int) -> bytes:
    return bytes((number * 7 + position) % 251 for position in range(251)) * (SIZE // 251)


def start(folder: Path, url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", FETCH, str(folder), url], cwd=ROOT)


def test_a_killed_download_leaves_no_file_and_is_continued(publisher: Any, tmp_path: Path, faults: Any) -> None:
    url = publisher.put("month.zip", version(0))
    publisher.faults.append(faults.silence(30))
    process = start(tmp_path, url)
    part = tmp_path / publisher.url.removeprefix("http://").replace(":", "_") / "month.zip.part"
    until = time.monotonic() + 60
    while (not part.is_file() or part.stat().st_size == 0) and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert part.stat().st_size > 0
    assert not part.with_name("month.zip").exists()
    # The turn of the dead process is free again.
    got = Downloader(tmp_path, Manners(pause=0.0)).fetch(url)
    assert got.path.read_bytes() == version(0)
    assert publisher.ranges[1] is not None


def test_processes_take_turns_and_keep_the_pause(publisher: Any, tmp_path: Path) -> None:
    running = [start(tmp_path, publisher.put(f"{number}.zip", version(number))) for number in range(3)]
    for process in running:
        assert process.wait(timeout=120) == 0

    assert publisher.most_at_once == 1
    first, second, third = sorted(request.began for request in publisher.seen)
    assert second - first >= 0.2
    assert third - second >= 0.2
