"""The benchmark of the generator, run on a stand-in that renders: what it counts must be countable by hand."""

import argparse
import dataclasses
import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from medialit.generate.novelty import nearest, thumbnail, thumbnails
from medialit.generate.split import has_unseen_pair, may_train, unseen_place
from medialit.world import Scene, Thing, draw_scene, render

FILE = Path(__file__).resolve().parents[3] / "benchmarks" / "generator.py"


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location("benchmark_generator", FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def renders(shots, *, seed, model, steps, guidance):
    """Render the shots; the model v1 gives every object another colour."""
    out = []
    for i, shot in enumerate(shots):
        things = [Thing(a.kind, a.colour, a.action, a.size) for a in shot.objects]
        if model == "v1":
            things = [dataclasses.replace(t, colour="red" if t.colour != "red" else "blue") for t in things]
        scene = Scene(shot.background, tuple(things), shot.pan, seed=seed + i, fps=12.0, look=shot.look)
        out.append(render(scene, size=(64, 64)))
    return out


@pytest.fixture
def rig(benchmark):
    from medialit.generate.text import read

    return benchmark.Rig(
        renders, lambda scene: render(scene, size=(64, 64)), lambda prompt: read(prompt).shot
    )


def options(**changes):
    small = {
        "n": 6,
        "n_motion": 1,
        "n_beside": 4,
        "n_steps": 2,
        "n_languages": 3,
        "n_train": 20,
        "steps": None,
    }
    return argparse.Namespace(**{**small, **changes})


def test_held_out_prompts_were_never_trained_on_and_hold_no_unseen_pair(benchmark):
    for scene in benchmark.held_out(20):
        assert not may_train(scene)
        assert any(unseen_place(t, scene.background) for t in scene.objects)
        assert not any(has_unseen_pair(t) for t in scene.objects)
    assert all(any(has_unseen_pair(t) for t in s.objects) for s in benchmark.pairs(5))
    assert all(len(s.objects) == 2 for s in benchmark.two(5))


def test_a_model_with_wrong_colours_is_found_out_and_only_there(benchmark, rig, tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "BUILD", tmp_path)
    found = {"prompts": benchmark.run_prompts(rig, options())}
    table = found["prompts"]["marks"]["held-out prompts"]
    assert table["v1"]["colour"][0] <= 1 < 5 <= table["v2"]["colour"][0]
    assert table["v1"]["background"] == table["v2"]["background"] == [6, 6]
    assert table["v2, shuffled"]["joint"][0] == 0
    assert set(np.load(tmp_path / "thumbnails.npz")) == {"v2", "v1", "painted", "render"}
    lines = benchmark.table_lines(json.loads(json.dumps(found)))
    assert any(line.startswith("| held-out prompts | v2 | 6 |") for line in lines)
    summary = benchmark.summary(found)
    assert summary["v2"]["background"] == 1.0 and summary["s_per_clip"] is None


def test_a_language_is_judged_by_what_was_understood_of_it(benchmark, rig):
    table = benchmark.run_languages(rig, options())
    assert table["en"]["read"][1] == 3 and table["en"]["joint"][0] >= 2
    assert benchmark.summary({"languages": table})["language_gap"] >= 0


def test_a_copy_is_nearer_than_a_fresh_render_of_the_same_shot():
    scenes = [draw_scene(seed, duration_s=2.0, fps=12.0, shake_m=0.0) for seed in range(30)]
    library = thumbnails(scenes)
    fresh = [dataclasses.replace(scene, seed=scene.seed + 1) for scene in scenes[:8]]
    copied, which = nearest([thumbnail(render(s, size=(64, 64))) for s in scenes[:8]], library)
    new, _ = nearest([thumbnail(render(s, size=(64, 64))) for s in fresh], library)
    assert which.tolist() == list(range(8))
    assert copied.max() < 0.2 and new.min() > 1
