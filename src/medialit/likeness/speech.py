"""Whether somebody spoke when a digit was shown, and was silent in between.

Which digit was said is not heard: that would need a recogniser for each language. A voice at the right moments, and
silence at the others, is what a recording made before could not know.

The detector is silero-vad's, where its package is installed; otherwise one of our own that listens for loudness, which
a radio or a door fools.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from scipy.signal import resample_poly

from medialit.likeness.challenge import Digit
from medialit.media import Samples

Floats = NDArray[np.float32]

HOP_S: Final = 0.032
"""Seconds of one decision, speech or not."""
RATE: Final = 16_000

_HOP: Final = 512
_CONTEXT: Final = 64
_VOICED: Final = 0.5
_REACTION_S: Final = (0.1, 1.0)  # when, after a digit appears, it is expected to be heard, at normal pace
_SHARE: Final = 0.15  # of that time that must be voiced: a digit takes a third of a second or more
_SILENT_DBFS: Final = -55.0
_ABOVE_FLOOR_DB: Final = 12.0


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """How speech fits the digits.

    Parameters
    ----------
    answered : float
        Share of the digits that were followed by a voice, from 0 to 1.
    chatter : float
        Share of the remaining time of the step that was voiced, from 0 to 1.
    detector : str
        ``silero`` or ``loudness``.
    voice : ndarray of float32, shape (M,)
        Probability of speech of each 32 ms, from the beginning of the challenge.
    """

    answered: float
    chatter: float
    detector: str
    voice: Floats = field(repr=False, compare=False)


def spoken(
    audio: Samples,
    *,
    sample_rate: int,
    digits: Sequence[Digit],
    start_s: float,
    end_s: float,
    pace: float = 1.0,
    detector: str | None = None,
) -> Spoken:
    """Return how the speech of a recording fits the moments at which digits were shown.

    Parameters
    ----------
    audio : ndarray of float32, shape (N, channels)
        Begins when the challenge begins.
    sample_rate : int
        Samples a second.
    digits : sequence of Digit
    start_s, end_s : float
        Of the step in which they are shown.
    pace : float
        Of the challenge.
    detector : {"silero", "loudness"}, optional
        Default: the first where it is installed.
    """
    name = detector or ("silero" if silero_file() is not None else "loudness")
    mono = as_mono(audio, sample_rate=sample_rate)
    voice = silero(mono) if name == "silero" else loudness(mono)
    times = (np.arange(len(voice)) + 0.5) * HOP_S
    reply = np.zeros(len(voice), np.bool_)
    n_answered = 0
    for digit in digits:
        heard = (times >= digit.shown_s + _REACTION_S[0]) & (times < digit.shown_s + _REACTION_S[1] * pace)
        reply |= heard
        n_answered += bool(heard.any() and (voice[heard] >= _VOICED).mean() >= _SHARE)
    rest = (times >= start_s) & (times < end_s) & ~reply
    chatter = float((voice[rest] >= _VOICED).mean()) if rest.any() else 0.0
    return Spoken(answered=n_answered / max(1, len(digits)), chatter=chatter, detector=name, voice=voice)


def is_silent(audio: Samples | None) -> bool:
    """Return whether a sound track is absent or holds nothing that could be heard."""
    if audio is None or not audio.size:
        return True
    level = float(np.sqrt(np.mean(np.square(np.nan_to_num(audio.astype(np.float64))))))
    return 20 * math.log10(max(level, 1e-9)) < _SILENT_DBFS


def as_mono(audio: Samples, *, sample_rate: int) -> Floats:
    """Return one channel at 16 kHz, finite and from -1 to 1."""
    mono = np.clip(np.nan_to_num(audio.mean(axis=1)), -1, 1)
    common = math.gcd(RATE, sample_rate)
    if sample_rate != RATE:
        mono = resample_poly(mono, RATE // common, sample_rate // common)
    return np.asarray(mono, np.float32)


def silero(mono: Floats) -> Floats:
    """Return the probability of speech of each 32 ms, by silero-vad."""
    session = _session()
    state = np.zeros((2, 1, 128), np.float32)
    context = np.zeros(_CONTEXT, np.float32)
    found: list[float] = []
    for at in range(0, len(mono) - _HOP + 1, _HOP):
        piece = np.concatenate([context, mono[at : at + _HOP]])[np.newaxis]
        inputs = {"input": piece, "state": state, "sr": np.array(RATE, np.int64)}
        chance, state = session.run(None, inputs)
        context = piece[0, -_CONTEXT:]
        found.append(float(chance[0, 0]))
    return np.array(found, np.float32)


def loudness(mono: Floats) -> Floats:
    """Return 1 for each 32 ms that is clearly louder than the recording's quiet parts, else 0."""
    n = len(mono) // _HOP
    power = np.square(mono[: n * _HOP].reshape(n, _HOP).astype(np.float64)).mean(axis=1)
    level = 10 * np.log10(np.maximum(power, 1e-10))
    if not n:
        return np.zeros(0, np.float32)
    floor = max(float(np.quantile(level, 0.2)), _SILENT_DBFS)
    return np.asarray(level > floor + _ABOVE_FLOOR_DB, np.float32)


def silero_file() -> Path | None:
    """Return silero-vad's network, if its package is installed."""
    spec = importlib.util.find_spec("silero_vad")
    places = [] if spec is None else list(spec.submodule_search_locations or [])
    path = Path(places[0]) / "data" / "silero_vad_16k_op15.onnx" if places else None
    return path if path is not None and path.is_file() else None


@cache
def _session() -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(str(silero_file()), options, providers=["CPUExecutionProvider"])
