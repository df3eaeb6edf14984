"""Errors of the lake that a user can cause; each message names the thing, the rule and the remedy."""


class LakeError(Exception):
    """A request that the lake refuses; nothing was changed."""


class TableNotFound(LakeError):
    """The table was never published."""

    def __init__(self, table: str) -> None:
        super().__init__(
            f"Table '{table}' does not exist yet: nothing was published to it. Materialise its asset first."
        )


class PartitionNotFound(LakeError):
    """The table exists but holds no rows of the wanted partition."""

    def __init__(self, table: str, partition: str) -> None:
        super().__init__(
            f"Table '{table}' has no partition {partition}: it was not published. Materialise that partition first."
        )


class PublishConflict(LakeError):
    """Other writers kept committing first for longer than the publish was willing to wait."""

    def __init__(self, table: str, attempts: int) -> None:
        super().__init__(
            f"Publishing to '{table}' lost the race against other writers {attempts} times; the table is unchanged and "
            "the staged files are kept. Materialise the partition again, or lower the number of concurrent runs."
        )
