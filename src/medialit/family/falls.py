"""What fell wrong? Pairs of clips of one fall: in one a law is broken, or none is and the second is only odd.

The clips are rendered by `medialit.world`, the violations planted by `medialit.world.violations`, once on this computer.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from medialit.family.rounds import Round
from medialit.language import translator
from medialit.media import Clip, degrade, write
from medialit.world import plant, render, scene_for
from medialit.world.violations import TELEPORT_M

LAWS: Final = ("teleport", "impossible_bounce", "vanish", "")
"""What can be answered, in the order of the buttons; empty for no law."""
SIZE: Final = (240, 240)
_FPS: Final = 24.0
_SLOWER: Final = 0.6  # of the speed
_DARKER: Final = -0.14  # of full brightness


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two clips of one fall.

    Parameters
    ----------
    law : str
        Which is broken, one of `LAWS`.
    odd : str
        Where none is broken, what is odd about the second clip: ``mirrored``, ``slow`` or ``dark``.
    first : bool
        Whether the broken clip is the first one.
    seed : int
        Of the scene.
    """

    law: str
    odd: str
    first: bool
    seed: int


PAIRS: Final = (
    Pair(law="teleport", odd="", first=False, seed=8),
    Pair(law="", odd="mirrored", first=False, seed=9),
    Pair(law="impossible_bounce", odd="", first=True, seed=14),
    Pair(law="", odd="slow", first=False, seed=43),
    Pair(law="vanish", odd="", first=True, seed=25),
    Pair(law="", odd="dark", first=False, seed=1),
)
"""As many with a broken law as without."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Both mistakes, and how many of each were possible.

    Parameters
    ----------
    overlooked, n_broken : int
        Of the pairs with a broken law, those about which somebody said that none is.
    accused, n_whole : int
        Of the pairs without, those about which somebody named a law.
    other : int
        A law is broken, and another one was named.
    """

    overlooked: int
    n_broken: int
    accused: int
    n_whole: int
    other: int


def count(answers: Sequence[int]) -> Counted:
    """Count answers, which are places in `LAWS`, against `PAIRS`.

    Examples
    --------
    >>> found = count([3, 3, 1, 0, 0, 3])
    >>> found.overlooked, found.accused, found.other
    (1, 1, 1)
    """
    pairs = [(one.law, LAWS[answer]) for one, answer in zip(PAIRS, answers, strict=True)]
    return Counted(
        overlooked=sum(bool(law) and not said for law, said in pairs),
        n_broken=sum(bool(law) for law, _said in pairs),
        accused=sum(not law and bool(said) for law, said in pairs),
        n_whole=sum(not law for law, _said in pairs),
        other=sum(bool(law) and bool(said) and law != said for law, said in pairs),
    )


def ready(folder: Path, place: int) -> tuple[Path, Path]:
    """Return the two clips of a pair, and draw them first where they are missing: about a second."""
    paths = folder / f"{place + 1}-a.mp4", folder / f"{place + 1}-b.mp4"
    if not all(path.exists() for path in paths):
        folder.mkdir(parents=True, exist_ok=True)
        for path, clip in zip(paths, drawn(PAIRS[place]), strict=True):
            part = path.with_name(f"{os.getpid()}-{path.name}")
            write(clip, part)
            part.replace(path)
    return paths


def drawn(pair: Pair) -> tuple[Clip, Clip]:
    """Render both clips of a pair, in the order in which they are shown."""
    scene = scene_for("impossible_bounce", seed=pair.seed, fps=_FPS)  # whatever is broken, it falls
    plain = render(scene, size=SIZE)
    if pair.law:
        other = plant(scene, violation=pair.law, strength=1.0, seed=pair.seed, size=SIZE).clip
    elif pair.odd == "mirrored":
        other = degrade.flip(plain)
    elif pair.odd == "slow":
        other = replace(plain, fps=_FPS * _SLOWER)
    else:
        other = degrade.brightness(plain, shift=_DARKER)
    return (other, plain) if pair.first else (plain, other)


def intro(*, lang: str) -> tuple[str, ...]:
    """Say what is shown."""
    _ = translator(lang)
    return (
        _("Six pairs of clips. Both show the same fall. In some pairs one of the two breaks a law of nature; in "
          "others none does, and the second is only odd."),
        _("The clips are drawn by a program. They last two seconds and begin again: that jump does not count."),
    )  # fmt: skip


def rounds(*, lang: str) -> tuple[Round, ...]:
    """Return a round for each pair."""
    return tuple(_round(one, lang) for one in PAIRS)


def _round(pair: Pair, lang: str) -> Round:
    _ = translator(lang)
    truth = _truth(pair, lang)
    if pair.law:
        none = _("A law is broken here, and you overlooked it: what cannot be is taken for what was.")
        named = _("Something is broken here, but something else.")
    else:
        none = _("Yes, no law is broken here.")
        named = _("No law is broken here. Whoever filmed such a thing is called a liar.")
    told = []
    for law in LAWS:
        if law and law == pair.law:
            told.append((_("Yes, that is the broken law."), truth))
        else:
            told.append((named if law else none, truth))
    return Round(
        asked=(_("Which law is broken, or none?"),),
        choices=(
            _("It jumps from one place to another"),
            _("It bounces higher than it may"),
            _("It is gone for a while"),
            _("No law is broken"),
        ),
        told=tuple(told),
    )


def _truth(pair: Pair, lang: str) -> str:
    _ = translator(lang)
    which = "A" if pair.first else "B"
    said = {
        "teleport": _("In clip {which} it jumps aside by {m} metres between two pictures. Nothing gets from place to "
                      "place without passing what lies between.").format(which=which, m=f"{TELEPORT_M:.1f}"),
        "impossible_bounce": _("In clip {which} one bounce gives back more speed than it may. A thing that falls and "
                               "bounces loses a little each time.").format(which=which),
        "vanish": _("In clip {which} it fades and is back, with nothing before it that could hide "
                    "it.").format(which=which),
        "mirrored": _("Clip B is clip A in a mirror. Front cameras of telephones do that at times."),
        "slow": _("Clip B is clip A in slow motion. The fall looks wrong, and only the clock is."),
        "dark": _("Clip B is clip A, darker. Light changes, and no law with it."),
    }  # fmt: skip
    return said[pair.law or pair.odd]


def mistakes(found: Counted, *, lang: str) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """Return the two mistakes, of equal weight: each a title, a count and what it costs."""
    _ = translator(lang)
    return (
        (
            _("Broken, and you said none is"),
            _("{k} of {n}").format(k=found.overlooked, n=found.n_broken),
            _("What did not happen is believed."),
        ),
        (
            _("None is broken, and you named one"),
            _("{k} of {n}").format(k=found.accused, n=found.n_whole),
            _("What did happen is not believed, and whoever filmed it is called a liar."),
        ),
    )


def afterwards(*, lang: str) -> tuple[str, ...]:
    """Say what a broken law tells, and what it does not."""
    _ = translator(lang)
    return (
        _("A broken law is a reason to ask. Slow motion, a cut or a mirror can look like one."),
        _("And no broken law is no proof: a made clip can fall as it should. Where a clip comes from, falling does not "
          "say."),
        _("Six pairs say little about a person, and here half were broken because we chose so."),
    )  # fmt: skip
