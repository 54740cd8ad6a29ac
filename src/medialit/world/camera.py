"""What a real camera adds: exposure that hunts, a vignette, shot and read noise, a pattern of its own.

A render is clean in a way that no photograph is, and a learner, or a detector, would tell the two apart by
that alone. `film` puts every clip, honest or not, through the same modelled camera. The clips stay what they are:
rendered. In this miniature world the label "camera" means "not synthetic", no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from medialit.errors import WorldError
from medialit.media import Clip
from medialit.world.view import Floats

_TABLE = 4096  # steps of the linear-to-sRGB table


@dataclass(frozen=True)
class Sensor:
    """A camera's measures, in linear light with 1 as white.

    The noise follows the photon-transfer model of the EMVA 1288 standard (release 4.0, section 2): a variance of
    ``shot * light + read**2``, and a fixed pattern of gain (``prnu``) and offset (``dsnu``) that belongs to the body.

    Parameters
    ----------
    shot : float
        Variance of the noise for each unit of light.
    read : float
        Standard deviation of the noise in the dark.
    prnu, dsnu : float
        Standard deviation over pixels of the gain (around 1) and of the offset.
    drift : float
        Standard deviation of the exposure's slow wander, as a share.
    vignette : float
        Share of the light that is lost in the corners.
    body : int
        Which camera: the same body has the same fixed pattern in every clip.
    """

    shot: float = 0.0007
    read: float = 0.0025
    prnu: float = 0.010
    dsnu: float = 0.0008
    drift: float = 0.012
    vignette: float = 0.14
    body: int = 0

    def __post_init__(self) -> None:
        values = (self.shot, self.read, self.prnu, self.dsnu, self.drift, self.vignette)
        if min(values) < 0 or self.vignette >= 1 or self.body < 0:
            raise WorldError(f"A sensor's measures are 0 or more and its vignette below 1, not {self}.")


def film(clip: Clip, *, seed: int, sensor: Sensor | None = None) -> Clip:
    """Return a clip as the modelled camera would have recorded it.

    Parameters
    ----------
    clip : Clip
        A clean render.
    seed : int
        Draws the noise of each frame and the exposure's wander. The fixed pattern depends on the body only.
    sensor : Sensor, optional
        The default is a small camera in daylight.

    Returns
    -------
    Clip
        Same size, rate and sound.

    Examples
    --------
    >>> import numpy as np
    >>> grey = Clip(frames=np.full((2, 32, 32, 3), 128, np.uint8), fps=24.0)
    >>> filmed = film(grey, seed=1)
    >>> filmed == film(grey, seed=1), filmed == grey
    (True, False)
    """
    sensor = sensor or Sensor()
    rng = np.random.default_rng([seed, 0xF11A])
    gain, offset = _fixed_pattern(sensor, clip.size)
    exposure = _exposure(rng, clip.n_frames, clip.fps, sensor.drift)
    to_linear, to_srgb = _tables()
    out = np.empty_like(clip.frames)
    for t, frame in enumerate(clip.frames):
        light = to_linear[frame] * (gain * np.float32(exposure[t]))
        noise = rng.standard_normal(light.shape, dtype=np.float32)
        noise *= np.sqrt(light * np.float32(sensor.shot) + np.float32(sensor.read**2))
        light += noise
        light += offset
        index = np.clip(light * (_TABLE - 1) + 0.5, 0, _TABLE - 1).astype(np.int16)
        out[t] = to_srgb[index]
    return clip.with_frames(out)


@lru_cache(maxsize=8)
def _fixed_pattern(sensor: Sensor, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Return gain with vignette, and offset, shape (H, W, 3) each."""
    width, height = size
    rng = np.random.default_rng([sensor.body, width, height])
    x = (np.arange(width, dtype=np.float32) + 0.5) / width * 2 - 1
    y = (np.arange(height, dtype=np.float32) + 0.5) / height * 2 - 1
    r2 = (x[None, :] ** 2 + y[:, None] ** 2) / 2
    shape = (height, width, 3)
    prnu = rng.standard_normal(shape, dtype=np.float32) * np.float32(sensor.prnu)
    gain = (1 + prnu) * (1 - np.float32(sensor.vignette) * r2)[..., None]
    offset = rng.standard_normal(shape, dtype=np.float32) * np.float32(sensor.dsnu)
    return gain.astype(np.float32), offset


def _exposure(rng: np.random.Generator, n: int, fps: float, drift: float) -> NDArray[np.float64]:
    """Return an exposure factor for each frame: a smooth wander with a period of about two seconds."""
    times = np.arange(n) / fps
    hertz = np.array([0.21, 0.47, 0.83])
    phase = rng.uniform(0, 2 * np.pi, 3)
    wander = (np.sin(2 * np.pi * times[:, None] * hertz + phase) * np.array([0.7, 0.5, 0.3])).sum(axis=1)
    return np.asarray(np.exp(drift * wander * np.sqrt(2 / (0.49 + 0.25 + 0.09))), np.float64)


@lru_cache(maxsize=1)
def _tables() -> tuple[Floats, NDArray[np.uint8]]:
    """Return the sRGB curve (IEC 61966-2-1) as tables: code to light, and light to code."""
    code = np.arange(256) / 255
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    light = np.arange(_TABLE) / (_TABLE - 1)
    srgb = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-12) ** (1 / 2.4) - 0.055)
    return linear.astype(np.float32), np.clip(srgb * 255 + 0.5, 0, 255).astype(np.uint8)
