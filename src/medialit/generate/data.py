"""What the generator learns from: scenes by seed, frames for the codec, and tables that are filled while they are read.

A table is a folder of plain arrays that renderers fill while a trainer already reads (`n` says how far they are). A
scene has 24 frames, two seconds at 12 a second, and a camera that does not shake. Portraits of things, and clips as
tokens, are in `medialit.generate.data_layers`.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import multiprocessing
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.errors import GenerateError
from medialit.generate.layers import HIGH, N_FRAMES
from medialit.generate.shot import Shot, rgb
from medialit.world import (
    ACTIONS,
    BACKGROUNDS,
    KINDS,
    PANS,
    SIZES_M,
    Scene,
    Tracks,
    draw_scene,
    simulate,
)
from medialit.world.render import render_staging
from medialit.world.staging import stage

FPS = 12
LOW = 64
"""Side of the square pictures that the encoder sees, in pixels."""

CLIP_SEEDS = range(0, 1_000_000)
FRAME_SEEDS = range(2_000_000, 3_000_000)
HELD_SEEDS = range(4_000_000, 5_000_000)
"""Scenes by seed, apart: for the flow, for the codec, and for watching how training goes."""

# A thing is coded as kind, action and size by index, and colour by its red, green and blue, 0 to 1.
# A missing thing has the kind len(KINDS). The global slots are background, look and pan.
N_SLOTS = 2 * 6 + 3


def training_scene(seed: int, *, share_random_colour: float = 0.3) -> Scene:
    """Return the scene of a seed as the training sees it: some things have a colour that no word names.

    Parameters
    ----------
    seed : int
    share_random_colour : float
        Share of things with a colour drawn evenly from sRGB.
    """
    scene = draw_scene(seed, duration_s=N_FRAMES / FPS, fps=FPS, shake_m=0.0)
    rng = np.random.default_rng([seed, 0xC0104])
    things = []
    for thing in scene.objects:
        if rng.random() < share_random_colour:
            r, g, b = (int(v) for v in rng.integers(0, 256, 3))
            thing = dataclasses.replace(thing, colour=f"#{r:02x}{g:02x}{b:02x}")
        things.append(thing)
    return dataclasses.replace(scene, objects=tuple(things))


def encode_shot(shot: Shot) -> NDArray[np.float32]:
    """Return a settled shot as numbers, shape (N_SLOTS,): two things of six numbers, then background, look, pan."""
    numbers: list[float] = []
    for i in range(2):
        if i >= len(shot.objects):
            numbers += [len(KINDS), 0, 0, 0, 0, 0]
            continue
        actor = shot.objects[i]
        assert actor.kind and actor.action and actor.size and actor.colour
        numbers += [KINDS.index(actor.kind), ACTIONS.index(actor.action), tuple(SIZES_M).index(actor.size)]
        numbers += rgb(actor.colour)
    assert shot.background and shot.pan and shot.look is not None
    numbers += [BACKGROUNDS.index(shot.background), shot.look, PANS.index(shot.pan)]
    return np.array(numbers, np.float32)


@dataclass(frozen=True)
class Table:
    """Arrays in a folder, each a memory-mapped file, and how many of their rows are filled.

    Parameters
    ----------
    folder : Path
    """

    folder: Path

    def create(self, n: int, columns: dict[str, tuple[tuple[int, ...], str]]) -> dict[str, NDArray[Any]]:
        """Make the files for `n` rows, or open those that are there; columns map a name to (shape, dtype)."""
        self.folder.mkdir(parents=True, exist_ok=True)
        plan = self.folder / "layout.json"
        layout = {name: [[n, *shape], dtype] for name, (shape, dtype) in columns.items()}
        if not plan.exists() or json.loads(plan.read_text())["columns"] != layout:
            for name, (shape, dtype) in columns.items():
                path = self.folder / f"{name}.npy"
                np.lib.format.open_memmap(path, mode="w+", dtype=np.dtype(dtype), shape=(n, *shape))
            self.fill(0)
            plan.write_text(json.dumps({"columns": layout}) + "\n")
        return self.open(mode="r+")

    def open(self, *, mode: str = "r") -> dict[str, NDArray[Any]]:
        """Return the arrays by name."""
        names = json.loads((self.folder / "layout.json").read_text())["columns"]
        return {name: np.load(self.folder / f"{name}.npy", mmap_mode=mode) for name in names}  # type: ignore[arg-type]

    @property
    def n(self) -> int:
        """How many rows are filled; 0 where there is no table yet."""
        try:
            return int((self.folder / "filled").read_text())
        except (OSError, ValueError):
            return 0

    def wait(self, n: int, *, patience_s: float = 900.0) -> None:
        """Wait until `n` rows are filled by another process.

        Raises
        ------
        GenerateError
            If nothing is added for `patience_s` seconds.
        """
        seen, since = -1, time.monotonic()
        while (filled := self.n) < n:
            if filled != seen:
                seen, since = filled, time.monotonic()
            if time.monotonic() - since > patience_s:
                raise GenerateError(
                    f"{self.folder} has {filled} of {n} rows and does not grow: the process that fills it has ended. "
                    "Run the same command again."
                )
            time.sleep(0.5)

    def fill(self, n: int) -> None:
        """Record that `n` rows are filled, whole or not at all."""
        staged = self.folder / "filled.new"
        staged.write_text(f"{n}\n")
        staged.replace(self.folder / "filled")


def render_frames(
    folder: Path, *, n: int, first_seed: int = FRAME_SEEDS.start, per_scene: int = 4, workers: int = 0
) -> None:
    """Fill a table with single frames for the codec; goes on where it stopped.

    Columns: ``high`` uint8 (256, 256, 3), ``low`` uint8 (64, 64, 3), ``boxes`` float32 (2, 4), in shares of the
    side: left, top, right, bottom; a missing thing has an empty box. With `workers`, that many processes render.
    """
    table = Table(folder)
    table.create(
        n,
        {
            "high": ((HIGH, HIGH, 3), "uint8"),
            "low": ((LOW, LOW, 3), "uint8"),
            "boxes": ((2, 4), "float32"),
        },
    )
    scenes = [(row, first_seed + row // per_scene) for row in range(table.n, n, per_scene)]
    with crew(workers) as each:
        for end in each(partial(_frames, folder, n, per_scene), chunks(iter(scenes), 64)):
            table.fill(end)


def _frames(folder: Path, n: int, per_scene: int, scenes: list[tuple[int, int]]) -> int:
    """Render some frames of some scenes into rows of the table; return the row after the last."""
    arrays = Table(folder).open(mode="r+")
    for row, seed in scenes:
        scene = training_scene(seed)
        rng = np.random.default_rng([seed, 0xF4A])
        picks = np.sort(rng.choice(N_FRAMES, per_scene, replace=False))
        tracks = _at(simulate(scene), picks)
        end = min(n, row + per_scene)
        for name, side in (("high", HIGH), ("low", LOW)):
            frames = render_staging(scene, stage(tracks), size=(side, side)).frames
            arrays[name][row:end] = frames[: end - row]
        arrays["boxes"][row:end] = _boxes(tracks)[: end - row]
    return end


@contextmanager
def crew(workers: int) -> Iterator[Callable[..., Iterator[Any]]]:
    """Give a `map` that lets `workers` processes work, in order; with none, this one does the work itself."""
    if workers == 0:
        cv2.setNumThreads(1)
        yield map
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_behave) as pool:
        yield partial(_ahead, pool, 8 * workers)


def _ahead(
    pool: ProcessPoolExecutor, n: int, function: Callable[[Any], Any], items: Iterable[Any]
) -> Iterator[Any]:
    """Map in order, with at most `n` items under way: what is finished early takes memory."""
    waiting: deque[Future[Any]] = deque()
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) >= n:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _behave() -> None:
    os.nice(5)
    cv2.setNumThreads(1)


def chunks(items: Iterator[Any], size: int) -> Iterator[list[Any]]:
    """Yield lists of `size` items, the last one shorter."""
    while chunk := list(itertools.islice(items, size)):
        yield chunk


def _at(tracks: Tracks, picks: NDArray[np.int64]) -> Tracks:
    """Return tracks at some of their instants."""
    names = ("times_s", "position_m", "velocity_m_s", "angle_rad", "stride_rad", "present", "camera_m")
    return dataclasses.replace(tracks, **{name: getattr(tracks, name)[picks] for name in names})


def _boxes(tracks: Tracks) -> NDArray[np.float32]:
    """Return boxes in shares of the side, shape (T, 2, 4)."""
    out = np.zeros((len(tracks.times_s), 2, 4), np.float32)
    boxes = tracks.boxes_px((LOW, LOW)) / LOW
    out[:, : boxes.shape[1]] = boxes
    return out
