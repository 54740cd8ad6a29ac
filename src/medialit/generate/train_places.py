"""Train the memory of places: a table and a decoder that give every empty place back, from wherever the camera stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from medialit.generate.data import LOW
from medialit.generate.data_layers import empty_places
from medialit.generate.layers import HIGH
from medialit.generate.model import Codec, CodecConfig, Places
from medialit.generate.optim import fast_bfloat16, optimisers
from medialit.generate.train_codec import picture_loss
from medialit.generate.trainer import Run, learn, trained


@dataclass(frozen=True, kw_only=True)
class PlaceRun(Run):
    """How the memory of places is trained.

    Parameters
    ----------
    table_scale : float
        How much faster the table learns: each of its rows is seen once in fifty steps.
    edge_weight : float
        Weight of the error of neighbouring pixels' differences.
    """

    batch: int = 16
    save_every: int = 250
    edge_weight: float = 0.5
    table_scale: float = 25.0


def load_places(path: Path) -> Places:
    """Return the trained memory, ready to use."""
    return trained(
        path, lambda saved: Places(CodecConfig(**saved["config"]), *saved["model"]["table"].shape[:2])
    )


def train_places(folder: Path, codec: Codec, *, run: PlaceRun) -> Path:
    """Train, from what the codec makes of the places; goes on where it stopped. Returns the checkpoint's path."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(run.seed)
    device = torch.device(run.device)
    views = torch.from_numpy(empty_places(side=HIGH))  # (places, steps, 256, 256, 3)
    places = remembered(codec).to(device).train()
    places.decoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optims = optimisers(places.decoder, lr=run.lr, plain=("paint", "inlet", "place"))
    rows = [
        {"params": [places.table], "scale": run.table_scale},
        {"params": [places.common], "scale": run.table_scale / 5},
    ]
    optims.append(torch.optim.Adam(rows, lr=run.lr, betas=(0.0, 0.99)))
    n_places, n_steps = views.shape[:2]

    def lesson(step: int) -> dict[str, Tensor]:
        rng = np.random.default_rng([run.seed, step, 0x91ACE])
        place = torch.from_numpy(rng.integers(0, n_places, run.batch))
        at = torch.from_numpy(rng.integers(0, n_steps, run.batch))
        wanted = views[place, at].to(device).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
        with torch.autocast(device.type, torch.bfloat16, enabled=fast_bfloat16(device)):
            painted = places(place.to(device), at.to(device))
        even = torch.ones_like(wanted[:, :1])
        return {"loss": picture_loss(painted.float(), wanted, even, edge_weight=run.edge_weight)}

    return learn(
        folder / "places.pt", places, optims, lesson, run=run, config=places.config, decay=0.998,
        sheet=lambda path, averaged: _sheet(path, averaged, views),
    )  # fmt: skip


@torch.no_grad()
def remembered(codec: Codec, *, latent: int = 16) -> Places:
    """Return the memory as it begins: what the codec's encoder makes of each view, and its decoder.

    A cell has `latent` numbers, more than the codec's; the others begin at zero.
    """
    views = torch.from_numpy(empty_places(side=LOW))  # (places, steps, 64, 64, 3)
    device = next(codec.parameters()).device
    n = codec.config.latent
    places = Places(replace(codec.config, latent=latent), *views.shape[:2])
    for place, of_one in enumerate(views):
        seen = codec.encoder(of_one.to(device).permute(0, 3, 1, 2).float() / 127.5 - 1)  # (steps, n, 16, 16)
        places.common[place, 0, :n] = seen.mean(0)
        places.table[place, :, :n] = seen - seen.mean(0)
    state = codec.decoder.state_dict()
    inlet = places.decoder.inlet.weight * 0.3  # the numbers that the codec does not have
    inlet[:, :n] = state["inlet.weight"]
    places.decoder.load_state_dict(state | {"inlet.weight": inlet})
    return places


@torch.no_grad()
def _sheet(path: Path, places: torch.nn.Module, views: Tensor) -> None:
    """Draw one view of every other place as it is and, below it, as it is remembered."""
    device = next(places.parameters()).device
    picks = torch.arange(0, len(views), 2)
    at = torch.full_like(picks, views.shape[1] // 2)
    painted = (
        places(picks.to(device), at.to(device)).clamp(-1, 1).add(1).mul(127.5).byte().permute(0, 2, 3, 1)
    )
    pairs = torch.cat([views[picks, at], painted.cpu()], 1).numpy()
    sheet = np.concatenate([np.concatenate(list(pairs[i : i + 8]), 1) for i in range(0, len(pairs), 8)], 0)
    cv2.imwrite(str(path), sheet[..., ::-1])
