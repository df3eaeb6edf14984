"""Errors of the core, told to the user of a run: what, which rule, what to do; never a bare traceback."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import dagster as dg

from platform_assets.compute.cost.errors import CostError
from platform_assets.compute.emr.errors import EmrError
from platform_assets.compute.errors import EngineNotKnown, EngineUnavailable, JobFailed
from platform_assets.compute.prices.errors import PriceBookNotReadable, PricesNotFetched
from platform_assets.compute.spot.errors import PlanImpossible
from platform_assets.lake.errors import LakeError
from platform_assets.landing.errors import LandingError
from platform_assets.learning.errors import LearningError
from platform_assets.quality.errors import DeliveryMissing, DeliveryRefused, MissingProfile, PartitionRefused
from platform_assets.quality.personal.errors import PersonalDataError

USER_ERRORS = (
    DeliveryMissing,
    DeliveryRefused,
    PartitionRefused,
    PersonalDataError,
    EngineNotKnown,
    EngineUnavailable,
    JobFailed,
    EmrError,
    PlanImpossible,
    PricesNotFetched,
    PriceBookNotReadable,
    CostError,
    LakeError,
    LandingError,
    LearningError,
    MissingProfile,
)


@contextlib.contextmanager
def told_to_the_user() -> Iterator[None]:
    """Turn the errors that a user can cause into a failed step whose description is their message."""
    try:
        yield
    except USER_ERRORS as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error
