"""Train the codec: frames in, the same frames four times as large out."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from medialit.generate.data import HIGH, Table
from medialit.generate.model import Codec, CodecConfig
from medialit.generate.optim import Average, fast_bfloat16, note, optimisers, rate


@dataclass(frozen=True)
class CodecRun:
    """How the codec is trained.

    Parameters
    ----------
    steps, batch, lr
        Steps of `batch` frames at the rate `lr`.
    object_weight : float
        How much more a pixel near an object counts than one of the background.
    edge_weight : float
        Weight of the error of neighbouring pixels' differences.
    min_frames : int
        Wait until this many frames are rendered.
    device : str
        As PyTorch names it.
    """

    steps: int = 10_000
    batch: int = 32
    lr: float = 2e-3
    object_weight: float = 15.0
    edge_weight: float = 0.5
    min_frames: int = 6000
    seed: int = 0
    device: str = "cpu"


def train_codec(folder: Path, frames: Path, *, run: CodecRun, config: CodecConfig | None = None) -> Path:
    """Train, with checkpoints and contact sheets in `folder`; goes on where it stopped.

    Returns
    -------
    Path
        Of the checkpoint: ``config``, ``model`` (the moving average), and what is needed to go on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "codec.pt"
    torch.manual_seed(run.seed)
    device = torch.device(run.device)
    codec = Codec(config or CodecConfig()).to(device).to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    optims = optimisers(codec, lr=run.lr, plain=("stem", "paint", "inlet", "place", "encoder.out"))
    average = Average(codec)
    first = 0
    if path.exists():
        saved = torch.load(path, weights_only=True, map_location=device)
        codec.load_state_dict(saved["raw"])
        average.model.load_state_dict(saved["model"])
        average.n = first = saved["step"]
        for optim, state in zip(optims, saved["optims"], strict=True):
            optim.load_state_dict(state)
    table = Table(frames)
    table.wait(run.min_frames)
    arrays = table.open()
    began, recent = time.time(), []
    for step in range(first, run.steps):
        if step == first or step % 50 == 0:
            n_rows = table.n  # the renderer is still at work
        rng = np.random.default_rng([run.seed, step, 0xC0DEC])
        rows = np.sort(rng.integers(0, n_rows, run.batch))
        drawn = batch(arrays, rows, object_weight=run.object_weight)
        low, high, weight = (x.to(device) for x in drawn)
        for optim in optims:
            for group in optim.param_groups:
                group["lr"] = run.lr * rate(step, run.steps)
        with torch.autocast(device.type, torch.bfloat16, enabled=fast_bfloat16(device)):
            back = codec(low)
        loss = picture_loss(back.float(), high, weight, edge_weight=run.edge_weight)
        for optim in optims:
            optim.zero_grad(set_to_none=True)
        loss.backward()
        for optim in optims:
            optim.step()
        average.update(codec)
        recent.append(float(loss.detach()))
        if step % 50 == 49:
            line = {"step": step + 1, "loss": round(float(np.mean(recent)), 5), "rows": n_rows,
                    "frames_s": round(run.batch * (step + 1 - first) / (time.time() - began), 1)}  # fmt: skip
            note(folder, line)
            recent = []
        if step % 500 == 499 or step == run.steps - 1:
            _save(path, codec, average, optims, step + 1, run)
            _sheet(folder / f"codec-{step + 1:06d}.png", average.model, arrays)
    return path


def batch(
    arrays: dict[str, NDArray[Any]], rows: NDArray[np.int64], *, object_weight: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Return low pictures (B, 3, 64, 64), high ones (B, 3, 256, 256), both -1 to 1, and weights (B, 1, 256, 256)."""
    low = _pictures(arrays["low"][rows])
    high = _pictures(arrays["high"][rows])
    return low, high, object_weights(arrays["boxes"][rows], side=HIGH, weight=object_weight)


def object_weights(boxes: NDArray[np.float32], *, side: int, weight: float) -> Tensor:
    """Return 1 + `weight` inside the boxes (B, N, 4) given in shares of the side, else 1; shape (B, 1, side, side)."""
    centre = torch.arange(side, dtype=torch.float32).add(0.5).div(side)
    b = torch.from_numpy(np.ascontiguousarray(boxes))[..., None]  # (B, N, 4, 1)
    across = (centre > b[:, :, 0]) & (centre < b[:, :, 2])  # (B, N, side)
    down = (centre > b[:, :, 1]) & (centre < b[:, :, 3])
    inside = (across[:, :, None, :] & down[:, :, :, None]).any(1)  # (B, side, side)
    return 1 + weight * inside[:, None].float()


def picture_loss(back: Tensor, wanted: Tensor, weight: Tensor, *, edge_weight: float) -> Tensor:
    """Return the weighted absolute error of pixels and of their differences to the right and below."""
    error = back - wanted
    loss = (weight * error.abs()).mean()
    across = error[..., :, 1:] - error[..., :, :-1]
    down = error[..., 1:, :] - error[..., :-1, :]
    edges = (weight[..., :, 1:] * across.abs()).mean() + (weight[..., 1:, :] * down.abs()).mean()
    return (loss + edge_weight * edges) / weight.mean()


def _pictures(frames: NDArray[np.uint8]) -> Tensor:
    x = torch.from_numpy(np.ascontiguousarray(frames)).permute(
        0, 3, 1, 2
    )  # (B, 3, H, W), channels last in memory
    return x.float().div_(127.5).sub_(1)


def _save(
    path: Path, codec: Codec, average: Average, optims: list[torch.optim.Optimizer], step: int, run: CodecRun
) -> None:
    staged = path.with_suffix(".new")
    torch.save(
        {
            "config": asdict(codec.config),
            "run": asdict(run),
            "step": step,
            "raw": codec.state_dict(),
            "model": average.model.state_dict(),
            "optims": [optim.state_dict() for optim in optims],
        },
        staged,
    )
    staged.replace(path)


@torch.no_grad()
def _sheet(path: Path, codec: torch.nn.Module, arrays: dict[str, NDArray[Any]]) -> None:
    rows = np.linspace(0, min(96, len(arrays["low"])), 12, endpoint=False).astype(int)
    low = _pictures(arrays["low"][rows]).to(next(codec.parameters()).device)
    back = codec(low).cpu().clamp(-1, 1).add(1).mul(127.5).permute(0, 2, 3, 1)
    pairs = np.concatenate([arrays["high"][rows], back.byte().numpy()], 1)  # truth above, ours below
    sheet = np.concatenate([np.concatenate(list(pairs[i : i + 6]), 1) for i in (0, 6)], 0)
    cv2.imwrite(str(path), sheet[..., ::-1])
