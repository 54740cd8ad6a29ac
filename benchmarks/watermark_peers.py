"""Other people's watermarks, run in a Python of their own.

They are invisible-watermark's dwtDct, dwtDctSvd and rivaGan, and blind-watermark. They mark single pictures. Each marks
the first frames of a clip, and the bits of all frames that come back are averaged, which is more than their authors ask
of them. rivaGan holds 32 bits and is given the first half of the payload; the others hold all 64.

This file is both the benchmark's side and, started with the peers' Python, theirs.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import numpy as np

PACKAGES = ("invisible-watermark==0.2.0", "blind-watermark==0.4.4", "onnxruntime")
PEERS = {
    "dwtDct": 4,
    "dwtDctSvd": 2,
    "blind-watermark": 2,
    "rivaGan": 1,
}  # frames: some take seconds for each
SEED = 7


def environment(folder: Path) -> Path:
    """Return the Python of an environment that has the peers; made once (about 3 GB, because of PyTorch)."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    return python


def payload_bits(peer: str, payload: int) -> list[int]:
    """Return the bits that a peer carries."""
    bits = [(payload >> (63 - i)) & 1 for i in range(64)]
    return bits[:32] if peer == "rivaGan" else bits


def embed(
    python: Path, peer: str, clips: dict[str, np.ndarray], payload: int, scratch: Path
) -> dict[str, np.ndarray]:
    """Return the marked frames of each clip."""
    names = list(clips)
    given = {str(i): clips[name] for i, name in enumerate(names)}
    out = _call(python, "embed", peer, payload_bits(peer, payload), given, scratch)
    return {name: out[str(i)] for i, name in enumerate(names)}


def bit_accuracy(
    python: Path, peer: str, attacked: dict[tuple[str, str], np.ndarray], payload: int, scratch: Path
) -> dict[tuple[str, str], float]:
    """Return for each clip and attack the share of right bits, after averaging the bits of all frames; 0.5 is chance."""
    bits = payload_bits(peer, payload)
    names = list(attacked)
    out = _call(python, "read", peer, bits, {str(i): attacked[name] for i, name in enumerate(names)}, scratch)
    return {name: float(np.mean((out[str(i)] > 0.5) == np.array(bits, bool))) for i, name in enumerate(names)}


def _call(
    python: Path, task: str, peer: str, bits: list[int], arrays: dict[str, np.ndarray], scratch: Path
) -> dict[str, np.ndarray]:
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        given, made = Path(folder) / "given.npz", Path(folder) / "made.npz"
        np.savez(given, **arrays)
        spelt = "".join(map(str, bits))
        subprocess.run(
            [python, "-P", __file__, task, peer, spelt, given, made], check=True, capture_output=True
        )
        with np.load(made) as archive:
            return dict(archive)


def _peer_main(task: str, peer: str, spelt: str, given: str, made: str) -> None:
    bits = [int(letter) for letter in spelt]
    arrays = dict(np.load(given))
    made_of = {
        "embed": lambda frames: np.stack([_peer_embed(peer, frame, bits)[:, :, ::-1] for frame in frames]),
        "read": lambda frames: np.mean([_peer_read(peer, frame, len(bits)) for frame in frames], axis=0),
    }[task]
    np.savez(made, **{name: made_of(frames[..., ::-1].copy()) for name, frames in arrays.items()})


def _peer_embed(peer: str, bgr: np.ndarray, bits: list[int]) -> np.ndarray:
    if peer == "blind-watermark":
        from blind_watermark import WaterMark

        marker = WaterMark(password_wm=SEED, password_img=SEED)
        marker.read_img(img=bgr)
        marker.read_wm(bits, mode="bit")
        marked = np.clip(np.rint(marker.embed()), 0, 255).astype(np.uint8)
        return marked[: bgr.shape[0], : bgr.shape[1]]
    from imwatermark import WatermarkEncoder

    if peer == "rivaGan":
        WatermarkEncoder.loadModel()
    encoder = WatermarkEncoder()
    encoder.set_watermark("bits", bits)
    return np.asarray(encoder.encode(bgr, peer))


def _peer_read(peer: str, bgr: np.ndarray, n_bits: int) -> np.ndarray:
    try:
        if peer == "blind-watermark":
            from blind_watermark import WaterMark

            marker = WaterMark(password_wm=SEED, password_img=SEED)
            return np.asarray(marker.extract(embed_img=bgr, wm_shape=n_bits, mode="bit"), float)
        from imwatermark import WatermarkDecoder

        if peer == "rivaGan":
            WatermarkDecoder.loadModel()
        return np.asarray(WatermarkDecoder("bits", n_bits).decode(bgr, peer), float)
    except (AssertionError, RuntimeError, ValueError, IndexError):
        return np.full(n_bits, 0.5)  # it refuses pictures below a size of its own: no bit is read


if __name__ == "__main__":
    _peer_main(*sys.argv[1:6])
