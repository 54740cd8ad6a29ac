"""What a studio holds in memory once a class has come in: no more than it uses."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from medialit.heap import LARGE_BYTES, give_large_blocks_back
from medialit.studio.codes import fits, kept

glibc = pytest.mark.skipif(not give_large_blocks_back(), reason="asks what glibc keeps, which is not here")

_CLASS = """
import threading
from pathlib import Path
from medialit.studio import codes

def mb(name):
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split(name + ":")[1].split()[0]) / 1024

codes.kept("KX4T-9CQM")
before = mb("VmRSS")
together = threading.Barrier(8)
learned = threading.Barrier(9)

def come():
    together.wait()
    codes.kept("KX4T-9CQM")
    learned.wait()  # as the server's threads do, they go on to live

for _ in range(8):
    threading.Thread(target=come, daemon=True).start()
learned.wait()
print(mb("VmRSS") - before, mb("VmHWM") - before)
"""

_DRAWN = """
import sys, threading
from pathlib import Path
import numpy as np
from medialit.heap import give_large_blocks_back

def rss_mb():
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024

if sys.argv[1] == "given back":
    give_large_blocks_back()
np.ones(1 << 21)
before, done, end = rss_mb(), threading.Semaphore(0), threading.Event()

def draw():
    np.ones(1 << 21)  # 16 MB, gone at once
    done.release()
    end.wait()

for _ in range(6):
    threading.Thread(target=draw, daemon=True).start()
    done.acquire()
print(rss_mb() - before)
end.set()
"""


def said_by(program: str, *words: str) -> list[float]:
    run = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True, timeout=300
    )
    return [float(one) for one in re.findall(r"-?[\d.]+", run.stdout)]


@glibc
def test_a_class_that_comes_in_at_once_takes_the_memory_of_two() -> None:
    """Eight codes are hashed in 16 MB each: eight threads took 128 MB for that, and kept most of it."""
    stays_mb, most_mb = said_by(_CLASS)
    assert stays_mb < 50
    assert most_mb < 60


@glibc
def test_what_threads_drew_and_let_go_goes_back_to_the_system() -> None:
    """Beside it what glibc does by itself, for without that there would be nothing to put right."""
    assert said_by(_DRAWN, "as it is")[0] > 6 * LARGE_BYTES / 1e6
    assert said_by(_DRAWN, "given back")[0] < 3


def test_codes_that_are_hashed_in_another_thread_are_the_same_codes() -> None:
    card = kept("KX4T-9CQM")
    assert fits("kx4t 9cqm", card) and not fits("KX4T-9CQN", card) and not fits("KX4T-9CQM", None)
