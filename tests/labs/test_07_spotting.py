"""The lab "Spotting by eye, calibrated": its graders, checks, languages and its way through a kernel."""

from __future__ import annotations

import importlib.util
import json
import math
import re
import shutil
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist

import nbformat
import pytest
from nbclient import NotebookClient

from medialit.course.build import build_courses
from medialit.course.i18n import Catalogue, Message, State, check_messages, extract, messages
from medialit.course.project import Project, read_course
from medialit.course.source import Role, read_lab
from medialit.forensics import statistics as stats
from medialit.grading.inprocess import InProcessStudent
from medialit.grading.judge import load_grader
from medialit.language import translator
from medialit.media.io import probe
from medialit.widgets import checking, pack, spotting
from medialit.widgets.checking import NotYet

ROOT = Path(__file__).resolve().parents[2]
PROJECT = Project(root=ROOT)
LAB = read_lab(ROOT / "labs" / "07_spotting")
GRADER = load_grader(PROJECT.graders, LAB.slug)
SEEDS = range(20)
KERNEL = pytest.mark.filterwarnings("ignore::DeprecationWarning:zmq|jupyter_client|nbclient|traitlets")


def module(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


MUTANTS = module(PROJECT.graders / "07_spotting_mutants.py", "mutants_07").MUTANTS


def namespace(replaced=None):
    """The names that the reference solution defines, with the cells of some items replaced."""
    names = {"NormalDist": NormalDist, "__name__": "__main__"}
    for cell in LAB.cells:
        if cell.role is Role.ITEM:
            exec((replaced or {}).get(cell.item, cell.source), names)
    return names


def scores(names, seed):
    verdicts = GRADER.judge(InProcessStudent(names), secret=b"secret", student_id=f"learner{seed}")
    assert all(verdict.grader_error is None for verdict in verdicts), verdicts
    return {verdict.item: verdict.score for verdict in verdicts}


def test_the_grader_and_the_lab_agree_on_items_and_points():
    assert {name: item.points for name, item in GRADER.items.items()} == LAB.items
    assert sum(cell.points for cell in LAB.cells) == 20


@pytest.mark.parametrize("seed", SEEDS)
def test_the_reference_solution_gets_everything(seed):
    assert scores(namespace(), seed) == LAB.items


@pytest.mark.parametrize("seed", SEEDS)
def test_an_empty_submission_gets_nothing(seed):
    assert set(scores({}, seed).values()) == {0.0}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.item}-{mutant.name}")
def test_a_wrong_answer_loses_exactly_its_points(mutant):
    names = namespace({mutant.item: mutant.source})
    for seed in SEEDS:
        expected = {item: points - mutant.loses.get(item, 0.0) for item, points in LAB.items.items()}
        assert scores(names, seed) == pytest.approx(expected), f"learner {seed}"


def test_every_item_has_at_least_three_wrong_answers_of_different_kinds():
    for item in LAB.items:
        own = [mutant for mutant in MUTANTS if mutant.item == item]
        assert len({mutant.name for mutant in own}) >= 3
        assert all(mutant.loses[item] > 0 for mutant in own)


CONSTANTS = [
    None, True, False, 0, 1, 0.5, 0.25, math.nan, math.inf, 1000, "better", "worse", "more suspicious",
    "more trusting", "cannot tell", [], [0, 0], [1.0, 0.0], [0, 0, 0, 0], [1, 1, 1, 1], [5, 5, 5, 5], {}, "",
]  # fmt: skip


@pytest.mark.parametrize("constant", CONSTANTS, ids=repr)
def test_an_answer_that_looks_at_nothing_gets_nothing(constant):
    names = dict.fromkeys(LAB.items, lambda *arguments, **named: constant)
    for seed in SEEDS[:5]:
        assert set(scores(names, seed).values()) == {0.0}


def test_learners_meet_different_cases_and_each_the_same_again():
    def questions(seed):
        asked = []

        class Recorder:
            def call(self, name, *arguments, **named):
                asked.append((name, repr(arguments)))

            def value(self, name):
                return None

        GRADER.judge(Recorder(), secret=b"secret", student_id=f"learner{seed}")
        return asked

    assert questions(1) == questions(1)
    assert not set(questions(1)) & set(questions(2)) - {("ppv", "(0.0, 0.0, 0.5)")}


def checks_in(language, folder):
    """checks.py as it lies beside a released notebook in this language."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(LAB.folder / "checks.py", folder)
    catalogue = Catalogue(LAB, language)
    (folder / "messages.json").write_text(json.dumps(catalogue.translate(check_messages(LAB))))
    return module(folder / "checks.py", f"checks_07_{language}"), catalogue


@pytest.fixture(scope="module", params=["en", "fr", "ar"])
def checks(request, tmp_path_factory):
    return checks_in(request.param, tmp_path_factory.mktemp(f"checks_{request.param}"))


def test_the_visible_checks_accept_the_reference_solution(checks, capsys):
    names = namespace()
    for item in LAB.items:
        getattr(checks[0].check, item)(names[item])
    assert capsys.readouterr().out.count("✓") == len(LAB.items)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.item}-{mutant.name}")
def test_a_visible_check_says_what_is_wrong_in_the_learners_language(checks, mutant):
    loaded, catalogue = checks
    with pytest.raises(NotYet) as raised:
        getattr(loaded.check, mutant.item)(namespace({mutant.item: mutant.source})[mutant.item])
    said = str(raised.value)
    known = [catalogue.look_up(message) for message in check_messages(LAB)]
    assert {text.state for text in known} == {State.TRANSLATED}
    everywhere = map(translator(catalogue.language.code), extract(Path(checking.__file__)))
    patterns = [
        re.sub(r"\\{\w+\\}", ".*", re.escape(text)) for text in (*(k.text for k in known), *everywhere)
    ]
    assert any(re.fullmatch(pattern, said.strip("\u2067\u2069")) for pattern in patterns), said
    assert raised.value._render_traceback_() == [said]


SLIPS = {
    "count": ["swaps_misses_and_false_alarms", "takes_camera_for_the_signal", "counts_every_right_answer_as_a_hit"],
    "sensitivity": ["does_not_correct", "forgets_the_minus_of_c", "forgets_the_half_of_c", "subtracts_rates_without_z"],
    "brier": ["takes_the_mean_distance", "takes_a_root", "does_not_divide", "compares_with_camera"],
    "ppv": ["ignores_the_base_rate", "returns_the_hit_rate", "divides_by_zero_alarms"],
    "cheapest": ["ignores_the_base_rate", "ignores_the_costs", "swaps_the_costs", "returns_the_cost"],
    "verdict": ["reads_the_middles", "turns_the_criterion_round", "asks_the_criterion_first"],
}  # fmt: skip


@pytest.mark.parametrize("item", SLIPS)
def test_different_slips_get_different_advice(checks, item):
    said = set()
    for mutant in MUTANTS:
        if mutant.item == item and mutant.name in SLIPS[item]:
            with pytest.raises(NotYet) as raised:
                getattr(checks[0].check, item)(namespace({item: mutant.source})[item])
            said.add(str(raised.value))
    assert len(said) == len(SLIPS[item])


def test_a_function_that_stops_is_told_how(checks):
    with pytest.raises(NotYet, match="ZeroDivisionError"):
        checks[0].check.count(lambda truths, answers: 1 / 0)


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_lab_is_whole_in_french_and_arabic_and_says_that_no_native_speaker_read_it(language):
    catalogue = Catalogue(LAB, language)
    texts = messages(LAB, graders=PROJECT.graders)
    assert [m for m in texts if catalogue.look_up(m).state is not State.TRANSLATED] == []
    assert catalogue.draft


def test_tamazight_has_the_title_and_says_draft():
    catalogue = Catalogue(LAB, "zgh")
    assert catalogue.look_up(Message("lab", LAB.title)).state is State.TRANSLATED
    assert catalogue.draft


@pytest.mark.parametrize("language", ["fr", "ar", "zgh"])
def test_a_translation_keeps_every_piece_of_code_and_every_number_that_is_measured(language):
    catalogue = Catalogue(LAB, language)
    for cell in LAB.cells:
        text = catalogue.look_up(Message(f"cell:{cell.id}", cell.visible))
        if cell.role is not Role.PROSE or text.state is not State.TRANSLATED:
            continue
        for code in re.findall(r"`([^`]+)`", cell.visible):
            assert code in text.text, f"{cell.id}: {code}"
        for number in re.findall(r"\d+\.\d+", cell.visible):
            assert number in text.text or number.replace(".", ",") in text.text, f"{cell.id}: {number}"


def test_the_lab_keeps_to_the_size_of_a_lesson():
    assert len(LAB.cells) < 60
    assert 45 <= LAB.minutes <= 60
    for cell in LAB.cells:
        if cell.role is not Role.PROSE and cell.role is not Role.MANUAL:
            assert len(cell.source.strip().splitlines()) <= 13, cell.id


def prose(cell_id):
    return " ".join(next(cell.visible for cell in LAB.cells if cell.id == cell_id).split())


def width(estimate):
    return estimate.high - estimate.low


def test_the_numbers_that_the_lab_tells_are_those_that_the_library_computes():
    typical = stats.Counts(hits=7, misses=3, false_alarms=3, correct_rejections=7)
    found = stats.d_prime_interval(typical)
    claim = f"d' of {found.value:.2f} with a 95 % interval from {found.low:.2f} to {found.high:.2f}"
    assert claim in prose("sensitivity_read").replace("−", "-")
    assert f"about {width(stats.compare(typical, typical).d_prime):.1f} wide" in prose("verdict_read")
    example = stats.ppv(hit_rate=0.8, false_alarm_rate=0.1, base_rate=0.01)
    assert f"about {int(100 * example)} %" in prose("ppv_intro")
    names = {"stats": stats, "print": lambda *_: None}
    exec(next(cell.source for cell in LAB.cells if cell.id == "workshops"), names)
    signs, ways = (stats.compare(names["start"], names[end]) for end in ("ten_signs", "both_ways"))
    told = prose("workshops_read").replace("−", "-")
    assert (
        f"({signs.d_prime.value:.2f}, interval {signs.d_prime.low:.2f} to {signs.d_prime.high:.2f})" in told
    )
    assert f"c fell by {-signs.criterion.value:.1f}" in told
    assert f"rose by {ways.d_prime.value:.1f} ({ways.d_prime.low:.1f} to {ways.d_prime.high:.1f})" in told
    worth = [
        100 * stats.ppv_interval(names[k], base_rate=0.01).value for k in ("ten_signs", "start", "both_ways")
    ]
    assert [round(share) for share in worth] == [2, 3, 4]
    assert "right 2 times in 100, where before it was 3" in told
    assert "right 4 times in 100" in told
    assert (signs.verdict, ways.verdict) == ("more suspicious", "better")


def test_touria_is_as_the_facilitators_key_says(tmp_path):
    desk = spotting.Desk(tmp_path, answers=tmp_path, lang="en")
    blocks = [desk.judgements(block) for block in ("before", "after")]
    before, after = (stats.count(block.truths, block.answers) for block in blocks)
    key = (PROJECT.course / "facilitator" / "07_spotting.md").read_text().replace("−", "-")
    assert (
        f"d' {stats.d_prime_interval(before)}, c {stats.criterion_interval(before)}".replace("-0.00", "0.00")
        in key
    )
    change = stats.compare(before, after)
    assert f"d' {change.d_prime}, c {change.criterion}: {change.verdict}" in key


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The course with this lab alone; its clips are small and simple, and so drawn in seconds."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(LAB.folder, root / "labs" / LAB.slug)
    shutil.copytree(PROJECT.graders, root / "graders")
    shutil.copytree(PROJECT.course, root / "course")
    assets = root / "labs" / LAB.slug / "assets.py"
    source = assets.read_text()
    simple = {
        "SIZE = (224, 224)": "SIZE = (56, 56)",
        "duration_s=2.5)": "duration_s=2.5, backgrounds=('studio',), kinds=('ball', 'cube'))",
    }
    for old, new in simple.items():
        assert old in source
        source = source.replace(old, new)
    assets.write_text(source)
    return Project(root=root)


@pytest.fixture(scope="module")
def built(project, tmp_path_factory):
    out = tmp_path_factory.mktemp("courses")
    build_courses(
        [read_lab(project.labs / LAB.slug)],
        course=read_course(project),
        project=project,
        languages=["en", "fr", "ar"],
        destination=lambda language: out / language,
        exchange=None,
    )
    return out


def released(built, language):
    path = built / language / "release" / LAB.slug / f"{LAB.slug}.ipynb"
    return nbformat.read(path, as_version=4)


def test_code_is_the_same_in_every_language(built):
    def code(language):
        cells = released(built, language).cells
        return [(cell.id, cell.source) for cell in cells if cell.cell_type == "code"]

    assert code("en") == code("fr") == code("ar")


def test_the_release_holds_no_solution_and_no_hidden_test(built):
    folder = built / "ar" / "release" / LAB.slug
    text = "".join(path.read_text() for path in folder.iterdir() if path.is_file())
    for secret in ("HIDDEN", "medialit.grading", "pairs.count", "alarms = right", "My d' went"):
        assert secret not in text


def run(notebook, folder):
    """Run a notebook in a real kernel and return it."""
    NotebookClient(
        notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    ).execute()
    return notebook


def outputs(notebook, kind):
    return [
        (cell.id, out)
        for cell in notebook.cells
        for out in cell.get("outputs", [])
        if out.output_type == kind
    ]


@KERNEL
def test_a_blank_lab_runs_to_its_end_and_only_the_checks_ask_for_answers(built):
    folder = built / "en" / "release" / LAB.slug
    errors = outputs(run(released(built, "en"), folder), "error")
    assert [cell for cell, _ in errors] == [f"{item}_check" for item in LAB.items]
    assert {error.ename for _, error in errors} == {"NotYet"}
    assert not (folder / "answers").exists()


@KERNEL
def test_a_solved_lab_runs_without_a_word_on_stderr(built):
    notebook = released(built, "ar")
    solutions = {cell.id: cell.source for cell in LAB.cells if cell.role is Role.ITEM}
    for cell in notebook.cells:
        cell.source = solutions.get(cell.id, cell.source)
    run(notebook, built / "ar" / "release" / LAB.slug)
    assert outputs(notebook, "error") == []
    assert [out for _, out in outputs(notebook, "stream") if out.name == "stderr"] == []
    assert sum("image/png" in out.get("data", {}) for _, out in outputs(notebook, "execute_result")) == 4


def test_the_pack_is_half_camera_in_every_part_and_its_two_sets_match(built):
    trials = pack.read_key(built / "en" / "release" / LAB.slug / "clips")
    parts = {part: [trial for trial in trials if trial.part == part] for part in ("a", "b", "training")}
    for part, n in (("a", 20), ("b", 20), ("training", 10)):
        assert len(parts[part]) == n
        assert sum(trial.synthetic for trial in parts[part]) == n // 2
    assert Counter(t.cue for t in parts["a"]) == Counter(t.cue for t in parts["b"])
    assert {trial.cue for trial in parts["training"] if trial.synthetic} == set(spotting._cues(str))
    assert all(0 < trial.at_s < 2.5 for trial in trials if trial.synthetic)


def test_neither_names_nor_key_show_the_truth_at_a_glance(built):
    clips = built / "en" / "release" / LAB.slug / "clips"
    trials = pack.read_key(clips)
    assert {path.name for path in clips.glob("*.mp4")} == {trial.clip for trial in trials}
    assert len({trial.clip for trial in trials}) == 50
    for word in ("synthetic", "camera", "vanish", *(trial.clip for trial in trials)):
        assert word not in (clips / pack.KEY).read_text()
    names = sorted(trial.clip for trial in trials)
    truths = [trial.synthetic for trial in sorted(trials, key=lambda trial: trial.clip)]
    assert len(names) / 4 < sum(a != b for a, b in pairwise(truths)) < 3 * len(names) / 4


def test_each_clip_is_h264_of_two_and_a_half_seconds(built):
    for path in sorted((built / "en" / "release" / LAB.slug / "clips").glob("*.mp4")):
        info = probe(path)
        assert (info.codec, info.pixel_format, info.has_audio) == ("h264", "yuv420p", False)
        assert info.declared_frames == 60


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_the_real_clips_stay_small_and_are_the_same_on_every_build(tmp_path):
    assets = module(LAB.folder / "assets.py", "assets_07")
    for name in ("one", "two"):
        assets.make(tmp_path / name, seed=1)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert sum((tmp_path / "one" / name).stat().st_size for name in files) < 6_000_000
    assert all((tmp_path / "one" / n).read_bytes() == (tmp_path / "two" / n).read_bytes() for n in files)


def test_the_rubric_has_the_same_four_levels_in_three_languages():
    text = (PROJECT.graders / "rubrics" / "07_spotting.md").read_text()
    for heading in ("## English", "## Français", "## العربية"):
        section = text.split(heading)[1].split("\n## ")[0]
        assert re.findall(r"^\| \*\*(\d)\*\*", section, flags=re.MULTILINE) == ["4", "3", "2", "1"]
