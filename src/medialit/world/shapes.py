"""The mechanics of each kind of object: where it stands, how wide it is, how it gets about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Gait = Literal["round", "wheels", "glide"]


@dataclass(frozen=True)
class Shape:
    """Measures of a kind, in radii of the circle around it.

    Parameters
    ----------
    foot : float
        From the centre down to the ground on which it stands.
    half_width : float
        From the centre to where another object, or a wall, touches it.
    gait : {"round", "wheels", "glide"}
        ``round`` turns as it rolls without slipping; ``wheels`` turns its wheels; ``glide`` stays upright
        (a cat walks, a boat sails, a teapot slides).
    n_phases : int
        Steps of its own movement (a wing beat, a stride, a wheel's turn between two spokes); 1 is none.
    wheel : float
        Radius of a wheel, or length of a stride over 2 pi.
    """

    foot: float
    half_width: float
    gait: Gait = "glide"
    n_phases: int = 1
    wheel: float = 0.3


SHAPES: dict[str, Shape] = {
    "ball": Shape(1.0, 1.0, "round"),
    "football": Shape(1.0, 1.0, "round"),
    "star": Shape(0.95, 0.95, "round"),
    "cube": Shape(0.80, 0.80),
    "tea_glass": Shape(0.98, 0.62),
    "teapot": Shape(0.80, 0.95),
    "lantern": Shape(0.98, 0.55),
    "tagine": Shape(0.72, 0.95),
    "sailboat": Shape(0.88, 0.85),
    "bird": Shape(0.78, 0.90, "glide", 8, 0.12),
    "car": Shape(0.62, 0.98, "wheels", 6, 0.24),
    "cat": Shape(0.86, 0.85, "glide", 8, 0.16),
}
