"""The learned detector: a small network over maps of measurements, run with onnxruntime.

The network is trained by `medialit.forensics.detectors.train` to say of each place of the maps of
`medialit.forensics.detectors.mapped` whether a fake wrote it. What is said of a clip is what its most suspicious places
say, and `Learned.where` shows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.forensics.cues import Footage
from medialit.forensics.cues.records import Heat
from medialit.forensics.detectors.mapped import Maps, maps_of

Floats = NDArray[np.float32]

TOP: Final = 0.02
"""Share of the places of a clip that may be more suspicious than the score says."""
_MOST: Final = 12.0  # log-odds


@dataclass(frozen=True, eq=False, kw_only=True)
class Learned:
    """A network that was loaded.

    Parameters
    ----------
    session : onnxruntime.InferenceSession
        Takes ``maps`` float32 (W, C, R, K), as `Maps.values`; gives ``logit`` float32 (W, R, K).
    """

    session: Any
    name: str = "network"

    def logits(self, maps: Maps) -> Floats:
        """Return how suspicious each place is, as log-odds, shape (W, R, K)."""
        return np.asarray(
            self.session.run(["logit"], {"maps": maps.values.astype(np.float32)})[0], np.float32
        )

    def score(self, footage: Footage) -> float | None:
        """Return the log-odds of the most suspicious places; None where nothing can be measured in places."""
        maps = maps_of(footage)
        return None if maps is None else pooled(self.logits(maps))

    def where(self, footage: Footage) -> Heat | None:
        """Return the frame in the middle of the most suspicious stretch, and how suspicious its places are, 0 to 1."""
        maps = maps_of(footage)
        if maps is None:
            return None
        soft = softened(self.logits(maps))
        stretch = int(np.quantile(soft.reshape(len(soft), -1), 1 - TOP, axis=1).argmax())
        first, end = maps.spans[stretch]
        frame = (first + end) // 2
        values = 1 / (1 + np.exp(-soft[stretch]))
        return Heat(
            time_s=frame / footage.fps, picture=footage.motion.frames[frame], values=values.astype(np.float32)
        )


def pooled(logits: Floats) -> float:
    """Return the log-odds that the share `TOP` of the places reach, each taken together with its neighbours."""
    return float(np.clip(np.quantile(softened(logits), 1 - TOP), -_MOST, _MOST))


def softened(logits: Floats) -> Floats:
    """Return the mean of each place and its eight neighbours, shape (W, R, K)."""
    return np.stack([np.asarray(cv2.blur(one, (3, 3)), np.float32) for one in logits])


@cache
def load_learned(path: Path | None = None) -> Learned | None:
    """Return the network that ships, or that of a file; None where there is none."""
    import onnxruntime

    held = files("medialit.forensics.detectors").joinpath("network.onnx") if path is None else path
    if not held.is_file():
        return None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return Learned(
        session=onnxruntime.InferenceSession(held.read_bytes(), options, providers=["CPUExecutionProvider"])
    )
