"""Why a delivery or a partition was refused; each message names the thing, the rule and the remedy."""

from __future__ import annotations


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

    def __init__(self, what: str, rule: str, remedy: str) -> None:
        self.rule = rule
        self.remedy = remedy
        super().__init__(f"{what} was refused: {rule}. {remedy} Nothing was published; the file is kept in quarantine.")


class PartitionRefused(Exception):
    """Rows were staged but the audit found a broken rule that refuses the partition."""

    def __init__(self, what: str, problems: list[str], quarantine: str) -> None:
        super().__init__(
            f"{what} was refused: {' '.join(problems)} Nothing was published; "
            f"the file and the staged rows are kept in {quarantine}."
        )
