"""The lab "Watermarks: what a hidden mark can prove": its graders, checks, languages and its way through a kernel."""

from __future__ import annotations

import importlib.util
import json
import math
import re
import shutil
import sys
from collections import defaultdict
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from medialit.course.build import build_courses
from medialit.course.i18n import Catalogue, Message, State, check_messages, extract, messages
from medialit.course.project import Project, read_course
from medialit.course.source import Role, read_lab
from medialit.grading.inprocess import InProcessStudent
from medialit.grading.judge import load_grader
from medialit.language import translator
from medialit.widgets import checking
from medialit.widgets.checking import NotYet

ROOT = Path(__file__).resolve().parents[2]
PROJECT = Project(root=ROOT)
LAB = read_lab(ROOT / "labs" / "05_watermarks")
GRADER = load_grader(PROJECT.graders, LAB.slug)
SEEDS = [*range(6), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(6, 20))]
KERNEL = pytest.mark.filterwarnings("ignore::DeprecationWarning:zmq|jupyter_client|nbclient|traitlets")


def module(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


MUTANTS = module(PROJECT.graders / "05_watermarks_mutants.py", "mutants_05").MUTANTS


def namespace(replaced=None):
    """The names that the reference solution defines, with the cells of some items replaced."""
    names = {"np": np, "__name__": "__main__"}
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


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.item}-{mutant.name}")
def test_a_wrong_answer_loses_exactly_its_points(mutant, seed):
    names = namespace({mutant.item: mutant.source})
    expected = {item: points - mutant.loses.get(item, 0.0) for item, points in LAB.items.items()}
    assert scores(names, seed) == pytest.approx(expected)


def test_every_item_has_at_least_three_wrong_answers_of_different_kinds():
    for item in LAB.items:
        own = [mutant for mutant in MUTANTS if mutant.item == item]
        assert len({mutant.name for mutant in own}) >= 3
        assert all(mutant.loses[item] > 0 for mutant in own)


CONSTANTS = [
    None, True, False, 0, 1, 2, 5, -1, 0.5, 30.0, math.nan, math.inf, "says nothing", "unknown payload",
    "foreign clip", "registered clip", [], [0] * 8, [1] * 7, [0, 1, 0, 1, 0, 1], np.full((6, 8), 255), {}, "",
]  # fmt: skip


@pytest.mark.parametrize("constant", CONSTANTS, ids=repr)
def test_an_answer_that_looks_at_nothing_gets_nothing(constant):
    names = dict.fromkeys(LAB.items, lambda *arguments, **named: constant)
    for seed in range(5):
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

    one, other = questions(1), questions(2)
    assert questions(1) == one != other
    for item in LAB.items:
        assert not {q for q in one if q[0] == item} & {q for q in other if q[0] == item}


def checks_in(language, folder):
    """checks.py as it lies beside a released notebook in this language."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(LAB.folder / "checks.py", folder)
    catalogue = Catalogue(LAB, language)
    (folder / "messages.json").write_text(json.dumps(catalogue.translate(check_messages(LAB))))
    return module(folder / "checks.py", f"checks_05_{language}"), catalogue


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


@pytest.mark.parametrize("item", LAB.items)
def test_different_slips_get_different_advice(checks, item):
    own = [mutant for mutant in MUTANTS if mutant.item == item]
    said = set()
    for mutant in own:
        with pytest.raises(NotYet) as raised:
            getattr(checks[0].check, item)(namespace({item: mutant.source})[item])
        said.add(str(raised.value))
    assert len(said) >= len(own) - 1


def test_a_function_that_stops_is_told_how(checks):
    with pytest.raises(NotYet, match="ZeroDivisionError"):
        checks[0].check.removes(lambda outcomes, budget: 1 / 0)


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
        for number in re.findall(r"\d+[.:]\d+", cell.visible):
            assert number in text.text or number.replace(".", ",") in text.text, f"{cell.id}: {number}"


def test_the_lab_keeps_to_the_size_of_a_lesson():
    assert len(LAB.cells) < 60
    assert 45 <= LAB.minutes <= 60
    for cell in LAB.cells:
        if cell.role is not Role.PROSE and cell.role is not Role.MANUAL:
            assert len(cell.source.strip().splitlines()) <= 20, cell.id


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The lab as it is handed out, in three languages."""
    out = tmp_path_factory.mktemp("courses")
    build_courses(
        [LAB],
        course=read_course(PROJECT),
        project=PROJECT,
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
    text = "".join(path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file())
    for secret in ("HIDDEN", "medialit.grading", "able = [", "scores[i::n_bits]", "To the politician"):
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


@KERNEL
def test_a_solved_lab_runs_without_a_word_on_stderr_and_shows_what_the_text_tells(built):
    notebook = released(built, "ar")
    solutions = {cell.id: cell.source for cell in LAB.cells if cell.role is Role.ITEM}
    for cell in notebook.cells:
        cell.source = solutions.get(cell.id, cell.source)
    run(notebook, built / "ar" / "release" / LAB.slug)
    assert outputs(notebook, "error") == []
    said = defaultdict(str)  # a kernel may send what one cell prints in several pieces
    for cell, out in outputs(notebook, "stream"):
        said[cell] += out.text
    assert [out for _, out in outputs(notebook, "stream") if out.name == "stderr"] == []
    assert said["first_found"].splitlines()[0].startswith("Detection(payload=24301, p_value=")
    assert said["first_found"].splitlines()[1].startswith("Detection(payload=None")
    plain, marked = map(float, re.findall(r"-?\d+\.\d+", said["detect_noise"]))
    assert abs(plain) < 0.6 and abs(marked - 3) < 0.6  # "near 3" and "near 0"
    rows = {row.split()[0]: row for row in said["attack_all"].splitlines()}
    assert rows["brighter"].endswith("24301") and rows["mirror"].endswith("24301")
    assert rows["tenth"].endswith("None") and rows["h264-45"].endswith("None")
    gone = [float(row.split()[1]) for row in rows.values() if row.endswith("None")]
    assert max(gone) <= 26  # "at 26 dB or less"
    wrong = [float(share) for share in re.findall(r"(\d+\.\d+)%", said["decode_try"])]
    assert 20 < wrong[0] < 30 and 7 < wrong[1] < 14 and wrong[2] < wrong[1]
    assert said["forgery"].startswith("Detection(payload=24301, p_value=")
    copy, moved = (int(share) for share in re.findall(r"(\d+)% of the bits", said["forgery_register"]))
    assert copy <= 15 < 40 <= moved


def test_the_numbers_of_the_base_rate_are_those_that_follow():
    told = " ".join(next(cell.visible for cell in LAB.cells if cell.id == "first_read").split())
    found, unmarked = 0.9 * 1000, 999_000
    assert f"there would be {0.01 * unmarked:,.0f} wrong ones" in told
    assert f"right {100 * found / (found + 0.01 * unmarked):.0f} times in 100" in told
    assert f"right {1000 * found / (found + 1e-6 * unmarked):.0f} times in 1,000" in told
    assert f"about {3 / 100_000 * 100_000:.0f} in 100,000" in told


def test_the_rubric_has_the_same_four_levels_in_three_languages():
    text = (PROJECT.graders / "rubrics" / "05_watermarks.md").read_text()
    for heading in ("## English", "## Français", "## العربية"):
        section = text.split(heading)[1].split("\n## ")[0]
        assert re.findall(r"^\| \*\*(\d)\*\*", section, flags=re.MULTILINE) == ["4", "3", "2", "1"]
