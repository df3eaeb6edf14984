"""Errors around keys and the vault; each names the thing, the rule and the remedy, and never a value."""


class PersonalDataError(Exception):
    """Personal data cannot be protected or revealed as asked; nothing was read or stored."""


class KeyMissing(PersonalDataError):
    """A declared protection needs an environment variable that is not set."""

    def __init__(self, what: str, variable: str, use: str) -> None:
        super().__init__(
            f"{what} needs {variable}, {use}, and it is not set; there is no default. Nothing was read. "
            f"Set {variable} where the runs are started ('platform vault new-key' makes a key)."
        )


class KeyUnfit(PersonalDataError):
    """A key does not have the form it needs."""

    def __init__(self, variable: str, rule: str) -> None:
        super().__init__(f"{variable} {rule}. Set it to a key made by 'platform vault new-key'.")


class VaultInLake(PersonalDataError):
    """The vault would lie beside the data that it protects."""

    def __init__(self, vault: str, lake: str) -> None:
        super().__init__(
            f"PLATFORM_VAULT={vault} lies within {lake}, which everyone who reads the lake can read. "
            "Choose a place that only those may read who may see personal values."
        )


class VaultUnavailable(PersonalDataError):
    """The vault cannot be opened or does not answer."""

    def __init__(self, vault: str, reason: str) -> None:
        super().__init__(f"The vault {vault} cannot be used: {reason}. Check PLATFORM_VAULT and who may write there.")


class WrongVaultKey(PersonalDataError):
    """The vault was made with another key."""

    def __init__(self, vault: str) -> None:
        super().__init__(
            f"PLATFORM_VAULT_KEY is not the key of the vault {vault}. Set the key with which the vault was made; "
            "without it its values cannot be revealed."
        )


class UnknownToken(PersonalDataError):
    """The vault has no such token."""

    def __init__(self, vault: str, token: str) -> None:
        super().__init__(
            f"The vault {vault} does not know the token '{token}'. Copy the whole token, as in tok_ and 32 hexadecimal "
            "digits, and check that PLATFORM_VAULT is the vault of the deployment that made it."
        )


class DetailsWithheld(Exception):
    """Stands for the cause of a failed job whose words may quote personal values."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"the words of this {kind} are withheld because they may quote personal values; "
            "to see them, run the dataset in a notebook on a file with made-up values"
        )
