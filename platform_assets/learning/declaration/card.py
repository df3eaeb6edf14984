"""What only people know of a model, for its card."""

from pydantic import Field

from platform_assets.learning.declaration.base import Declaration


class CardDeclaration(Declaration):
    """Words for a model's card; everything else on it is read from what was recorded."""

    purpose: str = Field(default="", description="What decisions the model is for, in a sentence or two.")
    users: list[str] = Field(default_factory=list, description="Who uses the predictions, and for what.")
    developers: list[str] = Field(default_factory=list, description="Who built the model, if not its owner.")
    assumptions: list[str] = Field(default_factory=list, description="What has to hold for the predictions to be good.")
    limitations: list[str] = Field(default_factory=list, description="What the model must not be used for, and why.")
