"""Eight places, painted by procedure in four looks each."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from medialit.world.backdrops.base import Backdrop, Easel, Layer, Light, easel
from medialit.world.backdrops.indoors import paint_souk, paint_studio
from medialit.world.backdrops.landscape import paint_beach, paint_desert, paint_mountains, paint_night
from medialit.world.backdrops.town import paint_medina, paint_street

__all__ = ["PAINTERS", "Backdrop", "Layer", "Light", "backdrop"]

PAINTERS: dict[str, Callable[[Easel, np.random.Generator, int], Backdrop]] = {
    "beach": paint_beach,
    "medina": paint_medina,
    "desert": paint_desert,
    "night": paint_night,
    "souk": paint_souk,
    "mountains": paint_mountains,
    "studio": paint_studio,
    "street": paint_street,
}


_LARGE_PX = 400_000  # above this a painted background takes 10 MB or more


def backdrop(name: str, look: int, size: tuple[int, int]) -> Backdrop:
    """Return a painted background for pictures of `size` (width, height), kept for the next scene that needs it."""
    return (_few if size[0] * size[1] > _LARGE_PX else _many)(name, look, size)


def _paint(name: str, look: int, size: tuple[int, int]) -> Backdrop:
    rng = np.random.default_rng([look, *name.encode()])
    return PAINTERS[name](easel(size), rng, look)


_many = lru_cache(maxsize=64)(_paint)  # every place in every look, in two sizes
_few = lru_cache(maxsize=4)(_paint)
