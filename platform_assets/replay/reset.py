"""Forget a replay: delete the data folder's contents and the local Dagster instance's records."""

from __future__ import annotations

import shutil
from pathlib import Path

from platform_assets.settings import Settings

# What a local Dagster instance writes below its home; dagster.yaml itself stays.
INSTANCE_FOLDERS = ("history", "schedules", "storage", "logs", ".logs_queue")
DATA_FOLDERS = ("landing", "lake", "reports", "mlflow", "backtest")


def reset(settings: Settings, dagster_home: Path) -> None:
    """Delete exactly the folders that the platform and its local instance write."""
    for folder in [settings.data / name for name in DATA_FOLDERS] + [dagster_home / name for name in INSTANCE_FOLDERS]:
        shutil.rmtree(folder, ignore_errors=True)
