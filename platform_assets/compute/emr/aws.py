"""Clients of AWS that wait when they are throttled, and look for new credentials when theirs have run out."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

THROTTLED = ("ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyRequestsException", "SlowDown")
EXPIRED = ("ExpiredTokenException", "ExpiredToken", "RequestExpired")
TRIES = 8
LONGEST_WAIT = 30.0


class Aws:
    """EMR, S3, EC2 and CloudWatch in one region; credentials are found as every AWS client finds them.

    Args:
        region: of the clusters.
        sleep: waits so many seconds.
    """

    def __init__(self, region: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._region = region
        self._sleep = sleep

    @cached_property
    def emr(self) -> Any:
        """The client of EMR; it never repeats a call by itself, as repeating RunJobFlow starts a second cluster."""
        return self._client("emr", {"total_max_attempts": 1, "mode": "standard"})

    @cached_property
    def s3(self) -> Any:
        """The client of S3."""
        return self._client("s3", {"total_max_attempts": TRIES, "mode": "standard"})

    @cached_property
    def ec2(self) -> Any:
        """The client of EC2."""
        return self._client("ec2", {"total_max_attempts": TRIES, "mode": "standard"})

    @cached_property
    def cloudwatch(self) -> Any:
        """The client of CloudWatch."""
        return self._client("cloudwatch", {"total_max_attempts": TRIES, "mode": "standard"})

    def ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """Call EMR; waits when it is throttled or cut off, renews credentials once.

        Raises:
            botocore.exceptions.ClientError, BotoCoreError: it was refused, or did not work in many tries.
        """
        for number in range(1, TRIES + 1):
            try:
                answer: dict[str, Any] = getattr(self.emr, operation)(**arguments)
            except Exception as error:
                if number == TRIES or not self._may_work_again(error, operation, number):
                    raise
            else:
                return answer
        raise AssertionError("unreachable")

    def renew(self) -> None:
        """Forget the clients and look for credentials anew."""
        for name in ("emr", "s3", "ec2", "cloudwatch"):
            self.__dict__.pop(name, None)

    def _may_work_again(self, error: Exception, operation: str, number: int) -> bool:
        code = error_code(error)
        if code in EXPIRED and number == 1:
            self.renew()
            return True
        # A call that starts something may have worked though its answer was lost.
        if code in THROTTLED or (operation != "run_job_flow" and is_cut_off(error)):
            self._sleep(backoff(number))
            return True
        return False

    def _client(self, service: str, retries: dict[str, Any]) -> Any:
        import boto3
        from botocore.config import Config

        # A session of its own: boto3's default one is not safe among threads, and keeps old credentials.
        return boto3.Session().client(service, region_name=self._region, config=Config(retries=retries))


def aws_errors() -> tuple[type[Exception], ...]:
    """Whatever a call to AWS raises."""
    from botocore.exceptions import BotoCoreError, ClientError

    return BotoCoreError, ClientError


def error_code(error: BaseException) -> str:
    """AWS's code of an error, or an empty text."""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


def is_cut_off(error: BaseException) -> bool:
    """Whether the answer to a call was lost, or the server broke: nobody knows whether it worked."""
    from botocore.exceptions import ConnectionError as NoConnection
    from botocore.exceptions import HTTPClientError

    response = getattr(error, "response", None) or {}
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return isinstance(error, HTTPClientError | NoConnection) or status >= 500


def backoff(number: int) -> float:
    """Seconds to wait after the try of that number: twice as long each time, a random part of it off (full jitter)."""
    return random.uniform(0.2, 1) * min(LONGEST_WAIT, 2.0 ** (number - 1))
