"""A month of the product on clusters, in a process of its own.

Sail, Arrow and Hadoop keep the S3 server and the credentials that a process meets first, and other tests have another
server than the local EMR.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).with_name("month_on_clusters.py")


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.usefixtures("local_emr")
def test_a_month_on_clusters() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(TESTS)],
        cwd=Path(__file__).parents[3],
        env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    assert " passed" in done.stdout, done.stdout[-2000:]
