"""How many cores of an instance type a job can use, given the memory that each core needs."""

from __future__ import annotations

from platform_assets.compute.prices.book import InstanceType

# EMR's settings of yarn.nodemanager.resource.memory-mb by instance type leave a quarter to the system, at most 8 GiB.
RESERVED_SHARE, MOST_RESERVED_GIB = 0.25, 8.0


def yarn_memory(instance_type: InstanceType) -> float:
    """Memory in GiB that executors get on a node: all but a quarter, of which at most 8 GiB.

    12 GiB of m5.xlarge's 16, 24 of m5.2xlarge's 32, 120 of r5.4xlarge's 128, as in EMR's table "Hadoop daemon
    configuration settings, task configuration".
    """
    return instance_type.memory_gib - min(instance_type.memory_gib * RESERVED_SHARE, MOST_RESERVED_GIB)


def usable_cores(instance_type: InstanceType, memory_gib_per_core: float) -> int:
    """Cores with enough memory: min(vCPUs, YARN memory / memory per core), rounded down; 0 if not even one has it."""
    return min(instance_type.vcpus, int(yarn_memory(instance_type) / memory_gib_per_core))
