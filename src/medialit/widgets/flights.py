"""What a track looks like: the path over the place, and heights over time with the fall that fits them."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from medialit.forensics.tracker import Track
from medialit.language import translator
from medialit.media import Clip
from medialit.widgets.plots import Picture, drawn


def path(clip: Clip, track: Track, *, lang: str) -> Picture:
    """Draw a clip's first and last frame over each other, with the middle of the object in every frame.

    Parameters
    ----------
    clip : Clip
        Square, of the world.
    track : Track
        From `medialit.forensics.tracker.follow`.
    lang : str
        Of the words.
    """
    _ = translator(lang)
    seen = track.seen
    said = _("Seen in {n} of {total} frames").format(n=int(seen.sum()), total=len(seen))
    mixed = clip.frames[[0, -1]].mean(axis=0).astype(np.uint8)

    def draw(axes: Axes) -> None:
        axes.imshow(mixed, extent=(0, 1, 1, 0))
        axes.plot(*track.xy[seen].T, "-o", color="black", markerfacecolor="white", markersize=5, linewidth=1)
        axes.set_aspect("equal")

    return drawn(draw, said, x=_("Width of the picture"), y=_("Height of the picture, from the top"))


def fall(times_s: ArrayLike, heights_m: ArrayLike, *, lang: str) -> Picture:
    """Draw measured heights and the parabola that fits them, with its g.

    Parameters
    ----------
    times_s, heights_m : array_like, shape (N,)
        Of one free flight, 4 instants or more.
    lang : str
        Of the words.
    """
    _ = translator(lang)
    times, heights = np.asarray(times_s, float), np.asarray(heights_m, float)
    fitted = np.polyfit(times, heights, 2)
    said = _("Points: measured. Line: a fall with g = {g} m/s²").format(g=f"{-2 * fitted[0]:.1f}")
    fine = np.linspace(times[0], times[-1], 100)

    def draw(axes: Axes) -> None:
        axes.plot(times, heights, "o", color="black")
        axes.plot(fine, np.polyval(fitted, fine), "-", color="#b3471d")

    return drawn(draw, said, x=_("Seconds"), y=_("Metres above the ground"))
