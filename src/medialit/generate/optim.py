"""What all trainings share: Muon for matrices, AdamW for the rest, a budget, data in reach, an average, a log."""

from __future__ import annotations

import copy
import json
import logging
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from medialit.generate.data import Table

_log = logging.getLogger(__name__)


class Muon(torch.optim.Optimizer):
    """Momentum whose step is made orthogonal.

    PyTorch's own always takes bfloat16 for the iteration, which processors without it emulate slowly. The update is
    scaled by 0.2 * sqrt(max(rows, columns)), so that one rate suits it and AdamW.

    References
    ----------
    Jordan et al. (2024), "Muon: an optimizer for hidden layers in neural networks"; Liu et al. (2025),
    arXiv:2502.16982, equation 4, for the scale.
    """

    def __init__(
        self, params: Iterable[Tensor], *, lr: float, momentum: float = 0.95, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Take one step; matrices of one shape are made orthogonal together, which a GPU needs to be fast."""
        for group in self.param_groups:
            alike: dict[tuple[int, ...], list[Tensor]] = {}
            for p in group["params"]:
                if p.grad is not None:
                    alike.setdefault(tuple(p.shape), []).append(p)
            for params in alike.values():
                updates = [self._update(p, group["momentum"]) for p in params]
                scale = 0.2 * max(updates[0].shape) ** 0.5
                for p, update in zip(params, orthogonal(torch.stack(updates)), strict=True):
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                    p.add_(update.view_as(p), alpha=-group["lr"] * scale)

    def _update(self, p: Tensor, momentum: float) -> Tensor:
        """Return Nesterov's update of a parameter as a matrix."""
        state = self.state[p]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(p)
        state["momentum"].lerp_(p.grad, 1 - momentum)
        return p.grad.lerp(state["momentum"], momentum).flatten(1)


def orthogonal(matrices: Tensor, *, n_iterations: int = 5) -> Tensor:
    """Return nearly U V^T of each matrix's singular value decomposition, by a quintic Newton-Schulz iteration.

    `matrices` has the shape (N, rows, columns).
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    x = x.to(torch.bfloat16 if fast_bfloat16(x.device) else torch.float32)
    for _ in range(n_iterations):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.mT if tall else x).float()


def fast_bfloat16(device: torch.device) -> bool:
    """Say whether half the precision is twice the speed there."""
    return device.type != "cpu" or bool(torch.cpu._is_avx512_bf16_supported())


def optimisers(
    model: nn.Module, *, lr: float, plain: tuple[str, ...], weight_decay: float = 0.0
) -> list[torch.optim.Optimizer]:
    """Return Muon for the hidden matrices, and AdamW for vectors and whatever has a word of `plain` in its name."""
    matrices: list[Tensor] = []
    rest: list[Tensor] = []
    for name, p in model.named_parameters():
        hidden = p.ndim >= 2 and not any(word in name for word in plain)
        (matrices if hidden else rest).append(p)
    return [
        Muon(matrices, lr=lr, weight_decay=weight_decay),
        torch.optim.AdamW(rest, lr=lr, betas=(0.9, 0.99), weight_decay=0.0),
    ]


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How long a training may take: steps, and minutes where a machine is lent by the minute.

    Parameters
    ----------
    steps : int
    minutes : float
        Whichever is used up first ends the training.
    """

    steps: int
    minutes: float = math.inf

    def used(self, step: int, elapsed_s: float) -> float:
        """Return the share that is used up; from 1 on it is over.

        Examples
        --------
        >>> Budget(steps=100, minutes=2).used(10, 60.0)
        0.5
        """
        return max(step / self.steps, elapsed_s / 60 / self.minutes)


def rate(step: int, used: float, *, warm_up: int = 100, hold: float = 0.4) -> float:
    """Return the share of the full rate: a ramp in steps, a plateau, then a straight line to nearly nothing.

    `used` is the share of the training that is over.
    """
    if step < warm_up:
        return (step + 1) / warm_up
    return max(0.01, min(1.0, (1 - used) / (1 - hold)))


class Held:
    """A table's columns as tensors: in the memory of the device, or mapped from the file where that is the processor's.

    Parameters
    ----------
    table : Table
        Which another process or thread may still be filling.
    names : tuple of str
        Of the columns.
    device : torch.device
    """

    def __init__(self, table: Table, names: tuple[str, ...], device: torch.device) -> None:
        self.table = table
        self.n = 0
        arrays = table.open(mode="r+")  # PyTorch maps no array that it may not write
        self._source = {name: torch.from_numpy(arrays[name]) for name in names}
        self._ours = self._source
        if device.type != "cpu":
            self._ours = {
                name: torch.empty(x.shape, dtype=x.dtype, device=device) for name, x in self._source.items()
            }
        self.refresh()

    def __getitem__(self, name: str) -> Tensor:
        return self._ours[name]

    def draw(self, step: int, *, n: int, seed: tuple[int, int]) -> Tensor:
        """Return `n` rows at random, which depend on the step and the seeds alone; now and then it takes in new ones."""
        if step % 50 == 0:
            self.refresh()
        rng = np.random.default_rng([seed[0], step, seed[1]])
        return torch.from_numpy(np.sort(rng.integers(0, self.n, n))).to(
            next(iter(self._ours.values())).device
        )

    def refresh(self) -> int:
        """Take in the rows that were added since, and return how many there are."""
        n = self.table.n
        if self._ours is not self._source:
            for first in range(self.n, n, 1024):
                for name, x in self._source.items():
                    self._ours[name][first : min(n, first + 1024)] = x[first : min(n, first + 1024)]
        self.n = n
        return n


def set_rate(optims: Iterable[torch.optim.Optimizer], lr: float) -> None:
    """Give every group of every optimiser one rate, times its own ``scale`` where it has one."""
    for optim in optims:
        for group in optim.param_groups:
            group["lr"] = lr * group.get("scale", 1.0)


def save(
    path: Path,
    facts: dict[str, Any],
    *,
    model: nn.Module,
    average: Average,
    optims: list[torch.optim.Optimizer],
) -> None:
    """Write a checkpoint, whole or not at all: facts, ``raw`` weights, ``model`` (their average), ``optims``."""
    staged = path.with_suffix(".new")
    states = {"raw": model.state_dict(), "model": average.model.state_dict()}
    torch.save(facts | states | {"optims": [optim.state_dict() for optim in optims]}, staged)
    staged.replace(path)


class Average:
    """A moving average of a model's weights and buffers, which is what ships."""

    def __init__(self, model: nn.Module, *, decay: float = 0.999) -> None:
        self.model = copy.deepcopy(model).eval()
        self.decay = decay
        self.n = 0

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Take in the weights as they are now; early on it follows faster."""
        self.n += 1
        decay = min(self.decay, (1 + self.n) / (10 + self.n))
        torch._foreach_lerp_(list(self.model.parameters()), list(model.parameters()), 1 - decay)
        for mine, theirs in zip(self.model.buffers(), model.buffers(), strict=True):
            mine.copy_(theirs)


def note(folder: Path, line: dict[str, Any]) -> None:
    """Add a line to a training's log, ``log.jsonl``, and tell who listens."""
    with (folder / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    _log.info("%s: %s", folder.name, line)
