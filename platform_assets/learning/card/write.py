"""From recorded facts to the sections of a card."""

from __future__ import annotations

from platform_assets.learning.card import judged, made
from platform_assets.learning.card.document import Card
from platform_assets.learning.card.facts import CardFacts, Stage

_STANDING: dict[Stage, str] = {
    "champion": "It makes the predictions of the partitions to come.",
    "challenger": "Every gate was passed, and it waits to be promoted; it predicts nothing yet.",
    "former champion": "It made the predictions of earlier partitions; another version is in charge now.",
    "refused": "A gate refused it, so it predicts nothing.",
    "candidate": "It was trained, and is not promoted; it predicts nothing.",
}


def write_card(facts: CardFacts) -> Card:
    """The card of a version: the same facts give the same card."""
    return Card(
        title=f"{facts.declaration.name}, version {facts.version}",
        stage=facts.stage,
        standing=_standing(facts),
        sections=[
            made.purpose(facts),
            judged.quality(facts),
            *judged.segments(facts),
            judged.gates(facts),
            made.data(facts),
            made.method(facts),
            made.assumptions(facts),
            judged.monitoring(facts),
            judged.history(facts),
        ],
    )


def _standing(facts: CardFacts) -> str:
    own = [event for event in facts.promotions if event.version == facts.version]
    if not own or not own[-1].override:
        return _STANDING[facts.stage]
    return (
        f"{_STANDING[facts.stage]} A gate had refused it; {own[-1].decided_by} made it champion all the same: "
        f"{own[-1].reason}"
    )
