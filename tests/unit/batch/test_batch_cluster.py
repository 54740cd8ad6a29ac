"""A cluster makes the clips of one machine, whatever is killed: a real scheduler and real workers, over TLS."""

from __future__ import annotations

import os
import shutil
import signal
from datetime import UTC, datetime

import pytest
from distributed import Future
from tests.unit.grid import Cluster

from medialit import pipeline
from medialit.batch import make_batch
from medialit.errors import ClusterError
from medialit.media import read
from medialit.provenance.registry import Registry

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
PROMPT = "a red ball bounces on the beach"
SEEDS = range(6)
OTHER_VERSIONS = """
from medialit.batch import work
work._facts = lambda: {"Python": "2.7"}
"""


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    grid = Cluster(tmp_path_factory.mktemp("grid"))
    yield grid
    grid.end()


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The clips, made one by one."""
    folder = tmp_path_factory.mktemp("alone")
    for seed in SEEDS:
        pipeline.generate(PROMPT, folder / f"{seed}.mp4", seed=seed, steps=1, now=NOW, home=folder / "home")
    return folder


@pytest.fixture
def batch(tmp_path, alone, grid):
    rows = [f"{PROMPT},{seed},1,{seed}" for seed in SEEDS]
    (tmp_path / "prompts.csv").write_text("\n".join(["prompt,seed,steps,name", *rows]))
    (tmp_path / "home").mkdir(mode=0o700)
    shutil.copyfile(alone / "home" / "watermark.key", tmp_path / "home" / "watermark.key")

    def run(**more):
        return make_batch(
            tmp_path / "prompts.csv", out=tmp_path / "clips", home=tmp_path / "home", clock=lambda: NOW,
            scheduler=grid.address, tls=grid.keys, **more,
        )  # fmt: skip

    return run


def entries(home):
    with Registry(home / "registry") as registry:
        return sorted((clip.id, clip.payload, clip.title) for clip in registry.clips())


def same_as_alone(folder, alone):
    assert entries(folder / "home") == entries(alone / "home")
    assert len(list((folder / "clips").glob("*.mp4"))) == len(SEEDS)
    assert all(read(folder / "clips" / f"{seed}.mp4") == read(alone / f"{seed}.mp4") for seed in SEEDS)
    return True


def test_a_cluster_makes_the_clips_of_one_machine_pixel_for_pixel_and_a_result_that_comes_twice_counts_once(
    grid, batch, tmp_path, alone, monkeypatch
):
    grid.need(1)
    once, told = Future.add_done_callback, []
    monkeypatch.setattr(
        Future,
        "add_done_callback",
        lambda self, tell: once(self, lambda future: [tell(future), tell(future)]),
    )
    assert batch(on_outcome=told.append).count("made") == len(SEEDS)
    assert sorted(one.line for one in told) == [seed + 2 for seed in SEEDS]
    assert same_as_alone(tmp_path, alone)


def test_nothing_travels_in_the_clear_beyond_this_machine(batch, tmp_path):
    with pytest.raises(ClusterError, match="tls://"):
        make_batch(
            tmp_path / "prompts.csv", out=tmp_path / "clips", home=tmp_path / "home", clock=lambda: NOW,
            scheduler="tcp://10.0.0.7:8786",
        )  # fmt: skip
    assert not list((tmp_path / "clips").glob("*.mp4"))


@pytest.mark.long
def test_a_killed_worker_and_one_with_other_versions_change_no_clip(grid, batch, tmp_path, alone):
    (preload := grid.folder / "other_versions.py").write_text(OTHER_VERSIONS)
    unfit = grid.add("--preload", str(preload))
    grid.need(3)
    victim = next(one for one in grid.workers if one is not unfit)

    def kill(outcome):
        if victim.poll() is None:
            os.kill(victim.pid, signal.SIGKILL)
            victim.wait(timeout=30)

    assert batch(on_outcome=kill).count("made") == len(SEEDS)
    assert victim.poll() == -signal.SIGKILL
    assert same_as_alone(tmp_path, alone)
    unfit.kill()
    unfit.wait(timeout=30)


@pytest.mark.long
def test_a_killed_scheduler_leaves_whole_clips_and_the_next_run_makes_the_rest(grid, batch, tmp_path, alone):
    grid.need(1)
    told = []

    def kill(outcome):
        told.append(outcome.file)
        if grid.scheduler.poll() is None:
            os.kill(grid.scheduler.pid, signal.SIGKILL)
            grid.scheduler.wait(timeout=30)

    with pytest.raises(ClusterError, match=r"was lost.*run the same command again"):
        batch(on_outcome=kill)
    assert 1 <= len(told) < len(SEEDS)
    assert sorted(told) == sorted(path.name for path in (tmp_path / "clips").glob("*.mp4"))
    assert len(entries(tmp_path / "home")) == len(told)
    receipt = (tmp_path / "clips" / "prompts.receipt.csv").read_text(encoding="utf-8-sig")
    assert (receipt.count(",made,"), receipt.count(",waiting,")) == (len(told), len(SEEDS) - len(told))
    grid.start()
    grid.need(1)
    summary = batch()
    assert (summary.count("kept"), summary.count("made")) == (len(told), len(SEEDS) - len(told))
    assert same_as_alone(tmp_path, alone)
