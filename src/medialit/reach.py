"""Revocation after spread: find the copies of a clip, and say of each whether it can still be reached.

A copy is looked for as everywhere here: by its watermark, then by its fingerprint, in the registry of what was
published. What is found counts only where the registered clip was made under a grant that was revoked: a copy of another
clip is left alone. What can be done about a copy, `medialit.consent.spread` decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from medialit.consent.spread import Place, Posting, Reached, partition
from medialit.media import Clip
from medialit.provenance import watermark
from medialit.provenance.fingerprint import of_planes, planes
from medialit.provenance.registry import Registry

MIN_SIMILARITY: Final = 0.85
"""Of a copy that only its looks lead to. Stricter than the registry's 0.80: there a match is shown to somebody who
looks at it, here a post may come down, and other people's clips in front of the same wall are 0.80 alike now and then."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a posting was found to be a copy of.

    Parameters
    ----------
    clip : str
        Id of the registered clip.
    by : {"watermark", "fingerprint"}
    similarity : float or None
        As `medialit.provenance.registry.Likeness` has it.
    doubtful : bool
        A watermark was read, but the pictures do not look like the clip it names: a small crop does that, and so does a
        mark that somebody moved. A person must look before anything is done.
    grants : tuple of str
        Under which the registered clip was made.
    """

    clip: str
    by: Literal["watermark", "fingerprint"]
    similarity: float | None
    doubtful: bool
    grants: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Traced:
    """What became of everything that was looked at.

    Parameters
    ----------
    reached : tuple of Reached
        Copies of revoked clips, each with its fate.
    found : mapping of str to Found
        What each posting was found to be, copies of clips that nobody revoked among them. Who is missing was not found.
    untouched : tuple of str
        Ids of postings that nothing was done about.
    """

    reached: tuple[Reached, ...]
    found: Mapping[str, Found]
    untouched: tuple[str, ...]

    @property
    def to_look_at(self) -> tuple[str, ...]:
        """Ids of reached postings about which a person should decide first."""
        return tuple(one.posting.id for one in self.reached if self.found[one.posting.id].doubtful)


def find(
    clip: Clip, *, registry: Registry, key: bytes | str, min_similarity: float = MIN_SIMILARITY
) -> Found | None:
    """Return the registered clip that these pictures are a copy of: by the watermark, else the nearest fingerprint.

    Parameters
    ----------
    clip : Clip
        As it was posted.
    registry : Registry
    key : bytes or str
        Of the watermark.
    min_similarity : float
        Of a fingerprint that no watermark goes with, 0.8 to 1.

    Returns
    -------
    Found or None
        None where nothing is found, which says nothing about where the clip comes from.
    """
    payload = None
    if min(clip.size) >= watermark.MIN_DETECT_SIDE:
        payload = watermark.detect(clip, key=key).payload
    taken = planes(clip)
    likely = registry.search(
        payload=None if payload is None else f"{payload:016x}",
        fingerprint=of_planes(taken).to_text(),
        planes=taken.to_text(),
    )
    if not likely:
        return None
    first = likely[0]
    if first.by == "fingerprint" and (first.similarity is None or first.similarity < min_similarity):
        return None
    return Found(
        clip=first.clip.id,
        by=first.by,
        similarity=first.similarity,
        doubtful=first.alike is False,
        grants=first.clip.consent_grants,
    )


def trace(
    postings: Iterable[tuple[Posting, Clip]],
    places: Iterable[Place],
    *,
    registry: Registry,
    key: bytes | str,
    revoked: Collection[str],
    at: datetime,
    min_similarity: float = MIN_SIMILARITY,
) -> Traced:
    """Look at everything that was posted, and partition the copies of clips whose grant was revoked.

    Parameters
    ----------
    postings : iterable of (Posting, Clip)
        What can be seen: posts, attempted uploads, what members of closed groups showed. What nobody shows is not here.
    places : iterable of Place
    registry : Registry
    key : bytes or str
        Of the watermark.
    revoked : collection of str
        Ids of grants.
    at : datetime
        Aware. The revocation.
    min_similarity : float
        As for `find`.
    """
    found: dict[str, Found] = {}
    copies, untouched = [], []
    for posting, clip in postings:
        one = find(clip, registry=registry, key=key, min_similarity=min_similarity)
        if one is not None:
            found[posting.id] = one
        if one is not None and not set(revoked).isdisjoint(one.grants):
            copies.append(posting)
        else:
            untouched.append(posting.id)
    return Traced(reached=partition(copies, places, at=at), found=found, untouched=tuple(untouched))
