"""Errors of the landing room; each message names the thing, the rule and the remedy."""

from __future__ import annotations


class LandingError(Exception):
    """The landing place cannot be used."""


class UnknownLanding(LandingError):
    """The address of the landing place has a form that nobody knows."""

    def __init__(self, address: str, rule: str) -> None:
        super().__init__(
            f"PLATFORM_LANDING={address} is not understood: {rule}. Set it to a folder, to s3://bucket/prefix, or to "
            "sqs://host/account/queue?landing=s3://bucket/prefix."
        )


class ExtraMissing(LandingError):
    """A library that is not part of the default install."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"The landing place {address} needs boto3, which is not installed. Install the extra 'aws': "
            "pip install 'platform-assets[aws]'."
        )


class LandingUnavailable(LandingError):
    """The store or queue did not answer as it should."""

    def __init__(self, address: str, error: BaseException) -> None:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        super().__init__(
            f"The landing place {address} cannot be read: {first} Nothing was taken and nothing is lost; the next tick "
            "looks again. Check the address, the credentials and the network."
        )
