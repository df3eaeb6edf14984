"""Why a job failed, out of its logs: of real runs of Spark, of made-up ones, and of any text at all."""

import traceback
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.compute.logs import LogExtract, extract_failure
from platform_assets.compute.logs.extract import MAX_LINES

SAMPLES = Path(__file__).parent / "samples"
NOISE = (
    "26/11/21 20:28:25 INFO DAGScheduler: Submitting 2 missing tasks from ShuffleMapStage 0",
    "26/11/21 20:28:25 WARN TaskSetManager: Stage 0 contains a task of very large size (1105 KiB).",
    "starting the job: 3 of 7 months, error rate 0.1",
    'Setting default log level to "WARN".',
    "",
    "  File was written to s3://bucket/part-0.parquet",
    "\tat 3 of 10 stages",
    "Exceptions are rare",
)


def extracted(**logs: str) -> LogExtract:
    found = extract_failure({name.replace("_", "/"): text for name, text in logs.items()})
    assert found is not None
    return found


def names(found: LogExtract) -> list[str]:
    return [cause.exception.rpartition(".")[2] for cause in found.causes]


def raised(exception: BaseException) -> str:
    """What Python itself prints of a raised exception."""
    return "".join(traceback.format_exception(exception))


def chained(depth: int, message: str, explicit: bool) -> BaseException:
    """A caught chain of ``depth`` exceptions whose root is ValueError(message)."""
    try:
        if depth == 1:
            raise ValueError(message)
        cause = chained(depth - 1, message, explicit)
        try:
            raise cause
        except (ValueError, RuntimeError) as error:
            if explicit:
                raise RuntimeError(f"level {depth}") from error
            raise RuntimeError(f"level {depth}")  # noqa: B904
    except (ValueError, RuntimeError) as error:
        return error


def java_trace(exceptions: Sequence[tuple[str, str]]) -> str:
    frames = "\tat org.apache.spark.A$.b(A.scala:1)\n\tat java.base/java.lang.Thread.run(Thread.java:840)\n"
    first, *others = [f"{name}: {message}\n{frames}" for name, message in exceptions]
    return first + "".join(f"Caused by: {other}\t... 1 more\n" for other in others)


def test_a_python_function_that_fails_on_an_executor_is_told_from_the_drivers_stdout() -> None:
    """The real output of spark-submit: Py4J around Java around the worker's chain of two exceptions."""
    found = extracted(driver_stdout=(SAMPLES / "rdd.stdout.txt").read_text())

    assert names(found) == ["Py4JJavaError", "SparkException", "PythonException", "FeatureError", "KeyError"]
    assert [cause.message for cause in found.causes[-2:]] == ["no rate for 5", "5"]
    assert "KeyError: 5" in found.text
    assert "    return {1: 2}[x]" in found.text


def test_a_captured_exception_of_spark_is_told_with_both_streams() -> None:
    logs = {stream: (SAMPLES / f"udf.{stream}.txt").read_text() for stream in ("stdout", "stderr")}

    found = extracted(**{f"driver_{stream}": text for stream, text in logs.items()})

    assert found.source == "driver/stdout"
    assert names(found) == ["PythonException", "FeatureError"]
    assert found.root.message == "no rate for 50"
    assert [section.source for section in found.sections] == ["driver/stdout", "driver/stderr"]


def test_what_an_executor_says_counts_more_than_the_clients_word_that_the_application_failed() -> None:
    client = java_trace(
        [("org.apache.spark.SparkException", "Application application_1_1 finished with failed status")]
    )
    thrown = java_trace([("java.lang.OutOfMemoryError", "Java heap space")])
    oom = f"26/11/21 20:28:25 ERROR Executor: Exception in task 0.0\n{thrown}"

    found = extract_failure(
        {"steps/s-1/stderr.gz": client, "containers/application_1_1/container_1_1_01_000002/stderr.gz": oom}
    )

    assert found is not None
    assert (found.root.exception, found.root.message) == ("java.lang.OutOfMemoryError", "Java heap space")
    assert found.source.endswith("container_1_1_01_000002/stderr.gz")
    assert "finished with failed status" in found.text


def test_a_logged_warning_with_a_stack_trace_counts_only_if_there_is_nothing_else() -> None:
    warning = f"26/11/21 20:28:25 WARN Client: retried\n{java_trace([('java.io.IOException', 'flaky')])}"

    alone = extracted(driver_stderr=warning)
    beside = extracted(driver_stderr=raised(chained(1, "bad", True)) + warning)

    assert alone.root.exception == "java.io.IOException"
    assert beside.root.in_words == "ValueError: bad"


def test_what_was_suppressed_caused_nothing() -> None:
    trace = (
        'Exception in thread "main" java.lang.IllegalStateException: outer\n\tat a.B.c(B.java:1)\n'
        "\tSuppressed: java.io.IOException: closing\n\t\tat a.B.d(B.java:2)\n"
        "\tCaused by: java.net.SocketException: of closing\n\t\tat a.B.e(B.java:3)\n"
        "Caused by: java.lang.ArithmeticException: / by zero\n\tat a.B.f(B.java:4)\n"
    )

    assert names(extracted(driver_stderr=trace)) == ["IllegalStateException", "ArithmeticException"]


def test_errors_without_an_exception_are_told_in_the_logs_words() -> None:
    stderr = "Get:1 index\n+ pip3 install pandas\nbash: line 3: pip3: command not found\nbye"

    found = extracted(**{"node_i-1_bootstrap-actions_1_stderr": stderr})

    assert (found.root.exception, found.root.message) == ("", "bash: line 3: pip3: command not found")
    assert "+ pip3 install pandas" in found.text


def test_why_a_cluster_could_not_work_is_told_rather_than_that_it_failed() -> None:
    error = raised(chained(1, "bootstrap", True)).replace("ValueError:", "compute.emr.errors.ClusterFailed:")
    logs = {"driver/error": error, "j-1/node/i-1/bootstrap-actions/1/stderr.gz": "bash: pip3: command not found"}

    found, alone = extract_failure(logs), extract_failure({"driver/error": error})

    assert found is not None
    assert found.root.message == "bash: pip3: command not found"
    assert "ClusterFailed: bootstrap" in found.text
    assert alone is not None
    assert alone.root.exception.endswith("ClusterFailed")


def test_an_exception_group_is_told_with_its_part() -> None:
    try:
        raise ExceptionGroup("two sources failed", [ValueError("first"), KeyError("second")])
    except ExceptionGroup as error:
        text = raised(error)

    assert names(extracted(driver_stdout=text))[0] == "ExceptionGroup"


@pytest.mark.parametrize("logs", [{}, {"driver/stdout": ""}, {"driver/stdout": "\n".join(NOISE)}])
def test_logs_that_tell_of_no_failure_give_none(logs: dict[str, str]) -> None:
    assert extract_failure(logs) is None


MESSAGES = st.text(
    st.characters(min_codepoint=33, max_codepoint=1000, exclude_categories=["Cc", "Zl", "Zp", "Zs"]),
    min_size=1,
    max_size=40,
)
NOISES = st.lists(st.sampled_from(NOISE), max_size=150)


@given(NOISES, NOISES, st.integers(1, 5), st.booleans(), MESSAGES)
def test_a_planted_chain_of_python_is_found_in_noise(
    before: list[str], after: list[str], depth: int, explicit: bool, message: str
) -> None:
    trace = raised(chained(depth, message, explicit)).rstrip("\n").split("\n")

    found = extracted(driver_stdout="\n".join([*before, *trace, *after]), driver_stderr="\n".join(before))

    assert [cause.message for cause in found.causes] == [*(f"level {n}" for n in range(depth, 1, -1)), message]
    assert found.root.exception == "ValueError"
    assert any(line.endswith(f"ValueError: {message}") for line in found.sections[0].lines)


@given(
    NOISES,
    NOISES,
    st.lists(st.tuples(st.sampled_from(["java.io.IOException", "org.a.B$CError"]), st.uuids()), min_size=1, max_size=5),
)
def test_a_planted_chain_of_java_is_found_in_noise(
    before: list[str], after: list[str], chain: list[tuple[str, UUID]]
) -> None:
    trace = java_trace([(name, str(message)) for name, message in chain]).splitlines()
    logged = "26/11/21 20:28:25 ERROR Executor: Exception in task 0.0 in stage 0.0 (TID 0)"

    found = extracted(executor_stderr="\n".join([*before, logged, *trace, *after]))

    assert [(cause.exception, cause.message) for cause in found.causes] == [(n, str(m)) for n, m in chain]


PIECES = st.sampled_from(
    [
        *NOISE,
        "Traceback (most recent call last):",
        '  File "a.py", line 1, in f',
        "ValueError: bad",
        "The above exception was the direct cause of the following exception:",
        "Caused by: java.io.IOException: x: java.lang.Error",
        "\tSuppressed: java.io.IOException",
        ": org.apache.spark.SparkException: Job aborted",
        "Caused by: org.apache.spark.api.python.PythonException: Traceback (most recent call last):",
        "\tat a.b.C.d(C.java:1)",
        "  | ExceptionGroup: x (1 sub-exception)",
    ]
)


@given(
    st.dictionaries(
        st.text(max_size=20), st.lists(PIECES | st.text(max_size=30), max_size=300).map("\n".join), max_size=5
    )
)
def test_any_text_gives_at_most_so_many_lines_and_never_an_error(logs: dict[str, str]) -> None:
    found = extract_failure(logs)

    if found is not None:
        assert found.causes
        assert sum(len(section.lines) for section in found.sections) <= MAX_LINES
        assert all(section.lines for section in found.sections)
        assert all(logs[section.source] for section in found.sections)
