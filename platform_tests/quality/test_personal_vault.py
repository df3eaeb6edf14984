"""The vault: one token a value, whoever asks and how many at once; every look is on record."""

from __future__ import annotations

import base64
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from platform_assets.cli import platform
from platform_assets.quality.personal.errors import KeyUnfit, UnknownToken, VaultUnavailable, WrongVaultKey
from platform_assets.quality.personal.sealing import Seal, new_key
from platform_assets.quality.personal.secrets import Secrets, VaultAccess
from platform_assets.quality.personal.vault import Vault

PROCESSES, VALUES = 16, 300
ASK = """
import json, random, sys
from platform_assets.quality.personal.secrets import VaultAccess
from platform_assets.quality.personal.vault import Vault
values = [f"person {n}" for n in range(int(sys.argv[3]))]
random.shuffle(values)
vault, found = Vault(VaultAccess(sys.argv[1], sys.argv[2])), {}
for start in range(0, len(values), 37):
    found |= vault.tokens("people", values[start : start + 37])
print(json.dumps(found, sort_keys=True))
"""


@pytest.fixture
def access(tmp_path: Path) -> VaultAccess:
    return Secrets(vault=str(tmp_path / "secure" / "vault.db"), vault_key=new_key()).require_vault("test")


def test_a_token_is_random_stable_and_reversible(access: VaultAccess) -> None:
    first, again = Vault(access), Vault(access)

    tokens = first.tokens("people", ["Anna", "Bo", "Anna"])

    assert again.tokens("people", ["Bo", "Anna"]) == tokens
    assert again.tokens("others", ["Anna"])["Anna"] != tokens["Anna"]
    assert {token[:4] for token in tokens.values()} == {"tok_"}
    assert first.reveal(tokens["Bo"], "me", "a test") == "Bo"


def test_two_vaults_give_different_tokens(access: VaultAccess, tmp_path: Path) -> None:
    other = VaultAccess(f"sqlite:///{tmp_path / 'other.db'}", access.key)

    assert Vault(access).tokens("people", ["Anna"]) != Vault(other).tokens("people", ["Anna"])


def test_processes_that_ask_at_once_get_the_same_tokens(access: VaultAccess) -> None:
    command = [sys.executable, "-c", ASK, access.address, access.key, str(VALUES)]
    asking = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(PROCESSES)]
    answers = [process.communicate(timeout=120) for process in asking]

    assert [process.returncode for process in asking] == [0] * PROCESSES, answers[0][1].decode()
    assert len({out for out, _ in answers}) == 1
    assert access.file is not None
    with sqlite3.connect(access.file) as connection:
        (rows,) = connection.execute("select count(*) from tokens").fetchone()
    print(f"{PROCESSES} processes asked for {VALUES} values: {rows} tokens")
    assert rows == VALUES


def test_the_file_holds_no_value_and_is_for_its_owner_alone(access: VaultAccess) -> None:
    Vault(access).tokens("people", ["Wilhelmina Planted"])

    assert access.file is not None
    assert b"Wilhelmina" not in access.file.read_bytes()
    assert stat.S_IMODE(access.file.stat().st_mode) == 0o600


def test_another_key_opens_nothing(access: VaultAccess) -> None:
    Vault(access)

    with pytest.raises(WrongVaultKey, match="is not the key of the vault"):
        Vault(VaultAccess(access.address, new_key()))


def test_a_sealed_value_opens_in_its_own_place_only() -> None:
    seal = Seal(new_key())
    sealed = seal.sealed("Anna", "people tok_1")

    assert seal.opened(sealed, "people tok_1") == "Anna"
    assert seal.opened(sealed, "people tok_2") is None
    assert seal.opened(sealed[:-1] + bytes([sealed[-1] ^ 1]), "people tok_1") is None
    assert Seal(new_key()).opened(sealed, "people tok_1") is None
    assert seal.sealed("Anna", "people tok_1") != sealed


@pytest.mark.parametrize(
    ("key", "rule"),
    [("no key!", "is not URL-safe base64"), (base64.b64encode(b"short").decode(), "stands for 5 bytes")],
)
def test_a_key_of_another_form_is_refused(key: str, rule: str) -> None:
    with pytest.raises(KeyUnfit, match=rule):
        Seal(key)


def test_a_place_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(VaultUnavailable, match="Check PLATFORM_VAULT"):
        Vault(VaultAccess(f"sqlite:///{tmp_path / 'file' / 'vault.db'}", new_key()))


def test_every_look_is_on_record_even_a_vain_one(access: VaultAccess) -> None:
    vault = Vault(access)
    token = vault.tokens("people", ["Anna"])["Anna"]
    vault.reveal(token, "bo", "she asked")
    with pytest.raises(UnknownToken, match="does not know the token 'tok_no'"):
        vault.reveal("tok_no", "bo", "curious")

    last, first = vault.looks()

    assert (first.who, first.reason, first.token, first.known) == ("bo", "she asked", token, True)
    assert (last.token, last.known) == ("tok_no", False)


def test_the_command_reveals_for_a_reason_and_lists_who_looked(
    access: VaultAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = Vault(access).tokens("people", ["Anna"])["Anna"]
    monkeypatch.setenv("PLATFORM_VAULT", str(access.file))
    monkeypatch.setenv("PLATFORM_VAULT_KEY", access.key)
    run = CliRunner().invoke

    assert run(platform, ["vault", "reveal", token]).exit_code == 2
    assert run(platform, ["vault", "reveal", token, "--reason", " "]).exit_code == 2
    assert run(platform, ["vault", "log"]).output == "Nobody looked yet.\n"
    assert run(platform, ["vault", "reveal", token, "--reason", "complaint 7", "--who", "bo"]).output == "Anna\n"
    log = run(platform, ["vault", "log"]).output
    assert f"bo  {token}  complaint 7" in log
    assert '"known": true' in run(platform, ["vault", "log", "--json"]).output
    unknown = run(platform, ["vault", "reveal", "tok_no", "--reason", "x"])
    assert (unknown.exit_code, "does not know the token" in unknown.output) == (1, True)
    monkeypatch.delenv("PLATFORM_VAULT_KEY")
    assert "PLATFORM_VAULT_KEY" in run(platform, ["vault", "log"]).output


def test_a_new_key_is_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    key = CliRunner().invoke(platform, ["vault", "new-key"]).output.strip()

    Seal(key)
    assert Secrets(hash_key=key).require_hash_key("test") == key.encode()
    assert key != new_key()
    assert os.environ.get("PLATFORM_VAULT_KEY") != key
