"""The archives of one version of the platform on S3, and how they get there: each is sent once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platform_assets.compute.emr import objects
from platform_assets.compute.emr.code_archive import Archive, code_archive
from platform_assets.compute.emr.environment_archive import EnvironmentSpec, build_environment
from platform_assets.compute.emr.errors import PackagingFailed
from platform_assets.compute.emr.settings import EmrSettings

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Packages:
    """Locations of what a cluster needs.

    Attributes:
        code: the platform and the products.
        driver: the script that spark-submit starts.
        environment: dependencies; None if the machines have them.
        bootstrap: the script that unpacks them.
    """

    code: str
    driver: str
    bootstrap: str
    environment: str | None = None

    @property
    def all(self) -> tuple[str, ...]:
        """Every location."""
        return tuple(each for each in (self.code, self.driver, self.bootstrap, self.environment) if each)


def send_code(s3: Any, settings: EmrSettings) -> Packages:
    """Send the code as it is now, unless it was sent before, and name the environment that goes with it.

    Raises:
        PackagingFailed: the environment archive is not on S3 yet.
    """
    packages = where(settings)
    archive = code_archive()
    scripts = {packages.driver: HERE / "driver_script.py", packages.bootstrap: HERE / "bootstrap.sh"}
    contents = {packages.code: archive.content, **{place: file.read_bytes() for place, file in scripts.items()}}
    for location, content in contents.items():
        if not objects.exists(s3, location):
            objects.write(s3, location, content)
    if packages.environment is not None and not objects.exists(s3, packages.environment):
        raise PackagingFailed(
            "the dependencies",
            f"the lock file's archive is not at {packages.environment}",
            "Run 'platform emr package' once for each change of the lock file, or set environment: preinstalled",
        )
    return packages


def send_environment(s3: Any, settings: EmrSettings, spec: EnvironmentSpec) -> bool:
    """Build and send the archive of dependencies unless it is there; whether it was built. Raises PackagingFailed."""
    location = _environment(settings, spec)
    if objects.exists(s3, location):
        return False
    bucket, key = objects.split(location)
    with build_environment(spec) as archive:
        s3.upload_file(str(archive), bucket, key)
    return True


def where(settings: EmrSettings) -> Packages:
    """The locations of this version's archives."""
    archive: Archive = code_archive()
    folder = f"{settings.staging}/code/{archive.digest}"
    built = settings.environment == "built"
    return Packages(
        code=f"{folder}/platform.zip",
        driver=f"{folder}/driver_script.py",
        bootstrap=f"{folder}/bootstrap.sh",
        environment=_environment(settings, EnvironmentSpec.of(settings)) if built else None,
    )


def _environment(settings: EmrSettings, spec: EnvironmentSpec) -> str:
    return f"{settings.staging}/environments/{spec.digest}.tar.gz"
