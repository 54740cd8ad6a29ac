"""Find the watermark's tile in a picture: its scale, turn, mirror and place; then read its waves.

A clip is first made into a *field*: small pictures of its luma and its two colour differences, flattened so that edges
and textures weigh no more than smooth walls, averaged over the frames (the mark stands still, the scene moves), and
whitened by their own spectrum. For each scale, turn and mirror the field's spectrum is sampled at the pilot's waves, and
a small Fourier transform of the samples gives the correlation with the pilot at every place of the tile at once: the
picture itself is never resampled while searching.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from medialit.provenance._tile import TILE, Complex, Layout

Reals = NDArray[np.float32]
Doubles = NDArray[np.float64]
Frame = NDArray[np.uint8]  # (H, W, 3), RGB

SIDE = 128  # the short side of the field, in samples
_REACH = 0.25  # cycles a sample; no wave of the mark lies beyond it
_FIRST_FRAME = (0.2, 2.0)  # how much more the first frame counts in each field, as a share of all frames
_EDGE_TAPER = 0.12  # share of each side over which the window falls to zero
_SHIFTS = 36  # places along a tile's side that the coarse search tells apart
_FOLD = 64  # samples along a tile's side when waves are read
_OUTLIER = (
    2.0  # times the root mean square, beyond which a wave's size is cut: a fence or a caption is no evidence
)

# Luma and the two colour differences of BT.601, signed so that the mark is positive in each.
_PLANES = np.array([[0.299, 0.587, 0.114], [0.1687, 0.3313, -0.5], [-0.5, 0.4187, 0.0813]], np.float32)
_MIX = np.array([1.0, 0.5, 0.5], np.float32)  # the planes' weights while searching

_NO_MAP = np.empty(0, np.float32)  # both coordinates stand in one array

_LOG_SCALE = np.arange(np.log(0.94), np.log(2.15), 0.025)
_ANGLES = np.deg2rad([-2.4, -1.2, 0.0, 1.2, 2.4])


@dataclass(frozen=True, eq=False)
class Field:
    """A clip made ready for the search.

    Parameters
    ----------
    spectra : ndarray of float32, shape (3, n, m, 2)
        Whitened spectra of the planes around zero frequency, real and imaginary, phases counted from the centre.
    white : ndarray of float32, shape (h, w, 4)
        The planes after whitening, and ones; the shorter side has 128 samples.
    step : tuple of float
        Frequency between two points of a spectrum, (x, y), in cycles a short side.
    pitch : tuple of float
        Distance between two samples of a plane, (x, y), in short sides.
    """

    spectra: Reals
    white: Reals
    step: tuple[float, float]
    pitch: tuple[float, float]


@dataclass(frozen=True)
class Pose:
    """Where a tile was found.

    Parameters
    ----------
    log_scale : float
        Natural logarithm of the tile's size over its size in an uncut picture.
    angle : float
        Radians.
    mirrored : bool
        Left and right are exchanged.
    shift : tuple of float
        The tile's phase at the picture's centre, (x, y), in tiles, from 0 to 1.
    """

    log_scale: float
    angle: float
    mirrored: bool
    shift: tuple[float, float]

    def matrix(self) -> Doubles:
        """Return the 2 x 2 matrix from places in the picture (short sides, from its centre) to tiles."""
        return np.asarray(
            _matrices(np.array([self.log_scale]), np.array([self.angle]), np.array([self.mirrored]))[0]
        )


def make_fields(frames: Iterable[Frame]) -> list[Field]:
    """Return the fields of frames of one size, of which there must be one at least.

    An encoder codes the first frame by itself and makes the others from it. What it drags along with a moving scene
    is best read with the first frame foremost, and all else with all frames: there is a field for each, and
    a single field for a single frame.
    """
    first: Reals | None = None
    total: Reals | None = None
    size = (0, 0)
    n_frames = 0
    for frame in frames:
        size = frame.shape[1], frame.shape[0]
        flat = _flatten(_planes(frame))
        first = flat if first is None else first
        total = flat.copy() if total is None else np.add(total, flat, out=total)
        n_frames += 1
    assert first is not None and total is not None
    return [
        _whiten(np.ascontiguousarray((total + np.float32(share * n_frames) * first).transpose(2, 0, 1)), size)
        for share in (_FIRST_FRAME if n_frames > 1 else _FIRST_FRAME[:1])
    ]


def search(field: Field, plan: Layout, *, n_best: int) -> list[Pose]:
    """Return the `n_best` likeliest poses of the tile, by luma and half as much of each colour difference."""
    log_scale, angle, mirrored = _grid()
    values = _mixed(_pilot_values(field, plan, _pilot_points(field, plan, log_scale, angle, mirrored)))
    peaks, shifts = _correlate(values, plan)
    chosen = _separate(peaks, log_scale, angle, mirrored, n_best)
    return _refine(field, plan, (log_scale[chosen], angle[chosen], mirrored[chosen], shifts[chosen]))


def read_waves(field: Field, pose: Pose, waves: NDArray[np.int64]) -> Complex:
    """Return the complex amplitude of each wave in each plane, shape (3, K), mean square 1, outliers cut."""
    spectra = fft.fft2(_fold(field, pose), axes=(1, 2))
    return _cut(spectra[:, waves[:, 1] % _FOLD, waves[:, 0] % _FOLD].astype(np.complex64))


def _planes(frame: Frame) -> Reals:
    """Return luma and colour differences of a small copy of a frame, shape (h, w, 3)."""
    height, width = frame.shape[:2]
    short = min(height, width)
    size = max(SIDE, round(width * SIDE / short)), max(SIDE, round(height * SIDE / short))
    method = cv2.INTER_AREA if short > SIDE else cv2.INTER_CUBIC
    small = cv2.resize(frame, size, interpolation=method)
    return np.asarray(cv2.transform(small.astype(np.float32), _PLANES), np.float32)


def _flatten(planes: Reals) -> Reals:
    """Return each plane less its surroundings, in units of its local contrast."""
    residual = np.asarray(planes - cv2.GaussianBlur(planes, (0, 0), 4.0), np.float32)
    contrast = np.sqrt(cv2.GaussianBlur(residual * residual, (0, 0), 3.0)) + np.float32(1.5)
    flat: Reals = np.clip(residual / contrast, -2.5, 2.5)
    return flat


def _whiten(planes: Reals, size: tuple[int, int]) -> Field:
    """Return the field of averaged planes of shape (3, h, w) that come from frames of `size`."""
    n_planes, h, w = planes.shape
    for i in range(n_planes):
        power = cv2.GaussianBlur(planes[i] * planes[i], (0, 0), 6.0)
        planes[i] /= np.sqrt(power + np.float32(0.1) * power.mean() + np.float32(1e-9))
    windowed = planes * _taper(h)[:, None] * _taper(w)
    ny, nx = (fft.next_fast_len(2 * n) for n in (h, w))  # padded, so that samples can be interpolated
    near_y, near_x = round(ny / 48), round(nx / 48)
    rows, columns = (int(np.ceil(_REACH * n)) + 2 for n in (ny, nx))
    row_numbers = np.arange(-rows - near_y, rows + near_y + 1)
    across = fft.rfft(windowed, n=nx, axis=2)[:, :, : columns + near_x + 1]
    half = fft.fft(across, n=ny, axis=1)[:, row_numbers]  # only what the mark can reach, and its surroundings
    for plane in half:
        power = cv2.blur(
            plane.real**2 + plane.imag**2, (2 * near_x + 1, 2 * near_y + 1), borderType=cv2.BORDER_REFLECT
        )
        plane /= np.sqrt(power + np.float32(1e-3) * power.mean() + np.float32(1e-12))
    half = half[:, near_y : near_y + 2 * rows + 1, : columns + 1]
    low_fy, low_fx = np.arange(-rows, rows + 1) / ny, np.arange(columns + 1) / nx
    inside = np.zeros((n_planes, ny, columns + 1), np.complex64)
    inside[:, np.arange(-rows, rows + 1)] = half * (low_fy[:, None] ** 2 + low_fx**2 < _REACH**2)
    white = fft.irfft(fft.ifft(inside, axis=1)[:, :h], n=nx, axis=2)[:, :, :w]
    right = half * _from_centre(low_fy, h)[:, None] * _from_centre(low_fx, w)
    left = right[:, ::-1, :0:-1].conj()  # the planes are real
    spectra = np.concatenate([left, right], axis=2)
    short = min(size)
    pitch = size[0] / short / w, size[1] / short / h
    return Field(
        spectra=np.ascontiguousarray(spectra).view(np.float32).reshape(*spectra.shape, 2),
        white=np.ascontiguousarray(
            np.concatenate([white, np.ones((1, h, w), np.float32)]).transpose(1, 2, 0)
        ),
        step=(1 / (nx * pitch[0]), 1 / (ny * pitch[1])),
        pitch=pitch,
    )


def _separate(
    peaks: Doubles, log_scale: Doubles, angle: Doubles, mirrored: NDArray[np.bool_], n: int
) -> NDArray[np.int64]:
    """Return the places of the `n` highest peaks that are no neighbours of each other."""
    chosen: list[int] = []
    blocked = np.zeros(len(peaks), np.bool_)
    for i in np.argsort(-peaks):
        if not blocked[i]:
            chosen.append(int(i))
            near = (np.abs(log_scale - log_scale[i]) < 0.04) & (np.abs(angle - angle[i]) < 0.04)
            blocked |= near & (mirrored == mirrored[i])
        if len(chosen) == n:
            break
    return np.array(chosen)


def _refine(
    field: Field, plan: Layout, coarse: tuple[Doubles, Doubles, NDArray[np.bool_], Doubles]
) -> list[Pose]:
    """Climb from each coarse pose (scale, angle, mirror, shift) in rounds of smaller steps."""
    log_scale, angle, mirrored, shift = coarse
    n = len(log_scale)
    scale_step, angle_step, shift_step = 0.0125, np.deg2rad(0.6), 1 / 128
    three, five = np.arange(-1.0, 2.0), np.arange(-2.0, 3.0)
    d_scale, d_angle = (axis.ravel() for axis in np.meshgrid(three, three))
    places = np.stack([axis.ravel() for axis in np.meshgrid(five, five)], axis=1)  # (25, 2)
    turned = places @ plan.pilot_waves.T  # (25, K)
    for _ in range(4):
        scales = (log_scale[:, None] + d_scale * scale_step).ravel()
        angles = (angle[:, None] + d_angle * angle_step).ravel()
        points = _pilot_points(field, plan, scales, angles, np.repeat(mirrored, 9))
        values = _mixed(_pilot_values(field, plan, points)).reshape(n, 9, -1)
        base = np.exp(np.complex64(-2j * np.pi) * (shift @ plan.pilot_waves.T).astype(np.float32))  # (n, K)
        turn = np.exp(np.complex64(-2j * np.pi * shift_step) * turned.astype(np.float32))  # (25, K)
        best = ((values * base[:, None, :]) @ turn.T).real.reshape(n, -1).argmax(axis=1)
        log_scale = log_scale + d_scale[best // 25] * scale_step
        angle = angle + d_angle[best // 25] * angle_step
        shift = (shift + places[best % 25] * shift_step) % 1.0
        scale_step, angle_step, shift_step = scale_step / 2, angle_step / 2, shift_step / 1.7
    return [
        Pose(
            float(log_scale[i]), float(angle[i]), bool(mirrored[i]), (float(shift[i, 0]), float(shift[i, 1]))
        )
        for i in range(n)
    ]


def _fold(field: Field, pose: Pose) -> Reals:
    """Return the average of all tiles in each plane, shape (3, 64, 64)."""
    h, w, _ = field.white.shape
    forward = pose.matrix() * np.array(field.pitch) * _FOLD  # field samples to fold samples
    corners = np.array([[-w / 2, -h / 2], [w / 2, -h / 2], [-w / 2, h / 2], [w / 2, h / 2]]) @ forward.T
    centre = np.array(pose.shift) * _FOLD
    low = np.floor((corners.min(axis=0) + centre) / _FOLD)
    n_across, n_down = (int(n) for n in np.ceil((corners.max(axis=0) + centre) / _FOLD) - low)
    offset = centre - low * _FOLD - forward @ np.array([(w - 1) / 2, (h - 1) / 2])
    warp, size = np.column_stack([forward, offset]), (n_across * _FOLD, n_down * _FOLD)
    warped = cv2.warpAffine(field.white, warp, size).reshape(n_down, _FOLD, n_across * _FOLD, 4)
    summed = warped.sum(axis=0).reshape(_FOLD, n_across, _FOLD, 4).sum(axis=1)
    folded: Reals = np.ascontiguousarray(
        (summed[..., :3] / np.maximum(summed[..., 3:], 0.5)).transpose(2, 0, 1)
    )
    return folded


def _grid() -> tuple[Doubles, Doubles, NDArray[np.bool_]]:
    mirror, scale, angle = np.meshgrid(np.array([False, True]), _LOG_SCALE, _ANGLES, indexing="ij")
    return scale.ravel(), angle.ravel(), mirror.ravel()


def _correlate(values: Complex, plan: Layout) -> tuple[Doubles, Doubles]:
    """Return for each pose its highest correlation, shape (P,), and the shift that it is at, shape (P, 2)."""
    n_poses = len(values)
    across, down = plan.pilot_waves.T
    half = np.zeros(
        (n_poses, _SHIFTS, _SHIFTS // 2 + 1), np.complex64
    )  # waves point down, or along x: a half plane
    half[:, across % _SHIFTS, down] = values.conj() * np.where(down == 0, 2, 1).astype(np.float32)
    surface = fft.irfft2(half, s=(_SHIFTS, _SHIFTS), axes=(1, 2), overwrite_x=True).reshape(n_poses, -1)
    best = surface.argmax(axis=1)
    shift = np.stack([best // _SHIFTS, best % _SHIFTS], axis=1) / _SHIFTS
    return surface[np.arange(n_poses), best].astype(np.float64), shift


def _pilot_points(
    field: Field, plan: Layout, log_scale: Doubles, angle: Doubles, mirrored: NDArray[np.bool_]
) -> Reals:
    """Return where in the spectra the pilot's waves lie under each pose, shape (P, K, 2), (x, y)."""
    cycles = plan.pilot_waves @ _matrices(log_scale, angle, mirrored)
    centre = np.array([field.spectra.shape[2] // 2, field.spectra.shape[1] // 2])
    points: Reals = (cycles / np.array(field.step) + centre).astype(np.float32)
    return points


def _pilot_values(field: Field, plan: Layout, points: Reals) -> Complex:
    """Return each plane's spectrum at the pilot's waves, turned back by its phases, shape (3, P, K), mean square 1."""
    sampled = np.stack([cv2.remap(plane, points, _NO_MAP, cv2.INTER_LINEAR) for plane in field.spectra])
    values = np.ascontiguousarray(sampled).view(np.complex64)[..., 0]
    turned: Complex = _cut(values) * plan.pilot_phases.conj()
    return turned


def _mixed(planes: Complex) -> Complex:
    mixed: Complex = planes[0] * _MIX[0] + planes[1] * _MIX[1] + planes[2] * _MIX[2]
    return mixed


def _cut(values: Complex) -> Complex:
    """Return values with outliers cut and a mean square of 1 along the last axis."""
    size = np.abs(values) + np.float32(1e-12)
    rms = np.sqrt(np.square(size).mean(axis=-1, keepdims=True))
    kept = np.minimum(size, _OUTLIER * rms)
    scaled: Complex = values * (kept / (size * np.sqrt(np.square(kept).mean(axis=-1, keepdims=True))))
    return scaled


def _matrices(log_scale: Doubles, angle: Doubles, mirrored: NDArray[np.bool_]) -> Doubles:
    """Return matrices from the picture to tiles, shape (P, 2, 2)."""
    size = 1 / (TILE * np.exp(log_scale))
    cosine, sine = np.cos(angle) * size, np.sin(angle) * size
    sign = np.where(mirrored, -1.0, 1.0)
    return np.stack([np.stack([sign * cosine, sine], -1), np.stack([-sign * sine, cosine], -1)], -2)


def _from_centre(frequencies: Doubles, n: int) -> Complex:
    """Return what makes phases count from the middle of `n` samples instead of the first."""
    turn: Complex = np.exp(2j * np.pi * frequencies * ((n - 1) / 2)).astype(np.complex64)
    return turn


def _taper(n: int) -> Reals:
    place = (np.arange(n) + 0.5) / n
    distance = np.minimum(np.minimum(place, 1 - place) / _EDGE_TAPER, 1)
    tapered: Reals = (0.5 - 0.5 * np.cos(np.pi * distance)).astype(np.float32)
    return tapered
