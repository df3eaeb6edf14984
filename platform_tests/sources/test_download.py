"""The downloader against a real server: polite, patient, and never half a file under its final name."""

import hashlib
import itertools
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from platform_assets.sources.download import Downloader, Manners
from platform_assets.sources.errors import ArchiveRefused, DownloadFailed, NotFound

CONTENT = bytes(range(256)) * 2000
CUT = 300_000
NO_WAIT = Manners(pause=0.0, backoff=0.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "downloads"


@pytest.fixture
def fetch(folder: Path, standing: Any) -> Callable[..., Any]:
    """Fetches with a downloader of its own, as every task does; time does not pass."""

    def one(url: str, manners: Manners = NO_WAIT, **arguments: Any) -> Any:
        return Downloader(folder, manners, standing.clock).fetch(url, **arguments)

    return one


def names(folder: Path) -> set[str]:
    """Files of the cache, without those that hold the turns."""
    return {path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".turn"}


def test_a_file_arrives_with_a_record_of_its_version_and_digest(
    publisher: Any, fetch: Callable[..., Any], folder: Path
) -> None:
    url = publisher.put("data/month.zip", CONTENT)

    got = fetch(url)

    assert got.fresh
    assert got.path.read_bytes() == CONTENT
    record = json.loads(got.path.with_name(got.path.name + ".json").read_text())
    assert record == {
        "url": url,
        "etag": '"v1"',
        "last_modified": "Mon, 02 Dec 2013 10:00:00 GMT",
        "bytes": len(CONTENT),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "downloaded_at": "2014-05-13T16:53:20+00:00",
    }
    assert names(folder) == {"data_month.zip", "data_month.zip.json"}


def test_it_says_who_asks_and_takes_the_bytes_as_they_are(publisher: Any, fetch: Callable[..., Any]) -> None:
    fetch(publisher.put("month.zip", CONTENT))

    asked = publisher.seen[0].headers
    assert asked["User-Agent"].startswith("platform-assets/")
    assert asked["Accept-Encoding"] == "identity"


def test_equal_file_names_of_two_addresses_do_not_meet(publisher: Any, fetch: Callable[..., Any]) -> None:
    first, second = publisher.put("2012/1.zip", b"2012"), publisher.put("2013/1.zip", b"2013")

    assert [fetch(url).path.read_bytes() for url in (first, second)] == [b"2012", b"2013"]


# What is there already


def test_an_unchanged_file_is_kept_and_not_sent_again(publisher: Any, fetch: Callable[..., Any]) -> None:
    url = publisher.put("month.zip", CONTENT)
    first, second = fetch(url), fetch(url)

    assert (second.fresh, second.record, second.path) == (False, first.record, first.path)
    assert [request.sent for request in publisher.seen] == [len(CONTENT), 0]
    assert publisher.seen[1].headers["If-None-Match"] == '"v1"'
    assert publisher.seen[1].headers["If-Modified-Since"] == "Mon, 02 Dec 2013 10:00:00 GMT"


def test_one_downloader_asks_for_an_address_once(publisher: Any, folder: Path) -> None:
    downloader = Downloader(folder, NO_WAIT)
    url = publisher.put("month.zip", CONTENT)

    assert downloader.fetch(url) is downloader.fetch(url)
    assert len(publisher.seen) == 1


def test_a_changed_file_replaces_the_old_one(publisher: Any, fetch: Callable[..., Any]) -> None:
    fetch(publisher.put("month.zip", CONTENT))
    got = fetch(publisher.put("month.zip", b"corrected", etag='"v2"', last_modified=None))

    assert got.fresh
    assert got.path.read_bytes() == b"corrected"
    assert got.record.etag == '"v2"'


def test_a_file_without_a_version_is_downloaded_again(publisher: Any, fetch: Callable[..., Any]) -> None:
    url = publisher.put("month.zip", CONTENT, etag=None, last_modified=None)

    assert [fetch(url).fresh, fetch(url).fresh] == [True, True]
    assert "If-None-Match" not in publisher.seen[1].headers


@pytest.mark.parametrize("damage", [b"", CONTENT[:-1] + b"x"])
def test_a_file_that_was_damaged_on_disk_is_downloaded_again(
    publisher: Any, fetch: Callable[..., Any], damage: bytes
) -> None:
    url = publisher.put("month.zip", CONTENT)
    fetch(url).path.write_bytes(damage)

    got = fetch(url)

    assert got.fresh
    assert got.path.read_bytes() == CONTENT
    assert "If-None-Match" not in publisher.seen[1].headers


@pytest.mark.parametrize("record", ["", "{", "[]", '{"url": 1}', "null"])
def test_a_record_that_cannot_be_read_is_no_record(
    publisher: Any, fetch: Callable[..., Any], folder: Path, record: str
) -> None:
    url = publisher.put("month.zip", CONTENT)
    path = fetch(url).path
    path.with_name("month.zip.json").write_text(record)

    assert fetch(url).fresh


# Connections that break


def test_a_cut_download_is_continued_where_it_ended(
    publisher: Any, fetch: Callable[..., Any], faults: Any, folder: Path
) -> None:
    url = publisher.put("month.zip", CONTENT)
    publisher.faults.append(faults.cut(CUT))

    got = fetch(url)

    assert got.path.read_bytes() == CONTENT
    asked = publisher.seen[1].headers
    begun = int(asked["Range"].removeprefix("bytes=").removesuffix("-"))
    assert 0 < begun <= CUT
    assert asked["If-Range"] == '"v1"'
    assert [request.sent for request in publisher.seen] == [CUT, len(CONTENT) - begun]
    assert names(folder) == {"month.zip", "month.zip.json"}


def test_a_cut_download_is_continued_by_the_next_call(
    publisher: Any, fetch: Callable[..., Any], faults: Any, folder: Path
) -> None:
    url = publisher.put("month.zip", CONTENT)
    publisher.faults.append(faults.cut(CUT))
    with pytest.raises(DownloadFailed, match="1 attempts failed, the last because the connection failed"):
        fetch(url, Manners(pause=0.0, attempts=1))
    assert names(folder) == {"month.zip.part", "month.zip.part.json"}

    assert fetch(url).path.read_bytes() == CONTENT
    assert publisher.ranges[0] is None
    assert publisher.ranges[1] is not None


def test_a_server_that_knows_no_ranges_sends_everything_again(
    publisher: Any, fetch: Callable[..., Any], faults: Any
) -> None:
    url = publisher.put("month.zip", CONTENT)
    publisher.faults.extend([faults.cut(CUT), faults.body(CONTENT, ETag='"v1"')])

    assert fetch(url).path.read_bytes() == CONTENT
    assert len(publisher.seen) == 2


def test_a_file_that_changed_meanwhile_is_begun_again(publisher: Any, fetch: Callable[..., Any], faults: Any) -> None:
    url, new = publisher.put("month.zip", CONTENT), CONTENT[::-1]

    def cut_then_publish_another(handler: Any, server: Any) -> None:
        faults.cut(CUT)(handler, server)
        server.put("month.zip", new, etag='"v2"', last_modified="Tue, 03 Dec 2013 10:00:00 GMT")

    publisher.faults.append(cut_then_publish_another)

    got = fetch(url)

    assert got.path.read_bytes() == new
    assert got.record.etag == '"v2"'
    assert publisher.seen[1].headers["If-Range"] == '"v1"'


@pytest.mark.parametrize(
    "answer",
    [
        {"Content_Range": f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}", "ETag": '"v1"'},
        {"Content_Range": f"bytes 262144-{len(CONTENT) - 1}/{len(CONTENT)}", "ETag": '"v2"'},
        {"Content_Range": "bytes 262144-399999/400000", "ETag": '"v1"'},
        {"ETag": '"v1"'},
    ],
    ids=["elsewhere", "another version", "another length", "unsaid"],
)
def test_a_server_that_continues_something_else_is_asked_for_everything(
    publisher: Any, fetch: Callable[..., Any], faults: Any, answer: dict[str, str]
) -> None:
    url = publisher.put("month.zip", CONTENT)
    publisher.faults.extend([faults.cut(CUT), faults.body(b"x" * 1000, status=206, **answer)])

    assert fetch(url).path.read_bytes() == CONTENT
    assert publisher.ranges[2] is None


def test_a_cut_file_without_a_version_is_begun_again(publisher: Any, fetch: Callable[..., Any], faults: Any) -> None:
    url = publisher.put("month.zip", CONTENT, etag=None, last_modified=None)
    publisher.faults.append(faults.cut(CUT))

    assert fetch(url).path.read_bytes() == CONTENT
    assert publisher.ranges == [None, None]


def test_a_weak_etag_does_not_name_a_version_its_date_does(
    publisher: Any, fetch: Callable[..., Any], faults: Any
) -> None:
    url = publisher.put("month.zip", CONTENT, etag='W/"v1"')
    publisher.faults.append(faults.cut(CUT))

    assert fetch(url).path.read_bytes() == CONTENT
    assert publisher.seen[1].headers["If-Range"] == "Mon, 02 Dec 2013 10:00:00 GMT"


def test_a_part_that_has_more_than_the_server_is_dropped(
    publisher: Any, fetch: Callable[..., Any], faults: Any
) -> None:
    url = publisher.put("month.zip", CONTENT)
    publisher.faults.append(faults.body(CONTENT, length=len(CONTENT) + 65536, ETag='"v1"'))

    assert fetch(url).path.read_bytes() == CONTENT
    assert publisher.ranges[2] is None


def test_a_server_that_always_claims_a_wrong_length_is_given_up(
    publisher: Any, fetch: Callable[..., Any], faults: Any, folder: Path
) -> None:
    url = publisher.put("month.zip", CONTENT)
    publisher.faults.extend([faults.body(CONTENT, length=len(CONTENT) + 1)] * 5)

    with pytest.raises(DownloadFailed, match=r"5 attempts failed, the last because the connection failed.*Try again"):
        fetch(url)

    assert len(publisher.seen) == 5
    assert "month.zip" not in names(folder)


def test_a_silent_server_is_left_after_the_read_timeout(publisher: Any, folder: Path, faults: Any) -> None:
    url = publisher.put("month.zip", CONTENT)
    publisher.faults.append(faults.silence(1.5))

    got = Downloader(folder, Manners(pause=0.0, backoff=0.0, read_timeout=0.3)).fetch(url)

    assert got.path.read_bytes() == CONTENT
    assert publisher.ranges[1] is not None


def test_a_server_that_is_not_there_is_named_after_every_attempt(fetch: Callable[..., Any], standing: Any) -> None:
    with pytest.raises(DownloadFailed, match=r"^http://127\.0\.0\.1:9/x\.zip was not downloaded: 3 attempts failed"):
        fetch("http://127.0.0.1:9/x.zip", Manners(pause=0.0, attempts=3))

    assert standing.waits == [2.0, 4.0]


# Servers that ask for patience


@pytest.mark.parametrize("status", [429, 503])
def test_it_comes_back_when_the_server_says(
    publisher: Any, fetch: Callable[..., Any], faults: Any, standing: Any, status: int
) -> None:
    url = publisher.put("month.zip", CONTENT)
    publisher.faults.append(faults.status(status, Retry_After="7"))

    assert fetch(url).path.read_bytes() == CONTENT
    assert standing.waits == [7.0]
    assert len(publisher.seen) == 2


def test_the_server_may_say_when_as_a_date(
    publisher: Any, fetch: Callable[..., Any], faults: Any, standing: Any, http_date: Callable[[float], str]
) -> None:
    url = publisher.put("month.zip", CONTENT)
    publisher.faults.append(faults.status(503, Retry_After=http_date(100)))

    fetch(url)

    assert len(standing.waits) == 1
    assert 90 < standing.waits[0] <= 100


def test_without_a_word_it_waits_twice_as_long_each_time_and_then_gives_up(
    publisher: Any, fetch: Callable[..., Any], faults: Any, standing: Any, folder: Path
) -> None:
    url = publisher.put("month.zip", CONTENT)
    publisher.faults.extend([faults.status(503), faults.status(500), faults.status(429), faults.status(502)] * 2)

    with pytest.raises(DownloadFailed, match=r"5 attempts failed, the last because the server answered 503"):
        fetch(url, Manners(pause=0.0, backoff=2.0))

    assert standing.waits == [2.0, 4.0, 8.0, 16.0]
    assert len(publisher.seen) == 5
    assert names(folder) == set()


def test_a_retry_after_that_cannot_be_understood_counts_as_none(
    publisher: Any, fetch: Callable[..., Any], faults: Any, standing: Any
) -> None:
    url = publisher.put("month.zip", CONTENT)
    publisher.faults.append(faults.status(503, Retry_After="soon"))

    fetch(url, Manners(pause=0.0, backoff=3.0))

    assert standing.waits == [3.0]


def test_a_server_that_asks_for_hours_is_not_asked_again(
    publisher: Any, fetch: Callable[..., Any], faults: Any, standing: Any
) -> None:
    url = publisher.put("month.zip", CONTENT)
    publisher.faults.append(faults.status(503, Retry_After="7200"))

    with pytest.raises(DownloadFailed, match=r"answered 503 .* asks to come back in 7,200 seconds\. Try again after"):
        fetch(url)

    assert len(publisher.seen) == 1
    assert standing.waits == []


# Answers that are final


@pytest.mark.parametrize(("status", "kind"), [(404, NotFound), (410, NotFound), (403, DownloadFailed)])
def test_a_refusal_is_taken_at_once(
    publisher: Any, fetch: Callable[..., Any], faults: Any, status: int, kind: type[Exception]
) -> None:
    publisher.faults.append(faults.status(status))

    with pytest.raises(kind, match=rf"x\.zip was not downloaded: the server answered {status} .*Check the address"):
        fetch(f"{publisher.url}/x.zip")

    assert len(publisher.seen) == 1


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/x.zip", "127.0.0.1/x.zip", "http:///x.zip"])
def test_an_address_that_is_none_is_refused(fetch: Callable[..., Any], address: str) -> None:
    with pytest.raises(DownloadFailed, match=r"was not downloaded: .*Correct the address\."):
        fetch(address)


def test_a_connection_that_cannot_be_trusted_is_refused(publisher: Any, fetch: Callable[..., Any]) -> None:
    # The server speaks no TLS.
    with pytest.raises(DownloadFailed, match=r"there is no trusted connection .* name a bundle .* REQUESTS_CA_BUNDLE"):
        fetch(publisher.url.replace("http://", "https://") + "/x.zip")


def test_a_file_that_moved_is_followed_and_cached_under_its_first_address(
    publisher: Any, fetch: Callable[..., Any], faults: Any
) -> None:
    moved = publisher.put("new/month.zip", CONTENT)
    publisher.faults.append(faults.status(302, Location=moved))

    got = fetch(f"{publisher.url}/old/month.zip")

    assert (got.path.name, got.record.url) == ("old_month.zip", f"{publisher.url}/old/month.zip")
    assert got.path.read_bytes() == CONTENT


@pytest.mark.parametrize("path", ["", "/", "/..", "/../../x", "/.hidden", "/a%2f..%2fb?c=/../d"])
def test_no_address_leads_out_of_the_cache(
    publisher: Any, fetch: Callable[..., Any], faults: Any, folder: Path, path: str
) -> None:
    publisher.faults.append(faults.body(CONTENT))

    got = fetch(f"{publisher.url}{path}")

    assert got.path.resolve().parent.parent == folder.resolve()
    assert got.path.read_bytes() == CONTENT


def test_a_file_that_is_said_to_be_too_large_is_not_begun(
    publisher: Any, fetch: Callable[..., Any], folder: Path
) -> None:
    url = publisher.put("month.zip", CONTENT)

    with pytest.raises(
        DownloadFailed, match=r"it has 512,000 bytes, the limit is 1,000\. .*raise the downloader's limit"
    ):
        fetch(url, Manners(pause=0.0, max_bytes=1000))

    assert len(publisher.seen) == 1
    assert names(folder) == set()


def test_a_file_that_turns_out_to_be_too_large_is_dropped(
    publisher: Any, fetch: Callable[..., Any], folder: Path
) -> None:
    def without_a_length(handler: Any, server: Any) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(CONTENT)

    publisher.faults.append(without_a_length)

    with pytest.raises(DownloadFailed, match="more than that arrived, the limit is 100,000"):
        fetch(f"{publisher.url}/month.zip", Manners(pause=0.0, max_bytes=100_000))

    assert names(folder) == set()


def test_a_file_that_its_check_refuses_gets_no_name(publisher: Any, fetch: Callable[..., Any], folder: Path) -> None:
    def refuse(path: Path) -> None:
        assert path.read_bytes() == CONTENT
        raise ArchiveRefused(path.name, "it is not good", "Try again.")

    with pytest.raises(ArchiveRefused):
        fetch(publisher.put("month.zip", CONTENT), check=refuse)

    assert len(publisher.seen) == 1
    assert names(folder) == set()


def test_a_refused_correction_leaves_the_file_that_was_there(
    publisher: Any, fetch: Callable[..., Any], folder: Path
) -> None:
    def refuse(path: Path) -> None:
        raise ArchiveRefused(path.name, "it is not good", "Try again.")

    good = fetch(publisher.put("month.zip", CONTENT))
    with pytest.raises(ArchiveRefused):
        fetch(publisher.put("month.zip", b"bad", etag='"v2"', last_modified=None), check=refuse)

    assert good.path.read_bytes() == CONTENT


# One at a time


def test_requests_to_a_host_are_a_pause_apart(publisher: Any, folder: Path, standing: Any) -> None:
    downloader = Downloader(folder, Manners(pause=2.0), standing.clock)
    for name in ("1.zip", "2.zip", "3.zip"):
        downloader.fetch(publisher.put(name, CONTENT))
        standing.moment += 0.5

    assert standing.waits == [1.5, 1.5]


def test_the_pause_is_kept_from_one_task_to_the_next(publisher: Any, fetch: Callable[..., Any], standing: Any) -> None:
    for name in ("1.zip", "2.zip"):
        fetch(publisher.put(name, CONTENT), Manners(pause=2.0))

    assert standing.waits == [2.0]


def test_a_pause_is_part_of_the_wait_before_another_attempt(
    publisher: Any, fetch: Callable[..., Any], faults: Any, standing: Any
) -> None:
    publisher.faults.extend([faults.status(503, Retry_After="1"), faults.status(503, Retry_After="9")])

    fetch(publisher.put("month.zip", CONTENT), Manners(pause=5.0))

    assert standing.waits == [5.0, 9.0]


def test_hosts_do_not_wait_for_each_other(
    publisher: Any, another_publisher: Any, fetch: Callable[..., Any], standing: Any
) -> None:
    for server in (publisher, another_publisher):
        fetch(server.put("1.zip", CONTENT), Manners(pause=2.0))

    assert standing.waits == []


def test_a_clock_that_was_set_back_does_not_stop_anything(
    publisher: Any, fetch: Callable[..., Any], standing: Any
) -> None:
    fetch(publisher.put("1.zip", CONTENT), Manners(pause=2.0))
    standing.moment -= 86_400
    fetch(publisher.put("2.zip", CONTENT), Manners(pause=2.0))

    assert standing.waits == [2.0]


def test_threads_take_turns(publisher: Any, folder: Path) -> None:
    urls = [publisher.put(f"{number}.zip", CONTENT) for number in range(6)]
    manners = Manners(pause=0.05)
    threads = [threading.Thread(target=lambda url=url: Downloader(folder, manners).fetch(url)) for url in urls]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(publisher.seen) == 6
    assert publisher.most_at_once == 1
    began = sorted(request.began for request in publisher.seen)
    assert min(later - earlier for earlier, later in itertools.pairwise(began)) >= 0.05


def test_the_same_file_at_the_same_time_is_downloaded_once(publisher: Any, folder: Path) -> None:
    url = publisher.put("month.zip", CONTENT)
    threads = [threading.Thread(target=lambda: Downloader(folder, NO_WAIT).fetch(url)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(request.sent for request in publisher.seen) == [0, 0, 0, len(CONTENT)]
