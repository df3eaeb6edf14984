"""Trainings in processes that may be killed, forked from one that has imported everything and opened nothing."""

import multiprocessing
import os
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import alembic.command
import mlflow.store.model_registry.sqlalchemy_workspace_store
import mlflow.store.tracking.sqlalchemy_store
import optuna.storages
import sklearn.ensemble
import sqlalchemy.dialects.sqlite

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.registering import train_and_register
from platform_assets.learning.registry import ModelRegistry
from platform_assets.learning.training_set import TrainingSet

# A child imports none of them anew; without this each takes seconds before it does anything that could break.
IMPORTED = (
    alembic.command,
    mlflow.store.model_registry.sqlalchemy_workspace_store,
    mlflow.store.tracking.sqlalchemy_store,
    optuna.storages.RDBStorage,
    sklearn.ensemble,
    sqlalchemy.dialects.sqlite,
)


def registry_in(folder: Path) -> ModelRegistry:
    return ModelRegistry(f"sqlite:///{folder}/mlflow.db", "late", str(folder / "files"))


def train_in(folder: Path, declaration: ModelDeclaration, training_set: TrainingSet) -> None:
    """What a training process does, from start to end; it leaves a file behind when it has begun."""
    (folder / "begun").touch()
    registry = registry_in(folder)
    train_and_register(registry, declaration, training_set, searches=folder / "searches", tags={"code_commit": "a"})


def started(folder: Path, declaration: ModelDeclaration, training_set: TrainingSet) -> ForkServerProcess:
    """A training process that has just begun."""
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    (folder / "begun").unlink(missing_ok=True)
    process = context.Process(target=train_in, args=(folder, declaration, training_set))
    process.start()
    while not (folder / "begun").exists() and process.is_alive():
        time.sleep(0.001)
    return process
