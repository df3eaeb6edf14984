"""The id of a prediction: computed from what makes it that prediction, so it needs no column and no register.

``2013-05.v3.2xk7q9m4c1zd.6f1c0a5be2d94c17`` is a prediction of version 3 in partition 2013-05, made from the feature
snapshot that the third part writes to the base of 36, of the row whose keys have this digest. The first three parts
say where to look, the last one which row it is. The same model on the same features gives the same id, however often
the partition is made; another version or corrected features give another one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from platform_assets.pipeline.explain.errors import NotExplained

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_DIGEST_LETTERS = 16
_ID = re.compile(rf"(\d{{4}}-\d{{2}})\.v(\d+)\.([0-9a-z]+)\.([0-9a-f]{{{_DIGEST_LETTERS}}})")


@dataclass(frozen=True)
class PredictionId:
    """Which prediction of a model: where to look for it, and the digest of its keys."""

    partition: str
    model_version: int
    feature_snapshot: int
    key_digest: str

    def __str__(self) -> str:
        return f"{self.partition}.v{self.model_version}.{_to_base_36(self.feature_snapshot)}.{self.key_digest}"

    @classmethod
    def parse(cls, text: str) -> PredictionId:
        """The id that a text writes.

        Raises:
            NotExplained: it is none.
        """
        match = _ID.fullmatch(text.strip())
        if match is None:
            raise NotExplained(
                f"'{text}' is no prediction id. One looks like 2013-05.v3.2xk7q9m4c1zd.6f1c0a5be2d94c17; "
                "'platform explain' shows it for a prediction named by --partition and --key."
            )
        partition, version, snapshot, digest = match.groups()
        return cls(partition, int(version), int(snapshot, 36), digest)


def prediction_id(model: str, partition: str, row: Mapping[str, Any], keys: Sequence[str]) -> PredictionId:
    """The id of a row of a model's predictions."""
    return PredictionId(partition, row["model_version"], row["feature_snapshot"], key_digest(model, row, keys))


def key_digest(model: str, row: Mapping[str, Any], keys: Sequence[str]) -> str:
    """The first 64 bits of the SHA-256 of a row's key values, with the model's name, in hexadecimal."""
    values = [model, *(as_text(row[key]) for key in keys)]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:_DIGEST_LETTERS]


def as_text(value: Any) -> str:
    """A key value as people write it; times in UTC, as in 2013-05-01T10:00:00Z."""
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return moment.isoformat().replace("+00:00", "Z")
    return str(value)


def _to_base_36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, place = divmod(number, 36)
        digits = _DIGITS[place] + digits
    return digits
