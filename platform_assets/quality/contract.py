"""What a table promises: columns, keys, event time, volume, freshness, and what happens to rows that break a rule."""

from __future__ import annotations

import difflib
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from platform_assets.lake import ColumnSpec, TableSpec, Window, month_window
from platform_assets.quality.declared import Declared as Declared
from platform_assets.quality.expectations.naming import check_name, named_columns, type_problem
from platform_assets.quality.personal.declaration import Hash, Personal, Tokenise
from platform_assets.quality.personal.fitting import column_problem, contract_problems
from platform_assets.quality.promise import ContractVersion, Deprecation, Told, changelog_problem
from platform_assets.quality.retention import Retention, retention_problem
from platform_assets.quality.since import since_problems

OnViolation = Literal["refuse_partition", "refuse_row", "warn"]


class Column(Declared):
    """One column of a contract; the rules are checked on every row of every partition."""

    name: str = Field(description="Column name, as in the delivered file and in the table.")
    type: Literal["int", "long", "double", "string", "boolean", "date", "timestamp"] = Field(
        description="Type of the values; timestamps are instants, stored in UTC."
    )
    description: str = Field(description="What a value means, with its unit.")
    nullable: bool = Field(default=True, description="Whether a value may be missing.")
    since: str | None = Field(
        default=None,
        pattern=r"^\d{4}-(0[1-9]|1[0-2])$",
        description="First partition whose file must have the column, as in 2013-03; older ones read as missing.",
    )
    deprecated: str | None = Field(
        default=None, min_length=1, description="Why not to read it any more, and what instead; its values stay."
    )
    personal: Personal | None = Field(
        default=None,
        description="How a personal value is protected before anything is stored; left out: not personal.",
    )
    minimum: float | None = Field(default=None, description="Smallest value allowed (numbers only).")
    maximum: float | None = Field(default=None, description="Largest value allowed (numbers only).")
    allowed: list[str] | None = Field(default=None, description="The only values allowed (text only).")
    on_violation: Literal["refuse_partition", "refuse_row"] = Field(
        default="refuse_partition",
        description="What a broken rule refuses: the whole partition, or only that row, which is set aside.",
    )

    @model_validator(mode="after")
    def _rules_fit_the_type(self) -> Self:
        judged = self.delivered_type
        if self.allowed is not None and judged != "string":
            raise ValueError(f"column '{self.name}': 'allowed' needs type string, not {judged}. Use minimum/maximum.")
        bounded = self.minimum is not None or self.maximum is not None
        if bounded and judged not in ("int", "long", "double"):
            raise ValueError(f"column '{self.name}': minimum and maximum need a number type, not {judged}. Drop them.")
        _require_order(f"column '{self.name}'", self.minimum, self.maximum)
        return self

    @model_validator(mode="after")
    def _can_be_protected(self) -> Self:
        problem = column_problem(self)
        if problem:
            raise ValueError(problem)
        return self

    @property
    def delivered_type(self) -> str:
        """Type of the values before protection; the rules judge these."""
        return self.personal.delivered_type if isinstance(self.personal, Hash | Tokenise) else self.type


class Volume(Declared):
    """How many rows a partition has when the delivery is complete."""

    minimum: int = Field(default=1, ge=0, description="Fewest rows expected in one partition.")
    maximum: int | None = Field(default=None, description="Most rows expected in one partition.")
    on_violation: Literal["refuse_partition", "warn"] = Field(
        default="warn", description="Whether an unusual volume refuses the partition or only warns."
    )

    @model_validator(mode="after")
    def _bounds_are_ordered(self) -> Self:
        _require_order("volume", self.minimum, self.maximum)
        return self


class Partitions(Declared):
    """How a table is cut: by calendar month of its event time, in UTC."""

    every: Literal["month"] = Field(default="month", description="Length of a partition.")
    column: str = Field(description="The event time column that decides a row's partition.")
    start: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="First partition, as in 2013-01.")
    end: str | None = Field(
        default=None, pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="Month after the last one; open if left out."
    )

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise ValueError(
                f"partitions.end: {self.end} is the month after the last one and must lie after start {self.start}. "
                "Correct one of them, or leave out the end."
            )
        return self


class Expectation(Declared):
    """One expectation on the rows that are about to be published; answered from their profile or run on the engine."""

    type: str = Field(
        description="Name in Great Expectations in snake case, as in expect_column_values_to_be_between, or the import "
        "path of your own class, as in my_package.expectations.ExpectColumnToBeGood."
    )
    name: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9_]*$",
        description="Name of its asset check; left out: its type and columns, which no other may have then.",
    )
    arguments: dict[str, Any] = Field(default_factory=dict, description="Keyword arguments of the expectation.")
    on_violation: Literal["refuse_partition", "warn"] = Field(
        default="refuse_partition", description="Whether a failed expectation refuses the partition or only warns."
    )

    @model_validator(mode="after")
    def _type_can_be_found(self) -> Self:
        problem = type_problem(self.type)
        if problem:
            raise ValueError(problem)
        return self

    @property
    def check_name(self) -> str:
        """Name of its asset check."""
        return self.name or check_name(self.type, self.arguments)


class Contract(Declared):
    """The promise that a table makes to its readers; base of dataset and feature set declarations."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name of the table and of its asset.")
    description: str = Field(description="What one row is, and where it comes from.")
    owner: str = Field(description="Who answers for it: an e-mail address, or 'team:name'.")
    version: int = Field(
        default=1, ge=1, description="Contract version; raise it with every change of columns or rules."
    )
    notify: list[Told] = Field(
        default_factory=list, description="Who is told of changes and of the end: e-mail addresses, or 'team:name'."
    )
    deprecation: Deprecation | None = Field(default=None, description="The announced end of the table.")
    changelog: list[ContractVersion] = Field(
        default_factory=list, description="What each contract version changed, the newest first; needed from 2 on."
    )
    columns: list[Column] = Field(min_length=1, description="Every column, typed and described.")
    keys: list[str] = Field(
        min_length=1, description="Columns that together identify a row; never missing, never twice."
    )
    partitions: Partitions | None = Field(default=None, description="How the table is cut; left out: one partition.")
    freshness_days: float | None = Field(
        default=None, gt=0, description="Longest time between two publishes before the asset counts as stale."
    )
    volume: Volume = Field(default_factory=Volume, description="How many rows are usual in one partition.")
    retention: Retention | None = Field(
        default=None, description="How long rows and versions are kept; left out: rows for ever, versions for 30 days."
    )
    expectations: list[Expectation] = Field(
        default_factory=list, description="Great Expectations run on the staged rows before they are published."
    )

    @model_validator(mode="after")
    def _names_are_columns(self) -> Self:
        names = [column.name for column in self.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{self.name}.columns: {', '.join(twice)} declared twice. Keep one of each.")
        for key in self.keys:
            _require_column(f"{self.name}.keys", key, names)
        for expectation in self.expectations:
            for column in named_columns(expectation.arguments):
                _require_column(f"{self.name}.expectations.{expectation.type}", column, names)
        if self.partitions:
            _require_column(f"{self.name}.partitions.column", self.partitions.column, names)
            if self.column(self.partitions.column).type != "timestamp":
                raise ValueError(
                    f"{self.name}.partitions.column: '{self.partitions.column}' must be a timestamp to cut the table "
                    "by month. Declare its type as timestamp, or name another column."
                )
        return self

    @model_validator(mode="after")
    def _expectations_have_names_of_their_own(self) -> Self:
        checks = [expectation.check_name for expectation in self.expectations]
        for check in sorted({check for check in checks if checks.count(check) > 1}):
            raise ValueError(f"{self.name}.expectations: two are called {check}. Give all but one a 'name' of its own.")
        return self

    @model_validator(mode="after")
    def _retention_fits(self) -> Self:
        problem = retention_problem(self.retention, partitioned=self.partitions is not None)
        if problem:
            raise ValueError(f"{self.name}.retention: {problem}")
        return self

    @model_validator(mode="after")
    def _changes_are_explained(self) -> Self:
        problem = changelog_problem(self.changelog, self.version)
        if problem:
            raise ValueError(f"{self.name}.changelog: {problem}")
        for problem in since_problems(self):
            raise ValueError(problem)
        if self.deprecation and self.deprecation.replacement == self.name:
            raise ValueError(
                f"{self.name}.deprecation.replacement: it cannot replace itself. Name another, or leave out."
            )
        return self

    @model_validator(mode="after")
    def _personal_columns_fit(self) -> Self:
        for problem in contract_problems(self):
            raise ValueError(problem)
        return self

    @property
    def stored_columns(self) -> list[Column]:
        """The columns of the table: all but personal ones that are dropped."""
        return [column for column in self.columns if column.personal is None or column.personal.protect != "drop"]

    def column(self, name: str) -> Column:
        """The declared column ``name``."""
        return next(column for column in self.columns if column.name == name)

    def table(self, namespace: str) -> TableSpec:
        """The lake's table for this contract."""
        columns = tuple(ColumnSpec(c.name, c.type, c.nullable, c.description) for c in self.stored_columns)
        cut = ((self.partitions.column, "month"),) if self.partitions else ()
        return TableSpec(f"{namespace}.{self.name}", columns, cut)  # type: ignore[arg-type]


def contract_window(contract: Contract, partition: str | None) -> Window | None:
    """The window of a partition under a contract; None for an unpartitioned table."""
    if contract.partitions is None or partition is None:
        return None
    return month_window(partition, contract.partitions.column)


def _require_order(what: str, minimum: float | None, maximum: float | None) -> None:
    if minimum is not None and maximum is not None and minimum > maximum:
        raise ValueError(f"{what}: minimum {minimum:g} is above maximum {maximum:g}. Swap or correct them.")


def _require_column(field: str, name: str, names: list[str]) -> None:
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise ValueError(f"{field}: '{name}' is not one of the columns.{hint} Declare it under columns or correct it.")
