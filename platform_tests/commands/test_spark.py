"""``platform spark advise`` on a log: words, JSON, a picture, and a clear answer if it cannot be read."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from platform_assets.cli import platform

LOG = Path(__file__).parents[1] / "compute" / "utilisation" / "spark_3_5_event_log"


def advise(*arguments: str) -> Result:
    return CliRunner().invoke(platform, ["spark", "advise", *arguments])


def test_it_says_what_was_found_and_what_to_change(tmp_path: Path) -> None:
    shown = advise(str(LOG), "--timeline", str(tmp_path / "timeline.svg"))

    assert shown.exit_code == 0, shown.output
    assert "Spark 3.5.6-amzn-0): 2 executors with 4 cores; busy 51 % of 46 s" in shown.output
    assert "spilling: Stage 0 parquet at NativeMethodAccessorImpl.java:0 spilled 100.0 MiB" in shown.output
    assert ElementTree.parse(tmp_path / "timeline.svg").getroot().attrib["role"] == "img"


def test_programs_get_every_figure() -> None:
    told = json.loads(advise(str(LOG), "--json", "--usd-per-core-hour", "3600").output)

    assert told["seconds"] == 46.0
    assert told["stages"][0]["disk_spilled"] == 100 * 1024**2
    assert [each["removed_reason"] is None for each in told["executors"]] == [True, False]
    lost = next(each for each in told["advice"] if each["kind"] == "losing_executors")
    assert lost["saves_usd"] == pytest.approx(12.91)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/nowhere/at/all", "There is no Spark event log at '/nowhere/at/all'"),
        ("gs://bucket/log", "is neither a path of this machine nor s3://bucket/key"),
        (__file__, "is not an event of Spark's"),
    ],
)
def test_what_is_no_log_is_told_in_a_sentence(path: str, words: str) -> None:
    shown = advise(path)

    assert shown.exit_code != 0
    assert words in shown.output
    assert "Traceback" not in shown.output


def test_a_timeline_into_a_folder_that_is_missing_is_told_in_a_sentence(tmp_path: Path) -> None:
    shown = advise(str(LOG), "--timeline", str(tmp_path / "missing" / "timeline.svg"))

    assert shown.exit_code == 1
    assert "timeline.svg': No such file or directory. Name a file in a folder that exists" in shown.output
    assert isinstance(shown.exception, SystemExit)
