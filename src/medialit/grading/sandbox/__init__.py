"""Running a stranger's notebook: walls, a warm zygote behind them, and a worker forked for each job.

::

    trusted process            │ behind the walls
                               │
    Box ──── control ────────▶ │ zygote: has imported everything, forks, watches, kills
     │                         │   └─ fork ─▶ worker: gives up its rights, runs the cells,
     └───── job socket ──────▶ │                      then answers questions about its functions
"""

from medialit.grading.sandbox.walls import Walls, describe, find, require

__all__ = ["Walls", "describe", "find", "require"]
