"""CloudWatch's metrics as its API reference has them: put, listed after a while, read by who knows their names.

Not moto's, which lists a metric at once and answers on one page, however much there is. Times are seconds of the epoch,
as JSON has them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from local_emr.errors import ApiError

# A metric is in the list so many minutes after its first value.
LISTED_MINUTES = 15
# Amazon's pages are of 500; clients must not care.
PAGE = 4
MOST_QUERIES = 500
STATISTICS: Mapping[str, Callable[[list[float]], float]] = {
    "Average": lambda values: sum(values) / len(values),
    "Maximum": max,
}
Request = Mapping[str, Any]
# Namespace, name, and dimensions in the order of their names.
Metric = tuple[str, str, tuple[tuple[str, str], ...]]


class CloudWatch:
    """Metrics of one region.

    Args:
        minute: the seconds that a documented minute lasts.

    Attributes:
        listed_after: seconds from the first value of a metric until it is in the list.
    """

    def __init__(self, minute: float) -> None:
        self.listed_after = LISTED_MINUTES * minute
        self._values: dict[Metric, list[tuple[float, float]]] = {}
        self._first: dict[Metric, float] = {}
        self._lock = threading.Lock()

    def call(self, operation: str, request: Request) -> dict[str, Any]:
        """Raises ApiError for what Amazon refuses."""
        operations = {"PutMetricData": self._put, "ListMetrics": self._list, "GetMetricData": self._get}
        if operation not in operations:
            raise ApiError("UnknownOperationException", f"The local CloudWatch does not know {operation}.")
        with self._lock:
            return operations[operation](request)

    def _put(self, request: Request) -> dict[str, Any]:
        for datum in request["MetricData"]:
            metric = request["Namespace"], datum["MetricName"], _sorted(datum["Dimensions"])
            self._first.setdefault(metric, time.monotonic())
            self._values.setdefault(metric, []).append((datum["Timestamp"], datum["Value"]))
        return {}

    def _list(self, request: Request) -> dict[str, Any]:
        wanted = set(_sorted(request.get("Dimensions", [])))
        found = [
            {"Namespace": namespace, "MetricName": name, "Dimensions": _pairs(known)}
            for namespace, name, known in sorted(self._values)
            if namespace == request.get("Namespace", namespace)
            and name == request.get("MetricName", name)
            and wanted <= set(known)
            and time.monotonic() - self._first[namespace, name, known] >= self.listed_after
        ]
        return _paged(found, "Metrics", request)

    def _get(self, request: Request) -> dict[str, Any]:
        queries = request["MetricDataQueries"]
        if len(queries) > MOST_QUERIES or len({each["Id"] for each in queries}) < len(queries):
            raise ApiError("ValidationError", f"At most {MOST_QUERIES} queries, each with an id of its own.")
        if request["StartTime"] >= request["EndTime"]:
            raise ApiError("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")
        return _paged([self._answer(each, request) for each in queries], "MetricDataResults", request)

    def _answer(self, query: Request, request: Request) -> dict[str, Any]:
        asked, start = query["MetricStat"], request["StartTime"]
        metric = asked["Metric"]["Namespace"], asked["Metric"]["MetricName"], _sorted(asked["Metric"]["Dimensions"])
        by_period: dict[float, list[float]] = {}
        for at, value in self._values.get(metric, []):
            if start <= at < request["EndTime"]:
                period = start + (at - start) // asked["Period"] * asked["Period"]
                by_period.setdefault(period, []).append(value)
        # Amazon's own order, unless asked for another: newest first.
        times = sorted(by_period, reverse=True)
        return {
            "Id": query["Id"],
            "Label": asked["Metric"]["MetricName"],
            "Timestamps": times,
            "Values": [STATISTICS[asked["Stat"]](by_period[at]) for at in times],
            "StatusCode": "Complete",
        }


def _sorted(pairs: list[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((pair["Name"], pair["Value"]) for pair in pairs))


def _pairs(known: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in known]


def _paged(found: list[dict[str, Any]], name: str, request: Request) -> dict[str, Any]:
    first = int(request.get("NextToken") or 0)
    more = {"NextToken": str(first + PAGE)} if first + PAGE < len(found) else {}
    return {name: found[first : first + PAGE], **more}
