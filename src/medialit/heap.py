"""How a program that runs for long gives memory back to the system.

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
_TRIM, _MAP = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h


def give_large_blocks_back() -> bool:
    """Have every block of `LARGE_BYTES` or more go back to the system when it is freed, from now on.

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
    return bool(mallopt(_MAP, LARGE_BYTES) and mallopt(_TRIM, 2 * LARGE_BYTES))
