"""Wrong answers on purpose: each grader is itself tested with answers that must lose exactly their points.

``graders/NN_slug_mutants.py`` holds the list `MUTANTS` of a lab.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """The reference solution with one item answered wrongly, as learners do.

    Parameters
    ----------
    item : str
        The item whose cell is replaced.
    name : str
        What is wrong with it; a valid Python name.
    source : str
        The whole code of the cell.
    loses : mapping of str to float
        The points that each item loses by it; items that are not named lose nothing.
    """

    item: str
    name: str
    source: str
    loses: Mapping[str, float]
