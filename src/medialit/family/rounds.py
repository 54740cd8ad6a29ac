"""A talk in rounds: something is shown and asked, one of a few answers is tapped, and then something is said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Round:
    """One round, in the language in which it was asked for.

    Parameters
    ----------
    asked : tuple of str
        What is told before anybody answers; the last sentence is the question.
    choices : tuple of str
        Two to five answers.
    told : tuple of tuple of str
        For each answer what is said after it, the most important first.
    """

    asked: tuple[str, ...]
    choices: tuple[str, ...]
    told: tuple[tuple[str, ...], ...]
