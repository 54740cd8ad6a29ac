"""Train the learned detector: ``python -m medialit.forensics.detectors.train PACK... --out FOLDER``.

Every clip of the packs becomes maps of measurements (`medialit.forensics.detectors.mapped`), with the truth of each
place: did a fake write it? A small network learns to say so. Maps are flipped and turned, families of measurements are
taken away now and then, so that none is relied on alone, and what a place looks like (its brightness, its detail) is
shifted.

Needs ``medialit[train]``. A run that was stopped goes on from its last epoch.

References
----------
Long, Shelhamer and Darrell (2015), CVPR: networks that answer for each place.
Srivastava et al. (2014), JMLR 15:1929: taking inputs away at random.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from medialit.forensics import cues
from medialit.forensics.detectors.mapped import CHANNELS, FAMILIES, Maps, maps_of
from medialit.forensics.grain import ACROSS
from medialit.onnx_file import silent

log = logging.getLogger(__name__)

UNSEEN: Final = ("lip_offset",)
"""Kinds that write no picture: there is no place to learn."""

_WRITTEN: Final = 0.5  # share of a place, over the frames of a stack, from which on it counts as written
_UNTOUCHED: Final = 0.02  # and up to which it does not
_FARTHEST: Final = 6.0  # deviations
_TAKEN_AWAY: Final = 0.08  # how often a family of measurements is
_SHIFTED: Final = ("noise_all", "detail", "light", "change")
_SHIFT: Final = 0.2
_FEW: Final = 20.0  # places below which those of a stack weigh less

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False, kw_only=True)
class Examples:
    """Stacks of maps with their truth, filled up to the same size.

    Parameters
    ----------
    values : ndarray of float16, shape (N, C, 40, 40)
    written : ndarray of int8, shape (N, 40, 40)
        1 where a fake wrote, 0 where not, -1 where it is neither or nothing.
    there : ndarray of bool, shape (N, 40, 40)
        Where there is a place at all.
    synthetic : ndarray of bool, shape (N,)
    kinds, splits : ndarray of str, shape (N,)
    """

    values: NDArray[np.float16]
    written: NDArray[np.int8]
    there: NDArray[np.bool_]
    synthetic: NDArray[np.bool_]
    kinds: NDArray[np.str_]
    splits: NDArray[np.str_]

    def __len__(self) -> int:
        """Return how many stacks there are."""
        return len(self.values)

    def some(self, kept: NDArray[np.bool_]) -> Examples:
        """Return those that are marked."""
        names = ("values", "written", "there", "synthetic", "kinds", "splits")
        return Examples(**{name: getattr(self, name)[kept] for name in names})


class Network(nn.Module):  # type: ignore[misc]  # untyped where PyTorch is not installed
    """Maps in; log-odds of each place out. About 30,000 weights; it sees four places around each."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.register_buffer("usual", torch.zeros(1, len(CHANNELS), 1, 1))
        self.register_buffer("spread", torch.ones(1, len(CHANNELS), 1, 1))
        self.mix = nn.Conv2d(len(CHANNELS), width, 1)
        self.near = nn.Conv2d(width, width, 3, padding=1)
        self.far = nn.Conv2d(width, width, 3, padding=2, dilation=2)
        self.again = nn.Conv2d(width, width, 3, padding=1)
        self.drop = nn.Dropout2d(0.1)
        self.last = nn.Conv2d(2 * width, 1, 1)

    def forward(self, maps: torch.Tensor, there: torch.Tensor | None = None) -> torch.Tensor:
        """Return log-odds, shape (N, R, K), of maps, (N, C, R, K).

        `there`, (N, 1, R, K), is 0 where maps were filled up to one size.
        """
        held = 1.0 if there is None else there
        seen = torch.clamp((maps - self.usual) / self.spread, -_FARTHEST, _FARTHEST)
        mixed = functional.relu(self.mix(seen)) * held
        near = functional.relu(self.near(mixed)) * held
        far = self.drop(functional.relu(self.far(near))) * held
        found = functional.relu(self.again(far) + near) * held
        odds: torch.Tensor = self.last(torch.cat([found, mixed], dim=1))[:, 0]
        return odds


def listed(folder: Path) -> list[dict[str, Any]]:
    """Return what is known of the clips of a pack, finished or not: `medialit clips build` keeps it pair by pair."""
    parts = sorted((folder / "parts").glob("*.json"))
    rows = [row for part in parts for row in json.loads(part.read_text(encoding="utf-8"))]
    return [{**row, "folder": folder} for row in rows]


def measured(row: Mapping[str, Any]) -> Maps | None:
    """Return the maps of a clip that `listed` found."""
    return maps_of(cues.look(row["folder"] / row["file"]))


def examples(
    rows: Sequence[Mapping[str, Any]], maps: Callable[[Mapping[str, Any]], Maps | None] = measured
) -> Examples:
    """Return the stacks of clips, without fakes of kinds that write no picture."""
    found = []
    for k, row in enumerate(rows):
        if row["label"] == "synthetic" and row["kind"] in UNSEEN:
            continue
        held = maps(row)
        if held is not None:
            found += list(_stacks(row, held))
        if k % 100 == 0:
            log.info("%d of %d clips", k, len(rows))
    values, written, there, synthetic, kinds, splits = zip(*found, strict=True)
    return Examples(
        values=np.stack(values), written=np.stack(written), there=np.stack(there), synthetic=np.array(synthetic),
        kinds=np.array(kinds), splits=np.array(splits),
    )  # fmt: skip


def _stacks(row: Mapping[str, Any], maps: Maps) -> Iterator[tuple[Any, ...]]:
    rows, columns = maps.values.shape[2:]
    region = _region(row["folder"] / row["region"]) if row["region"] else None
    for (first, end), values in zip(maps.spans, maps.values, strict=True):
        filled = np.zeros((len(CHANNELS), ACROSS, ACROSS), np.float16)
        filled[:, :rows, :columns] = values
        there = np.zeros((ACROSS, ACROSS), np.bool_)
        there[:rows, :columns] = True
        written = np.full((ACROSS, ACROSS), -1, np.int8)
        share = np.zeros((rows, columns), np.float32)
        if region is not None:
            cut = region[first:end, : rows * maps.side, : columns * maps.side].mean(axis=0, dtype=np.float32)
            share = np.asarray(cv2.resize(cut, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
        written[:rows, :columns][share <= _UNTOUCHED] = 0
        written[:rows, :columns][share > _WRITTEN] = 1
        yield filled, written, there, row["label"] == "synthetic", row["kind"], row["split"]


def _region(path: Path) -> NDArray[np.bool_]:
    """Return where a clip was faked, shape (T, H, W); the clip pack stores it as packed bits."""
    with np.load(path, allow_pickle=False) as held:
        shape = tuple(int(n) for n in held["shape"])
        bits = np.unpackbits(held["bits"], count=int(np.prod(shape)))
    return np.asarray(bits.reshape(shape), np.bool_)


def changed(
    values: Floats,
    written: NDArray[np.int8],
    there: NDArray[np.bool_],
    usual: Floats,
    rng: np.random.Generator,
) -> tuple[Floats, NDArray[np.int8], NDArray[np.bool_]]:
    """Return a stack as another clip might have given it: flipped or turned, with less measured, in other light."""
    values = values.copy()
    for names in FAMILIES.values():
        if rng.random() < _TAKEN_AWAY:
            which = [CHANNELS.index(name) for name in names]
            values[which] = usual[which, None, None]
    for name in _SHIFTED:
        values[CHANNELS.index(name)] += _SHIFT * rng.standard_normal()
    turned: list[NDArray[Any]] = [values, written, there]
    if rng.random() < 0.5:
        turned = [held[..., ::-1, :] for held in turned]
    if rng.random() < 0.5:
        turned = [held[..., ::-1] for held in turned]
    if rng.random() < 0.5:
        turned = [held.swapaxes(-1, -2) for held in turned]
    one, two, three = (np.ascontiguousarray(held) for held in turned)
    return one, two, three


def train(
    shown: Examples, *, out: Path, n_epochs: int, seed: int, batch: int = 32, rate: float = 3e-3
) -> Network:
    """Train a network, or go on where a run in `out` stopped.

    Parameters
    ----------
    shown : Examples
    out : Path
        Folder of ``last.pt`` and ``log.jsonl``.
    n_epochs, batch : int
    seed : int
    rate : float
        The highest of a schedule that rises and falls once.
    """
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    network = Network()
    usual, spread = _usual(shown)
    network.usual.copy_(torch.from_numpy(usual)[None, :, None, None])
    network.spread.copy_(torch.from_numpy(spread)[None, :, None, None])
    n_steps = max(1, len(shown) // batch)
    steps = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(steps, rate, total_steps=n_steps * n_epochs + 1)
    begun = 0
    if (out / "last.pt").exists():
        held = torch.load(out / "last.pt", weights_only=True)
        network.load_state_dict(held["network"])
        steps.load_state_dict(held["steps"])
        begun = int(held["epoch"])
        schedule.last_epoch = begun * n_steps
    for epoch in range(begun, n_epochs):
        rng = np.random.default_rng([seed, epoch])
        torch.manual_seed(1000 * seed + epoch)
        network.train()
        order, losses = rng.permutation(len(shown)), []
        for k in range(n_steps):
            loss = _loss(network, shown, order[k * batch : (k + 1) * batch], usual, rng)
            steps.zero_grad()
            loss.backward()
            steps.step()
            schedule.step()
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


def _usual(shown: Examples) -> tuple[Floats, Floats]:
    """Return the mean and the deviation of each channel over some of the places."""
    some = shown.values[:: max(1, len(shown) // 500)].astype(np.float32)
    there = shown.there[:: max(1, len(shown) // 500)]
    held = some.transpose(1, 0, 2, 3)[:, there]
    return held.mean(axis=1), held.std(axis=1) + np.float32(0.05)


def _loss(
    network: Network, shown: Examples, which: NDArray[np.intp], usual: Floats, rng: np.random.Generator
) -> torch.Tensor:
    """Return how wrong the network is about places: written and untouched ones weigh alike, and so do clips."""
    stacks = [
        changed(shown.values[k].astype(np.float32), shown.written[k], shown.there[k], usual, rng)
        for k in which
    ]
    values, written, there = (torch.from_numpy(np.stack(held)) for held in zip(*stacks, strict=True))
    odds = network(values, there[:, None].float())
    total = torch.zeros(())
    for truth, sign in ((1, -1.0), (0, 1.0)):
        those = (written == truth).float()
        weight = those / (those.sum(dim=(1, 2), keepdim=True) + _FEW)
        total = total + (functional.softplus(sign * odds) * weight).sum() / weight.sum().clamp(min=1.0)
    return total


def export(network: Network, path: Path) -> None:
    """Write the network as ONNX, the number of stacks and of places open."""
    example = torch.zeros(2, len(CHANNELS), 24, 40)
    n, rows, columns = (torch.export.Dim(name) for name in ("n", "rows", "columns"))
    program = torch.onnx.export(
        network.eval(), (example,), input_names=["maps"], output_names=["logit"],
        dynamic_shapes=({0: n, 2: rows, 3: columns},), dynamo=True, verbose=False,
    )  # fmt: skip
    assert program is not None
    path.write_bytes(silent(program.model_proto))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, train, and write ``network.onnx``."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("packs", type=Path, nargs="+", help="folders of packs")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--splits", default="train", help="with commas between; the others are not looked at")
    parser.add_argument("--without", default="", help="kinds that are left out, with commas between")
    parser.add_argument("--epochs", type=int, default=28)
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
    shown = examples(rows)
    log.info("%d stacks of maps, %d of them of fakes", len(shown), int(shown.synthetic.sum()))
    network = train(shown, out=given.out, n_epochs=given.epochs, seed=given.seed)
    export(network, given.out / "network.onnx")
    log.info("wrote %s", given.out / "network.onnx")


if __name__ == "__main__":
    main()
