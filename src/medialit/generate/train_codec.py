"""Train the codec: frames in, the same frames four times as large out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from medialit.generate.data import Table
from medialit.generate.layers import HIGH
from medialit.generate.model import Codec, CodecConfig
from medialit.generate.optim import Held, fast_bfloat16, optimisers
from medialit.generate.trainer import Run, learn, trained


@dataclass(frozen=True, kw_only=True)
class CodecRun(Run):
    """How the codec is trained.

    Parameters
    ----------
    object_weight : float
        How much more a pixel near an object counts than one of the background.
    edge_weight : float
        Weight of the error of neighbouring pixels' differences.
    min_frames : int
        Wait until this many frames are rendered.
    """

    steps: int = 10_000
    object_weight: float = 15.0
    edge_weight: float = 0.5
    min_frames: int = 6000


def load_codec(path: Path) -> Codec:
    """Return the trained codec, ready to use."""
    return trained(path, lambda saved: Codec(CodecConfig(**saved["config"])))


def train_codec(folder: Path, frames: Path, *, run: CodecRun, config: CodecConfig | None = None) -> Path:
    """Train, with checkpoints and contact sheets in `folder`; goes on where it stopped. Returns the checkpoint's path."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(run.seed)
    device = torch.device(run.device)
    codec = Codec(config or CodecConfig()).to(device).to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    optims = optimisers(codec, lr=run.lr, plain=("stem", "paint", "inlet", "place", "encoder.out"))
    table = Table(frames)
    table.wait(run.min_frames)
    held = Held(table, ("low", "high", "boxes"), device)

    def lesson(step: int) -> dict[str, Tensor]:
        rows = held.draw(step, n=run.batch, seed=(run.seed, 0xC0DEC))
        low, high, weight = batch(held, rows, object_weight=run.object_weight)
        with torch.autocast(device.type, torch.bfloat16, enabled=fast_bfloat16(device)):
            back = codec(low)
        return {"loss": picture_loss(back.float(), high, weight, edge_weight=run.edge_weight)}

    return learn(
        folder / "codec.pt", codec, optims, lesson, run=run, config=codec.config,
        sheet=lambda path, averaged: _sheet(path, averaged, held), more=lambda: {"rows": held.n},
    )  # fmt: skip


def batch(held: Held, rows: Tensor, *, object_weight: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return low pictures (B, 3, 64, 64), high ones (B, 3, 256, 256), both -1 to 1, and weights (B, 1, 256, 256)."""
    low, high = _pictures(held["low"][rows]), _pictures(held["high"][rows])
    return low, high, object_weights(held["boxes"][rows], side=HIGH, weight=object_weight)


def object_weights(boxes: Tensor, *, side: int, weight: float) -> Tensor:
    """Return 1 + `weight` inside the boxes (B, N, 4) given in shares of the side, else 1; shape (B, 1, side, side)."""
    centre = torch.arange(side, dtype=torch.float32, device=boxes.device).add(0.5).div(side)
    b = boxes[..., None]  # (B, N, 4, 1)
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


def _pictures(frames: Tensor) -> Tensor:
    x = frames.permute(0, 3, 1, 2)  # (B, 3, H, W), channels last in memory
    return x.float().div_(127.5).sub_(1)


@torch.no_grad()
def _sheet(path: Path, codec: torch.nn.Module, held: Held) -> None:
    device = next(codec.parameters()).device
    rows = torch.from_numpy(np.linspace(0, min(96, held.n), 12, endpoint=False).astype(int)).to(device)
    back = codec(_pictures(held["low"][rows])).clamp(-1, 1).add(1).mul(127.5).permute(0, 2, 3, 1).byte()
    pairs = torch.cat([held["high"][rows], back], 1).cpu().numpy()  # truth above, ours below
    sheet = np.concatenate([np.concatenate(list(pairs[i : i + 6]), 1) for i in (0, 6)], 0)
    cv2.imwrite(str(path), sheet[..., ::-1])
