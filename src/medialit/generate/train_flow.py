"""Train the flow: clips become latents once, then noise learns to become such latents."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from medialit.generate.data import HELD_SEEDS, N_SLOTS, Table, encode_shot, training_scene
from medialit.generate.flow import Floats, attention_mask, integrate, noise_for
from medialit.generate.model import GRID, KNOTS, N_FRAMES, Codec, CodecConfig, Flow, FlowConfig, camera_shares
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
from medialit.generate.shot import shot_of

PLAIN = ("shot", "inlet", "outlet", "through", "frame", "patch", "clock", "gist", "offset")  # not Muon's
N_OPEN, N_THINGS = 11, 8  # words that can be left open: those of the things are, those of the place never


@dataclass(frozen=True)
class FlowRun:
    """How the flow is trained.

    Parameters
    ----------
    steps, batch, lr
        Steps of `batch` clips at the rate `lr`.
    minutes : float
        How long at most; the rate falls with what is used up first, steps or minutes.
    object_weight : float
        How much more a latent cell that holds an object counts.
    share_alone : float
        Share of batches in which frames do not see each other; it makes v1.
    drop_all, drop_one : float
        Share of clips whose whole shot is left open, and of single words that are.
    min_clips : int
        Wait until this many clips are encoded.
    save_every : int
        Steps between two checkpoints, each with a contact sheet.
    device : str
        As PyTorch names it.
    """

    steps: int = 3000
    minutes: float = 1e6
    batch: int = 128
    lr: float = 2e-3
    object_weight: float = 5.0
    share_alone: float = 0.15
    drop_all: float = 0.10
    drop_one: float = 0.07
    min_clips: int = 4000
    save_every: int = 250
    seed: int = 0
    device: str = "cpu"


def load_codec(path: Path) -> Codec:
    """Return the trained codec, ready to use."""
    saved = torch.load(path, weights_only=True, map_location="cpu")
    codec = Codec(CodecConfig(**saved["config"]))
    codec.load_state_dict(saved["model"])
    return codec.eval()


@torch.no_grad()
def encode_clips(clips: Path, codec: Codec, out: Path, *, device: torch.device) -> None:
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
    encoder = codec.encoder.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    while target.n < n:
        first, last = target.n, min(source.n, target.n + (64 if device.type == "cuda" else 16))
        if first == last:
            source.wait(first + 1)
            continue
        frames = torch.from_numpy(np.array(theirs["frames"][first:last])).to(device).flatten(0, 1)
        pictures = frames.permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
        with torch.autocast(device.type, torch.bfloat16, enabled=fast_bfloat16(device)):
            latents = encoder(pictures)
        ours["latents"][first:last] = latents.float().reshape(last - first, N_FRAMES, -1).cpu().numpy()
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
    flow.memory.table.requires_grad_(False)  # it is fitted once, below
    optims = optimisers(flow, lr=run.lr, plain=PLAIN)
    saved = torch.load(path, weights_only=True, map_location=device) if path.exists() else None
    table = Table(latents)
    table.wait(run.min_clips)
    held = Held(table, ("latents", "boxes", "slots"), device)
    first, elapsed = 0, 0.0
    if saved is None:
        remember(flow.memory.table, held)
    else:
        flow.load_state_dict(saved["raw"])
        first, elapsed = saved["step"], saved["elapsed_s"]
        for optim, state in zip(optims, saved["optims"], strict=True):
            optim.load_state_dict(state)
    average = Average(flow, decay=0.998)
    if saved is not None:
        average.model.load_state_dict(saved["model"])
        average.n = first
    if device.type == "cuda":
        for block in flow.blocks:
            block.compile()
    alone = torch.from_numpy(attention_mask(0)).to(device)
    budget = Budget(steps=run.steps, minutes=run.minutes)
    began, recent, step = time.time() - elapsed, [], first
    while (used := budget.used(step, time.time() - began)) < 1:
        if step % 50 == 0:
            held.refresh()  # the renderer is still at work
        rng = np.random.default_rng([run.seed, step, 0xF10])
        rows = torch.from_numpy(np.sort(rng.integers(0, held.n, run.batch))).to(device)
        x, slots, weight = flow_batch(held, rows, object_weight=run.object_weight)
        open_slots = draw_open(rng, run.batch, drop_all=run.drop_all, drop_one=run.drop_one).to(device)
        mask = alone if rng.random() < run.share_alone else None
        set_rate(optims, run.lr * rate(step, used))
        loss = flow_loss(flow, x, slots, open_slots, weight, mask)
        for optim in optims:
            optim.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(flow.parameters(), 2.0)
        for optim in optims:
            optim.step()
        average.update(flow)
        if mask is None:
            recent.append(loss.detach())
        step += 1
        if step % 50 == 0:
            elapsed = time.time() - began
            note(folder, {"step": step, "loss": round(float(torch.stack(recent).mean()), 5), "rows": held.n,
                          "elapsed_s": round(elapsed, 1), "clips_s": round(run.batch * step / elapsed, 1)})  # fmt: skip
            recent = []
        if step % run.save_every == 0:
            _save(path, flow, average, optims, step, time.time() - began, run)
            sheet(folder / f"flow-{step:06d}.png", average.model, codec)
    if step > first:
        _save(path, flow, average, optims, step, time.time() - began, run)
        sheet(folder / f"flow-{step:06d}.png", average.model, codec)
    return path


def flow_batch(held: Held, rows: Tensor, *, object_weight: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return latents (B, T, C*16*16), slots (B, 15) and weights (B, T, C*16*16) of some rows."""
    x = held["latents"][rows].float()
    boxes = held["boxes"][rows]  # (B, T, 2, 4)
    low = torch.arange(GRID, device=x.device) / GRID
    covered = []
    for a, b in ((0, 2), (1, 3)):
        start, end = boxes[..., a, None], boxes[..., b, None]  # (B, T, 2, 1)
        covered.append((torch.minimum(end, low + 1 / GRID) - torch.maximum(start, low)).clamp(min=0) * GRID)
    share = (covered[0][..., None, :] * covered[1][..., :, None]).amax(2)  # (B, T, 16, 16), rows first
    weight = 1 + object_weight * share.flatten(2)  # (B, T, 256)
    n_channels = x.shape[-1] // (GRID * GRID)
    return x, held["slots"][rows], weight.repeat(1, 1, n_channels)


def draw_open(rng: np.random.Generator, n: int, *, drop_all: float, drop_one: float) -> Tensor:
    """Return which words are left open, shape (n, 11)."""
    left = rng.random((n, N_OPEN)) < drop_one
    left |= rng.random((n, 1)) < drop_all
    left[:, N_THINGS:] = False
    return torch.from_numpy(left.astype(np.float32))


def flow_loss(
    flow: Flow, x: Tensor, slots: Tensor, open_slots: Tensor, weight: Tensor, mask: Tensor | None
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
def remember(table: Tensor, held: Held, *, most: int = 1500) -> None:
    """Fit the memory (places, KNOTS, C*16*16) to clips, by least squares over the cells that no object covers.

    Of each place, `most` clips are used at most.
    """
    slots = held["slots"][: held.n]
    n_looks = table.shape[0] // (int(slots[:, 12].max()) + 1)
    places = (slots[:, 12] * n_looks + slots[:, 13]).long()
    shares = camera_shares().to(table.device)
    for place in range(table.shape[0]):
        rows = torch.nonzero(places == place)[:most, 0]
        if len(rows) == 0:
            continue
        x, told, weight = flow_batch(held, rows, object_weight=-1.0)
        n_channels = x.shape[-1] // (GRID * GRID)
        free = weight[..., : GRID * GRID].clamp(min=0).pow(4).flatten(0, 1)  # (N, 256)
        share = shares[told[:, 14].long()].flatten(0, 1)  # (N, KNOTS)
        pair = (share[:, :, None] * share[:, None]).flatten(1)  # (N, KNOTS^2)
        ridge = 0.1 * torch.eye(KNOTS, device=table.device)
        normal = (free.T @ pair).unflatten(1, (KNOTS, KNOTS)) + ridge  # (256, KNOTS, KNOTS)
        right = x.new_zeros(GRID * GRID, KNOTS, n_channels)
        for channel, numbers in enumerate(x.flatten(0, 1).unflatten(1, (n_channels, -1)).unbind(1)):
            right[..., channel] = (numbers * free).T @ share  # (256, KNOTS)
        table[place] = torch.linalg.solve(normal, right).permute(1, 2, 0).flatten(1)


@torch.no_grad()
def sample_latents(
    flow: torch.nn.Module, slots: Floats, *, seeds: list[int], steps: int, guidance: float, window: int | None
) -> Floats:
    """Return latents (B, T, C*16*16) that the network dreams for slots (B, 15)."""
    device = next(flow.parameters()).device
    mask = None if window is None else torch.from_numpy(attention_mask(window)).to(device)
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
        frames = codec.decoder(latents.to(next(codec.parameters()).device)).clamp(-1, 1).add(1).mul(127.5)
        frames = frames.permute(0, 2, 3, 1).byte().cpu().numpy()
        small = [cv2.resize(f, (128, 128), interpolation=cv2.INTER_AREA) for f in frames]
        rows += [np.concatenate(small[i * 8 : i * 8 + 8], 1) for i in range(count)]
    cv2.imwrite(str(path), np.concatenate(rows, 0)[..., ::-1])


def _save(
    path: Path,
    flow: Flow,
    average: Average,
    optims: list[torch.optim.Optimizer],
    step: int,
    elapsed_s: float,
    run: FlowRun,
) -> None:
    saved = {"config": asdict(flow.config), "run": asdict(run), "step": step, "elapsed_s": elapsed_s}
    save(path, saved, model=flow, average=average, optims=optims)
