"""Configurations of a cluster: Spark so that all engines give the same results, and what is left to look at later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from platform_assets.compute.emr.agent import agent_configuration
from platform_assets.compute.emr.settings import EmrSettings
from platform_assets.compute.spot.fleet_plan import FleetPlan
from platform_assets.compute.spot.ranking import EXECUTOR_SIZES

# Where the bootstrap action unpacks the dependencies on every machine.
PACKAGES = "/opt/platform/packages"
# Python workers live outside of the JVM's memory; Spark takes no less for them.
OVERHEAD, LEAST_OVERHEAD_MIB = 0.2, 384


def configurations(settings: EmrSettings, plan: FleetPlan, event_logs: str) -> list[dict[str, Any]]:
    """``Configurations`` of RunJobFlow; ``event_logs`` is where Spark writes its event log.

    The declared ones are merged into the platform's: a property that is in both is the declared one.
    """
    own = [
        _classification("spark-defaults", spark_defaults(settings, plan, event_logs)),
        {"Classification": "spark-env", "Configurations": [_classification("export", _environment(settings))]},
    ]
    if plan.core.on_demand:
        own.append(_classification("yarn-site", _masters_off_spot()))
    if settings.metrics:
        own.append(agent_configuration())
    return merged([*own, *settings.configurations])


def spark_defaults(settings: EmrSettings, plan: FleetPlan, event_logs: str) -> dict[str, str]:
    """Spark's settings on the cluster; those that are declared win."""
    cores = executor_cores(plan)
    container = plan.memory_gib_per_core * cores * 1024
    memory = int(min(container / (1 + OVERHEAD), container - LEAST_OVERHEAD_MIB))
    own = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": event_logs,
        # A file on S3 exists once it is closed; of a cluster that is lost, the files before the last one stay.
        "spark.eventLog.rolling.enabled": "true",
        "spark.eventLog.logStageExecutorMetrics": "true",
        "spark.executor.processTreeMetrics.enabled": "true",
        "spark.executor.cores": str(cores),
        "spark.executor.memory": f"{memory}m",
        "spark.executor.memoryOverheadFactor": str(OVERHEAD),
        "spark.dynamicAllocation.maxExecutors": str(max(1, -(-plan.need.cores // cores))),
        # Executors of a node that is told of its end hand over what they hold.
        "spark.decommission.enabled": "true",
        "spark.storage.decommission.enabled": "true",
        "spark.pyspark.python": settings.python,
    }
    if settings.environment == "built":
        own["spark.executorEnv.PYTHONPATH"] = PACKAGES
    return {**own, **settings.spark}


def executor_cores(plan: FleetPlan) -> int:
    """Cores of an executor: so many that every node that may come is filled by whole ones."""
    weights = [each.weight for each in plan.executor_types]
    return max(size for size in EXECUTOR_SIZES if all(weight % size == 0 for weight in weights))


def merged(configurations: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One entry for each classification, as EMR wants it: properties and nested ones joined, the later ones win."""
    by_name: dict[str, dict[str, Any]] = {}
    for each in configurations:
        known = by_name.setdefault(each["Classification"], {"Classification": each["Classification"]})
        known["Properties"] = {**known.get("Properties", {}), **(each.get("Properties") or {})}
        nested = merged([*known.get("Configurations", []), *(each.get("Configurations") or [])])
        if nested:
            known["Configurations"] = nested
    return list(by_name.values())


def _classification(name: str, properties: Mapping[str, str]) -> dict[str, Any]:
    return {"Classification": name, "Properties": dict(properties)}


def _environment(settings: EmrSettings) -> dict[str, str]:
    known = {
        "PYSPARK_PYTHON": settings.python,
        "AWS_REGION": settings.region,
        "AWS_DEFAULT_REGION": settings.region,
    }
    if settings.environment == "built":
        known["PYTHONPATH"] = f"{PACKAGES}:$PYTHONPATH"
    return known


def _masters_off_spot() -> dict[str, str]:
    """Application masters go to machines on demand, which EMR labels so: losing one loses the whole application."""
    return {
        "yarn.node-labels.enabled": "true",
        "yarn.node-labels.am.default-node-label-expression": "ON_DEMAND",
    }
