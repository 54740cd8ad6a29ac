"""Train the flow: clips become latents once, then noise learns to become such latents."""

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

from medialit.generate.data import HELD_SEEDS, N_SLOTS, Table, encode_shot, training_scene
from medialit.generate.flow import Floats, attention_mask, integrate, noise_for
from medialit.generate.model import GRID, KNOTS, N_FRAMES, Codec, CodecConfig, Flow, FlowConfig, camera_shares
from medialit.generate.optim import Average, fast_bfloat16, note, optimisers, rate
from medialit.generate.shot import shot_of

PLAIN = ("shot", "inlet", "outlet", "through", "frame", "clock", "gist", "offset", "place", "memory")
N_OPEN, N_THINGS = 11, 8  # words that can be left open: those of the things are, those of the place never


@dataclass(frozen=True)
class FlowRun:
    """How the flow is trained.

    Parameters
    ----------
    steps, batch, lr
        Steps of `batch` clips at the rate `lr`.
    object_weight : float
        How much more a latent cell that holds an object counts.
    share_alone : float
        Share of batches in which frames do not see each other; it makes v1.
    drop_all, drop_one : float
        Share of clips whose whole shot is left open, and of single words that are.
    min_clips : int
        Wait until this many clips are encoded.
    device : str
        As PyTorch names it.
    """

    steps: int = 3000
    batch: int = 128
    lr: float = 2e-3
    object_weight: float = 5.0
    share_alone: float = 0.15
    drop_all: float = 0.10
    drop_one: float = 0.07
    min_clips: int = 4000
    seed: int = 0
    device: str = "cpu"


def load_codec(path: Path) -> Codec:
    """Return the trained codec, ready to use."""
    saved = torch.load(path, weights_only=True)
    codec = Codec(CodecConfig(**saved["config"]))
    codec.load_state_dict(saved["model"])
    return codec.eval()


@torch.no_grad()
def encode_clips(clips: Path, codec: Codec, out: Path) -> None:
    """Turn a table of clips into one of latents as they are rendered; goes on where it stopped.

    Columns: ``latents`` float16 (24, 2048), and ``boxes``, ``slots`` as they were.
    """
    source, target = Table(clips), Table(out)
    source.wait(1)
    theirs = source.open()
    n = len(theirs["frames"])
    ours = target.create(
        n,
        {
            "latents": ((N_FRAMES, codec.config.latent * GRID * GRID), "float16"),
            "boxes": ((N_FRAMES, 2, 4), "float32"),
            "slots": ((N_SLOTS,), "float32"),
        },
    )
    encoder = codec.encoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    while target.n < n:
        first, last = target.n, min(source.n, target.n + 16)
        if first == last:
            source.wait(first + 1)
            continue
        frames = torch.from_numpy(np.array(theirs["frames"][first:last])).flatten(0, 1)
        pictures = frames.permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
        with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16(torch.device("cpu"))):
            latents = encoder(pictures)
        ours["latents"][first:last] = latents.float().reshape(last - first, N_FRAMES, -1).numpy()
        for name in ("boxes", "slots"):
            ours[name][first:last] = theirs[name][first:last]
        target.fill(last)


def train_flow(
    folder: Path, latents: Path, codec: Codec, *, run: FlowRun, config: FlowConfig | None = None
) -> Path:
    """Train, with checkpoints and contact sheets in `folder`; goes on where it stopped.

    Returns
    -------
    Path
        Of the checkpoint: ``config``, ``model`` (the moving average), and what is needed to go on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "flow.pt"
    torch.manual_seed(run.seed)
    device = torch.device(run.device)
    flow = Flow(config or FlowConfig(latent=codec.config.latent)).to(device).train()
    optims = optimisers(flow, lr=run.lr, plain=PLAIN)
    average = Average(flow, decay=0.998)
    first = 0
    if path.exists():
        saved = torch.load(path, weights_only=True, map_location=device)
        flow.load_state_dict(saved["raw"])
        average.model.load_state_dict(saved["model"])
        average.n = first = saved["step"]
        for optim, state in zip(optims, saved["optims"], strict=True):
            optim.load_state_dict(state)
    table = Table(latents)
    table.wait(run.min_clips)
    arrays = table.open()
    if first == 0:
        remember(flow.memory.table, arrays, n_rows=table.n)
        average = Average(flow, decay=0.998)
    alone, together = (torch.from_numpy(attention_mask(window)).to(device) for window in (0, None))
    began, recent = time.time(), []
    for step in range(first, run.steps):
        if step == first or step % 50 == 0:
            n_rows = table.n  # the renderer is still at work
        rng = np.random.default_rng([run.seed, step, 0xF10])
        rows = np.sort(rng.integers(0, n_rows, run.batch))
        drawn = flow_batch(arrays, rows, object_weight=run.object_weight)
        open_slots = draw_open(rng, run.batch, drop_all=run.drop_all, drop_one=run.drop_one)
        mask = alone if rng.random() < run.share_alone else together
        for optim in optims:
            for group in optim.param_groups:
                group["lr"] = run.lr * rate(step, run.steps)
        x, slots, weight = (part.to(device) for part in drawn)
        loss = flow_loss(flow, x, slots, open_slots.to(device), weight, mask)
        for optim in optims:
            optim.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(flow.parameters(), 2.0)
        for optim in optims:
            optim.step()
        average.update(flow)
        if mask is together:
            recent.append(float(loss.detach()))
        if step % 50 == 49:
            line = {"step": step + 1, "loss": round(float(np.mean(recent)), 5), "rows": n_rows,
                    "clips_s": round(run.batch * (step + 1 - first) / (time.time() - began), 1)}  # fmt: skip
            note(folder, line)
            recent = []
        if step % 250 == 249 or step == run.steps - 1:
            _save(path, flow, average, optims, step + 1, run)
            sheet(folder / f"flow-{step + 1:06d}.png", average.model, codec)
    return path


def flow_batch(
    arrays: dict[str, NDArray[Any]], rows: NDArray[np.int64], *, object_weight: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Return latents (B, T, C*16*16), slots (B, 15) and weights (B, T, C*16*16) of some rows."""
    x = torch.from_numpy(arrays["latents"][rows].astype(np.float32))
    boxes = torch.from_numpy(arrays["boxes"][rows])  # (B, T, 2, 4)
    low = torch.arange(GRID) / GRID
    covered = []
    for a, b in ((0, 2), (1, 3)):
        start, end = boxes[..., a, None], boxes[..., b, None]  # (B, T, 2, 1)
        covered.append((torch.minimum(end, low + 1 / GRID) - torch.maximum(start, low)).clamp(min=0) * GRID)
    share = (covered[0][..., None, :] * covered[1][..., :, None]).amax(2)  # (B, T, 16, 16), rows first
    weight = 1 + object_weight * share.flatten(2)  # (B, T, 256)
    n_channels = x.shape[-1] // (GRID * GRID)
    return x, torch.from_numpy(arrays["slots"][rows]), weight.repeat(1, 1, n_channels)


def draw_open(rng: np.random.Generator, n: int, *, drop_all: float, drop_one: float) -> Tensor:
    """Return which words are left open, shape (n, 11)."""
    left = rng.random((n, N_OPEN)) < drop_one
    left |= rng.random((n, 1)) < drop_all
    left[:, N_THINGS:] = False
    return torch.from_numpy(left.astype(np.float32))


def flow_loss(
    flow: Flow, x: Tensor, slots: Tensor, open_slots: Tensor, weight: Tensor, mask: Tensor
) -> Tensor:
    """Return the velocity's squared error, weighted: that of x over (1 - t)^2, which is cut off at 25.

    t is logistic-normal and leans towards noise, where a clip's plan is made.
    """
    t = torch.sigmoid(torch.randn(len(x), device=x.device) * 1.2 - 0.5)
    noise = torch.randn_like(x)
    x_t = (1 - t)[:, None, None] * noise + t[:, None, None] * x
    with torch.autocast(x.device.type, torch.bfloat16, enabled=fast_bfloat16(x.device)):
        predicted = flow(x_t, t, slots, open_slots, mask)
    error = (weight * (predicted.float() - x).square()).mean((1, 2)) / weight.mean()
    return (error / (1 - t).square().clamp(min=0.04)).mean()


def open_things(n: int, device: torch.device) -> Tensor:
    """Return that every word about the things is left open, shape (n, 11)."""
    left = torch.zeros(n, N_OPEN, device=device)
    left[:, :N_THINGS] = 1
    return left


@torch.no_grad()
def remember(table: Tensor, arrays: dict[str, NDArray[Any]], *, n_rows: int) -> None:
    """Fit the memory (places, KNOTS, C*16*16) to clips, by least squares over the cells that no object covers."""
    slots = arrays["slots"][:n_rows]
    n_looks = table.shape[0] // (int(slots[:, 12].max()) + 1)
    places = (slots[:, 12] * n_looks + slots[:, 13]).astype(int)
    shares = camera_shares()
    for place in range(table.shape[0]):
        rows = np.flatnonzero(places == place)
        if len(rows) == 0:
            continue
        x, told, weight = flow_batch(arrays, rows, object_weight=-1.0)
        n_channels = x.shape[-1] // (GRID * GRID)
        free = weight[..., : GRID * GRID].clamp(min=0).pow(4).flatten(0, 1)  # (N, 256)
        share = shares[told[:, 14].long()].flatten(0, 1)  # (N, KNOTS)
        pair = (share[:, :, None] * share[:, None]).flatten(1)  # (N, KNOTS^2)
        normal = (free.T @ pair).unflatten(1, (KNOTS, KNOTS)) + 0.1 * torch.eye(KNOTS)  # (256, KNOTS, KNOTS)
        x = x.flatten(0, 1).unflatten(1, (n_channels, -1)) * free[:, None]  # (N, C, 256)
        right = torch.einsum("nk,ncg->gkc", share, x)
        table[place] = torch.linalg.solve(normal, right).permute(1, 2, 0).flatten(1)


@torch.no_grad()
def sample_latents(
    flow: torch.nn.Module, slots: Floats, *, seeds: list[int], steps: int, guidance: float, window: int | None
) -> Floats:
    """Return latents (B, T, C*16*16) that the network dreams for slots (B, 15)."""
    device = next(flow.parameters()).device
    mask = torch.from_numpy(attention_mask(window)).to(device)
    given = torch.from_numpy(slots).to(device)

    def predict(x: Floats, t: float) -> tuple[Floats, Floats]:
        args = torch.from_numpy(x).to(device), torch.full((len(x),), t, device=device), given
        told = flow(*args, torch.zeros(len(x), N_OPEN, device=device), mask)
        untold = flow(*args, open_things(len(x), device), mask)
        return told.cpu().numpy(), untold.cpu().numpy()

    numbers = flow.config.numbers  # type: ignore[union-attr]
    return integrate(predict, noise_for(seeds, (N_FRAMES, numbers)), steps=steps, guidance=guidance)  # type: ignore[arg-type]


@torch.no_grad()
def sheet(path: Path, flow: torch.nn.Module, codec: Codec, *, n: int = 10, steps: int = 8) -> None:
    """Draw a contact sheet: eight frames of ten scenes that were held out, then two of them again by v1."""
    slots = np.stack([encode_shot(shot_of(training_scene(HELD_SEEDS.start + i))) for i in range(n)])
    rows = []
    for window, count in ((None, n), (0, 2)):
        seeds = list(range(count))
        x = sample_latents(flow, slots[:count], seeds=seeds, steps=steps, guidance=2.0, window=window)
        latents = torch.from_numpy(x[:, ::3].reshape(-1, codec.config.latent, GRID, GRID))
        frames = codec.decoder(latents).clamp(-1, 1).add(1).mul(127.5).permute(0, 2, 3, 1).byte().numpy()
        small = [cv2.resize(f, (128, 128), interpolation=cv2.INTER_AREA) for f in frames]
        rows += [np.concatenate(small[i * 8 : i * 8 + 8], 1) for i in range(count)]
    cv2.imwrite(str(path), np.concatenate(rows, 0)[..., ::-1])


def _save(
    path: Path, flow: Flow, average: Average, optims: list[torch.optim.Optimizer], step: int, run: FlowRun
) -> None:
    staged = path.with_suffix(".new")
    torch.save(
        {
            "config": asdict(flow.config),
            "run": asdict(run),
            "step": step,
            "raw": flow.state_dict(),
            "model": average.model.state_dict(),
            "optims": [optim.state_dict() for optim in optims],
        },
        staged,
    )
    staged.replace(path)
