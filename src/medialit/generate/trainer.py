"""What all trainings share: how long one may take, the loop, checkpoints, a log, and how a trained network is read back.

A training says what one step learns (its *lesson*). That it can be interrupted and goes on where it stopped is settled
here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from medialit.generate.optim import Average, Budget, note, rate, save, set_rate

Trained = TypeVar("Trained", bound=nn.Module)

NOTE_EVERY = 50
"""Steps between two lines of the log."""

Lesson = Callable[[int], dict[str, Tensor]]
"""From the number of a step to what it found: the first value is made smaller, all are noted by name."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """How a network is trained.

    Parameters
    ----------
    steps, batch, lr
        Steps of so many examples at this rate.
    minutes : float
        How long at most; the rate falls with what is used up first, steps or minutes.
    save_every : int
        Steps between two checkpoints, each with a contact sheet where there is one.
    seed : int
    device : str
        As PyTorch names it.
    """

    steps: int = 5000
    minutes: float = 1e6
    batch: int = 32
    lr: float = 2e-3
    save_every: int = 500
    seed: int = 0
    device: str = "cpu"


def learn(
    path: Path,
    model: nn.Module,
    optims: list[torch.optim.Optimizer],
    lesson: Lesson,
    *,
    run: Run,
    config: Any,
    decay: float = 0.999,
    clip: float | None = None,
    sheet: Callable[[Path, nn.Module], None] | None = None,
    more: Callable[[], dict[str, Any]] = dict,
) -> Path:
    """Train until the run is used up, from the checkpoint if there is one.

    Parameters
    ----------
    path : Path
        Of the checkpoint: ``config``, ``model`` (the moving average), and what is needed to go on. Log and contact sheets
        lie beside it.
    model : Module
    optims : list of Optimizer
    lesson : callable
        See `Lesson`.
    run : Run
    config : dataclass
        Sizes of the model, kept in the checkpoint.
    decay : float
        Of the moving average.
    clip : float, optional
        Norm of the gradient at most.
    sheet : callable, optional
        Draws a contact sheet of the averaged model into a file.
    more : callable
        What else a line of the log says.

    Returns
    -------
    Path
        Of the checkpoint.
    """
    folder = path.parent
    average = Average(model, decay=decay)
    step, elapsed = 0, 0.0
    if path.exists():
        saved = torch.load(path, weights_only=True, map_location=next(model.parameters()).device)
        model.load_state_dict(saved["raw"])
        average.model.load_state_dict(saved["model"])
        average.n = step = saved["step"]
        elapsed = saved["elapsed_s"]
        for optim, state in zip(optims, saved["optims"], strict=True):
            optim.load_state_dict(state)
    budget = Budget(steps=run.steps, minutes=run.minutes)
    began, first, saved_at = time.time() - elapsed, step, step
    recent: dict[str, list[Tensor]] = {}

    def keep() -> None:
        facts = {"config": asdict(config), "run": asdict(run), "step": step, "elapsed_s": time.time() - began}
        save(path, facts, model=model, average=average, optims=optims)
        if sheet is not None:
            sheet(folder / f"{path.stem}-{step:06d}.png", average.model)

    while (used := budget.used(step, time.time() - began)) < 1:
        set_rate(optims, run.lr * rate(step, used))
        found = lesson(step)
        for optim in optims:
            optim.zero_grad(set_to_none=True)
        next(iter(found.values())).backward()
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        for optim in optims:
            optim.step()
        average.update(model)
        for name, value in found.items():
            recent.setdefault(name, []).append(value.detach())
        step += 1
        if step % NOTE_EVERY == 0:
            means = {name: round(float(torch.stack(values).mean()), 5) for name, values in recent.items()}
            elapsed = time.time() - began
            pace = {"elapsed_s": round(elapsed, 1), "examples_s": round(run.batch * step / elapsed, 1)}
            note(folder, {"step": step, **means, **more(), **pace})
            recent.clear()
        if step % run.save_every == 0:
            keep()
            saved_at = step
    if step > max(first, saved_at):
        keep()
    return path


def trained(path: Path, build: Callable[[dict[str, Any]], Trained]) -> Trained:
    """Return the trained network of a checkpoint, ready to use; `build` makes an empty one from the checkpoint."""
    saved = torch.load(path, weights_only=True, map_location="cpu")
    model = build(saved)
    model.load_state_dict(saved["model"])
    return model.eval()
