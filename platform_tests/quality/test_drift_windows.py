"""What is compared with what: declared references, never another one, and never a window with itself."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from platform_assets.lake import ColumnSpec, Lake, TableSpec
from platform_assets.pipeline import drift_windows as under_test
from platform_assets.pipeline.drift_report import materialise_drift_report
from platform_assets.pipeline.drift_rows import with_multivariate
from platform_assets.pipeline.drift_windows import drift_windows
from platform_assets.pipeline.product import DEFS_FOLDER, DeclarationError, load_product
from platform_assets.pipeline.training import rows_under
from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.declaration import DriftDeclaration
from platform_assets.quality.drift.windows import OverlappingWindows, compare_windows
from platform_assets.quality.errors import MissingProfile
from platform_assets.quality.profile import profile_batches
from platform_assets.quality.profile_table import PROFILES, profile_table_rows

MODEL, FEATURES = "flight_delay", "flight_delay.flight_features"
PREDICTIONS, LABELS = "flight_delay.flight_delay_predictions", "flight_delay.flights"
RNG = np.random.default_rng(3)


def store(lake, table, months, **columns):
    """Profiles of some months, as publishing leaves them."""
    for month in months:
        rows = pa.table({name: make(400) for name, make in columns.items()})
        profile = profile_batches(rows.to_batches())
        staged = lake.stage_rows(PROFILES, profile_table_rows(profile, table, month, 1, "run"))
        from platform_assets.lake.partitions import Values

        lake.publish(PROFILES, Values((("table", table), ("partition", month))), [staged], {})


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    lake = Lake(tmp_path_factory.mktemp("lake"))
    months = ["2012-04", "2013-01", "2013-02", "2013-03", "2013-04"]
    store(lake, FEATURES, months, temp=lambda n: RNG.normal(size=n), hour=lambda n: RNG.integers(0, 9, n))
    store(lake, PREDICTIONS, ["2013-03", "2013-04"], probability=lambda n: RNG.random(n))
    store(lake, LABELS, months, arr_delay=lambda n: RNG.exponential(9, n))
    return lake
