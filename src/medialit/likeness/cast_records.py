"""What is known of a fictional person, of a performance, and of each of its frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from medialit.language import language
from medialit.likeness.cast_look import Look
from medialit.likeness.cast_paint import LABELS, Doubles
from medialit.likeness.cast_pose import Pose
from medialit.world.backdrops import Light
from medialit.world.view import Floats

LANDMARKS = (
    "left_eye",
    "left_eye_outer",
    "left_eye_inner",
    "right_eye",
    "right_eye_inner",
    "right_eye_outer",
    "left_brow",
    "right_brow",
    "nose",
    "mouth_left",
    "mouth_right",
    "mouth_top",
    "mouth_bottom",
    "chin",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_hand",
    "right_hand",
    "left_foot",
    "right_foot",
)
"""The points of `Truth.landmarks_px`, in order; left and right are the picture's."""

Framing = Literal["full", "bust"]


@dataclass(frozen=True, kw_only=True)
class Person:
    """A fictional person.

    Parameters
    ----------
    id : str
        What consent records, the studio and `composite` call them.
    names : mapping of str to str
        By script: ``latin``, ``arabic`` and, where the name is Amazigh, ``tifinagh``.
    age : int
        In years.
    height_m : float
        From the ground to the crown.
    bio : mapping of str to str
        One sentence by language code: ``en``, ``fr``, ``ar``.
    look : Look
    minor : bool
        True for a child, who is in the cast as a case to refuse and for nothing else.
    guardian : str or None
        Who decides for a child: the id of another person.
    """

    id: str
    names: Mapping[str, str]
    age: int
    height_m: float
    bio: Mapping[str, str]
    look: Look
    minor: bool = False
    guardian: str | None = None

    @property
    def age_band(self) -> str:
        """``child`` (to 12), ``teen`` (to 17), ``young`` (to 34), ``middle`` (to 59) or ``older``."""
        bands = ((12, "child"), (17, "teen"), (34, "young"), (59, "middle"))
        return next((name for last, name in bands if self.age <= last), "older")

    def name(self, lang: str) -> str:
        """Return the name in the script of a language.

        Raises
        ------
        LanguageError
            If the platform does not speak it.
        """
        script = {"ar": "arabic", "ary": "arabic", "zgh": "tifinagh"}.get(language(lang).code, "latin")
        return self.names.get(script, self.names["latin"])

    def about(self, lang: str) -> str:
        """Return who they are in one sentence, in English where the language has none of its own.

        Raises
        ------
        LanguageError
            If the platform does not speak it.
        """
        chosen = language(lang)
        codes = (chosen.code, *chosen.fallback)
        return next((self.bio[code] for code in codes if code in self.bio), self.bio["en"])


@dataclass(frozen=True, eq=False, kw_only=True)
class Truth:
    """What is known exactly about each of T frames, because the frames were drawn from it.

    Parameters
    ----------
    yaw_deg, pitch_deg, roll_deg : ndarray, shape (T,)
        The head's turn: positive to the right of the picture, up, anticlockwise.
    eye_open, mouth_open : ndarray, shape (T,)
        0 is shut, 1 fully open.
    landmarks_px : ndarray, shape (T, len(LANDMARKS), 2)
        x and y in pixels, y down; the first pixel's centre is (0.5, 0.5). A point on the far side of the head is on
        its outline.
    labels : ndarray of uint8, shape (T, H, W)
        What each pixel is, as an index of `LABELS`.
    poses : tuple of Pose
    """

    yaw_deg: Doubles
    pitch_deg: Doubles
    roll_deg: Doubles
    eye_open: Doubles
    mouth_open: Doubles
    landmarks_px: Doubles
    labels: NDArray[np.uint8]
    poses: tuple[Pose, ...]

    def landmark(self, name: str) -> Doubles:
        """Return where one of `LANDMARKS` is in each frame, shape (T, 2)."""
        return np.asarray(self.landmarks_px[:, LANDMARKS.index(name)])

    def silhouette(self, *labels: str) -> NDArray[np.bool_]:
        """Return where any of `labels` is seen, shape (T, H, W); without labels, the whole person."""
        if not labels:
            return self.labels > 0
        return np.isin(self.labels, [LABELS.index(name) for name in labels])


@dataclass(frozen=True, eq=False, kw_only=True)
class Performance:
    """A person in front of nothing: frames with a matte, and what is needed to put them into a place.

    Parameters
    ----------
    frames : ndarray of uint8, shape (T, H, W, 4)
        RGBA; the colour is not multiplied by the matte.
    fps : float
    anchor_px : tuple of float
        The point of the ground between the feet; for a bust, the middle of its lower edge.
    px_per_m : float
        Pixels per metre of the person.
    height_m : float
        From the ground to the crown; for a bust, what is seen of it.
    framing : {"full", "bust"}
    light : Light or None
        The light that they are in; None where it is not known.
    normals : ndarray of float16, shape (T, H, W, 2), or None
        x (right) and y (up) of the surface normals, where they are known.
    truth : Truth or None
        For drawn people.
    subject : str
        The id of a fictional person, or of an enrolled likeness.
    minor : bool
    """

    frames: NDArray[np.uint8] = field(repr=False)
    fps: float
    anchor_px: tuple[float, float]
    px_per_m: float
    height_m: float
    framing: Framing = "full"
    light: Light | None = None
    normals: NDArray[np.float16] | None = field(default=None, repr=False)
    truth: Truth | None = field(default=None, repr=False)
    subject: str = ""
    minor: bool = False

    @property
    def n_frames(self) -> int:
        """Number of frames, T."""
        return int(self.frames.shape[0])

    @property
    def alpha(self) -> Floats:
        """The matte, 0 to 1, shape (T, H, W)."""
        return np.asarray(self.frames[..., 3], np.float32) / np.float32(255)
