"""What a model learns to predict."""

from pydantic import Field

from platform_assets.learning.declaration.base import IDENTIFIER, IMPORT_PATH, Declaration


class LabelDeclaration(Declaration):
    """Where the truth comes from that the model learns to predict."""

    dataset: str = Field(pattern=IDENTIFIER, description="Dataset whose rows the labels are computed from.")
    function: str = Field(
        pattern=IMPORT_PATH,
        description="PySpark function in the product's folder that computes the labels, as 'module.function'.",
    )
    column: str = Field(
        pattern=IDENTIFIER, description="Column that holds the label: true or 1 for the predicted event, else 0."
    )
    delay_partitions: int = Field(
        default=1, ge=0, description="Partitions that pass until a label is known: with 1, January's with February."
    )
