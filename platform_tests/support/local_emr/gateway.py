"""The HTTP front: EMR's calls are answered here, all others by moto, unless the call is to be refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local_emr.access import Access
from local_emr.errors import ApiError
from local_emr.operations import Operations

# AWS's signature, version 4, names the access key and the service.
SIGNATURE = re.compile(r"Credential=(?P<key>[^/]+)/\d+/[^/]+/(?P<service>[^/]+)/aws4_request")
TARGET = "ElasticMapReduce."
StartResponse = Callable[..., Any]
Environment = dict[str, Any]


@dataclass(frozen=True)
class Gateway:
    """A WSGI application."""

    operations: Operations
    access: Access
    others: Callable[[Environment, StartResponse], Iterable[bytes]]

    def __call__(self, environment: Environment, start_response: StartResponse) -> Iterable[bytes]:
        signed = SIGNATURE.search(environment.get("HTTP_AUTHORIZATION", ""))
        key, service = (signed["key"], signed["service"]) if signed else (None, "s3")
        target = environment.get("HTTP_X_AMZ_TARGET", "")
        try:
            self.access.check(service, target.removeprefix(TARGET), key)
            if not target.startswith(TARGET):
                return self.others(environment, start_response)
            answer = self.operations.call(target.removeprefix(TARGET), _body(environment), key)
        except ApiError as error:
            _drain(environment)
            return _xml_error(error, start_response) if service == "s3" else _json_error(error, start_response)
        return _respond(start_response, "200 OK", "application/x-amz-json-1.1", _json(answer))


def _body(environment: Environment) -> dict[str, Any]:
    content = environment["wsgi.input"].read(int(environment.get("CONTENT_LENGTH") or 0))
    body: dict[str, Any] = json.loads(content or b"{}")
    return body


def _drain(environment: Environment) -> None:
    """Read what the client sends, or it sees a broken connection in place of the answer."""
    if not environment.get("HTTP_TRANSFER_ENCODING"):
        environment["wsgi.input"].read(int(environment.get("CONTENT_LENGTH") or 0))


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
