"""A pack: the same again, whole after an interruption, split cleanly, and open to a school's own clips."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from medialit import clips
from medialit.cli import main
from medialit.clips import container
from medialit.clips.manifest import load_region
from medialit.clips.plan import KINDS, SPLITS, plan
from medialit.clips.sheet import contact_sheet
from medialit.errors import ClipPackError
from medialit.media import Clip, probe, read, write

SMALL = {"n": 4, "seed": 5, "kinds": ("duplicate", "interpolate")}


class StoppedError(Exception):
    pass


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> tuple[clips.Pack, clips.Pack]:
    """A pack that was built at one go, and the same one, stopped after its first pair and gone on with."""

    def stop(progress: clips.Progress) -> None:
        raise StoppedError(progress)

    folder = tmp_path_factory.mktemp("packs")
    whole = clips.build(folder / "whole", **SMALL)
    with pytest.raises(StoppedError):
        clips.build(folder / "stopped", **SMALL, on_progress=stop)
    return whole, clips.build(folder / "stopped", **SMALL)


def test_a_build_that_was_stopped_ends_with_the_same_bytes(packs: tuple[clips.Pack, clips.Pack]) -> None:
    whole, stopped = packs

    def held(pack: clips.Pack) -> dict[str, bytes]:
        files = (p for p in pack.folder.rglob("*") if p.is_file())
        return {str(path.relative_to(pack.folder)): path.read_bytes() for path in files}

    assert held(whole) == held(stopped)


def test_labels_are_balanced_and_twins_share_all_but_the_fake(packs: tuple[clips.Pack, clips.Pack]) -> None:
    whole, _ = packs
    by_id = {entry.id: entry for entry in whole.entries}
    assert sum(entry.synthetic for entry in whole.entries) == 2
    for entry in whole.entries:
        twin = by_id[entry.truth["twin"]]
        assert twin.synthetic != entry.synthetic
        for key in ("pair", "split", "scene", "camera", "odd", "format", "kbps", "licence"):
            assert entry.truth[key] == twin.truth[key]
    assert not whole.damaged()


def test_the_listing_gives_nothing_away(packs: tuple[clips.Pack, clips.Pack]) -> None:
    listing = (packs[0].folder / "clips.json").read_text(encoding="utf-8")
    assert set(json.loads(listing)["clips"][0]) == {"id", "file", "sha256", "n_bytes"}
    assert "synthetic" not in listing


def test_a_region_is_where_the_twins_differ_most(packs: tuple[clips.Pack, clips.Pack]) -> None:
    by_id = {entry.id: entry for entry in packs[0].entries}
    for entry in packs[0].entries:
        if not entry.synthetic:
            assert entry.region() is None
            continue
        region = entry.region()
        assert region is not None
        steps = np.abs(entry.read().frames.astype(int) - by_id[entry.truth["twin"]].read().frames)
        assert steps[region].mean() > 1.5 * steps[~region].mean()


def test_containers_of_twins_are_alike_in_every_fact(packs: tuple[clips.Pack, clips.Pack]) -> None:
    by_id = {entry.id: entry for entry in packs[0].entries}
    for entry in packs[0].entries:
        twin = by_id[entry.truth["twin"]]
        assert container.container_facts(entry.path) == container.container_facts(twin.path)


def test_a_steady_rate_gives_packets_of_one_size_whatever_they_show(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    calm = np.full((24, 96, 96, 3), 90, np.uint8)
    wild = rng.integers(0, 256, calm.shape, dtype=np.uint8)
    facts = []
    for name, frames in (("calm", calm), ("wild", wild)):
        path = write(Clip(frames, 12.0), tmp_path / f"{name}.mp4", steady_kbps=600)
        facts.append(container.container_facts(path))
    assert facts[0]["n_bytes"] == pytest.approx(facts[1]["n_bytes"], rel=0.10)
    assert (facts[0]["n_I"], facts[0]["n_B"]) == (facts[1]["n_I"], facts[1]["n_B"])
    by_crf = [
        container.container_facts(write(Clip(f, 12.0), tmp_path / f"c{i}.mp4", crf=23))["n_bytes"]
        for i, f in enumerate((calm, wild))
    ]
    assert by_crf[1] > 20 * by_crf[0]


def test_a_contact_sheet_has_a_row_for_each_kind_and_the_twins_in_it(
    packs: tuple[clips.Pack, clips.Pack],
) -> None:
    picture, rows = contact_sheet(packs[0])
    assert ["(duplicate)" in rows[0], "(interpolate)" in rows[1], len(rows)] == [True, True, 2]
    assert picture.shape == (320, 800, 3)
    assert not np.array_equal(picture[:160, :160], picture[:160, 160:320])
    with pytest.raises(ClipPackError, match="no fakes"):
        contact_sheet(packs[0], kinds=("swap",))


def asked(*command: object, lang: str, status: int = 0) -> str:
    result = CliRunner().invoke(main, ["clips", *map(str, command), "--lang", lang])
    assert result.exit_code == status, result.output
    return result.output


@pytest.mark.parametrize(
    ("lang", "counted", "filmed_by", "laid_out", "built"),
    [
        (
            "fr",
            "Clips\u202f: 4\u202f; abîmés\u202f: 0.",
            "filmé",
            "Colonnes\u202f: le clip filmé, le faux",
            "dont synthétiques\u202f: 2.",
        ),
        (
            "ar",
            "المقاطع: 4؛ التالف منها: 0.",
            "مصوَّر",
            "الأعمدة: المقطع المصوَّر، المزيَّف،",
            "الاصطناعية منها: 2.",
        ),
    ],
)
def test_the_commands_speak_of_a_pack_in_the_language(
    packs: tuple[clips.Pack, clips.Pack],
    lang: str,
    counted: str,
    filmed_by: str,
    laid_out: str,
    built: str,
    tmp_path: Path,
) -> None:
    folder = packs[0].folder
    checked = asked("check", folder, lang=lang)
    assert counted in checked
    assert filmed_by in checked
    assert laid_out in asked("sheet", folder, "--out", tmp_path / "sheet.png", lang=lang)
    again = asked(
        "build", "--out", folder, "--n", 4, "--seed", 5, "--kinds", ",".join(SMALL["kinds"]), lang=lang
    )
    assert built in again
    assert "4/4" in again
    everything = checked + again
    for english in ("camera", "synthetic", "clips,", "damaged", "shown twice", "in between"):
        assert english not in everything


def test_programs_read_the_same_words_whatever_the_language(packs: tuple[clips.Pack, clips.Pack]) -> None:
    told = {
        lang: asked("check", packs[0].folder, "--format", "json", lang=lang) for lang in ("en", "fr", "ar")
    }
    assert told["en"] == told["fr"] == told["ar"]
    assert {name.split(", ")[1] for name in json.loads(told["en"])["counts"]} == {"camera", "synthetic"}


def test_an_added_clip_and_a_refused_one_are_told_in_the_language(
    packs: tuple[clips.Pack, clips.Pack], filmed: tuple[Path, Path]
) -> None:
    file, form = filmed
    command = (
        "add",
        file,
        "--pack",
        packs[1].folder,
        "--label",
        "camera",
        "--release",
        form,
        "--scene",
        "roof",
    )
    assert "filmé, pour évaluer" in asked(*command, lang="fr")
    assert "est déjà dans ce lot" in asked(*command, lang="fr", status=1)
    for part in (packs[1].folder / "parts").glob("added-*.json"):
        part.unlink()
    assert len(clips.build(packs[1].folder, **SMALL).entries) == 4


def test_a_damaged_file_is_noticed_and_built_again(
    packs: tuple[clips.Pack, clips.Pack], tmp_path: Path
) -> None:
    _, pack = packs
    entry = pack.entries[0]
    good = entry.path.read_bytes()
    entry.path.write_bytes(good[:-100])
    assert pack.damaged() == (entry.id,)
    assert not clips.build(pack.folder, **SMALL).damaged()
    assert entry.path.read_bytes() == good


def test_another_pack_or_other_things_in_the_folder_are_refused(
    packs: tuple[clips.Pack, clips.Pack], tmp_path: Path
) -> None:
    with pytest.raises(ClipPackError, match="another pack"):
        clips.build(packs[0].folder, n=4, seed=6, kinds=SMALL["kinds"])
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(ClipPackError, match="other things"):
        clips.build(tmp_path, **SMALL)
    with pytest.raises(ClipPackError, match="no whole pack"):
        clips.read_pack(tmp_path)


def test_a_region_that_is_damaged_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "r.npz").write_bytes(b"PK nothing")
    with pytest.raises(ClipPackError, match="cannot be read"):
        load_region(tmp_path / "r.npz")


@pytest.fixture
def filmed(tmp_path: Path) -> tuple[Path, Path]:
    rng = np.random.default_rng(3)
    ground = np.kron(rng.integers(0, 256, (30, 60, 3)), np.ones((12, 12, 1))).astype(np.uint8)
    frames = np.stack([ground[:, 2 * t : 2 * t + 640] for t in range(40)])
    sound = np.zeros((32_000, 1), np.float32)
    clip = Clip(frames, 20.0, audio=sound, sample_rate=16_000)
    form = tmp_path / "release.pdf"
    form.write_bytes(b"signed")
    return write(clip, tmp_path / "mine.mp4", tags={"title": "Amina at home"}), form


def test_a_clip_of_ones_own_is_added_with_a_fake_and_without_sound_tags_and_form(
    packs: tuple[clips.Pack, clips.Pack], filmed: tuple[Path, Path]
) -> None:
    file, form = filmed
    folder = packs[1].folder
    added = clips.add(
        folder, file, label="camera", release=form, scene="yard", fake="clone", split="test", strength=0.9
    )
    assert {entry.truth["label"] for entry in added} == {"camera", "synthetic"}
    assert {entry.id for entry in added} <= {entry.id for entry in clips.read_pack(folder).entries}
    for entry in added:
        seen = probe(entry.path)
        assert (seen.size, seen.fps, seen.has_audio) == ((320, 192), 15.0, False)
        assert "Amina" not in str(dict(seen.tags))
        assert len(entry.truth["release_sha256"]) == 64
    assert not [path for path in folder.rglob("*") if path.suffix == ".pdf"]
    with pytest.raises(ClipPackError, match="already"):
        clips.add(folder, file, label="camera", release=form, scene="yard")
    with pytest.raises(ClipPackError, match="split"):
        clips.add(folder, file, label="synthetic", release=form, scene="yard", split="train")
    (folder / "parts" / f"added-{added[0].id if not added[0].synthetic else added[1].id}.json").unlink()
    assert len(clips.build(folder, **SMALL).entries) == 4, "a release was taken back"


def test_nobodys_clip_is_added_without_a_form_and_none_that_is_too_short_or_small(
    packs: tuple[clips.Pack, clips.Pack], filmed: tuple[Path, Path], tmp_path: Path
) -> None:
    file, form = filmed
    folder = packs[0].folder
    (tmp_path / "empty.pdf").write_bytes(b"")
    for release in (tmp_path / "none.pdf", tmp_path / "empty.pdf"):
        with pytest.raises(ClipPackError, match="signed form"):
            clips.add(folder, file, label="camera", release=release, scene="yard")
    with pytest.raises(ClipPackError, match="added by"):
        clips.add(folder, file, label="camera", release=form, scene="yard", fake="mirrored")
    with pytest.raises(ClipPackError, match="camera or synthetic"):
        clips.add(folder, file, label="real", release=form, scene="yard")  # type: ignore[arg-type]
    whole = read(file)
    for short in (
        Clip(whole.frames[:20], whole.fps),
        replace(whole, frames=np.ascontiguousarray(whole.frames[:, :90, :160])),
    ):
        path = write(Clip(short.frames, short.fps), tmp_path / "short.mp4")
        with pytest.raises(ClipPackError, match="at least"):
            clips.add(folder, path, label="camera", release=form, scene="yard")
    assert len(clips.read_pack(folder).entries) == 4


def test_no_scene_no_person_and_no_camera_is_in_two_splits() -> None:
    pairs = plan(n=1200, seed=3)
    for facts in (
        lambda p: {p.scene},
        lambda p: {p.person, p.donor} - {None},
        lambda p: {p.body, p.other_body},
    ):
        by_split = {split: set().union(*(facts(p) for p in pairs if p.split == split)) for split in SPLITS}
        assert all(by_split.values())
        assert not by_split["train"] & by_split["test"]
        assert not by_split["train"] & by_split["calibrate"]
        assert not by_split["test"] & by_split["calibrate"]


def test_every_split_has_every_kind_and_kinds_are_equally_many() -> None:
    pairs = plan(n=560, seed=1)
    counts = [sum(p.kind == kind for p in pairs) for kind in KINDS]
    assert set(counts) == {20}
    for split in SPLITS:
        assert {p.kind for p in pairs if p.split == split} == set(KINDS)


def test_no_child_is_in_a_pack() -> None:
    names = {p.person for p in plan(n=1200, seed=3)} | {p.donor for p in plan(n=1200, seed=3)}
    assert not names & {"anir", "ines"}


def test_a_plan_is_the_same_again_and_without_photographs_it_is_of_renders() -> None:
    assert plan(n=60, seed=2) == plan(n=60, seed=2)
    assert plan(n=60, seed=2) != plan(n=60, seed=4)
    assert {p.source for p in plan(n=200, seed=2, photos=())} == {"world", "cast"}


@pytest.mark.parametrize("wrong", [{"n": 3}, {"n": 0}, {"seed": -1}, {"kinds": ()}, {"kinds": ("no",)}])
def test_an_impossible_plan_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ClipPackError, match="even number"):
        plan(**{"n": 4, "seed": 1, **wrong})  # type: ignore[arg-type]


def test_what_is_no_video_cannot_be_taken_apart(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"no video")
    with pytest.raises(ClipPackError, match="taken apart"):
        container.container_facts(tmp_path / "x.mp4")
