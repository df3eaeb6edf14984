"""The file of machine metrics: what is written is read, and anything else is named."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_assets.compute.utilisation import MachineMetrics, MachineMetricsBroken, read_machine_metrics
from platform_assets.compute.utilisation.machines import MachineUse, Measured
from platform_assets.lake.store import Store

moments = st.integers(0, 2**42)
values = st.lists(st.builds(Measured, at_ms=moments, percent=st.floats(0, 100)), max_size=3).map(tuple)
machines = st.builds(
    MachineUse,
    instance_id=st.text(max_size=5),
    instance_type=st.text(max_size=5),
    role=st.sampled_from(["primary", "core", "task"]),
    started_ms=moments,
    ended_ms=moments,
    cpu=values,
    memory=values,
    disk=values,
)
metrics = st.builds(MachineMetrics, cluster_id=st.text(max_size=5), machines=st.lists(machines, max_size=3).map(tuple))


@given(metrics)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, written: MachineMetrics) -> None:
    file = tmp_path_factory.getbasetemp() / "machines.json.gz"
    file.write_bytes(written.to_bytes())

    assert read_machine_metrics(str(file), Store(file)) == written
    assert written.to_bytes() == file.read_bytes()


@given(metrics)
def test_shares_are_shares(measured: MachineMetrics) -> None:
    for share in (measured.cpu_share, measured.memory_peak, measured.disk_peak):
        assert share is None or 0 <= share <= 1


@pytest.mark.parametrize("content", [b"", b"{}", gzip.compress(b"{}"), gzip.compress(b"{" * 100)[:-20]])
def test_another_file_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "machines.json.gz"
    file.write_bytes(content)

    with pytest.raises(MachineMetricsBroken, match=r"machines\.json\.gz"):
        read_machine_metrics(str(file), Store(file))
