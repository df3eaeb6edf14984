"""Reaching MLflow: retries that end, and an error that says what does not answer and what to do about it."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from platform_assets.learning.errors import TrackingError

if TYPE_CHECKING:
    from mlflow import MlflowClient

# MLflow's own are 7 retries with pauses that double, which keeps a run waiting for minutes before it fails.
_LIMITS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
}
_SERVER_FAILED = 500


def connect(uri: str) -> "MlflowClient":
    """A client of the tracking store and registry at an address; limits of retries set from outside are kept.

    Raises `TrackingError` if a server does not answer.
    """
    _limit_retries()
    from mlflow import MlflowClient

    # Creating the tables is announced at INFO with several lines that say nothing to a user of the platform.
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)
    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    if _is_server(uri):
        with answering(uri):
            client.search_experiments(max_results=1)
    return client


@contextmanager
def answering(uri: str) -> Iterator[None]:
    """Turn a failure of the store behind an address into a `TrackingError`, after MLflow's retries."""
    _limit_retries()
    from mlflow.exceptions import MlflowException
    from requests.exceptions import RequestException

    try:
        yield
    except (MlflowException, RequestException) as error:
        if isinstance(error, MlflowException) and error.get_http_status_code() < _SERVER_FAILED:
            raise
        retried = f", after {os.environ['MLFLOW_HTTP_REQUEST_MAX_RETRIES']} retries" if _is_server(uri) else ""
        raise TrackingError(
            f"MLflow at {without_password(uri)} does not answer as it should{retried}: {error}. No alias was moved. "
            "Start it or correct PLATFORM_MLFLOW_TRACKING_URI, then run the step again: finished trials are kept."
        ) from error


def without_password(uri: str) -> str:
    """An address as it may be shown."""
    parts = urlsplit(uri)
    if parts.password is None:
        return uri
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}:***@{host}").geturl()


def _limit_retries() -> None:
    for name, value in _LIMITS.items():
        os.environ.setdefault(name, value)


def _is_server(uri: str) -> bool:
    return urlsplit(uri).scheme in ("http", "https")
