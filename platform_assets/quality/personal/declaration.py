"""What a contract can say about a personal column: dropped, hashed, tokenised or generalised."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from platform_assets.quality.declared import Declared

Domain = Annotated[
    str | None,
    Field(
        pattern=r"^[A-Za-z0-9_.-]+$",
        description=(
            "Columns of one domain give equal values equal results, so that they can be joined; by default the column "
            "has a domain of its own, dataset.column."
        ),
    ),
]
DeliveredType = Annotated[
    Literal["string", "int", "long", "date"],
    Field(description="Type of the value as it is delivered, which the column's rules judge; it is stored as text."),
]


class Drop(Declared):
    """The value is checked by the column's rules and then left out: the table does not have the column."""

    protect: Literal["drop"] = Field(description="Leave the column out of the table.")


class Hash(Declared):
    """A keyed hash: equal values give equal texts, and nobody without the key can try values out."""

    protect: Literal["hash"] = Field(description="Store a keyed hash (HMAC-SHA256, 64 hexadecimal digits).")
    domain: Domain = None
    delivered_type: DeliveredType = "string"


class Tokenise(Declared):
    """A random token for each value; those who hold the vault can look up the value."""

    protect: Literal["tokenise"] = Field(description="Store a random token; the vault knows which value it stands for.")
    domain: Domain = None
    delivered_type: DeliveredType = "string"


class Generalise(Declared):
    """A coarser value of the same type.

    ``month`` and ``year`` give the first day or instant (UTC) of the period, ``bucket`` the lower bound of the value's
    interval ``[n * width, (n + 1) * width)``, ``prefix`` the first characters, ``network`` the /24 network of an IPv4
    address and the /48 network of an IPv6 address, as in 203.0.113.0/24.
    """

    protect: Literal["generalise"] = Field(description="Store a coarser value.")
    to: Literal["month", "year", "bucket", "prefix", "network"] = Field(description="How coarse.")
    width: float | None = Field(default=None, gt=0, description="Width of an interval (bucket only).")
    characters: int | None = Field(default=None, ge=1, description="How many characters are kept (prefix only).")

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        for field, way in (("width", "bucket"), ("characters", "prefix")):
            given = getattr(self, field) is not None
            if given != (self.to == way):
                raise ValueError(
                    f"'{field}' is needed by 'to: {way}' and by nothing else, and this is 'to: {self.to}'. "
                    f"{'Remove' if given else 'Add'} it."
                )
        return self


Personal = Annotated[Drop | Hash | Tokenise | Generalise, Field(discriminator="protect")]

# Which types of a column a way to generalise is for.
GENERALISED_TYPES: dict[str, tuple[str, ...]] = {
    "month": ("date", "timestamp"),
    "year": ("date", "timestamp"),
    "bucket": ("int", "long", "double"),
    "prefix": ("string",),
    "network": ("string",),
}
