"""Which deployment this is and where its things are; every environment variable is read here and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from platform_assets.learning.threads import share_the_cores

Deployment = Literal["local"]
EngineName = Literal["embedded", "spark"]

ROOT = Path(__file__).resolve().parents[1]


class SettingsError(ValueError):
    """An environment variable has a value that the platform does not know."""

    def __init__(self, variable: str, value: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"{variable}={value} is not known. Set it to one of: {', '.join(allowed)}.")


@dataclass(frozen=True)
class Settings:
    """Where a deployment keeps its data and where it runs its jobs.

    Attributes:
        deployment: name of the environment (``PLATFORM_DEPLOYMENT``).
        engine: where jobs run (``PLATFORM_ENGINE``).
        data: folder of everything the platform writes (``PLATFORM_DATA``).
        tracking_uri: MLflow tracking store (``PLATFORM_MLFLOW_TRACKING_URI``).
    """

    deployment: Deployment
    engine: EngineName
    data: Path
    tracking_uri: str

    @property
    def landing(self) -> Path:
        """Folder into which files are delivered."""
        return self.data / "landing"

    @property
    def lake(self) -> Path:
        """Folder of the lake."""
        return self.data / "lake"

    @property
    def reports(self) -> Path:
        """Folder of HTML reports."""
        return self.data / "reports"

    @property
    def artifacts(self) -> Path:
        """Folder of model artifacts."""
        return self.data / "mlflow" / "artifacts"


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from environment variables; raises SettingsError for unknown values."""
    env = os.environ if environment is None else environment
    data = Path(env.get("PLATFORM_DATA", str(ROOT / "data"))).resolve()
    return Settings(
        deployment=_one_of(env, "PLATFORM_DEPLOYMENT", "local", get_args(Deployment)),
        engine=_one_of(env, "PLATFORM_ENGINE", "embedded", get_args(EngineName)),
        data=data,
        tracking_uri=env.get("PLATFORM_MLFLOW_TRACKING_URI", f"sqlite:///{data / 'mlflow' / 'mlflow.db'}"),
    )


def prepare_process() -> None:
    """Set what libraries read from the environment when they are first imported; values of the user stay."""
    share_the_cores()
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


def dagster_home() -> Path:
    """Folder of the Dagster instance: ``DAGSTER_HOME``, by default the repository's root."""
    return Path(os.environ.get("DAGSTER_HOME", str(ROOT))).resolve()


def _one_of(env: Mapping[str, str], variable: str, default: str, allowed: tuple[str, ...]) -> Any:
    value = env.get(variable, default)
    if value not in allowed:
        raise SettingsError(variable, value, allowed)
    return value
