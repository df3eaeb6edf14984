"""The whole chain behind one prediction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from platform_assets.pipeline.explain.features import feature_link
from platform_assets.pipeline.explain.identity import as_text
from platform_assets.pipeline.explain.link import Link
from platform_assets.pipeline.explain.locating import Located, locate
from platform_assets.pipeline.explain.model_version import model_version_link
from platform_assets.pipeline.explain.moving import contributions_link
from platform_assets.pipeline.explain.publishes import publish_link
from platform_assets.pipeline.explain.question import Question
from platform_assets.pipeline.explain.surroundings import Surroundings
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.workspace import Workspace


def explain(workspace: Workspace, product: Product, model: str, question: Question) -> Link:
    """The prediction that is asked for, and everything it comes from.

    Each link is read from the snapshots that were recorded when it was made, not from the current ones, so that what
    was corrected since does not change the answer. A link that cannot be resolved any more says why.

    Raises:
        NotExplained: there is no such prediction.
        LakeError: the predictions, or the version of them that is asked for, are not there.
    """
    return next(explain_all(workspace, product, model, [question]))


def explain_all(workspace: Workspace, product: Product, model: str, questions: Iterable[Question]) -> Iterator[Link]:
    """Each prediction that is asked for, as by :func:`explain`; what they have in common is looked up once."""
    around = Surroundings.of(workspace, product, model)
    for question in questions:
        yield _chain(around, question)


def _chain(around: Surroundings, question: Question) -> Link:
    found = locate(around, question)
    row, partition = found.row, question.partition
    key = {name: row[name] for name in around.feature_set.keys}
    links = (
        contributions_link(around, row, partition),
        model_version_link(around, row["model_version"]),
        feature_link(around, partition, row["feature_snapshot"], key),
        publish_link(around, around.predictions_table, partition, found.snapshot),
    )
    return Link("prediction", str(found.identifier), _facts(around, found, partition), links=links)


def _facts(around: Surroundings, found: Located, partition: str) -> dict[str, Any]:
    row = found.row
    return {
        "id": str(found.identifier),
        "model": around.model.name,
        "partition": partition,
        "key": {name: as_text(row[name]) for name in around.feature_set.keys},
        "probability": row["probability"],
        "baseline probability": row["baseline_probability"],
        "model version": row["model_version"],
        "feature snapshot": str(row["feature_snapshot"]),
        "predictions snapshot": str(found.snapshot),
    }
