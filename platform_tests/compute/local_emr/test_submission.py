"""Command lines of spark-submit, taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_emr.submission import parse

WORD = st.text("abcdefgh.:/0123456789_", min_size=1)
OPTIONS = st.dictionaries(st.sampled_from(["--name", "--class", "--py-files", "--deploy-mode", "--queue"]), WORD)
PROPERTIES = st.dictionaries(WORD.map("spark.x".__add__), st.text("ab=,-[]# ", max_size=8))


@given(OPTIONS, PROPERTIES, WORD, st.lists(st.text()), st.booleans())
def test_a_command_line_is_read_back(
    options: dict[str, str], properties: dict[str, str], application: str, arguments: list[str], joined: bool
) -> None:
    pairs = [*options.items(), *[("--conf", f"{key}={value}") for key, value in properties.items()]]
    line = ["--verbose", *[word for pair in pairs for word in (["=".join(pair)] if joined else pair)]]

    submission = parse([*line, application, *arguments], {})

    assert (submission.options, submission.properties) == (options, properties)
    assert (submission.application, list(submission.arguments)) == (application, arguments)


def test_a_step_overrides_the_defaults_of_its_cluster() -> None:
    defaults = {"spark.files": "s3://b/default", "spark.a": "1", "spark.b": "1"}
    submission = parse(["-c", "spark.a=2", "--files", "s3://b/own", "job.py"], defaults)

    assert submission.options == {"--files": "s3://b/own"}
    assert submission.properties == {"spark.a": "2", "spark.b": "1"}


@pytest.mark.parametrize(("line", "message"), [([], "no application"), (["--name"], "--name has no value")])
def test_half_a_command_line_is_refused(line: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(line, {})
