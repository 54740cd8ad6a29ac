"""Train the flow: clips become tokens once, then noise learns to become such tokens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from medialit.generate.data import HELD_SEEDS, Table, encode_shot, training_scene
from medialit.generate.flow import Floats, attention_mask, integrate, noise_for
from medialit.generate.layers import (
    GLOW,
    HIGH,
    N_COLOUR,
    N_FRAMES,
    N_POSE,
    N_THINGS,
    N_TOKEN,
    STRIP,
    Poses,
    camera_m,
    compose,
    has_wall,
    lanes,
    n_things,
    unpack,
)
from medialit.generate.model import Flow, FlowConfig, ThingCodec
from medialit.generate.optim import Held, fast_bfloat16, optimisers
from medialit.generate.shot import shot_of
from medialit.generate.trainer import Run, learn, trained

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


@dataclass(frozen=True, kw_only=True)
class FlowRun(Run):
    """How the flow is trained.

    Parameters
    ----------
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
    """

    steps: int = 6000
    batch: int = 64
    save_every: int = 250
    pose_weight: float = 4.0
    colour_weight: float = 2.0
    smooth_weight: float = 1.0
    share_alone: float = 0.15
    drop_all: float = 0.10
    drop_one: float = 0.05
    min_clips: int = 4000


def load_flow(path: Path) -> Flow:
    """Return the trained flow, ready to use."""
    return trained(path, lambda saved: Flow(FlowConfig(**saved["config"])))


def train_flow(
    folder: Path, tokens: Path, *, things: ThingCodec, run: FlowRun, config: FlowConfig | None = None
) -> Path:
    """Train, with checkpoints and contact sheets, which `things` paint; goes on where it stopped.

    Returns the checkpoint's path.
    """
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(run.seed)
    device = torch.device(run.device)
    flow = Flow(config or FlowConfig()).to(device).train()
    optims = optimisers(flow, lr=run.lr, plain=PLAIN)
    if device.type == "cuda":
        for block in flow.blocks:
            block.compile()
    table = Table(tokens)
    table.wait(run.min_clips)
    held = Held(table, ("tokens", "slots"), device)
    alone = torch.from_numpy(attention_mask(0)).to(device)

    def lesson(step: int) -> dict[str, Tensor]:
        rows = held.draw(step, n=run.batch, seed=(run.seed, 0xF10))
        x, slots = held["tokens"][rows].float(), held["slots"][rows]
        rng = np.random.default_rng([run.seed, step, 0x0BE4])
        open_slots = draw_open(rng, run.batch, drop_all=run.drop_all, drop_one=run.drop_one).to(device)
        if rng.random() < run.share_alone:
            return {"alone": flow_loss(flow, x, slots, open_slots, alone, run)["loss"]}
        return flow_loss(flow, x, slots, open_slots, None, run)

    return learn(
        folder / "flow.pt", flow, optims, lesson, run=run, config=flow.config, decay=0.998, clip=2.0,
        sheet=lambda path, averaged: _sheet(path, averaged, things), more=lambda: {"rows": held.n},
    )  # fmt: skip


def draw_open(rng: np.random.Generator, n: int, *, drop_all: float, drop_one: float) -> Tensor:
    """Return which words are left open, shape (n, 11)."""
    left = rng.random((n, N_OPEN)) < drop_one
    left |= rng.random((n, 1)) < drop_all
    left[:, N_OF_THINGS:] = False
    return torch.from_numpy(left.astype(np.float32))


def flow_loss(
    flow: Flow, x: Tensor, slots: Tensor, open_slots: Tensor, mask: Tensor | None, run: FlowRun
) -> dict[str, Tensor]:
    """Return the loss, and its parts by name: pose, colour, code, and change from frame to frame.

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
    return {"loss": loss, "pose": pose, "colour": colour, "code": code, "smooth": smooth}


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


@torch.no_grad()
def _sheet(path: Path, flow: torch.nn.Module, things: ThingCodec, *, n: int = 8) -> None:
    """Draw eight frames of scenes that were held out, on grey; then two of them again by v1."""
    slots = np.stack([encode_shot(shot_of(training_scene(HELD_SEEDS.start + i))) for i in range(n)])
    rows = []
    for window, count in ((None, n), (0, 2)):
        dreamt = sample_tokens(
            flow, slots[:count], seeds=list(range(count)), steps=12, guidance=2.0, window=window
        )
        rows += [_row(tokens, one, things) for tokens, one in zip(dreamt, slots, strict=False)]
    cv2.imwrite(str(path), np.concatenate(rows, 0)[..., ::-1])


def _row(tokens: Floats, slots: Floats, things: ThingCodec) -> NDArray[np.uint8]:
    """Return every third frame of a clip, half as large, side by side: its things and its wall, and nothing else."""

    def painted(part: Floats) -> tuple[Poses, Floats]:
        poses, rgb, codes = unpack(part)
        pictures_ = things.painter(torch.from_numpy(codes), torch.from_numpy(rgb.astype(np.float32)))
        return poses, pictures_.clamp(0, 1).permute(0, 2, 3, 1).numpy()

    n, picks = n_things(slots), range(0, N_FRAMES, 3)
    grid, camera = tokens[1:].reshape(N_FRAMES, N_THINGS, N_TOKEN), camera_m(slots)
    grey = np.full((HIGH, HIGH, 3), 128, np.uint8)
    wall = None
    if has_wall(slots):
        pose, picture = painted(tokens[:1])
        wall = picture[0], pose.at(0)
    frames = []
    for t in picks:
        poses, pictures_ = painted(grid[t, :n])
        shade, glow = np.ones((n, *STRIP), np.float32), np.zeros((n, *GLOW, 3), np.float32)
        frame = compose(
            grey, pictures_, poses=poses, lane=lanes(slots)[:n], camera=float(camera[t]), shade=shade, glow=glow,
            wall=wall,
        )  # fmt: skip
        frames.append(cv2.resize(frame, (HIGH // 2, HIGH // 2), interpolation=cv2.INTER_AREA))
    return np.concatenate(frames, 1).astype(np.uint8)
