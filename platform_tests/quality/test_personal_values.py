"""Protections of single values: keyed hashes, networks, and what a declaration may say."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from platform_assets.learning.feature_set import FeatureSetDeclaration
from platform_assets.quality.contract import Contract
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.personal.errors import KeyMissing, KeyUnfit
from platform_assets.quality.personal.hashing import hash_text, hash_texts
from platform_assets.quality.personal.networks import network_of
from platform_assets.quality.personal.secrets import Secrets
from platform_assets.quality.personal.views import as_delivered, as_stored

KEY = b"k" * 32
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
DOMAINS = st.from_regex(r"[A-Za-z0-9_.-]{1,20}", fullmatch=True)


@given(DOMAINS, TEXTS)
def test_a_hash_is_the_hmac_of_domain_and_value(domain: str, value: str) -> None:
    expected = hmac.new(KEY, domain.encode() + b"\0" + value.encode(), hashlib.sha256).hexdigest()

    assert hash_text(KEY, domain, value) == expected


@settings(deadline=None)
@given(DOMAINS, st.lists(st.none() | TEXTS, max_size=20))
def test_a_column_hashes_as_its_values_do(domain: str, values: list[str | None]) -> None:
    expected = [None if value is None else hash_text(KEY, domain, value) for value in values]

    assert hash_texts(KEY, domain, pa.array(values, pa.string())).to_pylist() == expected


@given(st.tuples(DOMAINS, TEXTS), st.tuples(DOMAINS, TEXTS))
def test_only_equal_values_of_one_domain_are_equal(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (hash_text(KEY, *one) == hash_text(KEY, *other)) == (one == other)


@given(st.ip_addresses())
def test_an_address_lies_in_its_network_and_the_network_hides_its_end(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    network = ipaddress.ip_network(str(network_of(str(address))))

    assert address in network
    assert network.prefixlen == {4: 24, 6: 48}[address.version]


@pytest.mark.parametrize("text", ["", "somewhere", "1.2.3", "1.2.3.256", "1.2.3.4/8", " 1.2.3.4"])
def test_a_text_that_is_no_address_has_no_network(text: str) -> None:
    assert network_of(text) is None


def test_a_zone_of_an_address_is_left_out() -> None:
    assert network_of("fe80::1%eth0") == "fe80::/48"


def test_keys_are_asked_for_by_name_and_never_shown() -> None:
    with pytest.raises(KeyMissing, match=r"guests\.email needs PLATFORM_HASH_KEY"):
        Secrets().require_hash_key("guests.email")
    with pytest.raises(KeyUnfit, match="has 5 bytes, and a key needs 32"):
        Secrets(hash_key="short").require_hash_key("guests.email")
    with pytest.raises(KeyMissing, match="PLATFORM_VAULT,"):
        Secrets(vault_key="k").require_vault("guests.phone")
    with pytest.raises(KeyMissing, match="PLATFORM_VAULT_KEY,"):
        Secrets(vault="v").require_vault("guests.phone")
    secrets = Secrets("the hash key", "/vault.db", "the vault key")
    shown = f"{secrets!r} {secrets.require_vault('x')!r}"
    assert "the hash key" not in shown
    assert "the vault key" not in shown


Sales = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("column", "changes", "problem"),
    [
        (
            "price",
            {"personal": {"protect": "hash"}, "minimum": None, "maximum": None},
            "is stored as text, not as double",
        ),
        ("kind", {"personal": {"protect": "generalise", "to": "month"}, "allowed": None}, "is for date or timestamp"),
        ("kind", {"personal": {"protect": "generalise", "to": "prefix"}}, "'characters' is needed by 'to: prefix'"),
        (
            "kind",
            {"personal": {"protect": "generalise", "to": "network", "width": 3}},
            "'width' is needed by 'to: bucket' and by nothing else, and this is 'to: network'. Remove it.",
        ),
        (
            "rating",
            {"personal": {"protect": "generalise", "to": "bucket", "width": 1.5}},
            "the width 1.5 of a whole number must be a whole number. Round it.",
        ),
        ("kind", {"personal": {"protect": "hash", "domain": "a b"}}, "domain"),
        ("kind", {"personal": {"protect": "hide"}}, "protect"),
        ("number", {"personal": {"protect": "drop"}}, "'number' cannot identify a row, as it is declared to drop"),
        (
            "number",
            {"personal": {"protect": "generalise", "to": "bucket", "width": 10}},
            "cannot identify a row, as it is declared to generalise",
        ),
        (
            "sold",
            {"personal": {"protect": "generalise", "to": "year"}},
            "'sold' must keep its month to cut the table. Use 'generalise' with 'to: month'",
        ),
        (
            "kind",
            {"personal": {"protect": "hash", "delivered_type": "long"}},
            "'allowed' needs type string, not long",
        ),
    ],
)
def test_a_protection_that_does_not_fit_is_refused(
    sales: Sales, column: str, changes: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        DatasetDeclaration.model_validate(sales(columns={column: changes}))

    assert problem in str(refused.value)


def test_an_expectation_on_a_dropped_column_is_refused(sales: Sales) -> None:
    expectation = {"type": "expect_column_values_to_not_be_null", "arguments": {"column": "kind"}}

    with pytest.raises(ValidationError, match="'kind' is dropped before they run"):
        DatasetDeclaration.model_validate(
            sales(columns={"kind": {"personal": {"protect": "drop"}}}, expectations=[expectation])
        )


def test_features_cannot_be_declared_personal() -> None:
    column = {"name": "who", "type": "string", "description": "Who.", "personal": {"protect": "hash"}}
    declared = {
        "name": "features",
        "description": "One.",
        "owner": "team:shop",
        "keys": ["who"],
        "columns": [column],
        "function": "features.of",
        "inputs": [{"dataset": "sales"}],
    }

    with pytest.raises(ValidationError, match="who cannot be protected here"):
        FeatureSetDeclaration.model_validate(declared)


def test_the_two_sides_of_a_contract(sales: Sales) -> None:
    contract = Contract.model_validate(
        {
            key: value
            for key, value in sales(
                columns={
                    "kind": {"personal": {"protect": "hash"}},
                    "gift": {"personal": {"protect": "drop"}},
                    "price": {"personal": {"protect": "generalise", "to": "bucket", "width": 10}},
                }
            ).items()
            if key != "arrival"
        }
    )

    stored, delivered = as_stored(contract), as_delivered(contract)

    assert [column.name for column in delivered.columns] == [column.name for column in contract.columns]
    assert "gift" not in [column.name for column in stored.columns]
    assert "gift" not in contract.table("shop").column_names
    assert stored.column("kind").allowed is None
    assert (stored.column("price").minimum, stored.column("pieces").minimum) == (None, 1)
    assert contract.column("price").minimum == 0
