"""Train the memory of places: a table and a decoder that give every empty place back, from wherever the camera stands."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from medialit.generate.data import HIGH, LOW
from medialit.generate.data_layers import empty_places
from medialit.generate.model import Codec, CodecConfig, Places
from medialit.generate.optim import Average, Budget, fast_bfloat16, note, optimisers, rate, save, set_rate
from medialit.generate.train_codec import picture_loss


@dataclass(frozen=True)
class PlaceRun:
    """How the memory of places is trained.

    Parameters
    ----------
    steps, batch, lr
        Steps of `batch` views at the rate `lr`.
    minutes : float
        How long at most; the rate falls with what is used up first, steps or minutes.
    table_scale : float
        How much faster the table learns: each of its rows is seen once in fifty steps.
    edge_weight : float
        Weight of the error of neighbouring pixels' differences.
    save_every : int
        Steps between two checkpoints, each with a contact sheet.
    device : str
        As PyTorch names it.
    """

    steps: int = 5000
    minutes: float = 1e6
    batch: int = 16
    lr: float = 2e-3
    edge_weight: float = 0.5
    table_scale: float = 25.0
    save_every: int = 250
    seed: int = 0
    device: str = "cpu"


def load_places(path: Path) -> Places:
    """Return the trained memory, ready to use."""
    saved = torch.load(path, weights_only=True, map_location="cpu")
    n_places, n_steps = saved["model"]["table"].shape[:2]
    places = Places(CodecConfig(**saved["config"]), n_places, n_steps)
    places.load_state_dict(saved["model"])
    return places.eval()


def train_places(folder: Path, codec: Codec, *, run: PlaceRun) -> Path:
    """Train, from what the codec makes of the places; with checkpoints and contact sheets; goes on where it stopped.

    Returns
    -------
    Path
        Of the checkpoint: ``config``, ``model`` (the moving average), and what is needed to go on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "places.pt"
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
    average = Average(places, decay=0.998)
    first, elapsed = 0, 0.0
    if path.exists():
        saved = torch.load(path, weights_only=True, map_location=device)
        places.load_state_dict(saved["raw"])
        average.model.load_state_dict(saved["model"])
        average.n, first, elapsed = saved["step"], saved["step"], saved["elapsed_s"]
        for optim, state in zip(optims, saved["optims"], strict=True):
            optim.load_state_dict(state)
    n_places, n_steps = views.shape[:2]
    budget = Budget(steps=run.steps, minutes=run.minutes)
    began, recent, step = time.time() - elapsed, [], first
    while (used := budget.used(step, time.time() - began)) < 1:
        rng = np.random.default_rng([run.seed, step, 0x91ACE])
        place = torch.from_numpy(rng.integers(0, n_places, run.batch))
        at = torch.from_numpy(rng.integers(0, n_steps, run.batch))
        wanted = views[place, at].to(device).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
        set_rate(optims, run.lr * rate(step, used))
        with torch.autocast(device.type, torch.bfloat16, enabled=fast_bfloat16(device)):
            painted = places(place.to(device), at.to(device))
        loss = picture_loss(
            painted.float(), wanted, torch.ones_like(wanted[:, :1]), edge_weight=run.edge_weight
        )
        for optim in optims:
            optim.zero_grad(set_to_none=True)
        loss.backward()
        for optim in optims:
            optim.step()
        average.update(places)
        recent.append(loss.detach())
        step += 1
        if step % 50 == 0:
            elapsed = time.time() - began
            note(folder, {"step": step, "loss": round(float(torch.stack(recent).mean()), 5),
                          "elapsed_s": round(elapsed, 1)})  # fmt: skip
            recent = []
        if step % run.save_every == 0:
            _save(path, places, average, optims, step, time.time() - began, run)
            _sheet(folder / f"places-{step:06d}.png", average.model, views)
    if step > first:
        _save(path, places, average, optims, step, time.time() - began, run)
        _sheet(folder / f"places-{step:06d}.png", average.model, views)
    return path


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


def _save(
    path: Path,
    places: Places,
    average: Average,
    optims: list[torch.optim.Optimizer],
    step: int,
    elapsed_s: float,
    run: PlaceRun,
) -> None:
    saved = {"config": asdict(places.config), "run": asdict(run), "step": step, "elapsed_s": elapsed_s}
    save(path, saved, model=places, average=average, optims=optims)


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
