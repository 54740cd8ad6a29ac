"""Fakes of faces: somebody else's face, or the same face's other words, warped onto landmarks and blended.

Landmarks come in as arguments: exact ones where people are drawn, a tracker's where they agreed to be filmed. Nothing
here finds a face in a picture, and nothing here asks for consent: that is the part of whoever calls.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator

from medialit.errors import FakeError
from medialit.fakes.records import Fake, faked, mixed, nowhere, require_strength, untouched
from medialit.language import msgid as _msgid
from medialit.media import Clip
from medialit.media.clip import Frames
from medialit.world.view import Floats

FACE_POINTS: Final = (
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
)
"""The points of a `FaceTrack`, in order; left and right are the picture's."""

_STEP_PX = 4  # between points at which the warp is solved
_SMALLEST_PX = 12.0  # distance from brow to chin below which there is no face to work on
_GAIN = (0.55, 1.8)  # within which a donor's contrast is matched


@dataclass(frozen=True, eq=False)
class FaceTrack:
    """Where one face is in each frame.

    Parameters
    ----------
    points_px : ndarray of float64, shape (T, 14, 2)
        x and y of `FACE_POINTS`, y down.

    Raises
    ------
    FakeError
        If the shape is another or a number is not finite.
    """

    points_px: NDArray[np.float64] = field(repr=False)

    def __post_init__(self) -> None:
        points = self.points_px
        if points.ndim != 3 or points.shape[1:] != (len(FACE_POINTS), 2) or not np.isfinite(points).all():
            raise FakeError(
                f"A face is {len(FACE_POINTS)} finite points in each frame, shape (T, {len(FACE_POINTS)}, 2), not "
                f"{points.shape}."
            )

    def at(self, frame: int, name: str) -> NDArray[np.float64]:
        """Return one point of a frame, shape (2,)."""
        return np.asarray(self.points_px[frame, FACE_POINTS.index(name)])

    def mirrored(self, *, width: int) -> FaceTrack:
        """Return the track of the clip with left and right exchanged; `width` is the clip's, in pixels."""
        other_side = {"left": "right", "right": "left"}
        order = []
        for name in FACE_POINTS:
            parts = [other_side.get(part, part) for part in name.split("_")]
            order.append(FACE_POINTS.index("_".join(parts)))
        points = self.points_px[:, order].copy()
        points[..., 0] = width - points[..., 0]
        return FaceTrack(points)


def swap_face(clip: Clip, face: FaceTrack, *, donor: Clip, donor_face: FaceTrack, strength: float) -> Fake:
    """Put the donor's face on somebody's head: warped onto the landmarks, matched in colour, blended at the edge.

    Parameters
    ----------
    clip, donor : Clip
        The donor is used frame by frame; where it is shorter it starts again.
    face, donor_face : FaceTrack
        As many frames as their clips have.
    strength : float
        Share of the donor in the face: 1 is a swap, 0.5 a morph of both, 0 nothing.

    Returns
    -------
    Fake
        The magnitude is that share, in percent.

    Raises
    ------
    FakeError
        If the strength is out of range, or a track does not fit its clip or is too small to work on.

    References
    ----------
    Bookstein (1989), IEEE PAMI 11:567: the thin-plate spline of the warp. Reinhard et al. (2001), IEEE CG&A 21(5):34:
    matching means and standard deviations of colour.
    """
    return _transplant("swap", clip, face, donor, donor_face, strength=strength, part="face")


def reenact_mouth(
    clip: Clip, face: FaceTrack, *, donor: Clip, donor_face: FaceTrack, strength: float
) -> Fake:
    """Give somebody another take's mouth: the head, eyes and sound stay, the lips say something else.

    Parameters, results and errors are those of `swap_face`; the donor is another take of the same person.
    """
    return _transplant("mouth", clip, face, donor, donor_face, strength=strength, part="mouth")


def _transplant(
    method: str,
    clip: Clip,
    face: FaceTrack,
    donor: Clip,
    donor_face: FaceTrack,
    *,
    strength: float,
    part: Literal["face", "mouth"],
) -> Fake:
    require_strength(strength)
    for track, its in ((face, clip), (donor_face, donor)):
        if len(track.points_px) != its.n_frames:
            raise FakeError(
                f"A face track has as many frames as its clip: {its.n_frames}, not {len(track.points_px)}."
            )
    if strength == 0:
        return untouched(method, clip, unit="percent")
    frames, region = np.array(clip.frames), nowhere(clip)
    for t in range(clip.n_frames):
        s = t % donor.n_frames
        _require_seen(face, t)
        _require_seen(donor_face, s)
        cover = _cover(face, t, clip.size, part=part)
        if not (cover > 0).any():
            continue
        window = _window(cover)
        warped = _warped(donor.frames[s], face.points_px[t], donor_face.points_px[s], window)
        matched = _matched(warped, clip.frames[t][window], cover[window])
        weight = cover[window] * np.float32(strength)
        frames[t][window] = mixed(clip.frames[t][window], matched, weight)
        region[t][window] = weight > 0
    if not region.any():
        raise FakeError(_msgid("The face is outside the picture in every frame: take another clip."))
    return faked(
        method,
        clip.with_frames(frames),
        strength=strength,
        magnitude=100 * strength,
        unit="percent",
        region=region,
    )


def _require_seen(face: FaceTrack, t: int) -> None:
    brow = (face.at(t, "left_brow") + face.at(t, "right_brow")) / 2
    height = float(np.hypot(*(face.at(t, "chin") - brow)))
    if height < _SMALLEST_PX:
        raise FakeError(
            _msgid(
                "A face of {height} pixels from brow to chin is too small to work on: take one of at least {least}."
            ),
            height=round(height),
            least=round(_SMALLEST_PX),
        )


def _cover(face: FaceTrack, t: int, size: tuple[int, int], *, part: Literal["face", "mouth"]) -> Floats:
    """Return how much of each pixel belongs to the face or the mouth, 0 to 1, with a soft edge."""
    outline = _face_outline(face, t) if part == "face" else _mouth_outline(face, t)
    mask = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillPoly(mask, [np.round(outline * 16).astype(np.int32)], 255, lineType=cv2.LINE_AA, shift=4)
    soft_px = 0.05 * float(np.hypot(*(face.at(t, "chin") - face.at(t, "nose")))) + 0.8
    weight = cv2.GaussianBlur(mask.astype(np.float32) / np.float32(255), (0, 0), soft_px)
    return np.asarray(np.where(weight < 0.02, 0, weight), np.float32)


def _face_outline(face: FaceTrack, t: int) -> NDArray[np.float64]:
    """Return an ellipse from above the brows to the chin, as wide as the eyes and a little wider."""
    brow = (face.at(t, "left_brow") + face.at(t, "right_brow")) / 2
    down = 0.56 * (face.at(t, "chin") - brow)
    across = 0.60 * (face.at(t, "right_eye_outer") - face.at(t, "left_eye_outer"))
    return _ellipse(brow + 0.9 * down, across, down)


def _mouth_outline(face: FaceTrack, t: int) -> NDArray[np.float64]:
    left, right = face.at(t, "mouth_left"), face.at(t, "mouth_right")
    across = (right - left) / 2
    down = 0.62 * (face.at(t, "chin") - face.at(t, "nose")) / 2
    middle = (left + right + face.at(t, "mouth_top") + face.at(t, "mouth_bottom")) / 4
    return _ellipse(middle, 1.45 * across, down)


def _ellipse(
    middle: NDArray[np.float64], across: NDArray[np.float64], down: NDArray[np.float64]
) -> NDArray[np.float64]:
    angle = np.linspace(0, 2 * np.pi, 32, endpoint=False)[:, None]
    return np.asarray(middle + across * np.cos(angle) + down * np.sin(angle), np.float64)


def _window(cover: Floats) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _warped(
    donor: Frames,
    to: NDArray[np.float64],
    source: NDArray[np.float64],
    window: tuple[slice, slice],
) -> Floats:
    """Return the donor in a window of the target, by the spline that carries landmarks onto landmarks."""
    spline = RBFInterpolator(to, source, kernel="thin_plate_spline", smoothing=1.0)
    rows, columns = window
    y = np.arange(rows.start, rows.stop + _STEP_PX, _STEP_PX)
    x = np.arange(columns.start, columns.stop + _STEP_PX, _STEP_PX)
    grid = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2) + 0.5
    coarse = spline(grid).reshape(len(y), len(x), 2).astype(np.float32)
    high, wide = rows.stop - rows.start, columns.stop - columns.start
    u, v = np.meshgrid(
        np.arange(wide, dtype=np.float32) / _STEP_PX, np.arange(high, dtype=np.float32) / _STEP_PX
    )
    fine = cv2.remap(coarse, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) - np.float32(0.5)
    picture = np.ascontiguousarray(donor)
    return np.asarray(
        cv2.remap(picture, fine[..., 0], fine[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )


def _matched(donor: Floats, target: Frames, cover: Floats) -> Floats:
    """Return the donor with the target's mean and standard deviation of each colour, where the cover is."""
    inside = cover > 0.5
    if int(inside.sum()) < 8:
        return donor
    a, b = donor[inside], target[inside].astype(np.float32)
    gain = np.clip(b.std(axis=0) / np.maximum(a.std(axis=0), 1.0), *_GAIN)
    return np.asarray((donor - a.mean(axis=0)) * gain + b.mean(axis=0), np.float32)
