"""The one error of this folder, so that callers can tell a bad request from a broken machine."""


class ProfileError(ValueError):
    """A profile cannot be made, merged or read; the message names the column, the rule and the remedy."""
