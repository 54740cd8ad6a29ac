"""Nothing that a container shows tells a fake from its twin; the full pack is measured by ``benchmarks/clips.py``."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from medialit import clips

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "clips.py"
LABELS = np.tile([True, False], 60)
PAIRS = np.repeat(np.arange(60), 2)


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmarks_clips", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_measure_finds_a_shortcut_where_there_is_one_and_none_in_noise(benchmark: ModuleType) -> None:
    noise = np.random.default_rng(1).normal(size=(120, 6))
    leaky = noise.copy()
    leaky[:, 2] += 3 * LABELS
    found = benchmark.folded_auc(leaky, LABELS, PAIRS, n_folds=4, n_seeds=1)
    assert min(found.values()) > 0.9
    none = benchmark.folded_auc(noise, LABELS, PAIRS, n_folds=4, n_seeds=2)
    assert all(0.3 < auc < 0.7 for auc in none.values())


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_small_pack_of_all_kinds_has_no_shortcut_in_its_containers(
    tmp_path: Path, benchmark: ModuleType
) -> None:
    pack = clips.build(tmp_path / "pack", n=2 * len(clips.KINDS), seed=9)
    x, names = benchmark.table([entry.path for entry in pack.entries])
    pairs = np.array([entry.truth["pair"] for entry in pack.entries])
    labels = np.array([entry.synthetic for entry in pack.entries])
    assert {entry.truth["kind"] for entry in pack.entries} == set(clips.KINDS)
    for i, name in enumerate(names):
        if "audio" in name or name in ("n_bytes", "bit_rate", "video_last", "duration_s"):
            continue  # AAC's packets follow the sound, and the sound of a moved voice is another one
        for pair in np.unique(pairs):
            assert np.ptp(x[pairs == pair, i]) == 0, name
    found = benchmark.folded_auc(x, labels, pairs, n_folds=7, n_seeds=3)
    assert all(0.35 < auc < 0.65 for auc in found.values()), found
