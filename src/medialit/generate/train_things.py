"""Train the codec of things, and the field of light around them: portraits in, the same things in another colour out."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from medialit.generate.data import Table
from medialit.generate.model import ThingCodec, ThingConfig
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

COLUMNS = ("seen", "wanted", "rgb", "bearings", "place", "points", "left", "given", "lit")


@dataclass(frozen=True)
class ThingRun:
    """How the codec of things is trained.

    Parameters
    ----------
    steps, batch, lr
        Steps of `batch` portraits at the rate `lr`.
    minutes : float
        How long at most; the rate falls with what is used up first, steps or minutes.
    edge_weight : float
        Weight of the error of neighbouring pixels' differences.
    light_weight : float
        Weight of the error of the light around a thing.
    min_portraits : int
        Wait until this many portraits are drawn.
    save_every : int
        Steps between two checkpoints, each with a contact sheet.
    device : str
        As PyTorch names it.
    """

    steps: int = 6000
    minutes: float = 1e6
    batch: int = 64
    lr: float = 2e-3
    edge_weight: float = 0.5
    light_weight: float = 0.5
    min_portraits: int = 4000
    save_every: int = 500
    seed: int = 0
    device: str = "cpu"


def load_things(path: Path) -> ThingCodec:
    """Return the trained codec of things, ready to use."""
    saved = torch.load(path, weights_only=True, map_location="cpu")
    codec = ThingCodec(ThingConfig(**saved["config"]))
    codec.load_state_dict(saved["model"])
    return codec.eval()


def train_things(folder: Path, portraits: Path, *, run: ThingRun, config: ThingConfig | None = None) -> Path:
    """Train, with checkpoints and contact sheets in `folder`; goes on where it stopped.

    Returns
    -------
    Path
        Of the checkpoint: ``config``, ``model`` (the moving average), and what is needed to go on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "things.pt"
    torch.manual_seed(run.seed)
    device = torch.device(run.device)
    codec = ThingCodec(config or ThingConfig()).to(device).to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    optims = optimisers(codec, lr=run.lr, plain=("stem", "paint", "encoder.out", "inlet", "light"))
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
    table = Table(portraits)
    table.wait(run.min_portraits)
    held = Held(table, COLUMNS, device)
    began, recent, step = time.time() - elapsed, [], first
    while (used := budget.used(step, time.time() - began)) < 1:
        if step % 50 == 0:
            held.refresh()
        rng = np.random.default_rng([run.seed, step, 0x7416])
        rows = torch.from_numpy(np.sort(rng.integers(0, held.n, run.batch))).to(device)
        set_rate(optims, run.lr * rate(step, used))
        seen, wanted = pictures(held["seen"][rows]), pictures(held["wanted"][rows])
        with torch.autocast(device.type, torch.bfloat16, enabled=fast_bfloat16(device)):
            codes, painted = codec(seen, held["rgb"][rows])
        light = light_loss(codec, codes.float().detach(), held, rows)
        loss = picture_loss(painted.float(), wanted, edge_weight=run.edge_weight)
        for optim in optims:
            optim.zero_grad(set_to_none=True)
        (loss + run.light_weight * light).backward()
        for optim in optims:
            optim.step()
        average.update(codec)
        recent.append(torch.stack([loss.detach(), light.detach()]))
        step += 1
        if step % 50 == 0:
            elapsed = time.time() - began
            means = torch.stack(recent).mean(0)
            note(folder, {"step": step, "loss": round(float(means[0]), 5), "light": round(float(means[1]), 5),
                          "rows": held.n, "elapsed_s": round(elapsed, 1)})  # fmt: skip
            recent = []
        if step % run.save_every == 0:
            _save(path, codec, average, optims, step, time.time() - began, run)
            _sheet(folder / f"things-{step:06d}.png", average.model, held)
    if step > first:
        _save(path, codec, average, optims, step, time.time() - began, run)
        _sheet(folder / f"things-{step:06d}.png", average.model, held)
    return path


def pictures(portraits: Tensor) -> Tensor:
    """Return pictures (B, 4, S, S), 0 to 1, of portraits uint8 (B, S, S, 4)."""
    return portraits.permute(0, 3, 1, 2).float().div_(255)


def picture_loss(painted: Tensor, wanted: Tensor, *, edge_weight: float) -> Tensor:
    """Return the absolute error of pixels, alpha included, and of their differences to the right and below."""
    error = painted - wanted
    across, down = error[..., :, 1:] - error[..., :, :-1], error[..., 1:, :] - error[..., :-1, :]
    return error.abs().mean() + edge_weight * (across.abs().mean() + down.abs().mean())


def light_loss(codec: ThingCodec, codes: Tensor, held: Held, rows: Tensor) -> Tensor:
    """Return the absolute error of the light that things leave and give."""
    left, given = codec.light(held["points"][rows], codes, held["bearings"][rows], held["place"][rows])
    error = (left - held["left"][rows]).abs() + (given - held["given"][rows]).abs().mean(-1)
    return (error * held["lit"][rows][:, None]).mean()


def _save(
    path: Path,
    codec: ThingCodec,
    average: Average,
    optims: list[torch.optim.Optimizer],
    step: int,
    elapsed_s: float,
    run: ThingRun,
) -> None:
    saved = {"config": asdict(codec.config), "run": asdict(run), "step": step, "elapsed_s": elapsed_s}
    save(path, saved, model=codec, average=average, optims=optims)


@torch.no_grad()
def _sheet(path: Path, codec: torch.nn.Module, held: Held) -> None:
    """Draw 24 portraits as they should be and, below each, as they are painted, on grey."""
    device = next(codec.parameters()).device
    rows = torch.arange(24, device=device)
    wanted = pictures(held["wanted"][rows])
    _codes, painted = codec(pictures(held["seen"][rows]), held["rgb"][rows])
    both = torch.cat([wanted, painted], 2).clamp(0, 1)
    laid = both[:, :3] + 0.5 * (1 - both[:, 3:])
    bytes_ = laid.clamp(0, 1).mul(255).byte().permute(0, 2, 3, 1).cpu().numpy()
    sheet = np.concatenate([np.concatenate(list(bytes_[i : i + 12]), 1) for i in (0, 12)], 0)
    cv2.imwrite(str(path), sheet[..., ::-1])
