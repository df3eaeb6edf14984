"""The guide to utilisation names every kind of advice, and the limits that hold."""

import re
from pathlib import Path
from typing import get_args

from platform_assets.compute.utilisation.advice import AdviceKind, thresholds

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "utilisation.md"


def test_every_kind_of_advice_is_explained_with_its_limit() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE))

    assert set(rows) == set(get_args(AdviceKind))
    assert f"took {thresholds.TIME_SKEW:g} times the median and read {thresholds.DATA_SKEW:g} times" in rows["skewed"]
    assert f"{thresholds.LEAST_SPILL // 1024**2} MiB or more" in rows["spilling"]
    assert f"below {thresholds.WORTHWHILE_SECONDS} s" in rows["too_many_small_tasks"]
    assert f"at most {thresholds.LONGER_SHARE:.0%}".replace("%", " %") in rows["over_provisioned"]
    assert f"{thresholds.LEAST_FEWER_SHARE:.0%}".replace("%", " %") in rows["over_provisioned"]
    assert f"a heap of {thresholds.LARGE_HEAP // 1024**3} GiB" in rows["memory_over_configured"]
