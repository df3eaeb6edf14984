"""How estimators use the cores, so that training beside other work is slowed by its share of them and no more."""

import os


def sleep_while_waiting() -> None:
    """Let idle OpenMP threads sleep instead of spin; to be called before scikit-learn is first imported.

    By default they spin, which takes cores from whoever has work: fitting gradient boosting on a machine with other
    processes took ten times as long. A value set from outside is kept. Results do not depend on it.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
