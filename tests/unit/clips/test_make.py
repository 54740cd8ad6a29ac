"""One fake at a time: of a clip, of the cast, of a scene; and the commands that publish it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from medialit.cli import main
from medialit.clips import FREE_METHODS, make
from medialit.clips.make import is_odd, make_of_world
from medialit.clips.manifest import load_region
from medialit.errors import FakeError
from medialit.media import Clip, read, write

rng = np.random.default_rng(4)
GROUND = np.kron(rng.integers(0, 256, (8, 20, 3)), np.ones((8, 8, 1))).astype(np.uint8)
CLIP = Clip(
    np.stack([GROUND[:, t : t + 96] for t in range(8)]),
    8.0,
    audio=rng.uniform(-0.5, 0.5, (8000, 1)).astype(np.float32),
    sample_rate=8000,
)
OTHER = Clip(np.full((9, 64, 96, 3), 40, np.uint8), 8.0)


@pytest.mark.parametrize("method", FREE_METHODS)
def test_every_method_that_any_clip_will_do_for_does(method: str) -> None:
    fake = make(CLIP, method, strength=1.0, seed=2, other=OTHER, box=(20, 10, 30, 30))
    assert fake.clip.frames.shape == CLIP.frames.shape
    assert fake.truth.fake != is_odd(method)
    assert fake.clip != CLIP


def test_a_box_is_what_is_meant() -> None:
    region = make(CLIP, "remove", strength=1, seed=1, box=(20, 10, 30, 30)).truth.region
    rows, columns = np.nonzero(region[0])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == pytest.approx((10, 40, 20, 50), abs=4)


@pytest.mark.parametrize(
    ("method", "given", "says"),
    [
        ("swap", {}, "fictional cast"),
        ("splice", {}, "another clip"),
        ("insert", {"box": (0, 0, 9, 9)}, "another clip"),
        ("remove", {}, "box"),
        ("clone", {"box": (90, 0, 20, 20)}, "not within"),
        ("splice", {"other": Clip(np.zeros((2, 8, 8, 3), np.uint8), 8.0)}, "longer one"),
    ],
)
def test_what_a_method_lacks_is_said(method: str, given: dict[str, object], says: str) -> None:
    with pytest.raises(FakeError, match=says):
        make(CLIP, method, strength=1, seed=1, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "given", "says"),
    [
        ("swap", {}, "people"),
        ("swap", {"who": "nadia"}, "donor"),
        ("swap", {"who": "nadia", "donor": "anir"}, "minor"),
        ("mouth", {"who": "ines"}, "minor"),
        ("teleport", {"who": "nadia"}, "no people"),
        ("nothing", {}, "no method"),
        ("splice", {"form": "round"}, "no format"),
    ],
)
def test_whose_fake_cannot_be_made_is_refused(method: str, given: dict[str, str], says: str) -> None:
    with pytest.raises(FakeError, match=says):
        make_of_world(method, strength=1, seed=1, **given)


def test_the_command_publishes_a_fake_labelled_and_signed_with_its_truth_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path / "home"))
    big = Clip(np.kron(CLIP.frames, np.ones((1, 3, 3, 1), np.uint8)), 8.0)
    write(big, tmp_path / "mine.mp4")
    out = tmp_path / "fake.mp4"
    command = ["fakes", "make", str(tmp_path / "mine.mp4"), "--method", "duplicate", "--strength", "1"]
    result = CliRunner().invoke(main, [*command, "--out", str(out)])
    assert result.exit_code == 0, result.output
    truth = json.loads((tmp_path / "fake.truth.json").read_text())
    assert (truth["label"], truth["method"], truth["magnitude"]) == ("synthetic", "duplicate", 3)
    region = load_region(tmp_path / truth["region"])
    assert region.any(axis=(1, 2)).sum() == 3
    assert read(out).n_frames == 8
    report = CliRunner().invoke(main, ["inspect", str(out), "--trust-course", "--format", "json"])
    credentials = json.loads(report.output)[0]["credentials"]
    assert (credentials["state"], credentials["ai"]) == ("trusted", True)


def test_the_commands_list_methods_check_packs_and_say_what_is_wrong(tmp_path: Path) -> None:
    listed = CliRunner().invoke(main, ["fakes", "list"]).output
    assert "swap" in listed
    assert "slow_motion" in listed
    for command in (
        ["clips", "check", str(tmp_path)],
        ["clips", "build", "--out", str(tmp_path / "p"), "--n", "3"],
        ["fakes", "make", "nowhere.mp4", "--method", "retime", "--out", str(tmp_path / "x.mp4")],
    ):
        result = CliRunner().invoke(main, command)
        assert result.exit_code != 0
        assert "Traceback" not in result.output
