"""The model card: what a version is, what it was made of, how good it is and what it must not be used for.

After Mitchell et al., "Model Cards for Model Reporting", FAT* 2019: who made it, intended use, data, figures with
intervals by segment, assumptions and limitations; the history of champions and the monitoring come besides.
"""

from platform_assets.learning.card.document import Card
from platform_assets.learning.card.facts import CardFacts, Monitored, Source
from platform_assets.learning.card.html import card_html
from platform_assets.learning.card.markdown import card_markdown
from platform_assets.learning.card.write import write_card

__all__ = ["Card", "CardFacts", "Monitored", "Source", "card_html", "card_markdown", "write_card"]
