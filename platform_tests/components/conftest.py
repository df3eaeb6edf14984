"""An instance of Dagster for one test."""

from collections.abc import Iterator

import dagster as dg
import pytest


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """An empty instance in memory."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance
