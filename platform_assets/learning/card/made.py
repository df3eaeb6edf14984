"""Sections about what a version is for and what it was made of."""

from __future__ import annotations

from platform_assets.learning.card.document import Section, Table
from platform_assets.learning.card.facts import CardFacts
from platform_assets.learning.card.words import count, day, labels_come

UNSAID = "Not declared. Say it under 'card' in the product's defs.yaml."


def purpose(facts: CardFacts) -> Section:
    """What it is for, and who answers for it."""
    model, card = facts.declaration, facts.declaration.card
    segment = "; ".join(f"{column} {', '.join(map(str, values))}" for column, values in model.where.items())
    told = {
        "Purpose": card.purpose or UNSAID,
        "Owner": model.owner,
        "Developers": ", ".join(card.developers) or model.owner,
        "Users": "; ".join(card.users) or UNSAID,
        "Predicts": f"{model.label.column}, from {model.label.dataset}; labels come "
        f"{labels_come(model.label.delay_partitions)}",
    }
    return Section("Purpose", [model.description], {**told, **({"Only for rows with": segment} if segment else {})})


def data(facts: CardFacts) -> Section:
    """What it was trained on."""
    made = facts.metadata
    table = Table(
        ("Table", "What for", "Snapshot", "Rows", "Committed (UTC)"),
        [
            (
                source.table,
                source.role,
                str(source.snapshot),
                count(source.rows),
                f"{source.committed_at:%Y-%m-%d %H:%M}" if source.committed_at else "expired",
            )
            for source in facts.sources
        ],
        frozenset({3}),
    )
    told = {
        "Rows with a label": count(made.rows),
        "From": day(made.trained_from),
        "To": day(made.trained_to),
        "Judged on": f"the rows from {day(made.validation_from)} on, by a model that was fitted on those before",
        "Read again with": f"platform data history {facts.sources[0].table}" if facts.sources else "–",
    }
    return Section("Data", ["Trained on labelled rows of these tables, as they were then:"], told, tables=[table])


def method(facts: CardFacts) -> Section:
    """How it was made."""
    made = facts.metadata
    told = {
        "Estimator": made.estimator,
        "Parameters": ", ".join(f"{name} {value}" for name, value in sorted(made.parameters.items())) or "its defaults",
        "Search": f"{facts.declaration.search.trials} trials besides the declared parameters"
        if facts.declaration.search.trials
        else "none",
        "Features": f"{len(made.features)}: {', '.join(made.features)}",
        "Seed": str(made.seed),
        "Trained": f"as of {made.as_of}. {facts.reason}",
        "Code": facts.code_commit,
        "Libraries": ", ".join(f"{name} {version}" for name, version in sorted(made.libraries.items())),
        "Training run (MLflow)": facts.run_id,
        "Digest": made.digest,
    }
    return Section("Method", facts=told)


def assumptions(facts: CardFacts) -> Section:
    """What has to hold, and what it must not be used for; what follows from the declaration is added."""
    card, model = facts.declaration.card, facts.declaration
    follows = [
        f"A row is described by {model.feature_set} as it was known when its prediction was made.",
        f"Labels come {labels_come(model.label.delay_partitions)}; until then its quality is not known.",
    ]
    limits = [f"Limitation: {limit}" for limit in card.limitations] or [f"Limitations: {UNSAID}"]
    return Section("Assumptions and limitations", points=[*card.assumptions, *follows, *limits])
