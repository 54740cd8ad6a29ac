"""What the desk is told and what it tells: a setting, an answer, and what a no has reached."""

from __future__ import annotations

from dataclasses import dataclass

from medialit.cameo.lent import Loan
from medialit.cameo.shelf import Use
from medialit.consent.records import Audience, Decision, Medium, Purpose, Request


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a clip is for, and where it will be seen.

    Parameters
    ----------
    purpose : Purpose
    audience : Audience
    territories : frozenset of str
        ISO 3166-1 alpha-2 codes, or `worldwide` alone.
    medium : Medium
    """

    purpose: Purpose
    audience: Audience
    territories: frozenset[str]
    medium: Medium


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A decision, and the ledger's id of it.

    Parameters
    ----------
    decision : Decision
    request : Request
    id : str
    """

    decision: Decision
    request: Request
    id: str


@dataclass(frozen=True, kw_only=True)
class Aftermath:
    """What a look at everything that is kept found: each of it either still stands, or was withdrawn.

    Parameters
    ----------
    destroyed : tuple of Use
        Drafts whose frames are gone.
    unpublished : tuple of Use
        Clips that were published here, and are no longer.
    out_of_reach : tuple of str
        Copies that were exported before: paths, for whoever must ask there.
    recordings : tuple of Loan
        Recordings that people had lent, and that are erased.
    """

    destroyed: tuple[Use, ...] = ()
    unpublished: tuple[Use, ...] = ()
    out_of_reach: tuple[str, ...] = ()
    recordings: tuple[Loan, ...] = ()
