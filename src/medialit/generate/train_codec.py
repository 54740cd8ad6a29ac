"""Train the codec: frames in, the same frames four times as large out."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from medialit.generate.data import HIGH, Table
from medialit.generate.model import Codec, CodecConfig
from medialit.generate.optim import (
    Average,
    Budget,
    Held,
    fast_bfloat16,
    note,
    optimisers,
    rate,
    save,
    set_rate,
)


@dataclass(frozen=True)
class CodecRun:
    """How the codec is trained.

    Parameters
    ----------
    steps, batch, lr
        Steps of `batch` frames at the rate `lr`.
    minutes : float
        How long at most; the rate falls with what is used up first, steps or minutes.
    object_weight : float
        How much more a pixel near an object counts than one of the background.
    edge_weight : float
        Weight of the error of neighbouring pixels' differences.
    min_frames : int
        Wait until this many frames are rendered.
    save_every : int
        Steps between two checkpoints, each with a contact sheet.
    device : str
        As PyTorch names it.
    """

    steps: int = 10_000
    minutes: float = 1e6
    batch: int = 32
    lr: float = 2e-3
    object_weight: float = 15.0
    edge_weight: float = 0.5
    min_frames: int = 6000
    save_every: int = 500
    seed: int = 0
    device: str = "cpu"


def load_codec(path: Path) -> Codec:
    """Return the trained codec, ready to use."""
    saved = torch.load(path, weights_only=True, map_location="cpu")
    codec = Codec(CodecConfig(**saved["config"]))
    codec.load_state_dict(saved["model"])
    return codec.eval()


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
    first, elapsed = 0, 0.0
    if path.exists():
        saved = torch.load(path, weights_only=True, map_location=device)
        codec.load_state_dict(saved["raw"])
        average.model.load_state_dict(saved["model"])
        average.n, first, elapsed = saved["step"], saved["step"], saved["elapsed_s"]
        for optim, state in zip(optims, saved["optims"], strict=True):
            optim.load_state_dict(state)
    budget = Budget(steps=run.steps, minutes=run.minutes)
    table = Table(frames)
    table.wait(run.min_frames)
    held = Held(table, ("low", "high", "boxes"), device)
    began, recent, step = time.time() - elapsed, [], first
    while (used := budget.used(step, time.time() - began)) < 1:
        if step % 50 == 0:
            held.refresh()  # the renderer is still at work
        rng = np.random.default_rng([run.seed, step, 0xC0DEC])
        rows = torch.from_numpy(np.sort(rng.integers(0, held.n, run.batch))).to(device)
        low, high, weight = batch(held, rows, object_weight=run.object_weight)
        set_rate(optims, run.lr * rate(step, used))
        with torch.autocast(device.type, torch.bfloat16, enabled=fast_bfloat16(device)):
            back = codec(low)
        loss = picture_loss(back.float(), high, weight, edge_weight=run.edge_weight)
        for optim in optims:
            optim.zero_grad(set_to_none=True)
        loss.backward()
        for optim in optims:
            optim.step()
        average.update(codec)
        recent.append(loss.detach())
        step += 1
        if step % 50 == 0:
            elapsed = time.time() - began
            note(folder, {"step": step, "loss": round(float(torch.stack(recent).mean()), 5), "rows": held.n,
                          "elapsed_s": round(elapsed, 1), "frames_s": round(run.batch * step / elapsed, 1)})  # fmt: skip
            recent = []
        if step % run.save_every == 0:
            _save(path, codec, average, optims, step, time.time() - began, run)
            _sheet(folder / f"codec-{step:06d}.png", average.model, held)
    if step > first:
        _save(path, codec, average, optims, step, time.time() - began, run)
        _sheet(folder / f"codec-{step:06d}.png", average.model, held)
    return path


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


def _save(
    path: Path,
    codec: Codec,
    average: Average,
    optims: list[torch.optim.Optimizer],
    step: int,
    elapsed_s: float,
    run: CodecRun,
) -> None:
    saved = {"config": asdict(codec.config), "run": asdict(run), "step": step, "elapsed_s": elapsed_s}
    save(path, saved, model=codec, average=average, optims=optims)


@torch.no_grad()
def _sheet(path: Path, codec: torch.nn.Module, held: Held) -> None:
    device = next(codec.parameters()).device
    rows = torch.from_numpy(np.linspace(0, min(96, held.n), 12, endpoint=False).astype(int)).to(device)
    back = codec(_pictures(held["low"][rows])).clamp(-1, 1).add(1).mul(127.5).permute(0, 2, 3, 1).byte()
    pairs = torch.cat([held["high"][rows], back], 1).cpu().numpy()  # truth above, ours below
    sheet = np.concatenate([np.concatenate(list(pairs[i : i + 6]), 1) for i in (0, 6)], 0)
    cv2.imwrite(str(path), sheet[..., ::-1])
