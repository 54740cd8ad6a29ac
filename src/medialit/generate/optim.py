"""What both trainings share: Muon for matrices, AdamW for the rest, a moving average of the weights, a log."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

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
        """Take one step."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(p)
                state["momentum"].lerp_(p.grad, 1 - group["momentum"])
                update = p.grad.lerp(state["momentum"], group["momentum"]).flatten(1)  # Nesterov
                scale = 0.2 * max(update.shape) ** 0.5
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(orthogonal(update).view_as(p), alpha=-group["lr"] * scale)


def orthogonal(matrix: Tensor, *, n_iterations: int = 5) -> Tensor:
    """Return nearly U V^T of the matrix's singular value decomposition, by a quintic Newton-Schulz iteration."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = (x / (x.norm() + 1e-7)).to(torch.bfloat16 if fast_bfloat16(x.device) else torch.float32)
    for _ in range(n_iterations):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.T if tall else x).float()


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


def rate(step: int, n_steps: int, *, warm_up: int = 100, hold: float = 0.4) -> float:
    """Return the share of the full rate: a ramp, a plateau, then a straight line down to nearly nothing."""
    if step < warm_up:
        return (step + 1) / warm_up
    left = (n_steps - step) / max(1, n_steps * (1 - hold))
    return max(0.01, min(1.0, left))


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
        for mine, theirs in zip(self.model.parameters(), model.parameters(), strict=True):
            mine.lerp_(theirs, 1 - decay)
        for mine, theirs in zip(self.model.buffers(), model.buffers(), strict=True):
            mine.copy_(theirs)


def note(folder: Path, line: dict[str, Any]) -> None:
    """Add a line to a training's log, ``log.jsonl``, and tell who listens."""
    with (folder / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    _log.info("%s: %s", folder.name, line)
