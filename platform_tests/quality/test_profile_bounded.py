"""Neither very many columns nor huge texts cost much: limits on time of the processor, memory and size."""

import subprocess
import sys
import time

import numpy as np
import pyarrow as pa

from platform_assets.quality.profile import profile_batches

#: Profiles 200 different texts of 4 MB in batches of 5 in a process of its own and prints what that took: the number
#: of different texts and by how many MB the largest use of memory grew after the first batches.
HUGE_TEXTS = """
import resource
import pyarrow as pa
from platform_assets.quality.profile import profile_batches
used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
def batches(count):
    for batch in range(count):
        yield pa.record_batch({"x": pa.array([f"{batch}-{row}" + "x" * 4_000_000 for row in range(5)])})
profile_batches(batches(4))
before = used()
profile = profile_batches(batches(40))
print(profile.columns["x"].distinct, used() - before, profile.columns["x"].lengths.max)
"""


def test_ten_thousand_columns():
    rng = np.random.default_rng(0)
    arrays = [pa.array(rng.normal(size=200)), pa.array(rng.integers(0, 9, 200)), pa.array(["a", "b"] * 100)]
    batch = pa.record_batch({f"c{number}": arrays[number % 3] for number in range(10_000)})
    started = time.process_time()
    profile = profile_batches([batch])
    data = profile.to_bytes()
    assert len(profile.columns) == 10_000
    assert len(data) < 20_000_000
    assert time.process_time() - started < 60


def test_huge_texts_are_not_kept():
    done = subprocess.run([sys.executable, "-c", HUGE_TEXTS], capture_output=True, text=True, check=True, timeout=120)
    distinct, grown, longest = map(int, done.stdout.split())
    assert (distinct, longest) == (200, 4_000_004)
    assert grown < 400, f"{grown} MB more for 800 MB of text"


def test_one_batch_of_huge_texts_is_hashed_in_slices():
    texts = pa.array([f"{number}" + "é" * 500_000 for number in range(60)])
    pool = pa.default_memory_pool()
    before, peak = pool.bytes_allocated(), pool.max_memory()
    profile = profile_batches([pa.record_batch({"x": texts})])
    assert profile.columns["x"].distinct == 60
    assert max(pool.max_memory() - peak, 0) <= texts.nbytes
    assert pool.bytes_allocated() - before < 1_000_000
    assert len(profile.to_bytes()) < 20_000


def test_the_size_of_a_column_is_bounded():
    rng = np.random.default_rng(1)
    bits = rng.integers(0, 2**64, 400_000, dtype=np.uint64).view(np.float64)
    profile = profile_batches(pa.table({"bits": bits, "text": [f"{value:x}" for value in range(400_000)]}).to_batches())
    assert len(profile.columns["bits"].ordered.bins) <= 4096 * 64
    assert len(profile.to_bytes()) < 3_000_000
