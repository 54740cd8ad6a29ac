"""What a container shows of a clip without its pictures: what a shortcut would be learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import av
import numpy as np
from av.video.frame import PictureType

from medialit.errors import ClipPackError

TYPES = ("I", "P", "B")


def container_facts(path: Path) -> Mapping[str, float]:
    """Return sizes, rates and the pattern of packets and frames of a file, as numbers to classify by.

    Parameters
    ----------
    path : Path

    Returns
    -------
    mapping of str to float
        Always the same keys in the same order.

    Raises
    ------
    ClipPackError
        If the file cannot be taken apart.
    """
    try:
        with av.open(str(path)) as held:
            video = held.streams.video[0]
            rate, length = float(video.average_rate or 0), float((held.duration or 0) / av.time_base)
            facts = {
                "n_bytes": float(path.stat().st_size),
                "bit_rate": float(held.bit_rate or 0),
                "duration_s": length,
                "fps": rate,
                "width": float(video.width),
                "height": float(video.height),
                "n_streams": float(len(held.streams)),
                "n_tags": float(len(held.metadata)),
            }
            sizes: dict[str, list[int]] = {"video": [], "audio": []}
            types: list[str] = []
            n_keys = 0
            for packet in held.demux():
                if packet.size == 0:
                    continue
                sizes.setdefault(packet.stream.type, []).append(packet.size)
                if packet.stream.type == "video":
                    n_keys += packet.is_keyframe
            held.seek(0)
            types = [PictureType(frame.pict_type).name for frame in held.decode(video)]
    except (av.error.FFmpegError, IndexError, ValueError) as error:
        raise ClipPackError(f"{path} cannot be taken apart ({error}).") from error
    facts |= {f"video_{name}": value for name, value in _spread(sizes["video"]).items()}
    facts |= {f"audio_{name}": value for name, value in _spread(sizes["audio"]).items()}
    facts |= {f"n_{kind}": float(types.count(kind)) for kind in TYPES}
    return facts | {"n_keys": float(n_keys)}


def _spread(sizes: list[int]) -> dict[str, float]:
    found = np.array(sizes or [0], np.float64)
    return {
        "n": float(len(sizes)),
        "mean": float(found.mean()),
        "sd": float(found.std()),
        "least": float(found.min()),
        "most": float(found.max()),
        "first": float(found[0]),
        "last": float(found[-1]),
        "step": float(np.abs(np.diff(found)).mean()) if len(found) > 1 else 0.0,
    }
