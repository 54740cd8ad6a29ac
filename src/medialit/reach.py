"""Revocation after spread: find the copies of a clip, and say of each whether it can still be reached.

A copy is looked for by its watermark, then by its fingerprint, in the registry of what was published; what only its looks
lead to is held against the file that was kept. What no fingerprint finds is held against the files of the clips that were
revoked, which finds strong crops. What is found counts only where the registered clip was made under a grant that was
revoked: a copy of another clip is left alone. What can be done about a copy, `medialit.consent.spread` decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from medialit.consent.spread import Place, Posting, Reached, partition
from medialit.media import Clip
from medialit.provenance import watermark
from medialit.provenance.fingerprint import Planes, of_planes, planes
from medialit.provenance.registry import Likeness, Registered, Registry
from medialit.reach_compare import Originals

MIN_SIMILARITY: Final = 0.85
"""Of what only a fingerprint leads to, where no kept file can be compared. Stricter than the registry's 0.80: there a
match is shown to somebody who looks at it, here a post may come down, and other people's clips in front of the same wall
are alike now and then."""
MIN_AGAINST: Final = 0.90
"""The same where the kept file does not confirm it: a label over the picture and a cut of the time do that, too."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a posting was found to be a copy of.

    Parameters
    ----------
    clip : str
        Id of the registered clip.
    by : {"watermark", "fingerprint"}
        What led to it; "fingerprint" stands for its looks, the comparison with the kept file among them.
    similarity : float or None
        As `medialit.provenance.registry.Likeness` has it.
    same : bool or None
        Whether the pictures fit over those of the kept file (`medialit.reach_compare.align`). None where that was not
        needed or cannot be told: the file is gone, or one of the two is a still picture.
    doubtful : bool
        A watermark was read, but the pictures do not look like the clip it names, as where somebody moved a mark; or
        only a fingerprint leads to it, and the kept file does not confirm it. A person must look before anything is
        done.
    grants : tuple of str
        Under which the registered clip was made.
    """

    clip: str
    by: Literal["watermark", "fingerprint"]
    similarity: float | None
    same: bool | None
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
    clip: Clip,
    *,
    registry: Registry,
    key: bytes | str,
    min_similarity: float = MIN_SIMILARITY,
    watched: Collection[str] = (),
    originals: Originals | None = None,
) -> Found | None:
    """Return the registered clip that these pictures are a copy of: by the watermark, else by their looks.

    Parameters
    ----------
    clip : Clip
        As it was posted.
    registry : Registry
    key : bytes or str
        Of the watermark.
    min_similarity : float
        Of a fingerprint where no kept file can be compared, 0.8 to 1; one that a kept file does not confirm must be
        `MIN_AGAINST`, too.
    watched : collection of str
        Ids of registered clips with whose files the pictures are compared even where no fingerprint leads there: about
        10 ms each.
    originals : Originals, optional
        To be given where many clips are looked for, so that each file is read once.

    Returns
    -------
    Found or None
        None where nothing is found, which says nothing about where the clip comes from.
    """
    payload = None
    if min(clip.size) >= watermark.MIN_DETECT_SIDE:
        payload = watermark.detect(clip, key=key).payload
    taken = planes(clip)
    originals = Originals(registry) if originals is None else originals
    likely = registry.search(
        payload=None if payload is None else f"{payload:016x}",
        fingerprint=of_planes(taken).to_text(),
        planes=taken.to_text(),
    )
    if likely and likely[0].by == "watermark":
        return _marked(likely[0], taken, originals)
    sure, unsure = _by_looks(likely, taken, originals, min_similarity)
    others = set(watched) - {one.clip.id for one in likely}
    return sure or _piece(taken, registry, originals, others) or unsure


def _marked(likely: Likeness, taken: Planes, originals: Originals) -> Found:
    """Return the clip that a watermark names; where the fingerprints are not alike, the kept file may settle it."""
    aligned = originals.align(taken, likely.clip) if likely.alike is False else None
    same = None if aligned is None else aligned.same
    return _found(
        likely.clip, "watermark", likely.similarity, same, doubtful=likely.alike is False and not same
    )


def _by_looks(
    likely: Iterable[Likeness], taken: Planes, originals: Originals, min_similarity: float
) -> tuple[Found | None, Found | None]:
    """Return the nearest clip that its kept file confirms, and the nearest one for a person to look at."""
    unsure: Found | None = None
    for one in likely:
        aligned = originals.align(taken, one.clip)
        same = None if aligned is None else aligned.same
        if same:
            return _found(one.clip, "fingerprint", one.similarity, same, doubtful=False), None
        least = min_similarity if same is None else max(min_similarity, MIN_AGAINST)
        if unsure is None and one.similarity is not None and one.similarity >= least:
            unsure = _found(one.clip, "fingerprint", one.similarity, same, doubtful=True)
    return None, unsure


def _piece(taken: Planes, registry: Registry, originals: Originals, watched: Collection[str]) -> Found | None:
    """Return the watched clip that these pictures are a piece of."""
    best: tuple[float, Registered] | None = None
    for id in sorted(watched):
        clip = registry.get(id)
        aligned = None if clip is None else originals.align(taken, clip)
        if clip is not None and aligned is not None and aligned.same:
            fit = aligned.picture + aligned.motion
            if best is None or fit > best[0]:
                best = fit, clip
    return None if best is None else _found(best[1], "fingerprint", None, True, doubtful=False)


def _found(
    clip: Registered,
    by: Literal["watermark", "fingerprint"],
    similarity: float | None,
    same: bool | None,
    *,
    doubtful: bool,
) -> Found:
    return Found(
        clip=clip.id,
        by=by,
        similarity=similarity,
        same=same,
        doubtful=doubtful,
        grants=clip.consent_grants,
    )


def made_under(grants: Collection[str], *, registry: Registry) -> tuple[str, ...]:
    """Return the ids of the registered clips that were made under any of these grants."""
    ended = set(grants)
    return tuple(clip.id for clip in registry.clips() if not ended.isdisjoint(clip.consent_grants))


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

    The files of the revoked clips must still be in the registry for strong crops to be found: trace before withdrawing.

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
    originals, ended = Originals(registry), set(revoked)
    watched = made_under(ended, registry=registry)
    for posting, clip in postings:
        one = find(
            clip,
            registry=registry,
            key=key,
            min_similarity=min_similarity,
            watched=watched,
            originals=originals,
        )
        if one is not None:
            found[posting.id] = one
        if one is not None and not ended.isdisjoint(one.grants):
            copies.append(posting)
        else:
            untouched.append(posting.id)
    return Traced(reached=partition(copies, places, at=at), found=found, untouched=tuple(untouched))
