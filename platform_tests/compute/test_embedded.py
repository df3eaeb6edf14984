"""The embedded engine beside other programs that its process starts."""

import signal
import subprocess

from platform_assets.compute.engines import EmbeddedEngine

STARTS = 60


def test_programs_start_while_the_engine_works(embedded: EmbeddedEngine) -> None:
    """As PySpark starts Java: the child runs a function of Python before its program."""
    codes = []
    for _ in range(STARTS):
        embedded.session.range(10).collect()
        started = subprocess.Popen(
            ["sh", "-c", "exit 7"],
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # type: ignore[arg-type,return-value]
        )
        codes.append(started.wait())
    assert codes == STARTS * [7]
