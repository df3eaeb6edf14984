"""Archives: the same for the same sources, and importable; dependencies by the lock file, hashes checked."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import replace

import pytest

from platform_assets.compute.emr.code_archive import PACKAGE, code_archive
from platform_assets.compute.emr.environment_archive import (
    LOCK_FILE,
    NOT_ON_A_CLUSTER,
    EnvironmentSpec,
    build_environment,
    without,
)
from platform_assets.compute.emr.errors import PackagingFailed
from platform_assets.compute.emr.packages import send_code
from platform_assets.compute.emr.settings import EmrSettings

PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
SETTINGS = EmrSettings(region="us-east-1", staging="s3://platform/staging", python=PYTHON)


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "small"
    (folder / "part" / "__pycache__").mkdir(parents=True)
    (folder / "__init__.py").write_text("from small.part import answer\n")
    (folder / "part" / "__init__.py").write_text("answer = 42\n")
    (folder / "part" / "__pycache__" / "x.pyc").write_bytes(b"x")
    return folder


def test_an_archive_can_be_imported_and_is_the_same_for_the_same_sources(package, tmp_path):
    archive = code_archive.__wrapped__(package)
    assert archive == code_archive.__wrapped__(package)
    assert zipfile.ZipFile(io.BytesIO(archive.content)).namelist() == ["small/__init__.py", "small/part/__init__.py"]
    file = tmp_path / "code.zip"
    file.write_bytes(archive.content)
    command = [sys.executable, "-c", f"import sys; sys.path[:0] = [{str(file)!r}]; import small; print(small.answer)"]
    assert subprocess.run(command, capture_output=True, text=True, check=True, cwd="/").stdout == "42\n"
    (package / "part" / "__init__.py").write_text("answer = 43\n")
    assert code_archive.__wrapped__(package).digest != archive.digest


def test_the_platforms_archive_holds_code_and_declarations():
    names = zipfile.ZipFile(io.BytesIO(code_archive().content)).namelist()
    assert {"platform_assets/compute/run.py", "platform_assets/defs/flight_delay/features.py"} <= set(names)
    assert all(name.startswith(f"{PACKAGE.name}/") for name in names)


def test_the_lock_file_goes_to_the_cluster_without_what_the_cluster_brings():
    locked = LOCK_FILE.read_text()
    kept = without(locked, NOT_ON_A_CLUSTER)

    def pinned(text):
        return set(re.findall(r"(?m)^([a-z0-9._-]+)==", text))

    assert pinned(locked) - pinned(kept) == set(NOT_ON_A_CLUSTER)
    assert kept.count("--hash") < locked.count("--hash")
    assert all(line.startswith((" ", "#")) or "==" in line for line in kept.splitlines() if line.strip())


def test_the_digest_names_requirements_python_and_architecture():
    spec = EnvironmentSpec.of(SETTINGS)
    others = [replace(spec, python="3.99"), replace(spec, architecture="arm64"), replace(spec, requirements="")]
    assert len({spec.digest, *(other.digest for other in others)}) == 4


def test_another_python_than_the_clusters_is_refused():
    with pytest.raises(PackagingFailed, match=r"clusters run 'python3\.99', and this is Python 3"):
        EnvironmentSpec.of(SETTINGS.model_copy(update={"python": "python3.99"}))


def test_an_environment_that_was_not_sent_is_named(deployment):
    settings = deployment.settings.model_copy(update={"environment": "built", "python": PYTHON})
    with pytest.raises(PackagingFailed, match="Run 'platform emr package' once"):
        send_code(deployment.s3, settings)


@pytest.mark.slow
def test_the_dependencies_of_a_lock_file_are_built_into_an_archive():
    locked = LOCK_FILE.read_text()
    (small,) = re.findall(r"(?m)^dagster-pipes==(?:.*\n)(?: .*\n)*", locked)
    spec = EnvironmentSpec(small, PYTHON.removeprefix("python"), "arm64")
    with build_environment(spec) as archive, tarfile.open(archive) as packed:
        assert "./dagster_pipes/__init__.py" in packed.getnames()
    altered = replace(spec, requirements=re.sub(r"(sha256:)[0-9a-f]{4}", r"\g<1>0000", small))
    with pytest.raises(PackagingFailed, match=r"for Python 3.* on arm64"), build_environment(altered):
        pass
