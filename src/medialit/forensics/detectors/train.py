"""Train the learned detector: ``python -m medialit.forensics.detectors.train PACK... --out FOLDER``.

Squares through three frames are cut from the packs, with the truth of each: was it written by a fake? A tiny network
sees their residuals only and learns to say so, while squares are flipped, blurred, resized, re-encoded as JPEG, and
changed in brightness. A third of the fakes it sees are made on the spot, by blending a square with a resampled, softened
or re-quantised version of itself under a soft mask: a trace of blending, whoever made it.

Needs ``medialit[train]``. A run that was stopped goes on from its last epoch.

References
----------
Bayar and Stamm (2016), IH&MMSec: convolutions over residuals, so that content does not matter.
Shiohara and Yamasaki (2022), CVPR, arXiv:2204.08376: fakes blended from one picture generalise to other methods.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from medialit.forensics.detectors.learned import DEPTH, SIDE
from medialit.media import read
from medialit.onnx_file import silent

log = logging.getLogger(__name__)

SEEN_IN_PIXELS: Final = (
    "swap", "mouth", "splice", "remove", "insert", "clone", "retime", "interpolate", "regenerate", "v1", "v2",
)  # fmt: skip
"""Kinds whose squares are shown as fakes: a shifted voice, a repeated stretch, a broken law are not in three frames."""

_A_CLIP: Final = 12
_LEAST_SHARE: Final = 0.15  # of a square that a fake wrote, for it to count as one

Tubes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False, kw_only=True)
class Squares:
    """Squares with their truth.

    Parameters
    ----------
    tubes : ndarray of uint8, shape (N, 3, 64, 64)
    synthetic : ndarray of bool, shape (N,)
    kinds, splits : ndarray of str, shape (N,)
    """

    tubes: Tubes
    synthetic: NDArray[np.bool_]
    kinds: NDArray[np.str_]
    splits: NDArray[np.str_]


class Network(nn.Module):  # type: ignore[misc]  # untyped where PyTorch is not installed
    """Brightness through three frames in; log-odds out. About 35,000 weights."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        fine = torch.tensor([[1.0, -2, 1], [-2, 4, -2], [1, -2, 1]]) / 6
        across = torch.tensor([[0.0, 0, 0], [1, -2, 1], [0, 0, 0]]) / 2
        self.register_buffer("kernels", torch.stack([fine, across, across.T])[:, None])
        w = width
        self.layers = nn.Sequential(
            _step(3 * DEPTH + DEPTH - 1, w, stride=2), _step(w, 2 * w, stride=1), _step(2 * w, 2 * w, stride=2),
            _step(2 * w, 3 * w, stride=2),
        )  # fmt: skip
        self.last = nn.Linear(6 * w, 1)

    def forward(self, tubes: torch.Tensor) -> torch.Tensor:
        """Return log-odds, shape (N,), of tubes of shape (N, 3, 64, 64), brightness from 0 to 255."""
        n, depth, height, width = tubes.shape
        flat = tubes.reshape(n * depth, 1, height, width)
        rest = functional.conv2d(flat, self.kernels).reshape(n, 3 * depth, height - 2, width - 2)
        change = (tubes[:, 1:] - tubes[:, :-1])[:, :, 1:-1, 1:-1]
        seen = torch.cat([rest, change / 2], dim=1)
        seen = torch.sign(seen) * torch.log1p(seen.abs())  # fine grain counts, edges do not drown it
        found = self.layers(seen)
        pooled = torch.cat([found.mean(dim=(2, 3)), found.amax(dim=(2, 3))], dim=1)
        found_odds: torch.Tensor = self.last(pooled).reshape(-1)
        return found_odds


def _step(n_in: int, n_out: int, *, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU()
    )


def listed(folder: Path) -> list[dict[str, Any]]:
    """Return what is known of the clips of a pack, finished or not: `medialit clips build` keeps it pair by pair."""
    parts = sorted((folder / "parts").glob("*.json"))
    rows = [row for part in parts for row in json.loads(part.read_text(encoding="utf-8"))]
    return [{**row, "folder": folder} for row in rows]


def cut(rows: Sequence[Mapping[str, Any]], *, seed: int) -> Squares:
    """Cut squares from clips that `listed` found; the same seed gives the same squares."""
    tubes, synthetic, kinds, splits = [], [], [], []
    for k, row in enumerate(rows):
        rng = np.random.default_rng([seed, k])
        fake = row["label"] == "synthetic"
        if fake and row["kind"] not in SEEN_IN_PIXELS:
            continue
        frames = read(row["folder"] / row["file"], audio=False, damaged="keep").frames
        grey = np.stack([np.asarray(cv2.cvtColor(f, cv2.COLOR_RGB2GRAY), np.uint8) for f in frames])
        region = _region(row["folder"] / row["region"]) if row["region"] else None
        for tube, share in _some(grey, region, rng):
            if fake and share < _LEAST_SHARE:
                continue  # untouched squares of a fake have twins in the camera clip
            tubes.append(tube)
            synthetic.append(fake)
            kinds.append(row["kind"])
            splits.append(row["split"])
        if k % 50 == 0:
            log.info("cut %d of %d clips", k, len(rows))
    return Squares(
        tubes=np.stack(tubes), synthetic=np.array(synthetic), kinds=np.array(kinds), splits=np.array(splits)
    )


def _region(path: Path) -> NDArray[np.bool_]:
    """Return where a clip was faked, shape (T, H, W); the clip pack stores it as packed bits."""
    with np.load(path, allow_pickle=False) as held:
        shape = tuple(int(n) for n in held["shape"])
        bits = np.unpackbits(held["bits"], count=int(np.prod(shape)))
    return np.asarray(bits.reshape(shape), np.bool_)


def _some(
    grey: Tubes, region: NDArray[np.bool_] | None, rng: np.random.Generator
) -> Iterator[tuple[Tubes, float]]:
    n, height, width = grey.shape
    for _ in range(_A_CLIP):
        t = int(rng.integers(0, n - DEPTH + 1))
        y, x = int(rng.integers(0, height - SIDE + 1)), int(rng.integers(0, width - SIDE + 1))
        share = 0.0
        if region is not None:
            written = np.flatnonzero(region.any(axis=(1, 2)))
            if len(written) == 0:
                return
            t = int(np.clip(rng.choice(written) - rng.integers(DEPTH), 0, n - DEPTH))
            spots = np.argwhere(region[t : t + DEPTH].any(axis=0))
            if len(spots) == 0:
                continue
            spot = spots[rng.integers(len(spots))]
            y = int(np.clip(spot[0] - rng.integers(SIDE), 0, height - SIDE))
            x = int(np.clip(spot[1] - rng.integers(SIDE), 0, width - SIDE))
            share = float(region[t : t + DEPTH, y : y + SIDE, x : x + SIDE].mean())
        yield grey[t : t + DEPTH, y : y + SIDE, x : x + SIDE].copy(), share


def shaken(tube: Tubes, rng: np.random.Generator) -> Tubes:
    """Change a square as platforms and cameras do, the same in its three frames; nothing that makes a fake."""
    out = tube
    if rng.random() < 0.5:
        out = out[:, :, ::-1]
    if rng.random() < 0.3:
        out = out[::-1]  # time backwards
    if rng.random() < 0.5:
        gain, lift = rng.uniform(0.75, 1.25), rng.uniform(-15, 15)
        out = np.clip(out.astype(np.float32) * gain + lift, 0, 255).astype(np.uint8)
    way = rng.random()
    if way < 0.2:
        sigma = float(rng.uniform(0.3, 0.9))
        out = _each(out, lambda f: cv2.GaussianBlur(f, (0, 0), sigma))
    elif way < 0.4:
        scale = float(rng.uniform(0.5, 0.95))
        small = max(16, round(SIDE * scale))
        up = int(rng.choice([cv2.INTER_CUBIC, cv2.INTER_LINEAR]))
        out = _each(
            out,
            lambda f: cv2.resize(
                cv2.resize(f, (small, small), interpolation=cv2.INTER_AREA), (SIDE, SIDE), interpolation=up
            ),
        )
    if rng.random() < 0.35:
        quality = int(rng.integers(45, 96))
        out = _each(out, lambda f: _jpeg(f, quality))
    return np.ascontiguousarray(out)


def blended(tube: Tubes, rng: np.random.Generator) -> Tubes:
    """Return a fake made of a square and a changed version of itself, blended under a soft mask."""
    other = tube.astype(np.float32)
    ways = rng.permutation(4)[: int(rng.integers(1, 3))]
    for way in ways:
        if way == 0:
            small = max(16, round(SIDE * float(rng.uniform(0.4, 0.8))))
            other = np.stack([cv2.resize(cv2.resize(f, (small, small)), (SIDE, SIDE)) for f in other])
        elif way == 1:
            move = np.array([[1, 0, rng.uniform(-2, 2)], [0, 1, rng.uniform(-2, 2)]], np.float32)
            other = np.stack(
                [cv2.warpAffine(f, move, (SIDE, SIDE), borderMode=cv2.BORDER_REFLECT) for f in other]
            )
        elif way == 2:
            other = np.stack([cv2.GaussianBlur(f, (0, 0), float(rng.uniform(0.6, 1.5))) for f in other])
        else:  # what a decoder does: the frames share their detail
            other = 0.5 * other + 0.5 * other.mean(axis=0, keepdims=True)
    other = other * rng.uniform(0.92, 1.08) + rng.uniform(-6, 6)
    y, x = np.mgrid[:SIDE, :SIDE]
    cy, cx, ry, rx = *rng.uniform(8, SIDE - 8, 2), *rng.uniform(12, SIDE, 2)
    inside = 1 - np.hypot((y - cy) / ry, (x - cx) / rx)
    mask = np.clip(inside / rng.uniform(0.05, 0.5), 0, 1)[None].astype(np.float32)
    return np.asarray(np.clip(np.rint(tube + mask * (other - tube)), 0, 255), np.uint8)


def _each(tube: Tubes, change: Any) -> Tubes:
    changed: Tubes = np.stack([change(np.ascontiguousarray(frame)) for frame in tube])
    return changed


def _jpeg(frame: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    coded = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)


def train(
    squares: Squares, *, out: Path, n_epochs: int, seed: int, batch: int = 64, rate: float = 2e-3
) -> Network:
    """Train a network, or go on where a run in `out` stopped; both kinds are drawn equally often.

    Parameters
    ----------
    squares : Squares
    out : Path
        Folder of ``last.pt`` and ``log.jsonl``.
    n_epochs, batch : int
    seed : int
    rate : float
        The highest of the cosine schedule.
    """
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    network = Network()
    steps = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-3)
    begun = 0
    if (out / "last.pt").exists():
        held = torch.load(out / "last.pt", weights_only=True)
        network.load_state_dict(held["network"])
        steps.load_state_dict(held["steps"])
        begun = int(held["epoch"])
    fakes, camera = np.flatnonzero(squares.synthetic), np.flatnonzero(~squares.synthetic)
    n_steps = len(squares.tubes) // batch
    for epoch in range(begun, n_epochs):
        rng = np.random.default_rng([seed, epoch])
        network.train()
        for group in steps.param_groups:
            group["lr"] = float(rate * 0.5 * (1 + np.cos(np.pi * epoch / n_epochs)))
        losses = []
        for _ in range(n_steps):
            tubes, labels = _batch(squares.tubes, fakes, camera, batch, rng)
            loss = functional.binary_cross_entropy_with_logits(network(tubes), labels)
            steps.zero_grad()
            loss.backward()
            steps.step()
            losses.append(float(loss.detach()))
        done = {"epoch": epoch + 1, "loss": float(np.mean(losses))}
        with (out / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(done) + "\n")
        log.info("epoch %d: loss %.3f", done["epoch"], done["loss"])
        draft = out / "last.part"
        torch.save({"network": network.state_dict(), "steps": steps.state_dict(), "epoch": epoch + 1}, draft)
        draft.replace(out / "last.pt")
    network.eval()
    return network


def _batch(
    tubes: Tubes, fakes: NDArray[np.int_], camera: NDArray[np.int_], n: int, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return n squares, half of them fakes, of which a third are made on the spot of camera squares."""
    n_made = n // 6
    honest = [tubes[k] for k in rng.choice(camera, n // 2)]
    made = [blended(tubes[k], rng) for k in rng.choice(camera, n_made)]
    known = [tubes[k] for k in rng.choice(fakes, n - n // 2 - n_made)]
    shown = np.stack([shaken(tube, rng) for tube in (*honest, *made, *known)])
    labels = np.arange(n) >= len(honest)
    return torch.from_numpy(shown).float(), torch.from_numpy(labels.astype(np.float32))


def export(network: Network, path: Path) -> None:
    """Write the network as ONNX, the number of squares open."""
    example = torch.zeros(2, DEPTH, SIDE, SIDE)
    program = torch.onnx.export(
        network.eval(), (example,), input_names=["tubes"], output_names=["logit"],
        dynamic_shapes=({0: torch.export.Dim("n")},), dynamo=True, verbose=False,
    )  # fmt: skip
    assert program is not None
    path.write_bytes(silent(program.model_proto))


def main(arguments: Sequence[str] | None = None) -> None:
    """Cut, train, and write ``network.onnx``."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("packs", type=Path, nargs="+", help="folders of packs")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--splits", default="train", help="with commas between; the others are not looked at")
    parser.add_argument("--without", default="", help="kinds that are left out, with commas between")
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    wanted, left_out = given.splits.split(","), [k for k in given.without.split(",") if k]
    rows = [
        row
        for folder in given.packs
        for row in listed(folder)
        if row["split"] in wanted and not (row["label"] == "synthetic" and row["kind"] in left_out)
    ]
    squares = cut(rows, seed=given.seed)
    log.info("%d squares, %d of them fakes", len(squares.tubes), int(squares.synthetic.sum()))
    network = train(squares, out=given.out, n_epochs=given.epochs, seed=given.seed)
    export(network, given.out / "network.onnx")
    log.info("wrote %s", given.out / "network.onnx")


if __name__ == "__main__":
    main()
