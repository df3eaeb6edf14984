"""What may change in a contract and what is refused, each with words and remedy."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from platform_assets.quality.contract import Contract
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.errors import ContractRefused
from platform_assets.quality.evolution import compare
from platform_assets.quality.recorded_contract import contract_text, read_contract, read_history, recording
from platform_assets.quality.units import unit_replaced, units_in

Sales = Callable[..., dict[str, Any]]

SECOND = {"version": 2, "changelog": [{"version": 2, "date": "2026-02-01", "change": "Something."}]}
EXTRA = {"name": "gate", "type": "string", "description": "Where it was sold."}

ACCEPTED = {
    "nullable column added": (
        {"add": [EXTRA]},
        ["columns.gate was added (string, missing in older partitions)."],
    ),
    "int widened": (
        {"columns": {"pieces": {"type": "long"}}},
        ["columns.pieces was widened from int to long."],
    ),
    "may be missing now": (
        {"columns": {"sold": {"nullable": True}}},
        ["columns.sold may be missing from the next publish on."],
    ),
    "another rule": (
        {"columns": {"rating": {"maximum": 6}}},
        ["columns.rating has maximum 6.0 instead of 5.0, from the next publish on."],
    ),
    "more allowed values": (
        {"columns": {"kind": {"allowed": ["tea", "bun", "pie"]}}},
        ["columns.kind has allowed ['tea', 'bun', 'pie'] instead of ['tea', 'bun'], from the next publish on."],
    ),
    "other words": (
        {"columns": {"price": {"description": "In euros, tax included."}}},
        ["columns.price is described in other words (if its meaning changes, add a new column instead)."],
    ),
    "other volume": ({"volume": {"minimum": 7}}, ["volume changed, from the next publish on."]),
}
NOTED = {
    "owner": ({"owner": "team:other"}, "owner changed."),
    "who is told": ({"notify": ["a@shop.org", "team:tills"]}, "notify changed."),
    "freshness": ({"freshness_days": 3}, "freshness_days changed."),
    "its end": (
        {"deprecation": {"date": "2027-01-01", "reason": "Too old."}},
        "deprecation changed.",
    ),
    "range of partitions": (
        {"partitions": {"column": "sold", "start": "2012-01", "end": "2030-01"}},
        "partitions run from 2012-01 to 2030-01.",
    ),
    "a column's end": (
        {"columns": {"gift": {"deprecated": "Nobody asks any more."}}},
        "columns.gift has deprecated Nobody asks any more. instead of none.",
    ),
}
REFUSED = {
    "dropped": ({"drop": ["due"]}, "columns.due was dropped.", "Keep 'due', marked deprecated"),
    "renamed": (
        {"columns": {"due": {"name": "pay_by"}}},
        "columns.due was renamed to 'pay_by'.",
        "Keep 'due', marked deprecated, and add 'pay_by' as a new nullable column.",
    ),
    "narrowed": (
        {"columns": {"number": {"type": "int"}}},
        "columns.number was narrowed from long to int.",
        "Keep 'number' as it is, marked deprecated, and add a new nullable column with the new type.",
    ),
    "re-typed": (
        {"columns": {"gift": {"type": "string"}}},
        "columns.gift was re-typed from boolean to string.",
        "add a new nullable column with the new type.",
    ),
    "date to timestamp": (
        {"columns": {"due": {"type": "timestamp"}}},
        "columns.due was re-typed from date to timestamp.",
        "add a new nullable column with the new type.",
    ),
    "another unit": (
        {"columns": {"price": {"description": "In dollars."}}},
        "columns.price would mean dollar instead of euro.",
        "Keep 'price' as it is, marked deprecated, and add a new nullable column with the new meaning.",
    ),
    "never missing now": (
        {"columns": {"pieces": {"nullable": False}}},
        "columns.pieces must no longer be missing",
        "Keep it nullable; an expectation can require it in new partitions.",
    ),
    "added and never missing": (
        {"add": [{**EXTRA, "nullable": False}]},
        "columns.gate was added and must not be missing",
        "Declare it nullable",
    ),
    "added with another case": (
        {"add": [{**EXTRA, "name": "Price"}]},
        "columns.Price differs from 'price' in upper and lower case only.",
        "Choose another name.",
    ),
    "protected now": (
        {"columns": {"kind": {"personal": {"protect": "hash"}, "allowed": None}}},
        "columns.kind would be protected in another way than its older values.",
        "add a new nullable column with the new protection.",
    ),
    "other keys": (
        {"keys": ["number", "kind"]},
        "keys are number, kind instead of number, so a row would be something else.",
        "Declare a new dataset with the new keys, and give 'sales' a deprecation",
    ),
    "no longer cut": (
        {"partitions": None, "arrival": {"file": "sales.csv"}},
        "partitions would no longer be cut.",
        "Declare a new dataset with the new partitions",
    ),
}


@pytest.fixture
def changed(sales: Sales) -> Callable[..., Contract]:
    """The declaration with some changes; ``add`` and ``drop`` are of columns."""

    def build(*, add: list[dict[str, Any]] = [], drop: list[str] = [], **changes: Any) -> Contract:  # noqa: B006
        fields = sales(**changes)
        fields["columns"] = [*(c for c in fields["columns"] if c["name"] not in drop), *add]
        return DatasetDeclaration.model_validate(fields)

    return build


@pytest.mark.parametrize(("changes", "words"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_readers_can_live_with_needs_a_new_version(
    declaration: Contract, changed: Callable[..., Contract], changes: dict[str, Any], words: list[str]
) -> None:
    found = compare(declaration, changed(**changes, **SECOND))
    assert [str(change) for change in found if change.needs_version] == words
    assert all(change.accepted for change in found)

    *same, version = compare(declaration, changed(**changes))
    assert all(change.accepted for change in same)
    assert str(version).startswith(f"version is still 1, although {same[0].field} changed. Raise it to 2 and say in")


@pytest.mark.parametrize(("changes", "words"), NOTED.values(), ids=NOTED.keys())
def test_what_says_nothing_about_the_rows_needs_none(
    declaration: Contract, changed: Callable[..., Contract], changes: dict[str, Any], words: str
) -> None:
    (change,) = compare(declaration, changed(**changes))

    assert (str(change), change.accepted, change.needs_version) == (words, True, False)


@pytest.mark.parametrize(("changes", "words", "remedy"), REFUSED.values(), ids=REFUSED.keys())
def test_what_would_break_readers_is_refused_with_the_remedy_whatever_the_version(
    declaration: Contract, changed: Callable[..., Contract], changes: dict[str, Any], words: str, remedy: str
) -> None:
    for version in ({}, SECOND):
        refused = [str(c) for c in compare(declaration, changed(**changes, **version)) if not c.accepted]
        assert words in refused[0]
        assert remedy in refused[0]


def test_a_version_that_is_older_than_what_was_published_is_refused(
    declaration: Contract, changed: Callable[..., Contract]
) -> None:
    (change,) = compare(changed(add=[EXTRA], **SECOND), declaration)

    assert not change.accepted
    assert str(change).startswith("version is 1, but version 2 was published already. Deploy the newer declaration")


def test_nothing_changed_is_no_change(declaration: Contract, sales: Sales) -> None:
    fields = sales()
    fields["columns"] = fields["columns"][::-1]

    assert compare(declaration, DatasetDeclaration.model_validate(fields)) == []


@pytest.mark.parametrize(
    ("before", "after", "replaced"),
    [
        ("Delay in minutes.", "Delay in hours.", ("minute", "hour")),
        ("Local time as HHMM.", "UTC as HHMM.", ("local time", "UTC")),
        ("In %.", "A fraction.", ("percent", "fraction")),
        ("Delay.", "Delay in minutes.", None),
        ("Minutes in the air.", "Time in the air, in minutes.", None),
        ("Minutes.", "Not known.", None),
    ],
)
def test_a_unit_that_another_one_replaces_is_noticed(before: str, after: str, replaced: tuple[str, str] | None) -> None:
    assert unit_replaced(before, after) == replaced
    assert units_in("") == frozenset()


CHANGELOGS = {
    "no entry": ({"version": 2}, "sales.changelog: the contract is version 2, but it has no entry. Add an entry"),
    "older entry": (
        {**SECOND, "version": 3},
        "sales.changelog: the contract is version 3, but its newest entry is of version 2. Add an entry",
    ),
    "version forgotten": (
        {"changelog": SECOND["changelog"]},
        "sales.changelog: the contract is version 1, but its newest entry is of version 2. Add an entry",
    ),
    "oldest first": (
        {
            "version": 2,
            "changelog": [{"version": v, "date": "2026-01-01", "change": "Something."} for v in (1, 2)],
        },
        "sales.changelog: versions 1, 2 are not in order. List each version once, the newest first.",
    ),
    "since without partitions": (
        {"columns": {"due": {"since": "2013-02"}}, "partitions": None, "arrival": {"file": "sales.csv"}},
        "sales.columns.due.since: the table has no partitions, so no file is older than another. Leave it out.",
    ),
    "since and never missing": (
        {"columns": {"sold": {"since": "2013-02"}}},
        "sales.columns.sold.since: files before 2013-02 may lack the column, so it must be nullable and no key.",
    ),
    "replaces itself": (
        {"deprecation": {"date": "2026-01-01", "reason": "Old.", "replacement": "sales"}},
        "sales.deprecation.replacement: it cannot replace itself.",
    ),
}


@pytest.mark.parametrize(("changes", "message"), CHANGELOGS.values(), ids=CHANGELOGS.keys())
def test_a_wrong_changelog_or_end_is_refused_at_load(sales: Sales, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as error:
        DatasetDeclaration.model_validate(sales(**changes))

    assert message in str(error.value)


@pytest.mark.parametrize("told", ["nobody", "team:", "a@b", "two words@shop.org"])
def test_who_is_told_is_an_address_or_a_team(sales: Sales, told: str) -> None:
    with pytest.raises(ValidationError, match="notify"):
        DatasetDeclaration.model_validate(sales(notify=[told]))


def test_the_end_is_told_in_a_sentence(sales: Sales) -> None:
    end = {"date": "2026-06-30", "reason": "The shop closes.", "replacement": "orders"}

    declared = DatasetDeclaration.model_validate(sales(deprecation=end)).deprecation

    assert declared is not None
    assert declared.in_words("sales") == (
        "'sales' is deprecated from 2026-06-30 on: The shop closes. Read 'orders' instead."
    )


def test_a_contract_is_recorded_with_its_history(declaration: Contract, changed: Callable[..., Contract]) -> None:
    first = recording(declaration, "run 1")({})
    assert recording(declaration, "run 2")(first) == first
    noted = recording(changed(owner="team:other"), "run 3")(first)
    second = recording(changed(owner="team:other", add=[EXTRA], **SECOND), "run 4")(noted)

    assert read_contract({}) is None
    recorded = read_contract(noted)
    assert recorded is not None
    assert (recorded.owner, recorded.version) == ("team:other", 1)
    assert [(entry.version, entry.run_id, entry.changes) for entry in read_history(second)] == [
        (1, "run 1", ()),
        (2, "run 4", ("columns.gate was added (string, missing in older partitions).",)),
    ]
    with pytest.raises(ContractRefused, match="version is 1, but version 2 was published already"):
        recording(declaration, "run 5")(second)


def test_what_a_later_release_adds_to_contracts_does_not_hinder_this_one(declaration: Contract) -> None:
    text = contract_text(declaration).replace('"owner"', '"mood": "good", "owner"', 1)

    assert read_contract({"contract": text}) == Contract.model_validate_json(contract_text(declaration))


def test_what_this_release_cannot_read_is_told(declaration: Contract) -> None:
    text = contract_text(declaration).replace('"type": "date"', '"type": "moon phase"')

    with pytest.raises(
        ContractRefused, match="sales was refused: the recorded contract cannot be read by this release"
    ):
        recording(declaration, "run")({"contract": text})


# Any two contracts

TYPES = ("int", "long", "double", "string", "boolean", "date")
COLUMN = st.fixed_dictionaries(
    {
        "type": st.sampled_from(TYPES),
        "nullable": st.booleans(),
        "description": st.sampled_from(("In minutes.", "In hours.", "A thing.", "A thing, really.")),
    }
)
CONTRACTS = st.tuples(
    st.dictionaries(st.sampled_from(("a", "b", "c", "A")), COLUMN, max_size=3), st.integers(1, 3), st.booleans()
)


def contract(columns: dict[str, dict[str, Any]], version: int, second_key: bool) -> Contract:
    declared = [{"name": name, **column} for name, column in columns.items()]
    ids = [{"name": name, "type": "long", "nullable": False, "description": "Identity."} for name in ("id", "line")]
    return Contract.model_validate(
        {
            "name": "things",
            "description": "One thing.",
            "owner": "team:things",
            "columns": [*ids, *declared],
            "keys": ["id", "line"] if second_key else ["id"],
            "version": version,
            "changelog": [{"version": version, "date": "2026-01-01", "change": "New."}] if version > 1 else [],
        }
    )


@settings(max_examples=200, deadline=None)
@given(CONTRACTS, CONTRACTS)
def test_accepted_together_means_every_promise_of_before_holds(old: Any, new: Any) -> None:
    before, after = contract(*old), contract(*new)
    changes = compare(before, after)
    assert changes == compare(before, after)
    assert all(change.remedy.endswith(".") for change in changes if not change.accepted)
    if not all(change.accepted for change in changes):
        return
    names = {column.name for column in before.columns}
    for column in before.columns:
        kept = after.column(column.name)
        assert (column.type, kept.type) in {(kind, kind) for kind in TYPES} | {("int", "long")}
        assert kept.nullable or not column.nullable
    assert all(column.nullable for column in after.columns if column.name not in names)
    assert set(after.keys) == set(before.keys)
    assert (
        after.version > before.version
        or before.columns == after.columns
        or {column.name: column for column in before.columns} == {column.name: column for column in after.columns}
    )
    assert [c for c in compare(after, after) if not c.accepted] == []
