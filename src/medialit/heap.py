"""How a program with many threads, that runs for long, keeps no more memory than it uses.

glibc, which allocates for Python on Linux, has a heap for each thread, up to eight for a core. Once a block of some
megabytes was freed, the next ones of that size are cut from these heaps and no longer asked of the system, and what lies
at a heap's end then stays there though nobody uses it. A server whose threads each once drew a picture so takes some
hundred megabytes more than it holds (docs/explanation/soak.md has the figures).
"""

from __future__ import annotations

import ctypes
import platform
import sys
from typing import Final

LARGE_BYTES: Final = 1 << 20
MOST_HEAPS: Final = 2
_TRIM, _MAP, _HEAPS = -1, -3, -8  # M_TRIM_THRESHOLD, M_MMAP_THRESHOLD and M_ARENA_MAX of malloc.h


def keep_heaps_small() -> bool:
    """Have blocks of `LARGE_BYTES` or more go back to the system when they are freed, and make no more than a few heaps.

    To be called before there are many threads: heaps that are there already stay. Threads of Python hardly ever ask for
    memory at the same moment, so they do not wait for each other.

    Returns
    -------
    bool
        Whether it is so; False where the allocator is not glibc's, and nothing changes.

    References
    ----------
    mallopt(3): a threshold that is set is no longer moved by what is freed.
    """
    if sys.platform != "linux" or platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    # Twice the one, as glibc itself keeps the two: else it would shrink a heap at every small step.
    return all((mallopt(_MAP, LARGE_BYTES), mallopt(_TRIM, 2 * LARGE_BYTES), mallopt(_HEAPS, MOST_HEAPS)))
