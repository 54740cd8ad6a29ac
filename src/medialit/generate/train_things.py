"""Train the codec of things, and the field of light around them: portraits in, the same things in another colour out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from medialit.generate.data import Table
from medialit.generate.model import ThingCodec, ThingConfig
from medialit.generate.optim import Held, fast_bfloat16, optimisers
from medialit.generate.train_codec import picture_loss
from medialit.generate.trainer import Run, learn, trained

COLUMNS = ("seen", "wanted", "rgb", "bearings", "place", "points", "left", "given", "lit")


@dataclass(frozen=True, kw_only=True)
class ThingRun(Run):
    """How the codec of things is trained.

    Parameters
    ----------
    edge_weight : float
        Weight of the error of neighbouring pixels' differences.
    light_weight : float
        Weight of the error of the light around a thing.
    min_portraits : int
        Wait until this many portraits are drawn.
    """

    steps: int = 6000
    batch: int = 64
    edge_weight: float = 0.5
    light_weight: float = 0.5
    min_portraits: int = 4000


def load_things(path: Path) -> ThingCodec:
    """Return the trained codec of things, ready to use."""
    return trained(path, lambda saved: ThingCodec(ThingConfig(**saved["config"])))


def train_things(folder: Path, portraits: Path, *, run: ThingRun, config: ThingConfig | None = None) -> Path:
    """Train, with checkpoints and contact sheets in `folder`; goes on where it stopped. Returns the checkpoint's path."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(run.seed)
    device = torch.device(run.device)
    codec = ThingCodec(config or ThingConfig()).to(device).to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    optims = optimisers(codec, lr=run.lr, plain=("stem", "paint", "encoder.out", "inlet", "light"))
    table = Table(portraits)
    table.wait(run.min_portraits)
    held = Held(table, COLUMNS, device)

    def lesson(step: int) -> dict[str, Tensor]:
        rows = held.draw(step, n=run.batch, seed=(run.seed, 0x7416))
        wanted = pictures(held["wanted"][rows])
        with torch.autocast(device.type, torch.bfloat16, enabled=fast_bfloat16(device)):
            codes, painted = codec(pictures(held["seen"][rows]), held["rgb"][rows])
        paint = picture_loss(
            painted.float(), wanted, torch.ones_like(wanted[:, :1]), edge_weight=run.edge_weight
        )
        light = light_loss(codec, codes.float().detach(), held, rows)
        return {"loss": paint + run.light_weight * light, "paint": paint, "light": light}

    return learn(
        folder / "things.pt", codec, optims, lesson, run=run, config=codec.config,
        sheet=lambda path, averaged: _sheet(path, averaged, held), more=lambda: {"rows": held.n},
    )  # fmt: skip


def pictures(portraits: Tensor) -> Tensor:
    """Return pictures (B, 4, S, S), 0 to 1, of portraits uint8 (B, S, S, 4)."""
    return portraits.permute(0, 3, 1, 2).float().div_(255)


def light_loss(codec: ThingCodec, codes: Tensor, held: Held, rows: Tensor) -> Tensor:
    """Return the absolute error of the light that things leave and give."""
    left, given = codec.light(held["points"][rows], codes, held["bearings"][rows], held["place"][rows])
    error = (left - held["left"][rows]).abs() + (given - held["given"][rows]).abs().mean(-1)
    return (error * held["lit"][rows][:, None]).mean()


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
