"""Logs of a cluster in EMR's layout, on a disk, and what of them is sent to people."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.compute.logs import extract_failure
from platform_assets.compute.logs.cluster import MOST_LOGS, TAIL_BYTES, read_cluster_logs
from platform_assets.compute.logs.masking import masked
from platform_assets.lake.store import Store

CONTAINERS = "containers/application_1_0001"


def packed(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()))


def test_the_logs_of_steps_containers_and_bootstrap_actions_are_read_and_their_failure_found(tmp_path: Path) -> None:
    cluster = tmp_path / "logs" / "j-1"
    packed(cluster, "steps/s-1/stderr.gz", "26/11/21 20:28:25 INFO Client: Application report (state: RUNNING)")
    packed(cluster, f"{CONTAINERS}/container_1_0001_01_000001/stdout.gz", "noise\n" * 200_000 + "KeyError: 1")
    packed(
        cluster, f"{CONTAINERS}/container_1_0001_01_000002/stderr.gz", "java.lang.OutOfMemoryError: heap\n\tat a.B.c(B)"
    )
    packed(cluster, "node/i-1/bootstrap-actions/1/stderr.gz", "+ pip3 install")
    packed(cluster, "node/i-1/daemons/instance-state.log.gz", "java.io.IOException: of a daemon")

    logs = read_cluster_logs(f"{cluster}/", Store(tmp_path))

    assert sorted(name.removeprefix(CONTAINERS) for name in logs) == [
        "/container_1_0001_01_000001/stdout.gz",
        "/container_1_0001_01_000002/stderr.gz",
        "node/i-1/bootstrap-actions/1/stderr.gz",
        "steps/s-1/stderr.gz",
    ]
    assert max(map(len, logs.values())) == TAIL_BYTES
    found = extract_failure(logs)
    assert found is not None
    assert found.root.in_words == "java.lang.OutOfMemoryError: heap"


def test_of_a_large_cluster_the_drivers_logs_are_read_first(tmp_path: Path) -> None:
    cluster = tmp_path / "j-1"
    for number in range(2, 100):
        packed(cluster, f"{CONTAINERS}/container_1_0001_01_{number:06}/stderr.gz", "noise")
    packed(cluster, "steps/s-9/stdout.gz", "noise")

    logs = read_cluster_logs(str(cluster), Store(tmp_path))

    assert len(logs) == MOST_LOGS
    assert next(iter(logs)) == "steps/s-9/stdout.gz"


def test_a_cluster_without_logs_has_none(tmp_path: Path) -> None:
    assert read_cluster_logs(str(tmp_path / "j-1"), Store(tmp_path)) == {}


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("key AKIAIOSFODNN7EXAMPLE is used", "key *** is used"),
        ("spark.hadoop.fs.s3a.secret.key=wJalrXUt/nFEMI", "spark.hadoop.fs.s3a.secret.key=***"),
        ('{"password": "hunter2", "user": "a"}', '{"password": "***", "user": "a"}'),
        ("postgresql://me:hunter2@host/db failed", "postgresql://me:***@host/db failed"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("GET /b/k?X-Amz-Signature=abc123&X-Amz-Date=1", "GET /b/k?X-Amz-Signature=***&X-Amz-Date=1"),
        ("posting with xoxb-123456789-abcdef", "posting with ***"),
        ("{'Authorization': 'Bearer abc.def'}", "{'Authorization': 'Bearer ***'}"),
        ('{"Authorization": "Basic YTpi="}', '{"Authorization": "Basic ***"}'),
        ("x-api-key: abc123", "x-api-key: ***"),
        ("fs.s3a.access.key=abc/123", "fs.s3a.access.key=***"),
        ("POST https://hooks.slack.com/services/T0/B0/xyz failed", "POST https://hooks.slack.com/*** failed"),
        ("connect(private_key='a, b c', user='me')", "connect(private_key='***', user='me')"),
        ("passphrase=correct horse", "passphrase=*** horse"),
        ('passphrase="correct, horse; battery" ok', 'passphrase="***" ok'),
        ('password="cut, in the', 'password="***"'),
        ('password="a\\"b c" ok', 'password="***" ok'),
        ("password=a,b)c,user=me, ok", "password=***,user=me, ok"),
        ("run --password hunter2 --user me", "run --password *** --user me"),
        ("run --db-password 'hunter 2' now", "run --db-password '***' now"),
        ("postgresql://me:a/b/c@host/db failed", "postgresql://me:***@host/db failed"),
        ("got eyJhbGciOi.eyJzdWIiOi.SflKxw-RJ back", "got *** back"),
        (r'"{\"password\": \"hunter2\"}"', r'"{\"password\": \"***\"}"'),
        ("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nend", "***\nend"),
        ("see http://host:8080/path and a@b.example", "see http://host:8080/path and a@b.example"),
        ("KeyError: 'token of the bearer'", "KeyError: 'token of the bearer'"),
        ("ValueError: no rate for 5: see 10:30", "ValueError: no rate for 5: see 10:30"),
    ],
)
def test_secrets_in_logs_are_masked(text: str, sent: str) -> None:
    assert masked(text) == sent


def test_a_secret_that_is_known_is_masked_wherever_it_stands() -> None:
    assert masked("at https://ex.org/in/s3cr3t-p4rt? no", ["s3cr3t-p4rt", "no"]) == "at https://ex.org/in/***? no"


@given(st.text(max_size=200), st.text("abcdef0123456789", min_size=8, max_size=20), st.text(max_size=50))
def test_a_named_secret_never_gets_out(before: str, value: str, after: str) -> None:
    told = masked(f"{before}\npassword={value} {after.replace(value, '')}")

    assert f"password={value}" not in told
