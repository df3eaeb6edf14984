"""A real S3 server: Ceph's object gateway over one monitor and one store in memory, from Debian's packages."""

from __future__ import annotations

import contextlib
import os
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from processes import free_port, listens, require, running, wait_until

PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
BUCKET = "lake"
ACCESS_KEY, SECRET_KEY = "lake-tests", "of-no-use-elsewhere"
# Made beforehand: the gateway would make them one by one as it comes to need them, a second each.
POOLS = (".rgw.root", *(f"default.rgw.{name}" for name in ("log", "control", "meta", "buckets.index", "buckets.data")))

CONFIGURATION = """
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{monitor}/0]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
paxos propose interval = 0.02
mon allow pool size one = true
mon data = {folder}/mon
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 2147483648
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
osd class load list = *
osd class default list = *
rgw data = {folder}/rgw
rgw thread pool size = 64
run dir = {folder}
admin socket =
pid file =
log file = {folder}/$name.log
"""


@dataclass(frozen=True)
class S3Server:
    """A server with one bucket."""

    port: int
    bucket: str = BUCKET

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"


def credentials() -> dict[str, str]:
    """What a client's environment must hold."""
    return {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REQUEST_CHECKSUM_CALCULATION": "WHEN_REQUIRED",
    }


@contextlib.contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """Start the server below ``folder``; raises NotInstalled without its packages."""
    require(PROGRAMS, "s3")
    monitor, gateway, fsid = free_port(), free_port(), str(uuid.uuid4())
    for name in ("mon", "osd", "rgw"):
        (folder / name).mkdir(parents=True)
    (folder / "ceph.conf").write_text(CONFIGURATION.format(fsid=fsid, monitor=monitor, folder=folder))
    environment = {**os.environ, "CEPH_CONF": str(folder / "ceph.conf")}

    def do(*command: str) -> None:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed: {done.stderr}")

    do("monmaptool", "--create", "--fsid", fsid, "--addv", "a", f"[v2:127.0.0.1:{monitor}]", "monmap")
    do("ceph-mon", "-i", "a", "--mkfs", "--monmap", "monmap")
    with contextlib.ExitStack() as started:
        mon = started.enter_context(running(["ceph-mon", "-i", "a", "-f"], folder, environment))
        wait_until(lambda: listens(monitor), "ceph-mon", mon)
        do("ceph", "osd", "new", fsid, "0")
        do("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", fsid)
        started.enter_context(running(["ceph-osd", "-i", "0", "-f"], folder, environment))
        for pool in POOLS:
            do("ceph", "osd", "pool", "create", pool, "1")
            do("ceph", "osd", "pool", "application", "enable", pool, "rgw")
        keys = ("--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY)
        do("radosgw-admin", "-n", "client.rgw", "user", "create", "--uid=lake", "--display-name=lake", *keys)
        front = f"--rgw-frontends=beast endpoint=127.0.0.1:{gateway} tcp_nodelay=1"
        rgw = started.enter_context(running(["radosgw", "-n", "client.rgw", front, "-f"], folder, environment))
        wait_until(lambda: listens(gateway), "radosgw", rgw)
        server = S3Server(gateway)
        _make_bucket(server)
        yield server


def _make_bucket(server: S3Server) -> None:
    from pyarrow.fs import S3FileSystem

    client = S3FileSystem(
        endpoint_override=server.endpoint,
        region="us-east-1",
        access_key=ACCESS_KEY,
        secret_key=SECRET_KEY,
        allow_bucket_creation=True,
    )
    client.create_dir(server.bucket)
