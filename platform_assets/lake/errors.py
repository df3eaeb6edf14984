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


class WarehouseNotKnown(LakeError):
    """The lake's address is neither a folder nor a bucket."""

    def __init__(self, root: str) -> None:
        super().__init__(
            f"The warehouse '{root}' is neither a folder nor s3://bucket/prefix. Set PLATFORM_WAREHOUSE to one of them."
        )


class CatalogNeeded(LakeError):
    """A warehouse on S3 was opened without saying which catalog its writers share."""

    def __init__(self, root: str) -> None:
        super().__init__(
            f"The warehouse '{root}' needs a catalog that all its writers share. Set PLATFORM_CATALOG to the address "
            "of a PostgreSQL database (postgresql://user@host/name), or to 'glue'."
        )


class CatalogNotKnown(LakeError):
    """The catalog's address is of a kind that the lake does not use."""

    def __init__(self, address: str) -> None:
        kind = address.split(":")[0]
        super().__init__(
            f"A catalog of kind '{kind}' is not known. Set PLATFORM_CATALOG to a SQLite file (sqlite:////path), to a "
            "PostgreSQL database (postgresql://user@host/name), or to 'glue'."
        )


class DriverMissing(LakeError):
    """The package that a catalog needs is not installed."""

    def __init__(self, catalog: str, package: str, extra: str) -> None:
        super().__init__(
            f"A catalog of kind '{catalog}' needs the package {package}, which is not installed. Install it with "
            f"pip install 'platform-assets[{extra}]'."
        )


class StoreFailed(LakeError):
    """The disk, the S3 server or the catalog's database did not do what it was asked, retries included."""

    def __init__(self, what: str, cause: BaseException) -> None:
        first = (str(cause).strip().splitlines() or [type(cause).__name__])[0]
        super().__init__(
            f"{what} failed because the store did not answer as it should: {first.rstrip('.')}. Every table reads as "
            "before or as after, never in between. See that disk, S3 and catalog can be reached, then run it again."
        )


class SchemaRefused(LakeError):
    """A publish would change a table's columns so that some of its files could no longer be read as they were meant."""

    def __init__(self, table: str, problem: str, remedy: str) -> None:
        super().__init__(f"Publishing to '{table}' was refused: {problem}. {remedy} The table is unchanged.")
