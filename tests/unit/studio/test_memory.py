"""What a studio holds in memory once a class has come in: no more than it uses."""

from __future__ import annotations

import platform
import re
import subprocess
import sys

import pytest

from medialit.heap import LARGE_BYTES, MOST_HEAPS
from medialit.studio.codes import fits, kept

glibc = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="asks what glibc keeps, which is not here"
)

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
import ctypes, sys, threading
from pathlib import Path
import numpy as np
from medialit.heap import keep_heaps_small

def rss_mb():
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024

def heaps():
    libc, text, size = ctypes.CDLL(None), ctypes.c_char_p(), ctypes.c_size_t()
    libc.open_memstream.restype = ctypes.c_void_p
    stream = ctypes.c_void_p(libc.open_memstream(ctypes.byref(text), ctypes.byref(size)))
    libc.malloc_info(0, stream)
    libc.fclose(stream)
    return text.value.count(b"<heap nr=")

if sys.argv[1] == "kept small":
    keep_heaps_small()
np.ones(1 << 21)
before, done, end = rss_mb(), threading.Semaphore(0), threading.Event()

def draw():
    np.ones(1 << 21)  # 16 MB, gone at once
    done.release()
    end.wait()

for _ in range(6):
    threading.Thread(target=draw, daemon=True).start()
    done.acquire()
print(rss_mb() - before, heaps())
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
    stays_mb, n_heaps = said_by(_DRAWN, "as it is")
    assert stays_mb > 6 * LARGE_BYTES / 1e6 and n_heaps > MOST_HEAPS
    stays_mb, n_heaps = said_by(_DRAWN, "kept small")
    assert stays_mb < 3 and n_heaps <= MOST_HEAPS


def test_codes_that_are_hashed_in_another_thread_are_the_same_codes() -> None:
    card = kept("KX4T-9CQM")
    assert fits("kx4t 9cqm", card) and not fits("KX4T-9CQN", card) and not fits("KX4T-9CQM", None)
