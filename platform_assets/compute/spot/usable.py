"""How many cores of an instance type a job can use, given the memory that each core needs."""

from __future__ import annotations

from platform_assets.compute.prices.book import InstanceType

# EMR's settings of yarn.nodemanager.resource.memory-mb by instance type leave a quarter to the system, at most 8 GiB.
RESERVED_SHARE, MOST_RESERVED_GIB = 0.25, 8.0
# YARN gives Spark's application master 512 MiB and 384 MiB of overhead, rounded up; it may be on any node.
MASTER_GIB = 1.0
# On larger nodes the executors do with a little less instead of leaving a core without work.
LEAST_GIB_TO_SHARE = 10.0


def yarn_memory(instance_type: InstanceType) -> float:
    """Memory in GiB that executors get on a node: all but a quarter, of which at most 8 GiB.

    12 GiB of m5.xlarge's 16, 24 of m5.2xlarge's 32, 120 of r5.4xlarge's 128, as in EMR's table "Hadoop daemon
    configuration settings, task configuration".
    """
    return instance_type.memory_gib - min(instance_type.memory_gib * RESERVED_SHARE, MOST_RESERVED_GIB)


def usable_cores(instance_type: InstanceType, memory_gib_per_core: float) -> int:
    """Cores with enough memory: min(vCPUs, YARN memory / memory per core), rounded down; 0 if not even one has it.

    Of less than 10 GiB the application master's are taken off first; with more, all cores have at least nine tenths of
    their memory beside it (``room_per_core``).
    """
    memory = yarn_memory(instance_type)
    taken = MASTER_GIB if memory < LEAST_GIB_TO_SHARE else 0
    return min(instance_type.vcpus, int((memory - taken) / memory_gib_per_core))


def room_per_core(instance_type: InstanceType, cores: int) -> float:
    """Memory in GiB for each of so many cores on the node that has the application master, too."""
    return (yarn_memory(instance_type) - MASTER_GIB) / cores
