"""One fake at a time: of a clip, of the cast, of a scene; and the commands that publish it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from medialit.cli import main
from medialit.clips import FREE_METHODS, KINDS, make
from medialit.clips.make import is_odd, make_of_world
from medialit.clips.manifest import load_region
from medialit.errors import FakeError
from medialit.fakes import METHODS, ODD, violate
from medialit.fakes.words import meaning, title, unit_word
from medialit.media import Clip, read, write
from medialit.world import VIOLATIONS, scene_for

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


WORDS = {"en": "a stretch shown twice", "fr": "un passage montré deux fois", "ar": "جزء يُعرض مرتين"}


@pytest.mark.parametrize("lang", ["fr", "ar", "ary"])
def test_methods_and_oddities_are_listed_in_the_language_and_none_in_english(lang: str) -> None:
    def listed(code: str) -> list[str]:
        result = CliRunner().invoke(main, ["fakes", "list", "--lang", code])
        assert result.exit_code == 0, result.output
        return result.output.splitlines()

    mine, english = listed(lang), listed("en")
    assert len(mine) == len(english) == 2 * (len(METHODS) + len(ODD)) + 3
    assert any(WORDS["ar" if lang == "ary" else lang] in line for line in mine)
    kept = {line.split()[0] for line in english if line.strip()} & {*METHODS, *ODD}
    assert kept == {*METHODS, *ODD}  # what is typed after --method is the same in all languages
    alike = [line for line, other in zip(mine, english, strict=True) if line.strip() and line == other]
    assert all("stabilisation" in line for line in alike), alike


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_what_a_fake_is_and_measures_is_said_in_the_language(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path / "home"))
    write(Clip(np.kron(CLIP.frames, np.ones((1, 3, 3, 1), np.uint8)), 8.0), tmp_path / "mine.mp4")
    command = ["fakes", "make", str(tmp_path / "mine.mp4"), "--method", "duplicate", "--out"]
    result = CliRunner().invoke(main, [*command, str(tmp_path / "fake.mp4"), "--lang", lang])
    assert result.exit_code == 0, result.output
    measured = {"fr": "Mesuré\u202f: 3 (images)", "ar": "القياس: 3 (صور)"}[lang]
    assert WORDS[lang] in result.output
    assert measured in result.output
    truth = json.loads((tmp_path / "fake.truth.json").read_text())
    assert (truth["method"], truth["unit"]) == ("duplicate", "frames")  # files are for programs


FRENCH = [
    (["fakes", "make", "no.mp4", "--method", "splice", "--out", "x.mp4"], "Il n'y a pas de fichier no.mp4"),
    (["fakes", "make", "scene:moon", "--method", "splice", "--out", "x.mp4"], "pas de lieu moon"),
    (["fakes", "make", "cast:zaid", "--method", "mouth", "--out", "x.mp4"], "Personne ne s'appelle zaid"),
    (["fakes", "make", "cast:ines", "--method", "mouth", "--out", "x.mp4"], "ines a moins de 18 ans"),
    (["fakes", "make", "scene:souk", "--method", "nothing", "--out", "x.mp4"], "pas de méthode nothing"),
    (["fakes", "make", "scene:souk", "--method", "splice", "--out", "x.avi"], "fichier .mp4"),
    (["fakes", "make", "notes.txt", "--method", "duplicate", "--out", "x.mp4"], "pas être lu comme vidéo"),
    (["fakes", "make", "short.mp4", "--method", "splice", "--out", "x.mp4"], "dans un autre clip\u202f: nommez-le"),
    (["fakes", "make", "short.mp4", "--method", "duplicate", "--out", "x.mp4"], "au moins 4 images"),
    (["fakes", "make", "short.mp4", "--method", "lip_offset", "--out", "x.mp4"], "pas de son à décaler"),
    (["fakes", "make", "short.mp4", "--method", "clone", "--out", "x.mp4"], "donnez un cadre"),
    (["fakes", "make", "short.mp4", "--method", "compressed", "--out", "x.mp4"], "mention lisible"),
    (["clips", "build", "--out", "pack", "--n", "3"], "un nombre pair de clips"),
    (["clips", "build", "--out", "."], "contient autre chose"),
    (["clips", "check", "."], "pas de lot entier"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "says"), FRENCH, ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_goes_wrong_is_said_in_the_language(
    command: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    Path("notes.txt").write_text("no video", encoding="utf-8")
    write(Clip(np.zeros((3, 16, 16, 3), np.uint8), 8.0), Path("short.mp4"))
    french = CliRunner().invoke(main, [*command, "--lang", "fr"])
    assert french.exit_code == 1, french.output
    assert says in french.output
    assert CliRunner().invoke(main, command).output != french.output
    assert not list(tmp_path.glob("x.*"))


@pytest.mark.parametrize("unit", ["frames", "share of the way to cat", "colour sd"])
def test_every_unit_of_a_truth_has_words(unit: str) -> None:
    assert unit_word(unit, lang="fr") != unit_word(unit, lang="ar") != ""


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_the_unit_of_every_violation_has_words(violation: str) -> None:
    scene = scene_for(violation, seed=3, fps=8)
    truth = violate(scene, violation=violation, strength=1, seed=1, size=(32, 32)).truth
    assert unit_word(truth.unit, lang="fr") != truth.unit


def test_every_method_and_oddity_has_a_name_and_a_meaning() -> None:
    for name in (*METHODS, *ODD, *KINDS):
        assert title(name, lang="fr") != title(name, lang="ar")
    for name in (*METHODS, *ODD):
        assert meaning(name, lang="fr") != meaning(name, lang="en")
