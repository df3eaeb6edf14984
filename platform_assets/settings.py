"""Which deployment this is and where its things are; every environment variable is read here and nowhere else."""

from __future__ import annotations

import gc
import math
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from platform_assets.compute.cost.rate import DEFAULT_CPU_HOUR_USD
from platform_assets.compute.engines.ladder import EngineWanted, Ladder, LadderNotUnderstood
from platform_assets.learning.threads import share_the_cores
from platform_assets.quality.personal.secrets import Secrets

if TYPE_CHECKING:
    from platform_assets.compute.emr.settings import EmrSettings
    from platform_assets.landing import Landing

ROOT = Path(__file__).resolve().parents[1]
# New objects between two looks for garbage.
LOOK_AFTER = 100_000
# It is part of the names of clusters and of folders on S3.
DEPLOYMENT = re.compile(r"[a-z][a-z0-9-]{0,39}")


class SettingsError(ValueError):
    """An environment variable has a value that the platform does not know."""

    def __init__(self, variable: str, value: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"{variable}={value} is not known. Set it to one of: {', '.join(allowed)}.")


class AutoEnginesWrong(SettingsError):
    """``PLATFORM_AUTO_ENGINES`` is not understood."""

    def __init__(self, error: LadderNotUnderstood) -> None:
        ValueError.__init__(self, f"PLATFORM_AUTO_ENGINES: {error}")


@dataclass(frozen=True)
class Settings:
    """Where a deployment keeps its data and where it runs its jobs.

    Attributes:
        deployment: name of the environment (``PLATFORM_DEPLOYMENT``); each in an AWS account has its own, as clusters
            are ended and billed by it.
        engine: where jobs run whose declaration says nothing (``PLATFORM_ENGINE``).
        auto_engines: what ``auto`` chooses from (``PLATFORM_AUTO_ENGINES``), see
            :class:`platform_assets.compute.engines.ladder.Ladder`.
        data: folder of everything the platform writes (``PLATFORM_DATA``).
        tracking_uri: MLflow tracking store (``PLATFORM_MLFLOW_TRACKING_URI``).
        warehouse: folder or ``s3://bucket/prefix`` of the lake (``PLATFORM_WAREHOUSE``).
        catalog: SQLAlchemy address of the lake's catalog, or ``glue`` (``PLATFORM_CATALOG``); needed on S3.
        s3_endpoint: address of an S3 server that is not Amazon's (``PLATFORM_S3_ENDPOINT``).
        s3_region: region of the bucket (``AWS_REGION``); credentials are found as every AWS client finds them.
        arrivals: where deliveries arrive (``PLATFORM_LANDING``): a folder, ``s3://bucket/prefix``, or
            ``sqs://host/account/queue?landing=s3://bucket/prefix``; by default the folder ``landing`` of the data.
        cpu_hour_usd: what an hour of one core of this machine costs in US dollars (``PLATFORM_CPU_HOUR_USD``).
        alerts: file of sinks and routes (``PLATFORM_ALERTS``); without it alerts stay in the lake's table and in
            Dagster's UI.
    """

    deployment: str
    engine: EngineWanted
    data: Path
    tracking_uri: str
    warehouse: str
    catalog: str | None = None
    s3_endpoint: str | None = None
    s3_region: str | None = None
    arrivals: str | None = None
    cpu_hour_usd: float = DEFAULT_CPU_HOUR_USD
    auto_engines: str = "embedded"
    alerts: Path | None = None

    @property
    def ladder(self) -> Ladder:
        """What ``auto`` chooses from; raises LadderNotUnderstood."""
        return Ladder.parse(self.auto_engines)

    @property
    def landing(self) -> Path:
        """Folder into which files are delivered, or into which a run copies what was delivered elsewhere."""
        return Path(self.arrivals) if self.arrivals and not self.is_landing_remote else self.data / "landing"

    @property
    def is_landing_remote(self) -> bool:
        """Whether files are delivered elsewhere than in a folder of this machine."""
        return self.arrivals is not None and "://" in self.arrivals

    def open_landing(self) -> Landing:
        """The landing place; raises LandingError if its address is not understood."""
        from platform_assets.landing import open_landing

        return open_landing(self.arrivals or str(self.landing), self.s3_endpoint, self.s3_region)

    @property
    def downloads(self) -> Path:
        """Cache of files downloaded from sources."""
        return self.data / "downloads"

    @property
    def reports(self) -> Path:
        """Folder of HTML reports."""
        return self.data / "reports"

    @property
    def event_logs(self) -> Path:
        """Folder of the event logs that Apache Spark writes on this machine; safe to delete."""
        return self.data / "spark" / "event_logs"

    @property
    def artifacts(self) -> Path:
        """Folder of model artifacts."""
        return self.data / "mlflow" / "artifacts"


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from environment variables; raises SettingsError for unknown values."""
    env = os.environ if environment is None else environment
    data = Path(env.get("PLATFORM_DATA", str(ROOT / "data"))).resolve()
    return Settings(
        deployment=_deployment(env),
        engine=_one_of(env, "PLATFORM_ENGINE", "embedded", get_args(EngineWanted)),
        data=data,
        tracking_uri=env.get("PLATFORM_MLFLOW_TRACKING_URI", f"sqlite:///{data / 'mlflow' / 'mlflow.db'}"),
        warehouse=env.get("PLATFORM_WAREHOUSE", str(data / "lake")),
        catalog=env.get("PLATFORM_CATALOG"),
        s3_endpoint=env.get("PLATFORM_S3_ENDPOINT"),
        s3_region=env.get("AWS_REGION", env.get("AWS_DEFAULT_REGION")),
        arrivals=env.get("PLATFORM_LANDING"),
        cpu_hour_usd=_dollars(env, "PLATFORM_CPU_HOUR_USD", DEFAULT_CPU_HOUR_USD),
        auto_engines=_ladder(env.get("PLATFORM_AUTO_ENGINES", "embedded")),
        alerts=Path(env["PLATFORM_ALERTS"]).resolve() if env.get("PLATFORM_ALERTS") else None,
    )


def load_secrets(environment: Mapping[str, str] | None = None) -> Secrets:
    """Keys of personal columns from environment variables; they stay out of Settings, which Dagster shows."""
    env = os.environ if environment is None else environment
    return Secrets(
        hash_key=env.get("PLATFORM_HASH_KEY"), vault=env.get("PLATFORM_VAULT"), vault_key=env.get("PLATFORM_VAULT_KEY")
    )


def load_emr(environment: Mapping[str, str] | None = None) -> EmrSettings | None:
    """Clusters of this deployment from the YAML file ``PLATFORM_EMR``; None if it has none.

    Raises:
        EmrSettingsWrong: the file is not understood, or its price book is one of another region.
        PriceBookNotReadable: its price book is none.
    """
    file = (os.environ if environment is None else environment).get("PLATFORM_EMR")
    if not file:
        return None
    from platform_assets.compute.emr.current_prices import list_prices
    from platform_assets.compute.emr.settings import load_emr_settings

    settings = load_emr_settings(Path(file))
    list_prices(settings)
    return settings


def secrets_named(names: Iterable[str], environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Values of the environment variables that a declaration names; those that are not set are left out."""
    env = os.environ if environment is None else environment
    return {name: env[name] for name in names if name in env}


def prepare_process() -> None:
    """Set what libraries read from the environment when they are first imported; values of the user stay."""
    share_the_cores()
    collect_garbage_rarely()
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    use_s3_server(os.environ.get("PLATFORM_S3_ENDPOINT"))


def collect_garbage_rarely() -> None:
    """Look for cycles of objects after 100,000 new ones, not some hundreds; who chose more, or never, keeps that.

    With Dagster and MLflow loaded each look passes over a million objects that stay: a sixth of the CPU seconds of a
    replay of three months.
    """
    if 0 < gc.get_threshold()[0] < LOOK_AFTER:
        gc.set_threshold(LOOK_AFTER)


def use_s3_server(endpoint: str | None) -> None:
    """Tell every S3 client of this process, those inside engines too, of a server that is not Amazon's."""
    if not endpoint:
        return
    os.environ.setdefault("AWS_ENDPOINT_URL", endpoint)
    os.environ.setdefault("AWS_REGION", "us-east-1")
    os.environ.setdefault("AWS_ALLOW_HTTP", str(endpoint.startswith("http://")).lower())
    # Other servers take the checksums of Amazon's newer clients for part of the file.
    os.environ.setdefault("AWS_REQUEST_CHECKSUM_CALCULATION", "WHEN_REQUIRED")


def dagster_home() -> Path:
    """Folder of the Dagster instance: ``DAGSTER_HOME``, by default the repository's root."""
    return Path(os.environ.get("DAGSTER_HOME", str(ROOT))).resolve()


def _ladder(text: str) -> str:
    """The text itself, once it is understood: who set it wrongly is told before anything runs."""
    try:
        Ladder.parse(text)
    except LadderNotUnderstood as error:
        raise AutoEnginesWrong(error) from error
    return text


def _one_of(env: Mapping[str, str], variable: str, default: str, allowed: tuple[str, ...]) -> Any:
    value = env.get(variable, default)
    if value not in allowed:
        raise SettingsError(variable, value, allowed)
    return value


def _deployment(env: Mapping[str, str]) -> str:
    name = env.get("PLATFORM_DEPLOYMENT", "local")
    if not DEPLOYMENT.fullmatch(name):
        rule = "a name of your own: up to 40 lower-case letters, digits and hyphens, a letter first"
        raise SettingsError("PLATFORM_DEPLOYMENT", name, (rule,))
    return name


def _dollars(env: Mapping[str, str], variable: str, default: float) -> float:
    value = env.get(variable, str(default))
    try:
        amount = float(value)
    except ValueError:
        amount = math.nan
    if not 0 <= amount < math.inf:
        raise SettingsError(variable, value, ("a number of US dollars, zero or more",))
    return amount
