"""What a pack will hold, before anything is drawn: pairs of clips, of which one is faked and the other is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

import numpy as np

from medialit.clips.photographs import Photograph, photographs
from medialit.errors import ClipPackError
from medialit.language import msgid as _msgid
from medialit.likeness.cast import cast
from medialit.world import BACKGROUNDS, VIOLATIONS

Source = Literal["world", "cast", "photograph"]
Split = Literal["train", "calibrate", "test"]
SPLITS: Final[tuple[Split, ...]] = get_args(Split)

KINDS: Final = (
    "swap",
    "mouth",
    "lip_offset",
    "splice",
    "remove",
    "insert",
    "clone",
    "retime",
    "interpolate",
    "duplicate",
    "regenerate",
    "v1",
    "v2",
    "violation",
)
"""Kinds of fakes that a pack can hold; ``violation`` goes through those of `medialit.world.VIOLATIONS`."""


@dataclass(frozen=True, kw_only=True)
class Format:
    """A size, a rate and a length that clips of both labels share.

    Parameters
    ----------
    name : str
    size : tuple of int
        (width, height) in pixels.
    fps : int
    n_frames : int
    """

    name: str
    size: tuple[int, int]
    fps: int
    n_frames: int

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.n_frames / self.fps


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "square": Format(name="square", size=(256, 256), fps=12, n_frames=24),
        "wide": Format(name="wide", size=(320, 192), fps=15, n_frames=30),
        "tall": Format(name="tall", size=(192, 320), fps=15, n_frames=30),
    }
)
"""The generator makes squares of 12 frames a second, so its clips and their twins are all of that format."""

BITS_A_PIXEL: Final = (0.6, 1.0, 1.5)
"""Rates of the pictures; every clip of a pair has the same."""


@dataclass(frozen=True, kw_only=True)
class Quality:
    """What state the clips of a pack are in: as the camera kept them, or as they are passed around.

    Parameters
    ----------
    formats : mapping of str to Format
    bits_a_pixel : tuple of float
        Rates of the pictures.
    stored_crf : int
        How the modelled camera keeps what it films (H.264), before anybody changes it.
    blur_px : tuple of float
        Least and largest standard deviation of the lens's blur, in pixels; each pair has one.
    square_only : tuple of str
        Kinds that have the format ``square``: it lasts as long as the generator's clips.
    for_any : tuple of str
        Formats that are drawn for the other kinds.
    odd : tuple of str
        What else may have happened to a clip, whatever is faked in it.
    lanes : mapping of str to float
        How near somebody who speaks stands, by format, as `medialit.likeness.composite.place` has it.
    arrivals : tuple of str
        How what was never before a camera comes into the pack, in equal parts: ``filmed`` from a screen; ``straight``
        from the program that made it; ``grained``, with the grain that a filter lays over it to make it look filmed.
    own_splices : bool
        Whether the stretch of a splice may be another take by the same camera. That is an edit and no fake; shared
        packs had it from the beginning.
    mb_a_clip : float
        About how much room a clip takes.
    """

    formats: Mapping[str, Format]
    bits_a_pixel: tuple[float, ...]
    stored_crf: int
    blur_px: tuple[float, float]
    square_only: tuple[str, ...]
    for_any: tuple[str, ...]
    odd: tuple[str, ...]
    lanes: Mapping[str, float]
    arrivals: tuple[str, ...]
    own_splices: bool
    mb_a_clip: float


QUALITIES: Final[Mapping[str, Quality]] = MappingProxyType(
    {
        "shared": Quality(
            formats=FORMATS,
            bits_a_pixel=BITS_A_PIXEL,
            stored_crf=20,
            blur_px=(0.0, 0.0),
            square_only=("regenerate", "v1", "v2"),
            for_any=("square", "wide", "tall"),
            odd=("bad_light", "compressed", "uploaded"),
            lanes=MappingProxyType({"square": 2.6, "wide": 2.8, "tall": 1.9}),
            arrivals=("filmed",),
            own_splices=True,
            mb_a_clip=0.35,
        ),
        "original": Quality(
            formats=MappingProxyType(
                {
                    "square": Format(name="square", size=(512, 512), fps=12, n_frames=24),
                    "wide": Format(name="wide", size=(640, 384), fps=15, n_frames=60),
                    "tall": Format(name="tall", size=(384, 640), fps=15, n_frames=60),
                }
            ),
            bits_a_pixel=(1.0, 1.5, 2.0),
            stored_crf=12,
            blur_px=(0.3, 1.5),
            square_only=("regenerate", "v1", "v2", "violation"),
            for_any=("wide", "tall"),
            odd=("bad_light",),  # nobody has passed it on yet
            lanes=MappingProxyType({"square": 3.0, "wide": 3.5, "tall": 2.5}),  # as near as to a telephone
            arrivals=("straight", "grained", "filmed"),
            own_splices=False,
            mb_a_clip=3.5,
        ),
    }
)
"""``shared`` is small and has been through encoders that took most of the grain; ``original`` is what a journalist asks
the sender for. Cameras that keep every picture by itself write about 1.75 bits a pixel (90 Mbit/s at 1920 x 1080, 25)."""

_SOURCES: Final[Mapping[str, tuple[Source, ...]]] = MappingProxyType(
    {
        "swap": ("cast",),
        "mouth": ("cast",),
        "lip_offset": ("cast",),
        "v1": ("world",),
        "v2": ("world",),
        "violation": ("world",),
        "regenerate": ("world", "photograph", "cast"),
        "remove": ("world", "photograph"),
    }
)
UNFILMED: Final = ("v1", "v2", "violation")
"""Kinds that are made whole by a program, so that they need not have been before a camera."""
_ANY: Final[tuple[Source, ...]] = ("world", "photograph", "cast", "world", "photograph")
_BEFORE: Final = (
    "slow_motion",
    "rolling_shutter",
)  # need frames between the frames, so a scene to film again
_ON_PICTURES: Final = ("stabilised", "mirrored")  # move pixels, so they come before what has a region
_SHARE_ODD: Final = 0.45
_LEAST: Final[Mapping[str, float]] = MappingProxyType(
    dict.fromkeys(("swap", "mouth", "remove", "insert", "clone", "regenerate"), 0.8)
)
"""Least strength of what is blended: a ghost at half its opacity is a teaching picture, not a fake."""
_SPLIT_CYCLE: Final[tuple[Split, ...]] = (
    "train",
    "test",
    "train",
    "calibrate",
    "train",
    "test",
    "train",
    "calibrate",
    "train",
    "test",
)
_LOOKS: Final[Mapping[Split, tuple[int, ...]]] = MappingProxyType(
    {"train": (0, 1), "calibrate": (2,), "test": (3,)}
)
_BODIES: Final[Mapping[Split, tuple[int, ...]]] = MappingProxyType(
    {"train": (1, 2, 3), "calibrate": (4,), "test": (5, 6)}
)
_N_PEOPLE: Final[Mapping[Split, tuple[int, int]]] = MappingProxyType(
    {"train": (0, 6), "calibrate": (6, 9), "test": (9, 13)}
)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two clips of one source, filmed by one camera, stored, changed and exported alike; one of them is also faked.

    Parameters
    ----------
    number : int
    kind : str
        One of `KINDS`.
    method : str
        The kind, or for ``violation`` which.
    strength : float
        0 (excluded) to 1.
    seed : int
        Of everything in it.
    source : {"world", "cast", "photograph"}
    split : {"train", "calibrate", "test"}
        No scene (place and look, photograph), no person and no camera is in two of them.
    form : str
        One of `FORMATS`.
    kbps : int
        Of the pictures.
    background, look : str, int
        Where a rendered scene plays.
    person, donor : str or None
        Ids of the fictional people in it.
    photograph : str or None
    body, other_body : int
        Which camera filmed it, and which what is put in from elsewhere.
    odd : str or None
        One of `medialit.fakes.ODD`: what else happened to both clips.
    odd_strength : float
    quality : str
        One of `QUALITIES`.
    blur_px : float
        Standard deviation of the lens's blur.
    arrival : str
        How the fake of the pair came to where it was stored: ``filmed``, or one of the others of `Quality.arrivals`.
    """

    number: int
    kind: str
    method: str
    strength: float
    seed: int
    source: Source
    split: Split
    form: str
    kbps: int
    background: str
    look: int
    person: str | None
    donor: str | None
    photograph: str | None
    body: int
    other_body: int
    odd: str | None
    odd_strength: float
    quality: str = "shared"
    blur_px: float = 0.0
    arrival: str = "filmed"

    @property
    def state(self) -> Quality:
        """What `quality` stands for."""
        return QUALITIES[self.quality]

    @property
    def format(self) -> Format:
        """Size, rate and length."""
        return self.state.formats[self.form]

    @property
    def scene(self) -> str:
        """Where it plays: what no two splits share."""
        return f"photograph:{self.photograph}" if self.photograph else f"{self.background}:{self.look}"


def plan(
    *,
    n: int,
    seed: int,
    kinds: Sequence[str] = KINDS,
    photos: Sequence[Photograph] | None = None,
    quality: str = "shared",
) -> tuple[Pair, ...]:
    """Lay a pack down; the same arguments give the same plan.

    Parameters
    ----------
    n : int
        Number of clips, even: half of them are faked.
    seed : int
        0 or more.
    kinds : sequence of str
        Used in turn.
    photos : sequence of Photograph, optional
        Those of the packages that are installed by default; without any, rendered scenes take their place.
    quality : str
        One of `QUALITIES`.

    Raises
    ------
    ClipPackError
        If a number or a kind is impossible.

    Examples
    --------
    >>> pairs = plan(n=8, seed=1, kinds=("swap", "v2"))
    >>> [pair.kind for pair in pairs], {pair.form for pair in pairs if pair.kind == "v2"}
    (['swap', 'v2', 'swap', 'v2'], {'square'})
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if n < 2 or n % 2 or seed < 0 or unknown or not kinds:
        raise ClipPackError(
            _msgid(
                "A pack has an even number of clips from 2 on, a seed of 0 or more, and at least one kind of {known}; "
                "not {n} clips, the seed {seed} and the kinds {kinds}."
            ),
            known=", ".join(KINDS),
            n=n,
            seed=seed,
            kinds=", ".join(kinds) or "-",
        )
    if quality not in QUALITIES:
        raise ClipPackError(
            _msgid("There is no quality {quality} of clips; use one of: {known}."),
            quality=quality,
            known=", ".join(QUALITIES),
        )
    found = tuple(photographs() if photos is None else photos)
    return tuple(_pair(i, seed=seed, kinds=kinds, photos=found, quality=quality) for i in range(n // 2))


def _pair(i: int, *, seed: int, kinds: Sequence[str], photos: Sequence[Photograph], quality: str) -> Pair:
    state = QUALITIES[quality]
    rng = np.random.default_rng([seed, i, 0xC11B])
    kind, turn = kinds[i % len(kinds)], i // len(kinds)
    split = _SPLIT_CYCLE[(turn + 3 * (i % len(kinds))) % len(_SPLIT_CYCLE)]
    sources = _SOURCES.get(kind, _ANY)
    source = sources[turn % len(sources)]
    here = [photo for photo in photos if photo.split == split]
    if source == "photograph" and not here:
        source = "world"
    form = "square" if kind in state.square_only else state.for_any[int(rng.integers(len(state.for_any)))]
    shape = state.formats[form]
    low, high = _N_PEOPLE[split]
    people = [person.id for person in cast()][low:high]
    person, donor = (str(name) for name in rng.choice(people, 2, replace=False))
    body, other_body = _cameras(rng, split)
    arrival = _arrival(seed, kind, turn, state.arrivals)
    odd = _odd(rng, kind, source, always=state.odd)
    if arrival != "filmed":
        odd = None  # it happens to what stands before a camera
    return Pair(
        number=i,
        kind=kind,
        method=VIOLATIONS[turn % len(VIOLATIONS)] if kind == "violation" else kind,
        strength=1.0 if kind in ("v1", "v2") else round(float(rng.uniform(_LEAST.get(kind, 0.5), 1.0)), 3),
        seed=int(rng.integers(2**31)),
        source=source,
        split=split,
        form=form,
        kbps=round(
            shape.size[0]
            * shape.size[1]
            * shape.fps
            / 1000
            * state.bits_a_pixel[int(rng.integers(len(state.bits_a_pixel)))]
        ),
        background=BACKGROUNDS[int(rng.integers(len(BACKGROUNDS)))],
        look=int(rng.choice(_LOOKS[split])),
        person=person if source == "cast" else None,
        donor=donor if kind == "swap" else None,
        photograph=here[int(rng.integers(len(here)))].name if source == "photograph" else None,
        body=body,
        other_body=other_body,
        odd=odd,
        odd_strength=round(float(rng.uniform(0.4, 1.0)), 3) if odd else 0.0,
        quality=quality,
        blur_px=round(float(rng.uniform(*state.blur_px)), 2),
        arrival=arrival,
    )


def _arrival(seed: int, kind: str, turn: int, arrivals: tuple[str, ...]) -> str:
    """Go through the arrivals in an order that is drawn anew each time, so that no split has only one of them."""
    if kind not in UNFILMED:
        return "filmed"
    rng = np.random.default_rng([seed, KINDS.index(kind), turn // len(arrivals), 0xA1])
    return arrivals[int(rng.permutation(len(arrivals))[turn % len(arrivals)])]


def _cameras(rng: np.random.Generator, split: Split) -> tuple[int, int]:
    """Return the camera, and another one of the same split where it has one; else one that is in no other split."""
    bodies = _BODIES[split]
    body = int(rng.choice(bodies))
    others = [other for other in bodies if other != body] or [100 + body]
    return body, int(rng.choice(others))


def _odd(rng: np.random.Generator, kind: str, source: Source, *, always: tuple[str, ...]) -> str | None:
    if rng.random() >= _SHARE_ODD:
        return None
    names = always
    if kind not in UNFILMED:
        names += _ON_PICTURES
        if source != "cast":
            names += _BEFORE
    return names[int(rng.integers(len(names)))]
