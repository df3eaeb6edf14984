"""The retraining policy as a sensor: one decision per delivered partition, with reason and evidence on record."""

import json
from typing import TYPE_CHECKING

import dagster as dg

from platform_assets.automation.interval import SENSOR_SECONDS
from platform_assets.automation.partitions import partitions_definition
from platform_assets.learning import partitions

if TYPE_CHECKING:
    from platform_assets.learning.policy import RetrainingDecision, RollbackDecision
    from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
    from platform_assets.pipeline.retraining import PolicyDecision

REASON_TAG = "platform/retraining_reason"
DECISION_TAG = "platform/retraining_decision"
EVIDENCE_TAG = "platform/retraining_evidence"
ROLLBACK_TAG = "platform/rollback"
FINISHED = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}


def retraining_decisions(product: "Product", model: "MonitoredModelDeclaration") -> dg.AssetSpec:
    """The decisions as an asset: one event per partition says whether it led to a training, and why.

    The model does not depend on it in the graph: drift and performance come from the model's own predictions, and
    assets cannot form a cycle. A training that was decided here carries the reason as a tag of its run.
    """
    return dg.AssetSpec(
        f"{model.name}_retraining",
        group_name=product.name,
        description=f"Whether {model.name} was retrained as of a partition, and why; from the retraining sensor.",
        owners=[model.owner],
        kinds={"policy"},
        partitions_def=partitions_definition(product.feature_sets[model.feature_set].partitions),
        deps=[f"{model.name}_drift_report", f"{model.name}_performance"],
    )


def retraining_sensor(product: "Product", model: "MonitoredModelDeclaration") -> dg.SensorDefinition:
    """Decides once for each partition whose figures are complete: a training as of it, a rollback, or nothing."""
    name = f"{model.name}_retraining_policy"
    first_run = [f"{model.name}_{asset}" for asset in ("model", "champion", "predictions", "drift_report")]

    @dg.sensor(
        name=name,
        description=f"Decides for every delivered partition whether to retrain {model.name}.",
        target=dg.AssetSelection.assets(*first_run),
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=SENSOR_SECONDS,
        required_resource_keys={"workspace"},
    )
    def policy(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        from platform_assets.pipeline.retraining import decide_by_policy

        decided: list[str] = json.loads(context.cursor) if context.cursor else []
        ready = [key for key in _ready(context.instance, product, model) if key not in decided]
        if not ready:
            return dg.SkipReason("No partition waits for a decision.")
        if _champion_exists(context.instance, model) and _is_training(context.instance, name):
            return dg.SkipReason(f"{ready[0]} waits for the training that an earlier partition asked for.")
        as_of = ready[0]
        workspace = context.resources.workspace.open(f"sensor {name}")
        decided_now = decide_by_policy(workspace, product, model.name, as_of)
        return dg.SensorResult(
            run_requests=_requests(model, as_of, decided_now),
            asset_events=[_event(model, as_of, decided_now.retraining)],
            cursor=json.dumps([*decided, as_of]),
        )

    return policy


def _ready(instance: dg.DagsterInstance, product: "Product", model: "MonitoredModelDeclaration") -> list[str]:
    """Partitions whose figures are complete, oldest first.

    Without a champion a partition is ready once its features, and those of every partition that a training would learn
    from, are there; with one, its drift report and the performance that its delivery makes known must be there too.
    """

    def materialised(asset: str) -> set[str]:
        return instance.get_materialized_partitions(dg.AssetKey(asset))

    made = materialised(model.feature_set)

    def gapless(key: str) -> bool:
        return made.issuperset(partitions.labelled_partitions(first, key, model.label.delay_partitions))

    cut = product.feature_sets[model.feature_set].partitions
    first = cut.start if cut else model.first_partition
    features = [key for key in sorted(made) if key >= model.first_partition and gapless(key)]
    if not _champion_exists(instance, model):
        return features
    reports, predicted = materialised(f"{model.name}_drift_report"), materialised(f"{model.name}_predictions")
    measured = materialised(f"{model.name}_performance")

    def complete(key: str) -> bool:
        labelled = partitions.offset(key, -model.label.delay_partitions)
        return key in reports and (labelled in measured or labelled not in predicted)

    return [key for key in features if complete(key)]


def _champion_exists(instance: dg.DagsterInstance, model: "MonitoredModelDeclaration") -> bool:
    return instance.get_latest_materialization_event(dg.AssetKey(f"{model.name}_champion")) is not None


def _is_training(instance: dg.DagsterInstance, sensor: str) -> bool:
    """Whether a requested training has not ended; its outcome is evidence for the next decision."""
    unfinished = [status for status in dg.DagsterRunStatus if status not in FINISHED]
    return instance.get_runs_count(dg.RunsFilter(tags={"dagster/sensor_name": sensor}, statuses=unfinished)) > 0


def _requests(model: "MonitoredModelDeclaration", as_of: str, decided: "PolicyDecision") -> list[dg.RunRequest]:
    if decided.rollback is not None:
        return [_rollback(model, as_of, decided.rollback)]
    return [_request(model, as_of, decided.retraining)] if decided.retraining.retrain else []


def _rollback(model: "MonitoredModelDeclaration", as_of: str, decision: "RollbackDecision") -> dg.RunRequest:
    seen = decision.evidence
    change = {"version": seen["version"], "to_version": decision.to_version, "partition": seen["partition"]}
    return dg.RunRequest(
        run_key=f"{model.name} rollback as of {as_of}",
        asset_selection=[dg.AssetKey(f"{model.name}_champion")],
        tags={
            REASON_TAG: decision.reason,
            DECISION_TAG: decision.code,
            EVIDENCE_TAG: json.dumps(seen),
            ROLLBACK_TAG: json.dumps(change),
        },
    )


def _request(model: "MonitoredModelDeclaration", as_of: str, decision: "RetrainingDecision") -> dg.RunRequest:
    assets = ["model", "champion"]
    if decision.code == "first_model":
        # Its own partition has waited for a champion; the condition on inputs does not remember that.
        assets += ["predictions", "drift_report"]
    return dg.RunRequest(
        run_key=f"{model.name} as of {as_of}",
        partition_key=as_of,
        asset_selection=[dg.AssetKey(f"{model.name}_{asset}") for asset in assets],
        tags={
            REASON_TAG: decision.reason,
            DECISION_TAG: decision.code,
            EVIDENCE_TAG: json.dumps(decision.evidence),
        },
    )


def _event(model: "MonitoredModelDeclaration", as_of: str, decision: "RetrainingDecision") -> dg.AssetMaterialization:
    return dg.AssetMaterialization(
        asset_key=f"{model.name}_retraining",
        partition=as_of,
        metadata={
            "retrain": decision.retrain,
            "decision": decision.code,
            "reason": decision.reason,
            "evidence": dg.MetadataValue.json(decision.evidence),
        },
    )
