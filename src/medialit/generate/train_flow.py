"""Train the flow: clips become tokens once, then noise learns to become such tokens."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from medialit.generate.data import Table
from medialit.generate.flow import Floats, attention_mask, integrate, noise_for
from medialit.generate.layers import N_COLOUR, N_FRAMES, N_POSE, N_THINGS, N_TOKEN
from medialit.generate.model import Flow, FlowConfig
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

PLAIN = (
    "shot",
    "inlet",
    "outlet",
    "through",
    "frame",
    "thing",
    "wall",
    "clock",
    "gist",
    "offset",
)  # not Muon's
N_OPEN, N_OF_THINGS = 11, 8  # words that can be left open: those of the things are, those of the place never


@dataclass(frozen=True)
class FlowRun:
    """How the flow is trained.

    Parameters
    ----------
    steps, batch, lr
        Steps of `batch` clips at the rate `lr`.
    minutes : float
        How long at most; the rate falls with what is used up first, steps or minutes.
    pose_weight, colour_weight : float
        How much more a number of the pose, or of the colour, counts than one of the code.
    smooth_weight : float
        Weight of the error of what changes from frame to frame, where frames see each other.
    share_alone : float
        Share of batches in which frames do not see each other; it makes v1.
    drop_all, drop_one : float
        Share of clips whose whole shot is left open, and of single words that are.
    min_clips : int
        Wait until this many clips are encoded.
    save_every : int
        Steps between two checkpoints.
    device : str
        As PyTorch names it.
    """

    steps: int = 6000
    minutes: float = 1e6
    batch: int = 64
    lr: float = 2e-3
    pose_weight: float = 4.0
    colour_weight: float = 2.0
    smooth_weight: float = 1.0
    share_alone: float = 0.15
    drop_all: float = 0.10
    drop_one: float = 0.05
    min_clips: int = 4000
    save_every: int = 250
    seed: int = 0
    device: str = "cpu"


def load_flow(path: Path) -> Flow:
    """Return the trained flow, ready to use."""
    saved = torch.load(path, weights_only=True, map_location="cpu")
    flow = Flow(FlowConfig(**saved["config"]))
    flow.load_state_dict(saved["model"])
    return flow.eval()


def train_flow(folder: Path, tokens: Path, *, run: FlowRun, config: FlowConfig | None = None) -> Path:
    """Train, with checkpoints in `folder`; goes on where it stopped.

    Returns
    -------
    Path
        Of the checkpoint: ``config``, ``model`` (the moving average), and what is needed to go on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "flow.pt"
    torch.manual_seed(run.seed)
    device = torch.device(run.device)
    flow = Flow(config or FlowConfig()).to(device).train()
    optims = optimisers(flow, lr=run.lr, plain=PLAIN)
    average = Average(flow, decay=0.998)
    first, elapsed = 0, 0.0
    if path.exists():
        saved = torch.load(path, weights_only=True, map_location=device)
        flow.load_state_dict(saved["raw"])
        average.model.load_state_dict(saved["model"])
        average.n, first, elapsed = saved["step"], saved["step"], saved["elapsed_s"]
        for optim, state in zip(optims, saved["optims"], strict=True):
            optim.load_state_dict(state)
    if device.type == "cuda":
        for block in flow.blocks:
            block.compile()
    table = Table(tokens)
    table.wait(run.min_clips)
    held = Held(table, ("tokens", "slots"), device)
    alone = torch.from_numpy(attention_mask(0)).to(device)
    budget = Budget(steps=run.steps, minutes=run.minutes)
    began, recent, step = time.time() - elapsed, [], first
    while (used := budget.used(step, time.time() - began)) < 1:
        if step % 50 == 0:
            held.refresh()  # clips are still being drawn
        rng = np.random.default_rng([run.seed, step, 0xF10])
        rows = torch.from_numpy(np.sort(rng.integers(0, held.n, run.batch))).to(device)
        x, slots = held["tokens"][rows].float(), held["slots"][rows]
        open_slots = draw_open(rng, run.batch, drop_all=run.drop_all, drop_one=run.drop_one).to(device)
        mask = alone if rng.random() < run.share_alone else None
        set_rate(optims, run.lr * rate(step, used))
        loss, told = flow_loss(flow, x, slots, open_slots, mask, run)
        for optim in optims:
            optim.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(flow.parameters(), 2.0)
        for optim in optims:
            optim.step()
        average.update(flow)
        if mask is None:
            recent.append(told)
        step += 1
        if step % 50 == 0:
            elapsed = time.time() - began
            means = torch.stack(recent).mean(0).tolist()
            names = ("loss", "pose", "colour", "code", "smooth")
            note(folder, {"step": step, **{name: round(v, 5) for name, v in zip(names, means, strict=True)},
                          "rows": held.n, "elapsed_s": round(elapsed, 1)})  # fmt: skip
            recent = []
        if step % run.save_every == 0:
            _save(path, flow, average, optims, step, time.time() - began, run)
    if step > first:
        _save(path, flow, average, optims, step, time.time() - began, run)
    return path


def draw_open(rng: np.random.Generator, n: int, *, drop_all: float, drop_one: float) -> Tensor:
    """Return which words are left open, shape (n, 11)."""
    left = rng.random((n, N_OPEN)) < drop_one
    left |= rng.random((n, 1)) < drop_all
    left[:, N_OF_THINGS:] = False
    return torch.from_numpy(left.astype(np.float32))


def flow_loss(
    flow: Flow, x: Tensor, slots: Tensor, open_slots: Tensor, mask: Tensor | None, run: FlowRun
) -> tuple[Tensor, Tensor]:
    """Return the loss, and it with its parts: pose, colour, code, and change from frame to frame.

    It is the velocity's squared error: that of x over (1 - t)^2, which is cut off at 100. t is logistic-normal.
    A token of nothing is all zeros; it does not count.
    """
    t = torch.sigmoid(torch.randn(len(x), device=x.device) * 1.3)
    noise = torch.randn_like(x)
    x_t = (1 - t)[:, None, None] * noise + t[:, None, None] * x
    with torch.autocast(x.device.type, torch.bfloat16, enabled=fast_bfloat16(x.device)):
        predicted = flow(x_t, t, slots, open_slots, mask).float()
    there = (x != 0).any(-1)  # (B, 1 + T*N)
    error = (predicted - x) * there[..., None] / (1 - t).clamp(min=0.1)[:, None, None]
    each = error.square().sum(1) / there.sum(1, keepdim=True)  # (B, L)
    pose, colour, code = (
        part.mean() for part in each.split((N_POSE, N_COLOUR, x.shape[-1] - N_POSE - N_COLOUR), 1)
    )
    frames = error[:, 1:, :N_POSE].unflatten(1, (N_FRAMES, N_THINGS))
    smooth = frames.diff(dim=1).square().mean() if mask is None else pose.new_zeros(())
    loss = code + run.pose_weight * pose + run.colour_weight * colour + run.smooth_weight * smooth
    return loss, torch.stack([loss, pose, colour, code, smooth]).detach()


@torch.no_grad()
def sample_tokens(
    flow: torch.nn.Module, slots: Floats, *, seeds: list[int], steps: int, guidance: float, window: int | None
) -> Floats:
    """Return tokens (B, 1 + T*N, L) that the network dreams for slots (B, 15)."""
    device = next(flow.parameters()).device
    mask = None if window is None else torch.from_numpy(attention_mask(window)).to(device)
    given = torch.from_numpy(slots).to(device)
    untold_slots = torch.zeros(len(slots), N_OPEN, device=device)
    untold_slots[:, :N_OF_THINGS] = 1

    def predict(x: Floats, t: float) -> tuple[Floats, Floats]:
        args = torch.from_numpy(x).to(device), torch.full((len(x),), t, device=device), given
        told = flow(*args, torch.zeros_like(untold_slots), mask)
        untold = flow(*args, untold_slots, mask)
        return told.cpu().numpy(), untold.cpu().numpy()

    noise = noise_for(seeds, (1 + N_FRAMES * N_THINGS, N_TOKEN))
    return integrate(predict, noise, steps=steps, guidance=guidance)


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
