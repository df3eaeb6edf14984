"""The feature row behind a prediction, and the rows of every dataset that it was computed from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from platform_assets.learning.matching import Reference
from platform_assets.pipeline.explain.inputs import input_link
from platform_assets.pipeline.explain.link import Link, resolved
from platform_assets.pipeline.explain.publishes import publish_link, publish_of
from platform_assets.pipeline.explain.rows import one_row
from platform_assets.pipeline.explain.surroundings import Surroundings

FEATURES = "feature snapshot"


def feature_link(around: Surroundings, partition: str, snapshot: int, key: Mapping[str, Any]) -> Link:
    """The feature row that was scored, with the snapshots and rows of its inputs behind it."""
    table = around.features_table
    facts: dict[str, Any] = {"snapshot": str(snapshot)}

    def look() -> Link:
        row = one_row(around, around.feature_set, snapshot, partition, key).to_pylist()[0]
        inputs = _inputs(around, partition, snapshot, row)
        publish = publish_link(around, table, partition, snapshot)
        return Link(FEATURES, table, {**facts, "row": row}, links=(publish, *inputs))

    return resolved(FEATURES, table, look, **facts)


def _inputs(around: Surroundings, partition: str, snapshot: int, row: Mapping[str, Any]) -> list[Link]:
    publish = publish_of(around, around.features_table, partition, snapshot)
    recorded: dict[str, int] = {} if isinstance(publish, str) else json.loads(publish.facts.get("inputs", "{}"))
    matched: dict[str, Mapping[str, Any] | None] = {}
    links = []
    for source in around.feature_set.inputs:
        table = around.product.table(source.dataset)
        if table not in recorded:
            why = publish if isinstance(publish, str) else "the publish of the features recorded no snapshot of it."
            links.append(Link("dataset snapshot", table, problem=f"which snapshot was read cannot be told: {why}"))
            continue
        wanted = {name: Reference.parse(text).value(row, matched) for name, text in source.matched_on.items()}
        link, found = input_link(around, source, partition, recorded[table], row, wanted)
        matched[source.dataset] = found
        links.append(link)
    return links
