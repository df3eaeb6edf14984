"""Which check catches which fault: 25 faults, each in a real month of flights, and the same months without any.

The year is delivered and published month by month, as the product declares it; besides, the look at how columns go
together is declared, which the product leaves out for its cost. What the checks say of the clean months is noted. Then
each fault is done to a month's file, which is delivered again and judged with only the months before it as its history.
A fault is caught if the month is refused, or if a check fails that had passed on the clean month.

    python benchmarks/faults.py [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from benchmarks.fault_catalogue import FAULTS, Fault  # noqa: E402
from platform_assets.compute.engines import EmbeddedEngine  # noqa: E402
from platform_assets.lake import Lake  # noqa: E402
from platform_assets.pipeline import Product, Workspace, load_product  # noqa: E402
from platform_assets.pipeline.dataset import materialise_dataset  # noqa: E402
from platform_assets.pipeline.materialisation import Refused  # noqa: E402
from platform_assets.quality.drift.declaration import MultivariateDeclaration  # noqa: E402
from platform_assets.quality.errors import DeliveryRefused  # noqa: E402
from platform_assets.replay.deliveries import deliver  # noqa: E402

GOAL, CLEAN_MONTHS = 22, 12
DATASET = "flights"
# The months of 2013 differ by up to 0.73 from those before them: winds change how long a distance takes.
LEAST_AUC = 0.8


@dataclass(frozen=True)
class Finding:
    """What became of one delivery: whether it was refused, and the checks that failed, with their words."""

    refused: bool
    failed: dict[str, str]


class Year:
    """The product's flights of 2013 in a lake of their own."""

    def __init__(self, folder: Path, product: Product) -> None:
        self.product, self.landing = product, folder / "landing"
        engine, reports = EmbeddedEngine(), folder / "reports"
        self.workspace = Workspace(Lake(folder / "lake"), engine, self.landing, reports, "", folder / "models")

    def clean(self, month: str) -> Finding:
        """Deliver a month as it is."""
        deliver(self.landing, month)
        return self._judged(month)

    def with_fault(self, fault: Fault) -> Finding:
        """Deliver a month with a fault, and afterwards as it is, so that it is part of nobody's history."""
        file = self.landing / DATASET / f"{fault.month}.csv"
        clean = file.read_bytes()
        file.write_bytes(fault.applied(clean))
        found = self._judged(fault.month)
        file.write_bytes(clean)
        if not found.refused:
            self._judged(fault.month)
        return found

    def _judged(self, month: str) -> Finding:
        try:
            report = materialise_dataset(self.workspace, self.product, DATASET, month).report
        except DeliveryRefused as error:
            return Finding(True, {"the file": error.rule})
        except Refused as error:
            return Finding(True, {check.name: check.message for check in error.report.blocked_by})
        return Finding(False, {check.name: check.message for check in report.checks if not check.passed})


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    as_json = parser.parse_args().json
    with tempfile.TemporaryDirectory() as folder:
        clean, faults = judged(Path(folder), looking_at_columns_together(load_product("flight_delay")))
    caught = {fault.name: new_failures(faults[fault.name], clean[fault.month]) for fault in FAULTS}
    if as_json:
        alarms = {month: found.failed for month, found in clean.items() if found.failed}
        print(json.dumps({"caught": caught, "alarms": alarms}, indent=2))
        return
    for month, found in clean.items():
        print(f"clean {month}: {'; '.join(found.failed.values()) or 'no alarm'}")
    print()
    for fault in FAULTS:
        verdict = "refused" if faults[fault.name].refused else "warned" if caught[fault.name] else "MISSED"
        print(f"{fault.name:22} {fault.month} {verdict:8} {', '.join(caught[fault.name])}  ({fault.story})")
    count = sum(bool(found) for found in caught.values())
    alarmed = sum(bool(found.failed) for found in clean.values())
    print(
        f"\n{count} of {len(FAULTS)} faults caught (goal {GOAL}); {alarmed} of {len(clean)} clean months with an alarm"
    )


def looking_at_columns_together(product: Product) -> Product:
    """The product with the multivariate option on its flights' drift."""
    flights = product.datasets[DATASET]
    if flights.drift is None:
        raise ValueError(f"'{DATASET}' declares no drift.")
    drift = flights.drift.model_copy(update={"multivariate": MultivariateDeclaration(auc_at_least=LEAST_AUC)})
    return replace(product, datasets={**product.datasets, DATASET: flights.model_copy(update={"drift": drift})})


def judged(folder: Path, product: Product) -> tuple[dict[str, Finding], dict[str, Finding]]:
    """What the product's checks say of each clean month of 2013, by month, and of each fault, by name."""
    year = Year(folder, product)
    clean = {month: year.clean(month) for month in (f"2013-{number:02}" for number in range(1, CLEAN_MONTHS + 1))}
    return clean, {fault.name: year.with_fault(fault) for fault in FAULTS}


def new_failures(found: Finding, clean: Finding) -> dict[str, str]:
    """Failed checks that had not failed without the fault."""
    return {name: words for name, words in found.failed.items() if name not in clean.failed}


if __name__ == "__main__":
    main()
