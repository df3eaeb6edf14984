"""The report of a driver: every message once and in order, and what is missing is known."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from platform_assets.compute.emr import objects
from platform_assets.compute.emr.messages import RESULT, Report
from platform_assets.compute.job import JobResult, StagedFiles

FOLDER = "s3://platform/runs/messages"
pytestmark = pytest.mark.spark

RESULT_OF_JOB = JobResult(job="j", engine="emr", staged=StagedFiles(files=["s3://f"]), seconds=1)


@pytest.fixture(scope="module")
def s3(deployment):
    return deployment.s3


def log(text):
    return {"method": "log", "params": {"message": text, "level": "INFO"}}


CLOSED = {"method": "closed", "params": {}}


def put(s3, folder, number, *messages):
    text = "\n".join(json.dumps(message) for message in messages)
    objects.write(s3, f"{folder}/{number}.json", text.encode())


def words(messages):
    return [message["params"].get("message", message["method"]) for message in messages]


def test_pieces_are_read_once_and_in_order(s3):
    report = Report(FOLDER)
    put(s3, FOLDER, 1, log("a"), log("b"))
    assert words(report.news(s3)) == ["a", "b"]
    put(s3, FOLDER, 2, log("c"))
    assert words(report.news(s3)) == ["c"]
    assert words(report.news(s3)) == []
    put(
        s3,
        FOLDER,
        3,
        {
            "method": "report_custom_message",
            "params": {"payload": {"kind": RESULT, "result": {**RESULT_OF_JOB.model_dump(mode="json")}}},
        },
        CLOSED,
    )
    list(report.rest(s3))
    assert (report.closed, report.exception, report.result) == (True, None, RESULT_OF_JOB)
    assert report.missing == []


def test_a_lost_piece_is_noted_and_later_ones_are_read(s3):
    folder = "s3://platform/runs/lost"
    for number in (1, 3, 6):
        put(s3, folder, number, log(str(number)))
    report = Report(folder)
    assert words(report.news(s3)) == ["1"]
    assert words(report.rest(s3)) == ["3", "6"]
    assert report.missing == [2, 4, 5]
    assert not report.closed


def test_what_comes_after_the_closing_message_is_not_told_again(s3):
    folder = "s3://platform/runs/twice"
    put(s3, folder, 1, log("a"), CLOSED)
    put(s3, folder, 2, log("a"), {"method": "closed", "params": {"exception": {"name": "E", "message": "E: x"}}})
    report = Report(folder)
    assert words(report.rest(s3)) == ["a", "closed"]
    assert report.exception is None


def test_pieces_behind_the_first_page_of_a_listing_are_found(s3):
    folder = "s3://platform/runs/many"
    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    for number in range(1001):
        backend.put_object("platform", f"runs/many/0-of-another-kind-{number}", b"")
    put(s3, folder, 2, log("late"), CLOSED)
    assert s3.list_objects_v2(Bucket="platform", Prefix="runs/many/")["IsTruncated"]
    report = Report(folder)
    assert words(report.rest(s3)) == ["late", "closed"]
    assert report.missing == [1]


def test_the_cause_of_a_failed_job_is_told_instead_of_the_platforms_own_frame(s3):
    folder = "s3://platform/runs/failed"
    cause = {"name": "ZeroDivisionError", "message": "ZeroDivisionError: division by zero\n", "cause": None}
    told = {"name": "JobFailed", "message": "platform.JobFailed: Job 'x' failed\n", "cause": cause, "context": cause}
    put(s3, folder, 1, {"method": "closed", "params": {"exception": told}})
    report = Report(folder)
    list(report.rest(s3))
    assert (report.exception.name, report.exception.message) == ("ZeroDivisionError", "division by zero")
    assert report.exception.chain.splitlines()[0] == "JobFailed: platform.JobFailed: Job 'x' failed"


@settings(max_examples=30, deadline=None)
@given(
    lines=st.lists(st.one_of(st.text(max_size=20), st.builds(json.dumps, st.dictionaries(st.text(), st.integers()))))
)
def test_no_text_breaks_the_report(s3, lines):
    folder = "s3://platform/runs/noise"
    objects.write(s3, f"{folder}/1.json", "\n".join([*lines, json.dumps(log("after"))]).encode())
    assert words(Report(folder).rest(s3))[-1:] == ["after"]
