"""Why a delivery or a partition was refused; each message names the thing, the rule and the remedy."""

from __future__ import annotations

from platform_assets.lake.errors import LakeError


class DeliveryMissing(Exception):
    """The partition was planned but its file has not been delivered."""

    def __init__(self, dataset: str, partition: str | None, path: str) -> None:
        what = f"{dataset} {partition}" if partition else dataset
        super().__init__(
            f"{what} has not been delivered: there is no file {path}. "
            "Deliver the file there (the arrival sensor picks it up), or choose a partition that was delivered."
        )


class DeliveryRefused(Exception):
    """The delivered file cannot be read under the contract.

    Attributes:
        rule: which rule it broke, in words.
        remedy: what to do about it.
    """

    def __init__(self, what: str, rule: str, remedy: str, kept: str = "the file is kept in quarantine.") -> None:
        self.what = what
        self.rule = printable(rule)
        self.remedy = remedy
        super().__init__(f"{what} was refused: {self.rule}. {remedy} Nothing was published; {kept}")

    def listed_as(self, quarantine_id: str) -> DeliveryRefused:
        """The same refusal once quarantine lists it: the message says how to look at it."""
        return DeliveryRefused(self.what, self.rule, self.remedy, _listed(quarantine_id))


def printable(text: str) -> str:
    """A text with escapes for what would break a line or steer a terminal: a library may quote a damaged file."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


class PartitionRefused(Exception):
    """Rows were staged but the audit found a broken rule that refuses the partition."""

    def __init__(self, what: str, problems: list[str], quarantine_id: str) -> None:
        self.quarantine_id = quarantine_id
        super().__init__(f"{what} was refused: {' '.join(problems)} Nothing was published; {_listed(quarantine_id)}")


def _listed(quarantine_id: str) -> str:
    return f"it is in quarantine as {quarantine_id}, see `platform quarantine show {quarantine_id}`."


class MissingProfile(Exception):
    """Rows that were never published have no profile."""

    def __init__(self, table: str, partition: str) -> None:
        super().__init__(f"'{table}' has no profile of {partition}: it was not published. Materialise it first.")


class ContractRefused(LakeError):
    """The declared contract would break what readers of the published partitions rely on."""

    def __init__(self, name: str, problems: list[str]) -> None:
        super().__init__(
            f"The declared contract of {name} was refused: {' '.join(problems)} Nothing was published and nothing "
            "changed; materialise again once the declaration is corrected (`platform contracts check` tells)."
        )
