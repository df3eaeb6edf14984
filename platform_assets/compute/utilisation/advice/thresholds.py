"""From where on something is worth a word; all limits in one place, each with its reason."""

from __future__ import annotations

#: Wall seconds that a change must save: nobody changes a job for less.
LEAST_SECONDS = 1.0
#: Share of the run's wall time that a change must save: less drowns in the differences from run to run.
LEAST_SHARE = 0.1

#: Slowest task against the median. Differences of two are usual for tasks that do the same work on shared machines.
TIME_SKEW = 3.0
#: Most data of a task against the median. Spark's own handling of skewed joins takes partitions from five times the
#: median on (``spark.sql.adaptive.skewJoin.skewedPartitionFactor``); below three, data does not explain time.
DATA_SKEW = 3.0

#: Bytes spilled to disk against bytes that the stage read; a little is cheaper than memory for all.
SPILL_SHARE = 0.1
#: Bytes on disk below which spilling costs less than a second on the slowest disk of EMR's.
LEAST_SPILL = 32 * 1024**2
#: Bytes a second of a general purpose volume (gp3) without extra throughput, as AWS documents it: 125 MiB.
DISK_BYTES_PER_SECOND = 125 * 1024**2

#: Share of wall time by which a run on fewer executors may become longer, for the fewer to be called enough.
LONGER_SHARE = 0.05
#: Share of the cores' time that fewer executors must save.
LEAST_FEWER_SHARE = 0.15

#: Share of the cores that a stage uses on average, up to which more partitions would help.
USED_SHARE = 0.75
#: Seconds of a median task from which on it can be split: Spark's scheduling costs some hundredths of a second a task.
SPLITTABLE_SECONDS = 1.0
#: Partitions for each core: with two to three, an uneven task does not leave cores waiting (Spark's tuning guide).
PARTITIONS_PER_CORE = 3

#: Seconds of a task that are worth its scheduling; Spark's tuning guide has tasks of 200 ms as fine.
WORTHWHILE_SECONDS = 0.2
#: Tasks for each core from which on there are too many of those that are shorter.
MANY_TASKS_PER_CORE = 10

#: Garbage collection against run time; Spark's UI marks a task red from here on.
GC_SHARE = 0.1

#: Largest heap that was seen against the heap given, up to which it is too much. Garbage fills a heap before it is
#: collected, so a peak says what was used at most, and half is far.
HEAP_SHARE = 0.5
#: What to give: the peak and half as much again.
HEAP_ROOM = 1.5
#: Bytes of heap from which on less would let one choose smaller machines.
LARGE_HEAP = 4 * 1024**3
