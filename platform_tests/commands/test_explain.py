"""``platform explain`` and ``platform reproduce`` tell what is wrong with a question before anything is opened."""

import pytest
from click.testing import CliRunner

from platform_assets.cli import platform

KEY = "time_hour=2013-02-02T11:00Z,carrier=EV,flight=4911,origin=EWR"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["explain", "flight_delay"], "either --partition and --key, or --prediction"),
        (["explain", "flight_delay", "--partition", "2013-02"], "either --partition and --key, or --prediction"),
        (["explain", "flight_delay", "--key", KEY, "--prediction", "x"], "either --partition and --key"),
        (["explain", "flight_delay", "--prediction", "x"], "'x' is no prediction id. One looks like 2013-05.v3."),
        (
            ["explain", "late", "--prediction", "x"],
            "no product declares a model 'late'. The declared models: flight_delay",
        ),
        (["explain", "flight_delay", "--partition", "2013-02", "--key", KEY], "nothing was published to it"),
        (["reproduce", "flight_delay"], "'flight_delay' is no model version. Write one as in flight_delay@7."),
        (["reproduce", "late@7"], "no product declares a model 'late'"),
    ],
)
def test_a_wrong_question_is_answered_in_words(
    arguments: list[str], message: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATFORM_DATA", str(tmp_path))

    done = CliRunner().invoke(platform, arguments)

    assert done.exit_code in (1, 2), done.output
    assert message in " ".join(done.output.replace("│", " ").split())
    assert "Traceback" not in done.output
