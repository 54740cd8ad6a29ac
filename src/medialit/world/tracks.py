"""The exact truth about a scene: where everything is in metres, and in the pixels of any picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medialit.world.view import GRAVITY_M_S2, px_per_m, to_px

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Collision:
    """One contact: which object, with what (``"ground"``, ``"wall"`` or ``"object 1"``), and its speeds."""

    time_s: float
    thing: int
    against: str
    position_m: tuple[float, float]
    speed_before_m_s: float
    speed_after_m_s: float


@dataclass(frozen=True, eq=False)
class Tracks:
    """The exact truth about a scene at T instants for N objects.

    Parameters
    ----------
    times_s : ndarray, shape (T,)
    position_m : ndarray, shape (T, N, 2)
        Centre of each object: x to the right, height above the ground.
    velocity_m_s : ndarray, shape (T, N, 2)
    angle_rad : ndarray, shape (T, N)
        Anticlockwise turn.
    stride_rad : ndarray, shape (T, N)
        Turn of wheels, wings or legs.
    present : ndarray of bool, shape (T, N)
        Whether the object exists at that instant. Always true, but for a planted violation.
    radius_m : ndarray, shape (N,)
    scale : ndarray, shape (N,)
        Depth scale of each object's lane; 1 is the front.
    camera_m : ndarray, shape (T, 2)
        Sideways position and tilt of the camera.
    mirrored : tuple of bool
        Whether an object with a face looks to the left.
    collisions : tuple of Collision
        In order of time, within the scene.
    wall_m : float or None
        Where the wall's face stands; negative on the left.
    """

    times_s: Doubles
    position_m: Doubles
    velocity_m_s: Doubles
    angle_rad: Doubles
    stride_rad: Doubles
    present: NDArray[np.bool_]
    radius_m: Doubles
    scale: Doubles
    camera_m: Doubles
    mirrored: tuple[bool, ...]
    collisions: tuple[Collision, ...]
    wall_m: float | None
    gravity_m_s2: float = GRAVITY_M_S2

    def px(self, size: tuple[int, int]) -> Doubles:
        """Return the centres in pixels of a picture of `size` (width, height): shape (T, N, 2), y down."""
        return to_px(self.position_m, scale=self.scale, camera_m=self.camera_m[:, None], size=size)

    def radius_px(self, size: tuple[int, int]) -> Doubles:
        """Return each object's radius in pixels, shape (N,)."""
        return self.radius_m * self.scale * px_per_m(size)

    def gravity_px_s2(self, size: tuple[int, int]) -> Doubles:
        """Return g as seen in the picture for each object's lane, in pixels/s^2, shape (N,)."""
        return self.gravity_m_s2 * self.scale * px_per_m(size)

    def boxes_px(self, size: tuple[int, int]) -> Doubles:
        """Return boxes around the circles in pixels, shape (T, N, 4): left, top, right, bottom."""
        centre, radius = self.px(size), self.radius_px(size)[None, :, None]
        return np.concatenate([centre - radius, centre + radius], axis=-1)

    def visible(self, size: tuple[int, int]) -> NDArray[np.bool_]:
        """Return whether the centre of each object can be seen, shape (T, N).

        False where it isn't present, is out of the picture, or is behind an object in a nearer lane.
        """
        centre, radius = self.px(size), self.radius_px(size)
        inside = ((centre >= 0) & (centre < np.array(size))).all(axis=-1)
        seen = self.present & inside
        for i, j in np.argwhere(self.scale[:, None] < self.scale[None, :]):
            apart = np.hypot(*(centre[:, i] - centre[:, j]).T)
            seen[:, i] &= ~((apart < 0.8 * radius[j]) & self.present[:, j])
        return seen
