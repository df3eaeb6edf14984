"""What the guide to quality tells to declare is what the declarations accept, and its table of limits is theirs."""

import re
from pathlib import Path

import yaml

from platform_assets.quality.contract import Expectation
from platform_assets.quality.drift.thresholds import DriftThresholds

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "quality.md"


def declared(field: str) -> object:
    """The value of a field in the YAML of the guide."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return next(block[field] for block in map(yaml.safe_load, blocks) if field in block)


def test_the_limits_that_the_guide_declares_are_limits() -> None:
    assert DriftThresholds.model_validate(declared("drift")).psi == 0.2


def test_the_defaults_that_the_guide_names_are_the_defaults() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    defaults = DriftThresholds()

    assert len(rows) == 6
    assert {name: float(value) for name, value in rows} == {name: getattr(defaults, name) for name, _ in rows}


def test_the_expectations_that_the_guide_declares_are_expectations() -> None:
    found = [Expectation.model_validate(each) for each in declared("expectations")]

    assert [expectation.on_violation for expectation in found] == ["warn", "refuse_partition"]
