"""Laws of the learned detector and of what its training shows it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medialit.forensics.cues import look
from medialit.forensics.detectors.learned import TOP, load_learned, pooled
from medialit.forensics.detectors.mapped import CHANNELS, FAMILIES, Maps, maps_of
from medialit.media import Clip


def _noisy(size: tuple[int, int] = (160, 128), n: int = 24) -> Clip:
    rng = np.random.default_rng(1)
    return Clip(rng.integers(90, 130, (n, size[1], size[0], 3)).astype(np.uint8), 12.0)


def _some_maps(n: int = 3, shape: tuple[int, int] = (24, 40), seed: int = 1) -> Maps:
    values = np.random.default_rng(seed).normal(size=(n, len(CHANNELS), *shape)).astype(np.float16)
    return Maps(values=values, spans=tuple((20 * k, 20 * k + 20) for k in range(n)), side=16)


def test_the_shipped_network_is_small() -> None:
    network = Path(__file__).parents[4] / "src/medialit/forensics/detectors/network.onnx"
    assert network.stat().st_size <= 2 * 2**20


@pytest.mark.parametrize("shape", [(24, 40), (40, 24), (39, 39), (16, 16)])
def test_each_place_of_each_stack_gets_an_answer(shape: tuple[int, int]) -> None:
    network = load_learned()
    assert network is not None
    odds = network.logits(_some_maps(shape=shape))
    assert odds.shape == (3, *shape) and np.isfinite(odds).all()


def test_a_stack_is_judged_alike_alone_and_among_others() -> None:
    network = load_learned()
    assert network is not None
    maps = _some_maps()
    together = network.logits(maps)
    alone = [network.logits(replace(maps, values=one[None], spans=maps.spans[:1]))[0] for one in maps.values]
    assert together == pytest.approx(np.stack(alone), abs=1e-4)


def test_the_network_answers_for_a_place_from_what_is_near() -> None:
    network = load_learned()
    assert network is not None
    maps = _some_maps()
    values = maps.values.copy()
    values[0, :, 2, 2] = 5
    apart = np.abs(network.logits(replace(maps, values=values)) - network.logits(maps))
    assert apart[0, 2, 2] > 1e-3
    assert apart[0, 8:].max() < 1e-4 and apart[0, :, 8:].max() < 1e-4 and apart[1:].max() < 1e-4


def test_the_score_is_what_few_places_reach_together_with_their_neighbours() -> None:
    calm = np.full((2, 24, 40), -3.0, np.float32)
    some, one = calm.copy(), calm.copy()
    some[0, 4:14, 4:14] = 3.0
    one[0, 4, 4] = 30.0
    assert TOP * calm.size < 8 * 8  # places of that square all of whose neighbours are in it, too
    assert pooled(calm) == pytest.approx(-3.0)
    assert pooled(some) == pytest.approx(3.0)
    assert pooled(one) == pytest.approx(-3.0)  # a single place is an accident
    assert pooled(calm + 100) == 12.0


def test_a_clip_too_short_for_maps_has_no_score_and_nothing_to_show() -> None:
    network = load_learned()
    assert network is not None
    short = look(_noisy(n=4))
    assert network.score(short) is None and network.where(short) is None


def test_what_is_shown_is_a_frame_of_the_clip_and_its_places() -> None:
    network = load_learned()
    assert network is not None
    footage = look(_noisy((320, 192), n=45))
    shown, maps = network.where(footage), maps_of(footage)
    assert shown is not None and maps is not None
    assert shown.values.shape == maps.values.shape[2:]
    assert shown.values.min() >= 0 and shown.values.max() <= 1
    frame = round(shown.time_s * footage.fps)
    assert np.array_equal(shown.picture, footage.motion.frames[frame])


def test_training_goes_on_where_it_stopped(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from medialit.forensics.detectors import train

    shown = _examples(32)
    torch.set_num_threads(1)
    at_once = train.train(shown, out=tmp_path / "run", n_epochs=1, seed=1, batch=16)
    gone_on = train.train(shown, out=tmp_path / "run", n_epochs=1, seed=1, batch=16)  # nothing is left to do
    for one, two in zip(at_once.parameters(), gone_on.parameters(), strict=True):
        assert torch.equal(one, two)
    further = train.train(shown, out=tmp_path / "run", n_epochs=2, seed=1, batch=16)
    assert len((tmp_path / "run/log.jsonl").read_text().splitlines()) == 2
    asked = torch.from_numpy(shown.values[:4]).float()
    assert not torch.equal(further(asked), at_once(asked))


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # of PyTorch's exporter
def test_training_finds_where_a_fake_wrote_and_its_file_says_the_same(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from medialit.forensics.detectors import train

    torch.set_num_threads(1)
    shown = _examples(96)
    network = train.train(shown, out=tmp_path, n_epochs=6, seed=1, batch=16)
    asked = _examples(8, seed=5)
    with torch.no_grad():
        odds = network(torch.from_numpy(asked.values).float()).numpy()
    assert np.median(odds[asked.written == 1]) > 1 > -1 > np.median(odds[asked.written == 0])
    train.export(network, tmp_path / "network.onnx")
    loaded = load_learned(tmp_path / "network.onnx")
    assert loaded is not None
    maps = replace(_some_maps(8), values=asked.values[:, :, :30, :20])
    with torch.no_grad():
        same = network(torch.from_numpy(maps.values).float()).numpy()
    assert loaded.logits(maps) == pytest.approx(same, abs=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_a_changed_stack_keeps_its_truth(seed: int) -> None:
    pytest.importorskip("torch")
    from medialit.forensics.detectors.train import changed

    shown = _examples(1)
    values = shown.values[0].astype(np.float32)
    values[CHANNELS.index("pattern")] = shown.written[0]  # so that truth can be read off the maps
    usual = np.full(len(CHANNELS), 7.0, np.float32)
    one, written, there = changed(
        values, shown.written[0], shown.there[0], usual, np.random.default_rng(seed)
    )
    pattern = one[CHANNELS.index("pattern")]
    assert (pattern == 7.0).all() or np.array_equal(pattern, written)
    assert there.sum() == shown.there[0].sum() and (written == 1).sum() == (shown.written[0] == 1).sum()
    again, _, _ = changed(values, shown.written[0], shown.there[0], usual, np.random.default_rng(seed))
    assert np.array_equal(one, again)


def test_truth_is_read_off_the_region_of_each_stretch(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from medialit.forensics.detectors import train

    region = np.zeros((40, 384, 640), bool)
    region[25:, 64:160, 320:480] = True
    np.savez(tmp_path / "truth.npz", bits=np.packbits(region), shape=region.shape)
    row = {
        "folder": tmp_path,
        "region": "truth.npz",
        "label": "synthetic",
        "kind": "insert",
        "split": "train",
    }
    honest = {**row, "region": None, "label": "camera"}
    voice = {**row, "region": None, "kind": "lip_offset"}
    shown = train.examples([row, honest, voice], lambda _: _some_maps(2))
    assert len(shown) == 4 and shown.synthetic.tolist() == [True, True, False, False]
    assert not (shown.written[0] == 1).any()  # before the first frame that was written
    assert np.array_equal(np.argwhere(shown.written[1] == 1).min(axis=0), [4, 20])
    assert (shown.written[1] == 1).sum() == 6 * 10
    assert not (shown.written[2:] == 1).any()
    assert shown.there[0].sum() == 24 * 40 and (shown.written[0][~shown.there[0]] == -1).all()


def _examples(n: int, seed: int = 2):  # type: ignore[no-untyped-def]  # the class needs PyTorch
    """Return stacks in which a square was written, which two families of measurements show."""
    from medialit.forensics.detectors.train import Examples

    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, len(CHANNELS), 40, 40)).astype(np.float16)
    written, there = np.zeros((n, 40, 40), np.int8), np.zeros((n, 40, 40), bool)
    there[:, :30, :24] = True
    for k in range(0, n, 2):
        row, column = rng.integers(0, 20), rng.integers(0, 14)
        written[k, row : row + 10, column : column + 10] = 1
        for name in (*FAMILIES["noise"], *FAMILIES["shake"]):
            values[k, CHANNELS.index(name), row : row + 10, column : column + 10] += 3
    written[~there] = -1
    return Examples(
        values=values, written=written, there=there, synthetic=np.arange(n) % 2 == 0,
        kinds=np.full(n, "swap"), splits=np.full(n, "train"),
    )  # fmt: skip


def test_what_is_known_of_a_pack_is_read_pair_by_pair(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from medialit.forensics.detectors import train

    (tmp_path / "parts").mkdir()
    for k in (1, 0):
        (tmp_path / "parts" / f"{k}.json").write_text(json.dumps([{"id": f"{k}a"}, {"id": f"{k}b"}]))
    assert [row["id"] for row in train.listed(tmp_path)] == ["0a", "0b", "1a", "1b"]
