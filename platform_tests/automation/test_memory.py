"""What a sensor remembers beside its cursor, on an instance on disk."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from platform_assets.automation.memory import Memory

Remember = Callable[[str, str | None], Memory]


@pytest.fixture
def remember(tmp_path: Path) -> Remember:
    """A Memory on an instance that is opened anew each time, as by a daemon that was restarted."""

    def opened(name: str, cursor: str | None) -> Memory:
        return Memory(dg.DagsterInstance.local_temp(str(tmp_path)), name, cursor)

    return opened


def test_it_survives_a_restart_and_an_unchanged_text_keeps_its_cursor(remember: Remember) -> None:
    cursor = remember("arrival", None).keep("much " * 100_000)

    assert remember("arrival", cursor).text() == "much " * 100_000
    assert remember("arrival", cursor).keep("much " * 100_000) == cursor
    assert len(cursor) < 50


def test_a_cursor_that_was_not_recorded_leaves_the_one_before_it_valid(remember: Remember) -> None:
    first = remember("arrival", remember("arrival", None).keep("one")).keep("two")
    for lost in range(5):
        assert remember("arrival", first).keep(f"lost {lost}") != first

    assert remember("arrival", first).text() == "two"


def test_a_cursor_of_another_time_or_sensor_stands_for_nothing(remember: Remember) -> None:
    first = remember("arrival", None).keep("one")
    third = remember("arrival", remember("arrival", first).keep("two")).keep("three")

    assert remember("arrival", third).text() == "three"
    assert remember("arrival", first).text() is None
    assert remember("another", third).text() is None
    assert remember("arrival", "").text() is None
