"""Which dataset and partition a file's name stands for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from platform_assets.quality.dataset import PARTITION_PLACEHOLDER, DatasetDeclaration
from platform_assets.quality.manifest import ENDING

MONTH = r"(?P<partition>\d{4}-\d{2})"


@dataclass(frozen=True)
class Named:
    """What a name says.

    Attributes:
        manifest: whether it names the manifest and not the file itself.
    """

    dataset: str
    partition: str | None
    manifest: bool = False


class Names:
    """The file names that datasets declare."""

    def __init__(self, datasets: Mapping[str, DatasetDeclaration]) -> None:
        self._datasets = datasets
        self._patterns = {name: _pattern(declared.arrival.file) for name, declared in datasets.items()}

    def named(self, name: str) -> Named | None:
        """What a file's name says; None if no dataset declares such a name."""
        for dataset, pattern in self._patterns.items():
            match = pattern.fullmatch(name)
            if match is not None:
                partition = match.groupdict().get("partition")
                manifest = bool(match.group("manifest"))
                if not manifest or self._datasets[dataset].arrival.complete == "manifest":
                    return Named(dataset, partition, manifest)
        return None

    def nearest(self, name: str) -> str:
        """The dataset whose file names are most like this one."""
        files = {declared.arrival.file: dataset for dataset, declared in self._datasets.items()}
        return files[difflib.get_close_matches(name, files, n=1, cutoff=0.0)[0]]


def _pattern(file: str) -> re.Pattern[str]:
    name = re.escape(file).replace(re.escape(PARTITION_PLACEHOLDER), MONTH)
    return re.compile(f"{name}(?P<manifest>{re.escape(ENDING)})?")
