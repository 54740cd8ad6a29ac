"""What one worker may use. Apart from `zygote`, which imports what only Linux has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one worker may use.

    Attributes
    ----------
    memory_mb : int
        Address space beyond what the warm parent already has.
    file_mb : int
        Size of one file, and of all files in the scratch folder together.
    cpu_s : int
        Processor time of the whole job, as the kernel counts it: a backstop.
    wall_factor : float
        How many times its charged limit an operation may last before it counts as starved.
    n_threads : int
        Threads at one time.
    """

    memory_mb: int = 2048
    file_mb: int = 64
    cpu_s: int = 300
    wall_factor: float = 10.0
    n_threads: int = 64
