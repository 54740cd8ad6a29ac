"""A small simulated network on which real clips are posted again, changed as people change them.

The clips are real: rendered, watermarked, written as MP4 and registered; each copy is made from the file that was
published. Simulated are the places, the moments, the delays and the views, all drawn from a seed. Nobody's network looks
like this one: it shows what can and cannot be reached, not how often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np

from medialit.consent.spread import Conduct, Place, Posting
from medialit.media import Clip, degrade, read, write
from medialit.provenance import watermark
from medialit.provenance.fingerprint import fingerprint
from medialit.provenance.registry import Registered, Registry
from medialit.world import draw_scene, render

KEY: Final = b"simulated network"
REVOKED_AT: Final = datetime(2026, 6, 15, 12, tzinfo=UTC)
SIZE: Final = (256, 144)
FPS: Final = 12.0
DURATION_S: Final = 1.0
_SPAN_H: Final = 240  # copies are posted within ten days of the revocation, before or after
_STRANGER: Final = 1_000_000  # scenes of strangers have seeds of their own

PLACES: Final = (
    Place(id="network", conduct=Conduct.COOPERATES, delay_h=2.0),
    Place(id="video-site", conduct=Conduct.COOPERATES, delay_h=20.0),
    Place(id="forum", conduct=Conduct.NOTICE_ONLY, delay_h=72.0, answers=0.6),
    Place(id="family-group", conduct=Conduct.CLOSED_GROUP),
    Place(id="gone", conduct=Conduct.DELETED_ACCOUNT),
)

Change = Callable[[Clip, np.random.Generator], Clip]


def _anywhere(clip: Clip, random: np.random.Generator, least: float, most: float) -> Clip:
    x, y = random.random(2)
    return degrade.crop(clip, keep=float(random.uniform(least, most)), anchor=(float(x), float(y)))


def _screen(clip: Clip, random: np.random.Generator) -> Clip:
    return degrade.screen_recording(clip, seed=int(random.integers(2**31)))


def _retimed(clip: Clip, random: np.random.Generator) -> Clip:
    faster = replace(clip, fps=clip.fps * float(random.choice([0.8, 1.25, 1.5])))
    return degrade.recompress(degrade.change_fps(faster, fps=15.0), crf=28)


def _inset(clip: Clip, random: np.random.Generator) -> Clip:
    """Half the size, in the corner of somebody else's clip, as in a reaction video."""
    scene = draw_scene(2 * _STRANGER + int(random.integers(_STRANGER)), duration_s=DURATION_S, fps=FPS)
    around = np.array(render(scene, size=SIZE).frames)
    small = degrade.resize(clip, scale=0.5).frames
    n, height, width = min(len(around), len(small)), *small.shape[1:3]
    around[:n, -height:, -width:] = small[:n]
    return degrade.recompress(Clip(around, clip.fps), crf=28)


CHANGES: Final[Mapping[str, Change]] = MappingProxyType(
    {
        "stripped of its credentials": lambda clip, random: degrade.recompress(clip, crf=20),
        "re-encoded, CRF 28 to 36": lambda clip, random: degrade.recompress(
            clip, crf=int(random.integers(28, 37))
        ),
        "half the size, re-encoded": lambda clip, random: degrade.recompress(
            degrade.resize(clip, scale=0.5), crf=28
        ),
        "sent by a messenger": lambda clip, random: degrade.messenger(clip),
        "cropped to 75 to 95 %": lambda clip, random: degrade.recompress(
            _anywhere(clip, random, 0.75, 0.95), crf=28
        ),
        "cropped to 60 to 75 %": lambda clip, random: degrade.recompress(
            _anywhere(clip, random, 0.6, 0.75), crf=28
        ),
        "screen-recorded": _screen,
        "screen-recorded and cropped": lambda clip, random: _screen(
            _anywhere(clip, random, 0.8, 0.95), random
        ),
        "mirrored": lambda clip, random: degrade.recompress(degrade.flip(clip), crf=28),
        "re-timed": _retimed,
    }
)
"""What is counted: each takes a clip and a generator. All but the screen recordings end in an encoder of their own."""

HARD: Final[Mapping[str, Change]] = MappingProxyType(
    {
        "cropped to 40 to 50 %": lambda clip, random: degrade.recompress(
            _anywhere(clip, random, 0.4, 0.5), crf=28
        ),
        "cropped, then a messenger": lambda clip, random: degrade.messenger(
            _anywhere(clip, random, 0.6, 0.8)
        ),
        "mirrored, cropped, messenger": lambda clip, random: degrade.messenger(
            degrade.flip(_anywhere(clip, random, 0.75, 0.95))
        ),
        "turned by 8 degrees": lambda clip, random: degrade.recompress(
            degrade.rotate(clip, degrees=8), crf=28
        ),
        "screenshot": lambda clip, random: degrade.screenshot(clip),
        "in the corner of another clip": _inset,
    }
)
"""What is made to escape, or does: shown beside the others, not counted among them."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One posting with its truth.

    Parameters
    ----------
    posting : Posting
    clip : Clip
        What was posted.
    kind : str
        What was done to it.
    original : str or None
        Id of the registered clip; None for a stranger's.
    revoked : bool
        Whether the original's grant was revoked.
    """

    posting: Posting
    clip: Clip
    kind: str
    original: str | None
    revoked: bool


def publish_originals(registry: Registry, folder: Path, *, n: int, seed: int) -> tuple[Clip, ...]:
    """Render, watermark, write and register clips; return them as read from their files.

    Clip number i has the id of `clip_id(i)` and was made under the grant ``grant-i``.

    Parameters
    ----------
    registry : Registry
    folder : Path
        Where the files are written before the registry copies them.
    n : int
    seed : int
    """
    clips = []
    for number in range(n):
        payload = int(np.random.default_rng([seed, number]).integers(2**63))
        scene = draw_scene(seed + number, duration_s=DURATION_S, fps=FPS)
        marked = watermark.embed(render(scene, size=SIZE), payload, key=KEY)
        file = write(marked, folder / f"{number}.mp4")
        one = Registered(
            id=clip_id(number),
            payload=f"{payload:016x}",
            title=f"Clip {number}",
            fingerprint=fingerprint(marked).to_text(),
            consent_grants=(f"grant-{number}",),
            registered_at=REVOKED_AT - timedelta(days=20),
        )
        registry.add(one, file=file, sha256=f"{number:064x}", name=file.name, now=one.registered_at)
        clips.append(read(file))
    return tuple(clips)


def clip_id(number: int) -> str:
    """Return the id under which a simulated clip is registered."""
    return f"{number:032x}"


def copies(
    originals: tuple[Clip, ...], *, n_revoked: int, seed: int, changes: Mapping[str, Change] = CHANGES
) -> Iterator[Case]:
    """Post every original once in each way, at places and moments drawn from the seed.

    Parameters
    ----------
    originals : tuple of Clip
        As `publish_originals` returned them.
    n_revoked : int
        The grants of the first so many were revoked.
    seed : int
    changes : mapping of str to Change
    """
    for number, clip in enumerate(originals):
        for way, (kind, change) in enumerate(changes.items()):
            random = np.random.default_rng([seed, number, way])
            yield Case(
                posting=_posting(f"copy-{number}-{way}", random),
                clip=change(clip, random),
                kind=kind,
                original=clip_id(number),
                revoked=number < n_revoked,
            )


def strangers(*, n: int, seed: int) -> Iterator[Case]:
    """Post clips that nobody here published, changed in the same ways."""
    ways = tuple(CHANGES.items())
    for number in range(n):
        random = np.random.default_rng([seed, number, 0x57])
        scene = draw_scene(_STRANGER + 1000 * seed + number, duration_s=DURATION_S, fps=FPS)
        kind, change = ways[number % len(ways)]
        clip = change(render(scene, size=SIZE), random)
        yield Case(
            posting=_posting(f"stranger-{number}", random), clip=clip, kind=kind, original=None, revoked=False
        )


def look_alikes(*, n: int, seed: int) -> Iterator[Case]:
    """Post strangers' clips that have the same scene words as the first originals: what a prompt gives twice."""
    for number in range(n):
        random = np.random.default_rng([seed, number, 0x2A])
        scene = draw_scene(seed + number, duration_s=DURATION_S, fps=FPS)
        clip = degrade.recompress(render(replace(scene, seed=scene.seed + 1), size=SIZE), crf=28)
        yield Case(
            posting=_posting(f"alike-{number}", random),
            clip=clip,
            kind="look-alike",
            original=None,
            revoked=False,
        )


def _posting(id: str, random: np.random.Generator) -> Posting:
    return Posting(
        id=id,
        place=PLACES[int(random.integers(len(PLACES)))].id,
        at=REVOKED_AT + timedelta(hours=float(random.uniform(-_SPAN_H, _SPAN_H))),
        views_per_h=float(random.lognormal(3.0, 1.0)),
        half_life_h=float(random.uniform(6.0, 72.0)),
    )
