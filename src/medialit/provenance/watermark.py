"""A watermark of our own: 64 bits that stay in a clip while platforms cut, shrink and squeeze it.

It is blind (the detector needs the key, not the original), keyed, and made for teaching as well as use: every part is a
page of numpy. `docs/explanation/watermark.md` shows what it survives, what it does not, and how its error rate was
checked. It says "this key's owner marked this clip, with this payload", and nothing about whether a clip without it is
a recording.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medialit.errors import WatermarkError
from medialit.media.clip import Clip
from medialit.provenance import _ecc, _mark, _null, _sync, _tile

SIGNIFICANCE = 1e-6  # a payload is reported only where p is at most this
MIN_EMBED_SIDE = 128  # pixels
MIN_DETECT_SIDE = 48
MIN_PSNR_DB = 40.12  # the strongest mark that may be written, over the red, green and blue of the clip
MAX_PSNR_DB = 60.0
MIN_SSIM = 0.981  # and, for luma, over the clip
FIRST_FRAME_GAIN = 1.6  # of the mark in the first frame, from which an encoder makes those that follow
_MAX_FRAMES = 192  # evenly spaced frames that a long clip is judged by
_N_POSES = 3  # that are read of each field
_N_SSIM_FRAMES = 4
_N_SSIM_ROUNDS = 6


@dataclass(frozen=True)
class Detection:
    """What the detector found.

    Parameters
    ----------
    payload : int or None
        64 bits, 0 to 2**64 - 1; None where no mark of this key was found.
    p_value : float
        Probability that a clip without this key's mark looks at least as marked. A payload comes with at most 1e-6.
    """

    payload: int | None
    p_value: float


def embed(clip: Clip, payload: int, *, key: bytes | str, psnr_db: float = MIN_PSNR_DB) -> Clip:
    """Return the clip with a payload hidden in its pictures.

    Over the clip the change has a PSNR of at least 40 dB and an SSIM of luma of at least 0.98; its first frame is
    changed more (in a clip of two seconds, with a PSNR of 36 dB). The sound is not touched.

    Parameters
    ----------
    clip : Clip
        Any length; frames of at least 128 pixels a side.
    payload : int
        64 bits, 0 to 2**64 - 1.
    key : bytes or str
        The secret that detection needs; see `derive_key`.
    psnr_db : float
        At least 40.12, the strongest mark. A higher value hides the mark better, in smooth skies above all, and lets it
        survive less.

    Returns
    -------
    Clip
        Same size, rate, length and sound.

    Raises
    ------
    WatermarkError
        If the payload does not fit 64 bits, the key is empty, the frames are too small, or the mark would be stronger
        than allowed.

    Examples
    --------
    >>> noise = np.random.default_rng(1).integers(110, 125, (1, 32, 32, 3), np.uint8)
    >>> clip = Clip(noise.repeat(8, axis=1).repeat(8, axis=2), 24.0)
    >>> detect(embed(clip, 2026, key="our class"), key="our class").payload
    2026
    >>> detect(clip, key="our class").payload is None
    True
    """
    _check_payload(payload)
    _check_size(clip.width, clip.height, MIN_EMBED_SIDE)
    if not MIN_PSNR_DB <= psnr_db <= MAX_PSNR_DB:
        raise WatermarkError(
            f"The PSNR of a marked clip lies from {MIN_PSNR_DB} to {MAX_PSNR_DB} dB, not at {psnr_db}."
        )
    plan = _tile.layout(_tile.derive_key(key))
    drawing = _mark.draw(payload, plan, size=clip.size)
    weights = _weights(clip, drawing, psnr_db)
    gain = np.ones(clip.n_frames)
    gain[0] = FIRST_FRAME_GAIN
    gain /= np.sqrt((gain**2).mean())
    marked = np.empty_like(clip.frames)

    def mark(i: int) -> None:
        frame = clip.frames[i]
        marked[i] = _mark.add(frame, _mark.shape(frame, drawing), weights * gain[i])

    with ThreadPoolExecutor() as pool:  # OpenCV and numpy let go of the interpreter lock
        for _ in pool.map(mark, range(clip.n_frames)):
            pass
    return clip.with_frames(marked)


def detect(clip: Clip, *, key: bytes | str) -> Detection:
    """Look for this key's mark in a clip.

    Parameters
    ----------
    clip : Clip
        A single frame is enough for a screenshot; more frames make a weak mark readable.
    key : bytes or str
        The secret that the mark was embedded with.

    Returns
    -------
    Detection
        The payload, or None. None says nothing about where a clip comes from.

    Raises
    ------
    WatermarkError
        If the key is empty or the frames are too small.
    """
    return detect_frames((clip.frames[i] for i in _spread(clip.n_frames, _MAX_FRAMES)), key=key)


def detect_frames(frames: Iterable[NDArray[np.uint8]], *, key: bytes | str) -> Detection:
    """Look for this key's mark in frames that arrive one after the other; memory does not grow with their number.

    Parameters
    ----------
    frames : iterable of ndarray of uint8, shape (H, W, 3)
        RGB, all of one size.
    key : bytes or str
        The secret that the mark was embedded with.

    Returns
    -------
    Detection
        As from `detect`.

    Raises
    ------
    WatermarkError
        If there is no frame, the frames are too small or change size, or the key is empty.
    """
    secret = _tile.derive_key(key)
    return judge(measure(_sync.make_fields(_checked(frames)), _tile.layout(secret)))


def derive_key(key: bytes | str) -> bytes:
    """Return the 32 secret bytes that a key given as bytes or text stands for; see `_tile.derive_key`."""
    return _tile.derive_key(key)


@dataclass(frozen=True)
class Evidence:
    """What is measured before it is judged; the benchmark checks its distribution on unmarked pictures.

    Parameters
    ----------
    statistic : float
        The highest normalised correlation of any pose with the pilot and its most likely codeword, at most 1.
    payload : int or None
        The payload of the best pose whose tag fits.
    tagged_statistic : float
        The statistic of that pose; 0 where no tag fits.
    n_tries : int
        Poses that were read.
    """

    statistic: float
    payload: int | None
    tagged_statistic: float
    n_tries: int


def measure(fields: Sequence[_sync.Field], plan: _tile.Layout) -> Evidence:
    """Return the evidence for a mark in the fields of one clip."""
    return weigh([(read(fields, plan), plan)])[0]


def read(fields: Sequence[_sync.Field], plan: _tile.Layout) -> NDArray[np.complex64]:
    """Return what the waves of each field's likeliest poses hold, the pilot first, shape (B, 216), mean square 1."""
    waves = np.concatenate([plan.pilot_waves, plan.data_waves])
    planes = [
        _sync.read_waves(field, pose, waves)
        for field in fields
        for pose in _sync.search(field, plan, n_best=_N_POSES)
    ]
    return _combine(np.stack(planes), plan)


def weigh(readings: Sequence[tuple[NDArray[np.complex64], _tile.Layout]]) -> list[Evidence]:
    """Return the evidence in readings, each with the layout of its key; decoding many at once is faster."""
    views = []
    for values, plan in readings:
        soft = np.empty((len(values), _ecc.N_CODED), np.float32)
        soft[:, 0::2], soft[:, 1::2] = values[:, _tile.N_PILOT :].real, -values[:, _tile.N_PILOT :].imag
        views.append(_tile.codeword_view(soft, plan))
    bits = np.split(_ecc.decode(np.concatenate(views)), np.cumsum([len(view) for view in views])[:-1])
    return [
        _evidence(values, view, rows, plan)
        for (values, plan), view, rows in zip(readings, views, bits, strict=True)
    ]


def _evidence(
    values: NDArray[np.complex64], view: NDArray[np.float32], bits: NDArray[np.uint8], plan: _tile.Layout
) -> Evidence:
    coded = _ecc.encode(bits).astype(np.float32) * 2 - 1
    pilot = (values[:, : _tile.N_PILOT] * plan.pilot_phases.conj()).real.sum(axis=1)
    statistic = (pilot + (view * coded).sum(axis=1) / np.sqrt(2)) / values.shape[1]
    payload, tagged = None, 0.0
    for row, value in zip(bits, statistic, strict=True):
        found = _tile.read_bits(row, plan)
        if found is not None and value > tagged:
            payload, tagged = found, float(value)
    return Evidence(float(statistic.max()), payload, tagged, len(values))


def judge(evidence: Evidence) -> Detection:
    """Return the detection that evidence amounts to.

    Two things speak for a mark. The correlation's tail under no mark was measured (`_null`). The 16-bit tag fits a
    stranger's codeword once in 65,536 tries, whatever the picture, because the key chose it. With `n` poses tried,
    a fitting tag at correlation s has by the union bound p <= n / 65,536 x tail(s); without a fitting tag,
    tail(s) + n / 65,536 is a valid p-value and never a small one.
    """
    chance = evidence.n_tries / 2**_tile.TAG_BITS
    if evidence.payload is not None:
        p_value = chance * _null.tail(evidence.tagged_statistic)
        return Detection(evidence.payload if p_value <= SIGNIFICANCE else None, p_value)
    return Detection(None, min(1.0, _null.tail(evidence.statistic) + chance))


def _combine(planes: NDArray[np.complex64], plan: _tile.Layout) -> NDArray[np.complex64]:
    """Return the planes' waves, each weighed by how well its pilot shows (maximal-ratio combining), mean square 1."""
    pilot = (planes[..., : _tile.N_PILOT] * plan.pilot_phases.conj()).real.mean(axis=-1)  # (B, 3)
    seen = np.clip(pilot, 0.03, 0.95)
    weight = seen / (1 - seen**2)
    values = (planes * weight[..., None]).sum(axis=1)
    rms = np.sqrt((np.abs(values) ** 2).mean(axis=-1, keepdims=True))
    scaled: NDArray[np.complex64] = values / np.maximum(
        rms, np.float32(1e-9)
    )  # an empty picture holds nothing at all
    return scaled


def _weights(clip: Clip, drawing: _mark.Drawing, psnr_db: float) -> NDArray[np.float64]:
    """Return the mark's weights of R, G and B: as strong as the PSNR allows, with as much of luma as the SSIM allows."""
    rms, luma = 255 / 10 ** (psnr_db / 20), 1.0
    samples = [
        (frame, _mark.shape(frame, drawing)) for frame in clip.frames[_spread(clip.n_frames, _N_SSIM_FRAMES)]
    ]
    for i in range(_N_SSIM_ROUNDS):
        weights = _mark.ink(rms, luma=luma)
        loss = 1 - float(
            np.mean([_mark.ssim(frame, _mark.add(frame, mark, weights)) for frame, mark in samples])
        )
        if loss <= 1 - MIN_SSIM:
            break
        less = 0.99 * np.sqrt((1 - MIN_SSIM) / loss)  # the loss goes with the energy, nearly
        luma *= less
        if i >= _N_SSIM_ROUNDS // 2:  # colour at the edge of its range is clipped, and then changes luma too
            rms *= less
    return _mark.ink(rms, luma=luma)


def _spread(n_frames: int, n_wanted: int) -> NDArray[np.int64]:
    """Return the numbers of at most `n_wanted` evenly spaced frames."""
    return np.unique(np.linspace(0, n_frames - 1, min(n_frames, n_wanted)).round().astype(np.int64))


def _checked(frames: Iterable[NDArray[np.uint8]]) -> Iterable[NDArray[np.uint8]]:
    size: tuple[int, ...] | None = None
    for frame in frames:
        if size is None:
            size = frame.shape
            _check_size(frame.shape[1], frame.shape[0], MIN_DETECT_SIDE)
        if frame.shape != size:
            raise WatermarkError(f"Frames change size from {size} to {frame.shape}: give them in one size.")
        yield frame
    if size is None:
        raise WatermarkError("There is no frame to look for a watermark in: give one at least.")


def _check_payload(payload: int) -> None:
    if isinstance(payload, bool) or not isinstance(payload, int) or not 0 <= payload < 2**_tile.PAYLOAD_BITS:
        raise WatermarkError(f"A payload is a whole number from 0 to 2**64 - 1, not {payload!r}.")


def _check_size(width: int, height: int, least: int) -> None:
    if min(width, height) < least:
        raise WatermarkError(
            f"A watermark needs frames of at least {least} pixels a side, not {width} x {height}: enlarge the clip."
        )
