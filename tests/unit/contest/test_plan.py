"""A contest in a folder, its machine, and the commands."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from tests.unit.contest.conftest import TINY, scores

from medialit.cli import main
from medialit.clips import Pack
from medialit.contest import Contest, answers_of, machine_from, plan, read_contest, read_scores
from medialit.contest.machine import cue_score
from medialit.contest.session import advice_on
from medialit.contest.simulate import Course, people, simulated_answers
from medialit.errors import ContestError
from medialit.forensics.statistics import corrected_rates


def test_a_contest_that_is_read_is_the_one_that_was_drawn(contest: Contest) -> None:
    read = read_contest(contest.folder)
    assert sorted(read.items, key=lambda item: item.clip) == sorted(contest.items, key=lambda item: item.clip)
    assert (read.id, read.key, read.slips, read.machine) == (
        contest.id,
        contest.key,
        contest.slips,
        contest.machine,
    )
    assert {path.stem for path in (contest.folder / "clips").iterdir()} == {
        item.clip for item in contest.items
    }


def test_the_same_pack_and_seed_give_the_same_bytes(pack: Pack, contest: Contest, tmp_path: Path) -> None:
    again = plan(
        pack, tmp_path / "again", seed=3, design=TINY, machine=("a file", scores(pack.entries)), n_slips=6
    )
    for name in ("contest.json", "key.json"):
        assert (again.folder / name).read_bytes() == (contest.folder / name).read_bytes()
    assert plan(pack, tmp_path / "other", seed=4, design=TINY).id != contest.id


def test_a_folder_with_something_else_in_it_is_left_alone(pack: Pack, tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(ContestError, match="not empty"):
        plan(pack, tmp_path, seed=3, design=TINY)


@pytest.mark.parametrize("damage", ["{", "[]", '{"schema": 99}', ""])
def test_a_damaged_contest_is_said(contest: Contest, tmp_path: Path, damage: str) -> None:
    (tmp_path / "key.json").write_bytes((contest.folder / "key.json").read_bytes())
    (tmp_path / "contest.json").write_text(damage)
    with pytest.raises(ContestError, match="no whole contest"):
        read_contest(tmp_path)


def test_the_machines_stated_errors_are_counted_on_clips_of_no_form_and_not_those_of_its_threshold(
    pack: Pack, contest: Contest
) -> None:
    assert contest.machine is not None
    taken = {item.clip for item in contest.items}
    outside = [entry for entry in pack.entries if entry.id not in taken]
    assert 0.3 * len(outside) < contest.machine.counts.n < 0.7 * len(outside)
    held = scores(pack.entries)
    turned = {clip: (-score if clip in taken else score) for clip, score in held.items()}
    assert machine_from("a file", turned, pack.entries, without=taken) == contest.machine


def test_advice_says_what_the_machine_said_and_how_often_it_errs(contest: Contest) -> None:
    assert contest.machine is not None
    item = next(one for one in contest.items if one.block == "advice")
    found = advice_on(contest, item)
    assert found is not None and item.machine is not None
    assert found.synthetic == (item.machine >= contest.machine.threshold)
    assert (found.false_alarms, found.n_synthetic) == (
        contest.machine.counts.false_alarms,
        contest.machine.counts.n_synthetic,
    )
    assert advice_on(contest, next(one for one in contest.items if one.block == "rare")) is None


def test_the_machines_word_is_worth_what_bayes_says(contest: Contest) -> None:
    assert contest.machine is not None
    hit, alarm = corrected_rates(contest.machine.counts)
    assert contest.machine.probability(contest.machine.threshold) == pytest.approx(hit / (hit + alarm))
    below = np.nextafter(contest.machine.threshold, -1e9)
    assert contest.machine.probability(float(below)) == pytest.approx((1 - hit) / (1 - hit + 1 - alarm))


def test_a_machine_that_scored_too_little_is_refused(pack: Pack, contest: Contest) -> None:
    few = dict(list(scores(pack.entries).items())[:20])
    with pytest.raises(ContestError, match="too few scores"):
        machine_from("a file", few, pack.entries, without=())


def test_scores_are_read_from_json_and_from_csv_alike(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(json.dumps({"a": 1, "b": -0.5}))
    (tmp_path / "s.csv").write_text("clip,score\na,1\nb,-0.5\n")
    assert read_scores(tmp_path / "s.json") == read_scores(tmp_path / "s.csv") == {"a": 1.0, "b": -0.5}


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"a": "x"}', '{"a": NaN}', '{"a": null}', "7"])
def test_what_holds_no_scores_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "s.json").write_text(text)
    with pytest.raises(ContestError, match="holds no scores"):
        read_scores(tmp_path / "s.json")


def test_a_cue_that_there_is_not_is_said() -> None:
    with pytest.raises(ContestError, match="no cue crystal_ball"):
        cue_score("crystal_ball")


# The commands.


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def written(pack: Pack, folder: Path) -> Path:
    """Write a pack's lists, so that a command can read them."""
    rows = {entry.id: dict(entry.truth) for entry in pack.entries}
    clips = [{"id": e.id, "file": f"clips/{e.id}.mp4", "sha256": "", "n_bytes": 1} for e in pack.entries]
    folder.mkdir()
    (folder / "clips").symlink_to(pack.folder / "clips")
    (folder / "truth.json").write_text(json.dumps(rows))
    (folder / "clips.json").write_text(json.dumps({"schema": 1, "clips": clips}))
    return folder


def test_a_contest_is_planned_reported_and_wiped_by_commands(pack: Pack, tmp_path: Path, home: Path) -> None:
    held, out = written(pack, tmp_path / "pack"), tmp_path / "contest"
    (tmp_path / "m.json").write_text(json.dumps(scores(pack.entries)))
    run = CliRunner()
    asked = ["--out", str(out), "--quick", "--machine", str(tmp_path / "m.json")]
    asked += ["--slips", "4", "--unseen", "v2, clone, retime"]
    done = run.invoke(main, ["contest", "plan", str(held), *asked])
    assert done.exit_code == 0, done.output
    assert "Form A: clips: 19; from a camera: 11, of which odd: 3" in done.output
    assert "generated, as a whole" in done.output and "Code words: " in done.output
    contest = read_contest(out)
    store = answers_of(contest, home=home)
    answers, firsts = simulated_answers(
        contest.items, people(8, course=Course(criterion=-1.5, harder_b=0), seed=2), seed=2
    )
    for learner in firsts:
        store.join(learner)
    form = store.firsts()
    for answer in answers:  # as they would have answered the form that they really got
        if form[answer.learner] == firsts[answer.learner]:
            store.add(answer)
    page, missed = tmp_path / "class.html", tmp_path / "missed.json"
    done = run.invoke(
        main, ["contest", "report", str(out), "--out", str(page), "--missed", str(missed), "--lang", "fr"]
    )
    assert done.exit_code == 0, done.output
    assert 'lang="fr"' in page.read_text() and isinstance(json.loads(missed.read_text()), dict)
    assert (
        "Réponses supprimées"
        in run.invoke(
            main, ["contest", "wipe", str(out), "--learner", "learner 001", "--yes", "--lang", "fr"]
        ).output
    )
    assert run.invoke(main, ["contest", "wipe", str(out)], input="n\n").exit_code == 1
    assert store.all()
    assert "All answers are deleted." in run.invoke(main, ["contest", "wipe", str(out), "--yes"]).output
    assert not [path for path in home.rglob("*") if path.is_file()]


def test_what_went_wrong_is_said_in_the_language(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        main, ["contest", "report", str(tmp_path), "--out", str(tmp_path / "x.html"), "--lang", "ar"]
    )
    assert done.exit_code == 1 and "لا توجد مسابقة كاملة" in done.output
