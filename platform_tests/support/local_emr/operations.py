"""The operations of EMR's API on the clusters of a server: one method each, named as the API names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from local_emr import validation
from local_emr.cluster import CLUSTER_TERMINATED, Cluster
from local_emr.errors import ApiError, Reason, invalid, unknown
from local_emr.step import Step

PAGE = 50
USER_REQUEST = Reason("USER_REQUEST", "Terminated by user request")
Request = Mapping[str, Any]
Answer = dict[str, Any]


class Operations:
    """EMR's API over clusters that ``start`` starts."""

    def __init__(self, start: Callable[[Request, str | None], Cluster]) -> None:
        self._start = start
        self.clusters: dict[str, Cluster] = {}

    def call(self, operation: str, request: Request, access_key: str | None) -> Answer:
        """Raises ApiError for an operation that does not exist here, and what the operation raises."""
        if operation == "RunJobFlow":
            return self._run_job_flow(request, access_key)
        name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation)
        method: Callable[[Request], Answer | None] | None = getattr(self, f"_do{name}", None)
        if method is None:
            raise ApiError("UnknownOperationException", f"The local EMR does not know {operation}.")
        return method(request) or {}

    def _cluster(self, request: Request) -> Cluster:
        name = request.get("ClusterId") or request.get("JobFlowId") or request.get("ResourceId") or ""
        if name not in self.clusters:
            raise unknown("Cluster", name)
        return self.clusters[name]

    def _run_job_flow(self, request: Request, access_key: str | None) -> Answer:
        validation.check_cluster(request)
        cluster = self._start(request, access_key)
        self.clusters[cluster.id] = cluster
        return {"JobFlowId": cluster.id, "ClusterArn": cluster.summary()["ClusterArn"]}

    def _do_describe_cluster(self, request: Request) -> Answer:
        cluster = self._cluster(request)
        with cluster.changed:
            return {"Cluster": cluster.described()}

    def _do_list_clusters(self, request: Request) -> Answer:
        states, after, before = request.get("ClusterStates"), request.get("CreatedAfter"), request.get("CreatedBefore")
        found = [
            cluster.summary()
            for cluster in sorted(self.clusters.values(), key=lambda cluster: cluster.created, reverse=True)
            if (not states or cluster.state in states)
            and (after is None or cluster.created.timestamp() >= after)
            and (before is None or cluster.created.timestamp() <= before)
        ]
        return _page("Clusters", found, request)

    def _do_terminate_job_flows(self, request: Request) -> None:
        clusters = [self._cluster({"ClusterId": name}) for name in request["JobFlowIds"]]
        if any(cluster.protected for cluster in clusters):
            raise invalid("Could not shut down one or more job flows since they are termination protected.")
        for cluster in clusters:
            cluster.end(USER_REQUEST)

    def _do_set_termination_protection(self, request: Request) -> None:
        for name in request["JobFlowIds"]:
            self._cluster({"ClusterId": name}).protected = request["TerminationProtected"]

    def _do_add_job_flow_steps(self, request: Request) -> Answer:
        cluster = self._cluster(request)
        validation.check_steps(request["Steps"])
        with cluster.changed:
            if not cluster.alive or cluster.ending:
                raise invalid("A job flow that is shutting down, terminated, or finished may not be modified.")
            added = cluster.add_steps(request["Steps"])
            cluster.changed.notify_all()
        return {"StepIds": [step.id for step in added]}

    def _do_describe_step(self, request: Request) -> Answer:
        cluster = self._cluster(request)
        with cluster.changed:
            return {"Step": _step(cluster, request["StepId"]).described()}

    def _do_list_steps(self, request: Request) -> Answer:
        cluster, states, names = self._cluster(request), request.get("StepStates"), request.get("StepIds")
        with cluster.changed:
            found = [
                step.described()
                for step in reversed(cluster.steps)
                if (not states or step.state in states) and (not names or step.id in names)
            ]
        return _page("Steps", found, request)

    def _do_cancel_steps(self, request: Request) -> Answer:
        cluster = self._cluster(request)
        with cluster.changed:
            answers = [_cancel(_step(cluster, name)) for name in request["StepIds"]]
            cluster.changed.notify_all()
        return {"CancelStepsInfoList": answers}

    def _do_list_instance_fleets(self, request: Request) -> Answer:
        cluster = self._cluster(request)
        with cluster.changed:
            return _page("InstanceFleets", [fleet.described() for fleet in cluster.fleets], request)

    def _do_modify_instance_fleet(self, request: Request) -> None:
        cluster, change = self._cluster(request), request["InstanceFleet"]
        fleet = next((fleet for fleet in cluster.fleets if fleet.id == change["InstanceFleetId"]), None)
        if fleet is None:
            raise unknown("Instance fleet", change["InstanceFleetId"])
        with cluster.changed:
            fleet.targets["ON_DEMAND"] = change.get("TargetOnDemandCapacity", fleet.targets["ON_DEMAND"])
            fleet.targets["SPOT"] = change.get("TargetSpotCapacity", fleet.targets["SPOT"])
            fleet.shrink(CLUSTER_TERMINATED)
            fleet.move_to("RESIZING")
            cluster.changed.notify_all()

    def _do_list_instances(self, request: Request) -> Answer:
        cluster, states = self._cluster(request), request.get("InstanceStates")
        roles = set(request.get("InstanceGroupTypes", [])) | {request.get("InstanceFleetType")} - {None}
        with cluster.changed:
            found = [
                instance.described()
                for fleet in cluster.fleets
                if (not roles or fleet.role in roles) and request.get("InstanceFleetId") in (None, fleet.id)
                for instance in fleet.instances
                if not states or instance.state in states
            ]
        return _page("Instances", found, request)

    def _do_list_bootstrap_actions(self, request: Request) -> Answer:
        actions = self._cluster(request).request.get("BootstrapActions", [])
        found = [
            {
                "Name": action["Name"],
                "ScriptPath": action["ScriptBootstrapAction"]["Path"],
                "Args": action["ScriptBootstrapAction"].get("Args", []),
            }
            for action in actions
        ]
        return _page("BootstrapActions", found, request)

    def _do_put_auto_termination_policy(self, request: Request) -> None:
        policy = request.get("AutoTerminationPolicy")
        if policy:
            validation.check_idle_timeout(policy)
        self._cluster(request).idle_timeout = policy["IdleTimeout"] if policy else None

    def _do_get_auto_termination_policy(self, request: Request) -> Answer:
        timeout = self._cluster(request).idle_timeout
        return {} if timeout is None else {"AutoTerminationPolicy": {"IdleTimeout": timeout}}

    def _do_remove_auto_termination_policy(self, request: Request) -> None:
        self._cluster(request).idle_timeout = None

    def _do_put_managed_scaling_policy(self, request: Request) -> None:
        self._cluster(request).scaling = request["ManagedScalingPolicy"]

    def _do_get_managed_scaling_policy(self, request: Request) -> Answer:
        scaling = self._cluster(request).scaling
        return {} if scaling is None else {"ManagedScalingPolicy": scaling}

    def _do_remove_managed_scaling_policy(self, request: Request) -> None:
        self._cluster(request).scaling = None

    def _do_add_tags(self, request: Request) -> None:
        self._cluster(request).tags.update({tag["Key"]: tag.get("Value", "") for tag in request["Tags"]})

    def _do_remove_tags(self, request: Request) -> None:
        tags = self._cluster(request).tags
        for key in request["TagKeys"]:
            tags.pop(key, None)


def _step(cluster: Cluster, name: str) -> Step:
    for step in cluster.steps:
        if step.id == name:
            return step
    raise unknown("Step", name)


def _cancel(step: Step) -> Answer:
    """A waiting step ends at once; a running one is asked to."""
    if step.state == "PENDING":
        step.end("CANCELLED")
    elif step.state == "RUNNING":
        step.state = "CANCEL_PENDING"
    else:
        return {"StepId": step.id, "Status": "FAILED", "Reason": f"The step is {step.state}."}
    return {"StepId": step.id, "Status": "SUBMITTED"}


def _page(name: str, found: Iterable[Answer], request: Request) -> Answer:
    """One page and the marker of the next."""
    listed, first = list(found), int(request.get("Marker", 0))
    page = {name: listed[first : first + PAGE]}
    return page if len(listed) <= first + PAGE else {**page, "Marker": str(first + PAGE)}
