"""The HTTP front: calls of EMR and CloudWatch are answered here, others by moto, unless they are to be refused."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local_emr.access import Access
from local_emr.cloudwatch import CloudWatch
from local_emr.errors import ApiError
from local_emr.operations import Operations
from local_emr.spot_market import SpotMarket

# AWS's signature, version 4, names the access key and the service.
SIGNATURE = re.compile(r"Credential=(?P<key>[^/]+)/\d+/[^/]+/(?P<service>[^/]+)/aws4_request")
# What calls in JSON name before their operation.
EMR, CLOUDWATCH = "ElasticMapReduce", "GraniteServiceVersion20100801"
StartResponse = Callable[..., Any]
Environment = dict[str, Any]


@dataclass(frozen=True)
class Gateway:
    """A WSGI application."""

    operations: Operations
    access: Access
    market: SpotMarket
    cloudwatch: CloudWatch
    others: Callable[[Environment, StartResponse], Iterable[bytes]]

    def __call__(self, environment: Environment, start_response: StartResponse) -> Iterable[bytes]:
        signed = SIGNATURE.search(environment.get("HTTP_AUTHORIZATION", ""))
        key, service = (signed["key"], signed["service"]) if signed else (None, "s3")
        target = environment.get("HTTP_X_AMZ_TARGET", "")
        api, _, operation = target.partition(".")
        if api not in (EMR, CLOUDWATCH):
            return self._other(service, key, environment, start_response)
        # Read in any case: a client whose call is not read to its end sees a broken connection, not the answer.
        request = json.loads(_body(environment) or b"{}")
        try:
            self.access.check(service, operation, key)
            answer = (
                self.operations.call(operation, request, key)
                if api == EMR
                else self.cloudwatch.call(operation, request)
            )
        except ApiError as error:
            return _json_error(error, start_response)
        return _respond(start_response, "200 OK", "application/x-amz-json-1.1", _json(answer))

    def _other(
        self, service: str, key: str | None, environment: Environment, start_response: StartResponse
    ) -> Iterable[bytes]:
        try:
            self.access.check(service, "", key)
        except ApiError as error:
            _body(environment)
            return _xml_error(error, start_response)
        with self.market.answering():
            return self.others(environment, start_response)


def _body(environment: Environment) -> bytes:
    content: bytes = environment["wsgi.input"].read(int(environment.get("CONTENT_LENGTH") or 0))
    return gzip.decompress(content) if environment.get("HTTP_CONTENT_ENCODING") == "gzip" else content


def _json(answer: object) -> bytes:
    return json.dumps(_without_none(answer), default=datetime.timestamp).encode()


def _without_none(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_none(inner) for name, inner in value.items() if inner is not None}
    return [_without_none(inner) for inner in value] if isinstance(value, list) else value


def _json_error(error: ApiError, start_response: StartResponse) -> Iterable[bytes]:
    content = json.dumps({"__type": error.kind, "Message": str(error), "message": str(error)}).encode()
    return _respond(start_response, f"{error.status} {error.kind}", "application/x-amz-json-1.1", content)


def _xml_error(error: ApiError, start_response: StartResponse) -> Iterable[bytes]:
    content = f"<Error><Code>{error.kind}</Code><Message>{error}</Message></Error>".encode()
    return _respond(start_response, f"{error.status} {error.kind}", "application/xml", content)


def _respond(start_response: StartResponse, status: str, kind: str, content: bytes) -> Iterable[bytes]:
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(content)))])
    return [content]
