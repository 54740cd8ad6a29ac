"""A pack as it would be, drawn up without a picture; and a contest in a folder whose clips are tiny."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medialit.clips import Entry, Pack
from medialit.clips.plan import KINDS, plan
from medialit.contest import Contest
from medialit.contest import plan as plan_contest
from medialit.contest.design import Block, Design

TINY = Design(
    blocks=(
        Block(name="even", n_camera=2, n_odd=1, n_synthetic=1, n_unseen=1),
        Block(name="rare", n_camera=3, n_odd=1, n_synthetic=1),
        Block(name="advice", n_camera=2, n_odd=1, n_synthetic=2),
    )
)


def entries(n: int = 300, *, seed: int = 1, folder: Path = Path("pack")) -> tuple[Entry, ...]:
    """The rows of a pack that the plan of `medialit.clips` would give."""
    found = []
    for pair in plan(n=n, seed=seed, kinds=KINDS):
        names = {label: f"{pair.number:04d}{label[0]}" for label in ("camera", "synthetic")}
        for label, twin in (("camera", "synthetic"), ("synthetic", "camera")):
            truth = {
                "label": label, "twin": names[twin], "kind": pair.kind,
                "strength": pair.strength if label == "synthetic" else 0.0,
                "odd": {"name": pair.odd} if pair.odd else None, "scene": pair.scene,
                "people": [one for one in (pair.person, pair.donor) if one],
                "format": pair.form, "source": pair.source, "credit": None,
            }  # fmt: skip
            path = folder / "clips" / f"{names[label]}.mp4"
            found.append(Entry(id=names[label], path=path, sha256="", truth=truth))
    return tuple(found)


def scores(held: tuple[Entry, ...], *, d: float = 1.5) -> dict[str, float]:
    rng = np.random.default_rng(5)
    return {entry.id: float(rng.normal(d * entry.synthetic)) for entry in held}


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """Files that hold their own name: nothing here plays them."""
    folder = tmp_path_factory.mktemp("pack")
    held = entries(folder=folder)
    (folder / "clips").mkdir()
    for entry in held:
        entry.path.write_text(entry.id)
    return Pack(folder=folder, facts={}, entries=held)


@pytest.fixture(scope="session")
def contest(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Contest:
    folder = tmp_path_factory.mktemp("contest") / "tiny"
    return plan_contest(
        pack, folder, seed=3, design=TINY, machine=("a file", scores(pack.entries)), n_slips=6
    )
