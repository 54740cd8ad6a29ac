"""Takes beside each other, and what a take shows by rules: the pictures and the evidence of the lab on prompting."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes

from medialit.forensics import rules
from medialit.forensics.tracker import follow, reference_colours
from medialit.language import translator
from medialit.media import Clip
from medialit.widgets.plots import Picture, drawn
from medialit.world import COLOURS

_LABEL_CHARS = 18  # of a row's name in one line; more would push the pictures aside


def rows(takes: Mapping[str, Clip], *, lang: str, n_frames: int = 5) -> Picture:
    """Draw a row of frames for each take, evenly spread from its first to its last, with the take's name beside it.

    Parameters
    ----------
    takes : mapping of str to Clip
        By what the row is called; clips of one size.
    lang : str
        Of the words.
    n_frames : int
        To a row.
    """
    _ = translator(lang)
    strips = []
    for clip in takes.values():
        picks = np.linspace(0, clip.n_frames - 1, n_frames).round().astype(int)
        strips.append(
            np.concatenate([np.pad(f, ((3, 3), (2, 2), (0, 0))) for f in clip.frames[picks]], axis=1)
        )
    sheet = np.concatenate(strips)
    middles = [(i + 0.5) * sheet.shape[0] / len(strips) for i in range(len(strips))]

    def draw(axes: Axes) -> None:
        axes.imshow(sheet)
        axes.set_yticks(middles, [fill(name, _LABEL_CHARS) for name in takes])
        axes.set_xticks([])
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)

    said = _("{n} takes, each from its first frame to its last").format(n=len(takes))
    return drawn(draw, said, x=_("Time, from left to right"), y="")


def evidence(clip: Clip) -> dict[str, object]:
    """Return what rules that have learnt nothing see in a take of one thing.

    Parameters
    ----------
    clip : Clip
        2 s of the world, rendered or generated, with one thing in it.

    Returns
    -------
    dict
        ``colours``: the share of the thing's pixels, 0 to 1, that is nearest to each colour that has any, brightness
        aside; ``action`` and ``place``: words of `medialit.world`. The kind of a thing is not among it: rules can't tell.

    Examples
    --------
    >>> from medialit.world import Scene, Thing, render
    >>> clip = render(Scene("desert", (Thing("cube", "blue", "roll_left"),), fps=12.0), size=(128, 128))
    >>> seen = evidence(clip)
    >>> max(seen["colours"], key=seen["colours"].get), seen["action"], seen["place"]
    ('blue', 'roll_left', 'desert')
    """
    reading = follow(clip, n_objects=1)
    seen = rules.observe(clip, reading=reading)
    colours: dict[str, float] = {}
    if reading.tracks:
        track = reading.tracks[0]
        references = reference_colours(reading.place.background, reading.place.look)
        pixels = track.patches[track.seen].reshape(-1, 4)
        bright = pixels[(pixels[:, 3] > 0.9) & (pixels[:, :3].max(axis=1) > 0.18), :3]
        directions = references / np.linalg.norm(references, axis=1, keepdims=True)
        nearest = np.bincount((bright @ directions.T).argmax(axis=1), minlength=len(COLOURS))
        shares = (nearest / max(1, nearest.sum())).round(2).tolist()
        colours = {name: share for name, share in zip(COLOURS, shares, strict=True) if share > 0}
    return {
        "colours": colours,
        "action": seen.objects[0].action if seen.objects else "stand",
        "place": seen.background,
    }
