"""Train the judge: the network that says what a clip shows.

    python -m medialit.generate.judge_train --out build/judge               about 100 minutes of one idle core
    python -m medialit.generate.judge_train --out build/judge --resume      goes on after the last chapter
    python -m medialit.generate.judge_train --out build/judge --export-only writes weights/judge.onnx and its card

Needs PyTorch and onnx (the `train` extra); everybody else runs the ONNX file. The judge never sees a generated clip,
and the generator never sees a scene of the judge: its seeds start at `FIRST_SEED`. It reads 12 frames of 64 x 64
pixels, roughened as generated clips are rough (blur, noise, JPEG, wobble, ghosts, flicker), so that it looks for the
thing and not for the crispness of a render. Twelve questions, one for each kind of object, look for their object in
every frame; the renderer knows where it is, so the looking is taught directly.

Training goes by chapters: `N_SCENES` fresh scenes are rendered, and passes are made over the last three chapters. At
first single frames are read, which teaches kinds, colours and places at a twelfth of the price; then whole clips. A
chapter's randomness follows from its number, so that a resumed run is the run that wasn't cut short.
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 (its name everywhere)
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from medialit.generate.data import crew
from medialit.generate.judge import N_FRAMES, SIDE, WEIGHTS
from medialit.world import ACTIONS, BACKGROUNDS, COLOURS, KINDS, PANS, Scene, draw_scene, simulate
from medialit.world.render import render_staging
from medialit.world.staging import Staging, stage

FIRST_SEED = 10_000_000
HELD_OUT_SEED = 15_000_000  # the scenes that accuracy is reported on
N_SCENES = 1500  # in a chapter
GRID = SIDE // 8

log = logging.getLogger(__name__)
Frames = NDArray[np.uint8]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Recipe:
    """What a training run is made of."""

    frame_chapters: int = 6  # single frames are read, `views` of each clip
    clip_chapters: int = 60  # whole clips are read
    views: int = 4
    frame_batch: int = 64
    clip_batch: int = 24
    frame_rate: float = 2.5e-3
    clip_rate: float = 1.2e-3
    width: int = 96  # channels of a cell of the 8 x 8 grid
    seed: int = 1

    @property
    def chapters(self) -> int:
        """How many chapters there are in all."""
        return self.frame_chapters + self.clip_chapters


class Judge(nn.Module):
    """Frames to answers: convolutions a frame, one question a kind, attention over time."""

    def __init__(self, width: int = 96) -> None:
        super().__init__()
        self.stem = nn.Sequential(_conv(6, 24, 2), _conv(24, 48, 2), _Residual(48))
        self.deep = nn.Sequential(_conv(48, width, 2), _Residual(width), _Residual(width))
        self.place = nn.Parameter(torch.randn(GRID * GRID, width) * 0.02)
        self.questions = nn.Parameter(torch.randn(len(KINDS), width) * 0.1)
        self.keys, self.values = nn.Linear(width, width), nn.Linear(width, width)
        self.around = nn.Linear(width, 32)  # what of the whole picture the objects should know
        self.whole = nn.Linear(32 * GRID * GRID, width)
        self.moment = nn.Parameter(torch.randn(N_FRAMES, width) * 0.02)
        self.over_time = nn.ModuleList(_Block(width) for _ in range(2))
        self.scene_over_time = _Block(width)
        self.at = nn.Linear(width, 2)
        self.mix = nn.Sequential(nn.Linear(3 * width, 2 * width), nn.GELU())
        self.presence = nn.Linear(2 * width, 1)
        self.weigh = nn.Parameter(torch.tensor(1.0))  # of the strongest look
        self.frame_at = nn.Linear(width, 2)
        self.frame_colour = nn.Linear(width, len(COLOURS))
        self.frame_background = nn.Linear(width, len(BACKGROUNDS))
        self.colour = nn.Linear(2 * width, len(COLOURS))
        self.action = nn.Linear(2 * width, len(ACTIONS))
        self.background = nn.Linear(2 * width, len(BACKGROUNDS))
        self.pan = nn.Linear(2 * width, len(PANS))

    def frames(self, x: Tensor) -> tuple[dict[str, Tensor], Tensor, Tensor]:
        """Answer for single frames of shape (N, 6, 64, 64): a picture, and what the next one adds to it.

        Returns the answers, what each question saw, (N, 12, W), and the whole picture, (N, W).
        """
        cells = self.deep(self.stem(x)).flatten(2).transpose(1, 2) + self.place  # (N, 64, W)
        looks = (self.questions @ self.keys(cells).transpose(1, 2)) / math.sqrt(
            cells.shape[-1]
        )  # (N, 12, 64)
        seen = torch.softmax(looks.float(), dim=-1).to(cells.dtype) @ self.values(cells)  # (N, 12, W)
        whole = self.whole(self.around(cells).flatten(1))  # (N, W)
        answer = {
            "looks": looks,
            "colour": self.frame_colour(seen),
            "at": self.frame_at(seen),
            "background": self.frame_background(whole),
            "presence": self.weigh * looks.amax(-1) + self.presence.bias,
        }
        return answer, seen, whole

    def forward(self, clip: Tensor) -> dict[str, Tensor]:
        """Answer for clips of shape (B, T, 3, 64, 64), values -1 to 1."""
        b, t, n = clip.shape[0], N_FRAMES, len(KINDS)
        step = torch.cat([clip[:, 1:] - clip[:, :-1], torch.zeros_like(clip[:, :1])], dim=1)
        frame, seen, whole = self.frames(torch.cat([clip, step], dim=2).reshape(b * t, 6, SIDE, SIDE))
        frame = {name: value.reshape(b, t, *value.shape[1:]) for name, value in frame.items()}
        scene = self.scene_over_time(whole.reshape(b, t, -1) + self.moment)
        things = (seen + self.questions + whole[:, None]).reshape(b, t, n, -1)
        things = things.transpose(1, 2).reshape(b * n, t, -1) + self.moment
        for block in self.over_time:
            things = block(things)
        at = self.at(things).reshape(b, n, t, 2) + frame["at"].transpose(1, 2)
        own = things.reshape(b, n, t, -1)
        summary = torch.cat([own.mean(2), own.amax(2), scene.mean(1)[:, None].expand(-1, n, -1)], -1)
        each = self.mix(summary)
        both = self.mix(torch.cat([scene.mean(1), scene.amax(1), own.mean(2).amax(1)], -1))
        return {
            "presence": self.presence(each).squeeze(-1)
            + self.weigh * frame["looks"].amax(-1).mean(1),  # (B, 12)
            "colour": self.colour(each) + frame["colour"].mean(1),  # (B, 12, 7)
            "action": self.action(each),  # (B, 12, 10)
            "background": self.background(both) + frame["background"].mean(1),  # (B, 8)
            "pan": self.pan(both),  # (B, 3)
            "at": at,  # (B, 12, T, 2), 0 to 1 from the upper left corner
            "looks": frame["looks"],  # (B, T, 12, 64)
        }


def _conv(c_in: int, c_out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(c_in, c_out, 3, stride, 1, bias=False), nn.BatchNorm2d(c_out), nn.ReLU(inplace=True)
    )


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _conv(width, width)
        self.conv, self.norm = nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.norm(self.conv(self.first(x))))


class _Block(nn.Module):
    """Self-attention over the frames of one object, then a wider step; both normalised first."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.norm, self.norm_wide = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        n, t, w = x.shape
        q, k, v = (
            part.reshape(n, t, self.heads, w // self.heads).transpose(1, 2)
            for part in self.qkv(self.norm(x)).chunk(3, dim=-1)
        )
        weights = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(w // self.heads), dim=-1)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(n, t, w))
        return x + self.wide(self.norm_wide(x))


@dataclass(frozen=True, eq=False)
class Batch:
    """Clips and what they show; -1 where a kind isn't there or can't be seen.

    `frames` (B, T, 64, 64, 3); `presence` (B, 12); `colour`, `action` (B, 12); `background`, `pan` (B,);
    `at` (B, 12, T, 2), 0 to 1, and `seen` (B, 12, T).
    """

    frames: Frames
    presence: Ints
    colour: Ints
    action: Ints
    background: Ints
    pan: Ints
    at: NDArray[np.float32]
    seen: NDArray[np.bool_]

    def take(self, index: Ints) -> Batch:
        """Return some of the clips."""
        return Batch(**{name: value[index] for name, value in vars(self).items()})

    @staticmethod
    def join(batches: list[Batch]) -> Batch:
        """Return all clips of several batches."""
        return Batch(
            **{name: np.concatenate([getattr(b, name) for b in batches]) for name in vars(batches[0])}
        )


def scene_for_judge(seed: int) -> Scene:
    """Draw a scene, as the generator's are drawn but with two objects in half of them."""
    return draw_scene(
        seed, n_objects=None if seed % 4 == 0 else 1 + seed % 2, duration_s=2.0, fps=12.0, shake_m=0.0
    )


def picture(scene: Scene, *, seed: int) -> Frames:
    """Render every second frame, from the first or the second on; one in four is rendered larger and reduced."""
    rng = np.random.default_rng([seed, 0x10DE])
    staging = _every_second(stage(simulate(scene)), phase=int(rng.integers(2)))
    side = SIDE if rng.random() < 0.75 else 2 * SIDE
    frames = render_staging(scene, staging, size=(side, side)).frames
    if side == SIDE:
        return frames
    return np.stack([cv2.resize(f, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for f in frames]).astype(
        np.uint8
    )


def _every_second(staging: Staging, *, phase: int) -> Staging:
    tracks = staging.tracks
    cut = slice(phase, None, 2)
    fewer = replace(
        tracks,
        **{
            name: getattr(tracks, name)[cut]
            for name in (
                "times_s",
                "position_m",
                "velocity_m_s",
                "angle_rad",
                "stride_rad",
                "present",
                "camera_m",
            )
        },
    )
    return stage(fewer)


def chapter(first_seed: int, n: int) -> Batch:
    """Render `n` scenes from `first_seed` on."""
    frames = np.empty((n, N_FRAMES, SIDE, SIDE, 3), np.uint8)
    presence = np.zeros((n, len(KINDS)), np.int64)
    colour, action = np.full_like(presence, -1), np.full_like(presence, -1)
    background, pan = np.empty(n, np.int64), np.empty(n, np.int64)
    at = np.zeros((n, len(KINDS), N_FRAMES, 2), np.float32)
    seen = np.zeros((n, len(KINDS), N_FRAMES), bool)
    for i in range(n):
        seed = first_seed + i
        scene = scene_for_judge(seed)
        frames[i] = picture(scene, seed=seed)
        rng = np.random.default_rng([seed, 0x10DE])
        tracks = _every_second(stage(simulate(scene)), phase=int(rng.integers(2))).tracks
        where, visible = tracks.px((SIDE, SIDE)) / SIDE, tracks.visible((SIDE, SIDE))
        for j, thing in enumerate(scene.objects):
            k = KINDS.index(thing.kind)
            presence[i, k] = 1
            colour[i, k] = list(COLOURS).index(thing.colour)
            action[i, k] = ACTIONS.index(thing.action)
            at[i, k], seen[i, k] = where[:, j], visible[:, j]
        background[i], pan[i] = BACKGROUNDS.index(scene.background), PANS.index(scene.pan)
    return Batch(frames, presence, colour, action, background, pan, at, seen)


_MIRRORED_ACTION = np.array(
    [ACTIONS.index({"roll_left": "roll_right", "roll_right": "roll_left"}.get(a, a)) for a in ACTIONS]
)
_MIRRORED_PAN = np.array([PANS.index({"left": "right", "right": "left"}.get(p, p)) for p in PANS])


def mirrored(batch: Batch) -> Batch:
    """Return every clip as a mirror shows it, with left and right exchanged in the answers."""
    at = batch.at.copy()
    at[..., 0] = 1 - at[..., 0]
    return replace(
        batch,
        frames=batch.frames[:, :, :, ::-1],
        action=np.where(batch.action >= 0, _MIRRORED_ACTION[batch.action], -1),
        pan=_MIRRORED_PAN[batch.pan],
        at=at,
    )


def roughened(clip: Frames, rng: np.random.Generator) -> Frames:
    """Return a clip (T, 64, 64, 3) as a poor generator or a poor codec might have given it."""
    frames = clip.astype(np.float32)
    if rng.random() < 0.25:  # a ghost of the frame before
        share = np.float32(rng.uniform(0.1, 0.35))
        frames[1:] = (1 - share) * frames[1:] + share * frames[:-1]
    if rng.random() < 0.35:  # outlines that wobble
        _wobble(frames, rng, amplitude=float(rng.uniform(0.3, 1.0)))
    if rng.random() < 0.5:
        sigma = float(rng.uniform(0.3, 1.0))
        for f in frames:
            cv2.GaussianBlur(f, (0, 0), sigma, dst=f)
    gain = rng.normal(1.0, 0.03, (1, 1, 1, 3)) * rng.normal(1.0, 0.05)
    if rng.random() < 0.3:  # flicker
        gain = gain * rng.normal(1.0, 0.02, (len(frames), 1, 1, 1))
    frames *= gain.astype(np.float32)
    if rng.random() < 0.5:
        frames += rng.standard_normal(frames.shape, dtype=np.float32) * np.float32(rng.uniform(1, 6))
    out = np.clip(frames, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        quality = int(rng.integers(35, 95))
        for f in out:
            f[:] = cv2.imdecode(cv2.imencode(".jpg", f, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1)
    return out


def _wobble(frames: NDArray[np.float32], rng: np.random.Generator, *, amplitude: float) -> None:
    ys, xs = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    for f in frames:
        field = rng.standard_normal((2, 9, 9), dtype=np.float32) * np.float32(amplitude)
        dx, dy = (cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC) for part in field)
        f[:] = cv2.remap(f, xs + dx, ys + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def as_input(frames: Frames, device: torch.device | str = "cpu") -> Tensor:
    """Return clips (B, T, 64, 64, 3) as the network reads them."""
    clips = torch.from_numpy(np.ascontiguousarray(frames)).to(device)
    return clips.permute(0, 1, 4, 2, 3).float() / 127.5 - 1


def losses(answer: dict[str, Tensor], batch: Batch) -> dict[str, Tensor]:
    """Return the parts of the loss for clips."""
    device = answer["action"].device
    action = torch.from_numpy(batch.action).to(device)
    there = torch.from_numpy(batch.seen.any(axis=2)).to(device)  # what is never in sight teaches nothing
    return _looking(answer["looks"].float().transpose(1, 2), answer["at"].float(), batch) | {
        **_naming(answer, batch),
        "action": 2 * F.cross_entropy(answer["action"].float()[there], action[there]),
        "pan": F.cross_entropy(answer["pan"].float(), torch.from_numpy(batch.pan).to(device)),
    }


def frame_losses(answer: dict[str, Tensor], batch: Batch) -> dict[str, Tensor]:
    """Return the parts of the loss for single frames: a batch of clips that are one frame long."""
    return _looking(answer["looks"].float()[:, :, None], answer["at"].float()[:, :, None], batch) | _naming(
        answer, batch
    )


def _naming(answer: dict[str, Tensor], batch: Batch) -> dict[str, Tensor]:
    device = answer["presence"].device
    presence = torch.from_numpy(batch.presence).float().to(device)
    seen = torch.from_numpy(batch.seen.any(axis=2)).to(device)
    colour, background = (
        torch.from_numpy(batch.colour).to(device),
        torch.from_numpy(batch.background).to(device),
    )
    present = F.binary_cross_entropy_with_logits(answer["presence"].float(), presence, reduction="none")
    return {
        "presence": present[(presence == 0) | seen].mean() * len(KINDS),
        "colour": F.cross_entropy(answer["colour"].float()[seen], colour[seen]),
        "background": F.cross_entropy(answer["background"].float(), background),
    }


def _looking(looks: Tensor, where: Tensor, batch: Batch) -> dict[str, Tensor]:
    """Each kind's question should look where its object is, and no other question more than it: looks (B, 12, T, 64)."""
    seen, at = torch.from_numpy(batch.seen).to(looks.device), torch.from_numpy(batch.at).to(looks.device)
    cell = (at.clamp(0, 0.999) * GRID).long()
    target = cell[..., 1] * GRID + cell[..., 0]  # (B, 12, T)
    clip, kind, moment = torch.nonzero(seen, as_tuple=True)
    which = looks[clip, :, moment, target[clip, kind, moment]]  # (n, 12): every kind's look at what is there
    return {
        "looks": 0.3 * F.cross_entropy(looks[seen], target[seen]),
        "which": F.cross_entropy(which, kind),
        "at": 5 * F.l1_loss(where[seen], at[seen]),
    }


@torch.no_grad()
def accuracies(net: Judge, batch: Batch, *, size: int = 64) -> dict[str, float]:
    """Return the share of objects, and of clips, whose answers are right."""
    net.eval()
    device = net.place.device
    parts = [net(as_input(batch.frames[i : i + size], device)) for i in range(0, len(batch.frames), size)]
    answer = {name: torch.cat([p[name] for p in parts]).float().cpu().numpy() for name in parts[0]}
    there = batch.presence.astype(bool)
    two = batch.presence.sum(1) == 2
    kinds = ((answer["presence"] > 0) == there).all(1)
    action = answer["action"].argmax(-1)[there] == batch.action[there]
    of_two = two[np.nonzero(there)[0]]
    return {
        "object": float(kinds.mean()),
        "object_two": float(kinds[two].mean()),
        "colour": float((answer["colour"].argmax(-1)[there] == batch.colour[there]).mean()),
        "action": float(action.mean()),
        "action_one": float(action[~of_two].mean()),
        "action_two": float(action[of_two].mean()),
        "background": float((answer["background"].argmax(-1) == batch.background).mean()),
        "pan": float((answer["pan"].argmax(-1) == batch.pan).mean()),
        "off": float(np.abs(answer["at"] - batch.at)[batch.seen].mean()),
    }


@torch.no_grad()
def check_of(net: Judge, batch: Batch, *, singly: bool) -> dict[str, float]:
    """Return accuracies, of frames while only frames were read."""
    if not singly:
        return accuracies(net, batch)
    net.eval()
    x = as_input(batch.frames[:, 4:6], net.place.device)
    answer, _, _ = net.frames(torch.cat([x[:, 0], x[:, 1] - x[:, 0]], dim=1))
    answer = {name: value.cpu() for name, value in answer.items()}
    seen = batch.seen[:, :, 4]
    colour = answer["colour"].argmax(-1).numpy()[seen] == batch.colour[seen]
    kinds = ((answer["presence"].numpy() > 0) == batch.presence.astype(bool)).all(1)
    background = answer["background"].argmax(-1).numpy() == batch.background
    return {
        "object": float(kinds.mean()),
        "colour": float(colour.mean()),
        "background": float(background.mean()),
        "off": float(np.abs(answer["at"].numpy() - batch.at[:, :, 4])[seen].mean()),
    }


def train(
    out: Path,
    recipe: Recipe,
    *,
    resume: bool,
    stop_after: int | None = None,
    device: str = "cpu",
    workers: int = 0,
) -> Judge:
    """Train, or go on training, and leave a checkpoint after each chapter; `stop_after` chapters, if given.

    With `workers`, that many processes render, and as many roughen.
    """
    torch.manual_seed(recipe.seed)
    net = Judge(recipe.width).to(device=device, memory_format=torch.channels_last)
    decayed = [p for p in net.parameters() if p.ndim > 1]
    plain = [p for p in net.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0.0}], lr=0.0
    )
    checkpoint, first = out / "checkpoint.pt", 0
    if resume and checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True, map_location=device)
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        first = int(state["chapter"]) + 1
    last = min(recipe.chapters, stop_after or recipe.chapters)
    with crew(workers) as each:
        check = _rendered(each, HELD_OUT_SEED - 1000, 300)  # watched in training; the report uses others
        seeds = [FIRST_SEED + c * N_SCENES for c in range(max(0, first - 2), last)]
        parts = iter(each(_part, [(seed + i, _PART) for seed in seeds for i in range(0, N_SCENES, _PART)]))
        window: list[Batch] = []
        for c in range(max(0, first - 2), last):
            started = time.time()
            window = [*window[-2:], Batch.join(list(itertools.islice(parts, N_SCENES // _PART)))]
            if c < first:
                continue
            rendered = time.time()
            means = _read_chapter(net, optimiser, Batch.join(window), recipe, c, workers=workers)
            torch.save(
                {"net": net.state_dict(), "optimiser": optimiser.state_dict(), "chapter": c}, checkpoint
            )
            seen = check_of(net, check, singly=c < recipe.frame_chapters)
            line = {
                "chapter": c,
                "waited_s": round(rendered - started, 1),
                "train_s": round(time.time() - rendered, 1),
                "loss": means,
                "check": {k: round(v, 4) for k, v in seen.items()},
            }
            log.info("%s", json.dumps(line))
            with (out / "log.jsonl").open("a") as file:
                file.write(json.dumps(line) + "\n")
    return net


_PART = 50  # scenes that one worker renders at a time


def _part(of: tuple[int, int]) -> Batch:
    return chapter(*of)


def _rendered(each: Callable[..., Iterator[Batch]], first_seed: int, n: int) -> Batch:
    return Batch.join(list(each(_part, [(first_seed + i, _PART) for i in range(0, n, _PART)])))


class _Reading(Dataset[Batch]):
    """The batches of a chapter, each roughened by its own number."""

    def __init__(self, data: Batch, recipe: Recipe, c: int) -> None:
        rng = np.random.default_rng([recipe.seed, c])
        self.data, self.recipe, self.c = data, recipe, c
        self.singly = c < recipe.frame_chapters
        self.size = recipe.frame_batch if self.singly else recipe.clip_batch
        views = recipe.views if self.singly else 1
        self.order = np.concatenate([rng.permutation(len(data.frames)) for _ in range(views)])

    def __len__(self) -> int:
        return len(self.order) // self.size

    def __getitem__(self, step: int) -> Batch:
        rng = np.random.default_rng([self.recipe.seed, self.c, step])
        batch = self.data.take(self.order[step * self.size : (step + 1) * self.size])
        if rng.random() < 0.5:
            batch = mirrored(batch)
        if self.singly:
            batch = _single(batch, rng)
        return replace(batch, frames=np.stack([roughened(clip, rng) for clip in batch.frames]))


def _single(batch: Batch, rng: np.random.Generator) -> Batch:
    """Return one frame of each clip, with the one after it (or itself again, at the end)."""
    rows = np.arange(len(batch.frames))
    moment = rng.integers(N_FRAMES, size=len(rows))
    after = np.minimum(moment + 1, N_FRAMES - 1)
    return replace(
        batch,
        frames=np.stack([batch.frames[rows, moment], batch.frames[rows, after]], axis=1),
        at=batch.at[rows, :, moment][:, :, None],
        seen=batch.seen[rows, :, moment][:, :, None],
    )


def _read_chapter(
    net: Judge, optimiser: torch.optim.Optimizer, data: Batch, recipe: Recipe, c: int, *, workers: int = 0
) -> dict[str, float]:
    net.train()
    reading = _Reading(data, recipe, c)
    ahead = {"multiprocessing_context": "fork", "prefetch_factor": 4} if workers else {}
    sums: dict[str, float] = {}
    for step, batch in enumerate(
        DataLoader(reading, batch_size=None, num_workers=workers, collate_fn=_as_is, **ahead)
    ):
        for group in optimiser.param_groups:
            group["lr"] = _rate(recipe, c + step / len(reading))
        parts = _frames_read(net, batch) if reading.singly else _clips_read(net, batch)
        loss = torch.stack(list(parts.values())).sum()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        for name, part in parts.items():
            sums[name] = sums.get(name, 0.0) + part.item() / len(reading)
    return {name: round(total, 4) for name, total in sums.items()}


def _as_is(batch: Batch) -> Batch:
    return batch


def _clips_read(net: Judge, batch: Batch) -> dict[str, Tensor]:
    device = net.place.device
    with torch.autocast(device.type, torch.bfloat16):
        answer = net(as_input(batch.frames, device))
    return losses(answer, batch)


def _frames_read(net: Judge, batch: Batch) -> dict[str, Tensor]:
    device = net.place.device
    x = as_input(batch.frames, device)
    with torch.autocast(device.type, torch.bfloat16):
        answer, _, _ = net.frames(torch.cat([x[:, 0], x[:, 1] - x[:, 0]], dim=1))
    return frame_losses(answer, batch)


def _rate(recipe: Recipe, chapter: float) -> float:
    """Return the learning rate: in both parts a short rise, then half a cosine, first to a tenth, then to nothing."""
    n, peak, least = recipe.frame_chapters, recipe.frame_rate, 0.1
    if chapter >= n:
        chapter, n, peak, least = chapter - n, recipe.clip_chapters, recipe.clip_rate, 0.01
    share = chapter / n
    return (
        peak * min(share / 0.03 + 0.05, 1.0) * (least + (1 - least) * (0.5 + 0.5 * math.cos(math.pi * share)))
    )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Train the judge and export it.")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint and log")
    parser.add_argument("--frame-chapters", type=int, default=Recipe.frame_chapters)
    parser.add_argument("--clip-chapters", type=int, default=Recipe.clip_chapters)
    parser.add_argument("--clip-batch", type=int, default=Recipe.clip_batch)
    parser.add_argument("--device", default="cpu", help="as PyTorch names it")
    parser.add_argument("--workers", type=int, default=0, help="processes that render, and that roughen")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument(
        "--stop-after", type=int, metavar="N", help="leave off after N chapters, without exporting"
    )
    parser.add_argument("--export-only", action="store_true")
    parser.add_argument("--note", default="", help="goes into the card")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    options.out.mkdir(parents=True, exist_ok=True)
    recipe = Recipe(
        frame_chapters=options.frame_chapters,
        clip_chapters=options.clip_chapters,
        clip_batch=options.clip_batch,
    )
    if options.export_only:
        net = Judge(recipe.width)
        net.load_state_dict(
            torch.load(options.out / "checkpoint.pt", weights_only=True, map_location="cpu")["net"]
        )
    else:
        net = train(
            options.out,
            recipe,
            resume=options.resume,
            stop_after=options.stop_after,
            device=options.device,
            workers=options.workers,
        )
        if options.stop_after:
            return
    from medialit.generate.judge_export import export

    card = export(
        net,
        WEIGHTS,
        training=asdict(recipe)
        | {"note": options.note}
        | {"first_seed": FIRST_SEED, "scenes_a_chapter": N_SCENES},
    )
    log.info("%s", json.dumps(card))


if __name__ == "__main__":
    main()
