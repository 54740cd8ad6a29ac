"""The eight clips to rate: drawn once on this computer, four from a camera and four made, no two of one source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from medialit.clips import Pack, Progress, build, read_pack
from medialit.clips.build import require_room
from medialit.errors import ClipPackError
from medialit.fakes.words import title
from medialit.language import msgid as _msgid
from medialit.language import translator

N_CLIPS: Final = 8
KINDS: Final = ("v2", "insert", "violation", "swap")
"""Of the pack that is drawn here: a clip of the generator, a thing put in, a law broken, a face put on."""
SEED: Final = 5
_N_DRAWN: Final = 16  # eight pairs, of each of which one clip is shown


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A clip to rate, and the truth about it.

    Parameters
    ----------
    path : Path
    made : bool
        False where the camera model recorded it and nothing was done to it.
    method : str
        What was done, a key of `medialit.fakes.words.title`; empty for a camera clip.
    odd : str
        What else happened to it, such as ``mirrored``; empty for nothing.
    """

    path: Path
    made: bool
    method: str
    odd: str


def ready(folder: Path, *, on_progress: Callable[[Progress], None] | None = None) -> tuple[Shown, ...]:
    """Return the clips of a folder, and draw them first where they are missing: a quarter of a minute, once.

    Raises
    ------
    ClipPackError
        If there is no room, or the folder holds other things.
    """
    try:
        return choose(read_pack(folder))
    except ClipPackError:
        require_room(folder, n=_N_DRAWN)
        return choose(build(folder, n=_N_DRAWN, seed=SEED, kinds=KINDS, on_progress=on_progress))


def choose(pack: Pack) -> tuple[Shown, ...]:
    """Return eight clips of a pack, half of them made, one of a pair at most, of as many kinds as there are.

    Raises
    ------
    ClipPackError
        If the pack holds too few pairs.
    """
    pairs: dict[int, dict[bool, Shown]] = {}
    kinds: dict[int, str] = {}
    for one in pack.entries:
        truth = one.truth
        odd = truth.get("odd")
        shown = Shown(
            path=one.path, made=one.synthetic, method=str(truth["method"] or ""), odd=str(odd["name"]) if odd else ""
        )  # fmt: skip
        pairs.setdefault(int(truth["pair"]), {})[one.synthetic] = shown
        kinds[int(truth["pair"])] = str(truth["kind"])
    whole = sorted(number for number, both in pairs.items() if len(both) == 2)
    if len(whole) < N_CLIPS:
        raise ClipPackError(
            _msgid("Rating needs a pack of {n} pairs or more, and this one has {held}: build a larger one."),
            n=N_CLIPS,
            held=len(whole),
        )
    made: list[int] = []
    for number in whole:  # of each kind one that is not odd, so that oddities are left for the camera clips
        if len(made) < N_CLIPS // 2 and kinds[number] not in {kinds[one] for one in made}:
            made.append(_plainest([one for one in whole if kinds[one] == kinds[number]], pairs))
    made += [one for one in whole if one not in made][: N_CLIPS // 2 - len(made)]
    camera = [one for one in whole if one not in made][: N_CLIPS // 2]
    return tuple(pairs[one][True] for one in made) + tuple(pairs[one][False] for one in camera)


def order(seed: int) -> tuple[int, ...]:
    """Return in which order eight clips are shown; another seed, another order.

    Examples
    --------
    >>> sorted(order(3))
    [0, 1, 2, 3, 4, 5, 6, 7]
    """
    return tuple(int(one) for one in np.random.default_rng([seed, 0xFA]).permutation(N_CLIPS))


def truth_words(clip: Shown, *, lang: str) -> str:
    """Say what a clip is."""
    _ = translator(lang)
    if clip.made:
        return _("Made: {what}.").format(what=title(clip.method, lang=lang))
    if clip.odd:
        return _("Camera, and something about it is odd: {what}.").format(what=title(clip.odd, lang=lang))
    return _("Camera: nothing was done to it.")


def _plainest(numbers: list[int], pairs: dict[int, dict[bool, Shown]]) -> int:
    return next((one for one in numbers if not pairs[one][True].odd), numbers[0])
