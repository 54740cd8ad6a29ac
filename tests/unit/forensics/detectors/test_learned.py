"""Laws of the learned detector and of what its training shows it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medialit.forensics.cues import look
from medialit.forensics.detectors.learned import DEPTH, SIDE, load_learned, pooled, tubes_of
from medialit.media import Clip


def _noisy(size: tuple[int, int] = (160, 128), n: int = 10) -> Clip:
    rng = np.random.default_rng(1)
    return Clip(rng.integers(90, 130, (n, size[1], size[0], 3)).astype(np.uint8), 12.0)


def test_the_shipped_network_is_small() -> None:
    network = Path(__file__).parents[4] / "src/medialit/forensics/detectors/network.onnx"
    assert network.stat().st_size <= 2 * 2**20


def test_squares_are_of_full_size_and_of_frames_that_follow_each_other() -> None:
    clip = _noisy()
    tubes = tubes_of(look(clip))
    assert tubes.shape[1:] == (DEPTH, SIDE, SIDE)
    grey = look(clip).after[0]
    assert any(np.array_equal(tube[1], grey[0][:SIDE, :SIDE]) for tube in tubes)


def test_how_many_squares_are_looked_at_does_not_grow_with_the_clip() -> None:
    small, large = (len(tubes_of(look(_noisy(size)))) for size in ((320, 256), (1280, 640)))
    assert small == large


def test_a_clip_smaller_than_a_square_or_of_one_frame_has_none() -> None:
    assert len(tubes_of(look(_noisy((60, 200))))) == 0
    assert len(tubes_of(look(_noisy(n=2)))) == 0


def test_a_square_is_judged_alike_alone_and_among_others() -> None:
    network = load_learned()
    assert network is not None
    tubes = tubes_of(look(_noisy()))
    together = network.logits(tubes)
    alone = np.concatenate([network.logits(one[None]) for one in tubes[:4]])
    assert together[:4] == pytest.approx(alone, abs=1e-4)


def test_brightness_alone_does_not_speak_to_the_network() -> None:
    network = load_learned()
    assert network is not None
    tubes = tubes_of(look(_noisy()))
    assert network.logits(tubes + 40) == pytest.approx(network.logits(tubes), abs=1e-3)


def test_a_few_suspicious_squares_are_enough() -> None:
    calm, some = np.full(100, -3.0, np.float32), np.full(100, -3.0, np.float32)
    some[:20] = 3.0
    assert pooled(some) == pytest.approx(3.0) and pooled(calm) == pytest.approx(-3.0)


def test_training_goes_on_where_it_stopped(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from medialit.forensics.detectors import train

    rng = np.random.default_rng(1)
    tubes = rng.integers(0, 256, (32, DEPTH, SIDE, SIDE)).astype(np.uint8)
    squares = train.Squares(
        tubes=tubes, synthetic=np.arange(32) % 2 == 0, kinds=np.full(32, "swap"), splits=np.full(32, "train")
    )
    torch.set_num_threads(1)
    at_once = train.train(squares, out=tmp_path / "run", n_epochs=1, seed=1, batch=16)
    gone_on = train.train(
        squares, out=tmp_path / "run", n_epochs=1, seed=1, batch=16
    )  # nothing is left to do
    for one, two in zip(at_once.parameters(), gone_on.parameters(), strict=True):
        assert torch.equal(one, two)
    further = train.train(squares, out=tmp_path / "run", n_epochs=2, seed=1, batch=16)
    assert len((tmp_path / "run/log.jsonl").read_text().splitlines()) == 2
    asked = torch.from_numpy(tubes[:4]).float()
    assert not torch.equal(further(asked), at_once(asked))


@pytest.mark.parametrize("seed", range(5))
def test_a_fake_made_on_the_spot_is_another_square_and_the_same_each_time(seed: int) -> None:
    pytest.importorskip("torch")
    from medialit.forensics.detectors.train import blended

    tube = np.random.default_rng(9).integers(0, 256, (DEPTH, SIDE, SIDE)).astype(np.uint8)
    made = blended(tube, np.random.default_rng(seed))
    assert made.shape == tube.shape and made.dtype == np.uint8
    assert np.mean(made != tube) > 0.01
    assert np.array_equal(made, blended(tube, np.random.default_rng(seed)))
