"""What holds of every lab in labs/: its grader, its visible checks, its languages, its release and its run.

A new lab is tested here as soon as its folder is there. What only one lab claims stands in a file of its own.
"""

from __future__ import annotations

import math
import re
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from medialit.course.i18n import Message, State, check_messages, extract, messages
from medialit.course.source import Role
from medialit.language import translator
from medialit.widgets import checking
from medialit.widgets.checking import NotYet

from .proof import LANGUAGES, PROJECT, SLUGS, mutants, pattern

LEARNERS = pytest.mark.parametrize(
    "learners",
    [
        pytest.param(range(6), id="learners 0 to 5"),
        pytest.param(range(6, 20), id="learners 6 to 19", marks=pytest.mark.long),
    ],
)
EACH_WRONG_ANSWER = pytest.mark.parametrize(
    ("proof", "mutant"),
    [
        pytest.param(slug, mutant, id=f"{slug}-{mutant.item}-{mutant.name}")
        for slug in SLUGS
        for mutant in mutants(slug)
    ],
    indirect=["proof"],
)
EACH_LANGUAGE = pytest.mark.parametrize("lang", LANGUAGES)
TRANSLATIONS = pytest.mark.parametrize("lang", ["fr", "ar"])


@pytest.fixture(params=SLUGS, scope="module")
def proof(request, proofs):
    return proofs(request.param)


def test_there_are_labs():
    assert len(SLUGS) >= 3  # every other test here would pass if there were none


# The grader


def test_the_grader_and_the_lab_agree_on_items_and_points(proof):
    assert {name: item.points for name, item in proof.grader.items.items()} == proof.lab.items
    assert sum(cell.points for cell in proof.lab.cells) == 20


@LEARNERS
def test_the_reference_solution_gets_everything(proof, learners):
    names = proof.namespace()
    for seed in learners:
        assert proof.scores(names, seed) == proof.lab.items, f"learner {seed}"


@LEARNERS
def test_an_empty_submission_gets_nothing(proof, learners):
    for seed in learners:
        assert proof.scores({}, seed) == dict.fromkeys(proof.lab.items, 0.0), f"learner {seed}"


@LEARNERS
@EACH_WRONG_ANSWER
def test_a_wrong_answer_loses_exactly_its_points(proof, mutant, learners):
    names = proof.namespace({mutant.item: mutant.source})
    expected = {item: points - mutant.loses.get(item, 0.0) for item, points in proof.lab.items.items()}
    for seed in learners:
        assert proof.scores(names, seed) == pytest.approx(expected), f"learner {seed}"


def test_every_item_has_at_least_three_wrong_answers_of_different_kinds(proof):
    for item in proof.lab.items:
        own = [mutant for mutant in proof.mutants if mutant.item == item]
        assert len({mutant.name for mutant in own}) >= 3, item
        assert all(mutant.loses[item] > 0 for mutant in own)
    assert {mutant.item for mutant in proof.mutants} == set(proof.lab.items)


CONSTANTS = [
    None, True, False, 0, 1, 2, 3, 5, -1, 0.25, 0.5, 30.0, 1000, math.nan, math.inf, "", {}, [], [0], [0, 0],
    [1.0, 0.0], [0] * 4, [1] * 4, [5] * 4, [0] * 8, [1] * 7, [0, 1, 0, 1, 0, 1], np.full((6, 8), 255),
    sha256().hexdigest(),
]  # fmt: skip


@pytest.mark.parametrize("constant", CONSTANTS, ids=repr)
def test_an_answer_that_looks_at_nothing_gets_nothing(proof, constant):
    names = dict.fromkeys(proof.lab.items, lambda *arguments, **named: constant)
    for seed in range(5):
        assert set(proof.scores(names, seed).values()) == {0.0}


def test_a_text_that_the_lab_names_gets_nothing_when_it_is_always_given(proof):
    texts = proof.texts
    assert texts
    for text in texts:
        names = dict.fromkeys(proof.lab.items, lambda *arguments, text=text, **named: text)
        for seed in range(5):
            assert set(proof.scores(names, seed).values()) == {0.0}, text


def test_learners_meet_different_cases_and_each_the_same_again(proof):
    assert proof.questions(1) == proof.questions(1) != proof.questions(2)
    assert {name for name, _ in proof.questions(1)} == set(proof.lab.items)


# The visible checks


@EACH_LANGUAGE
def test_the_visible_checks_accept_the_reference_solution(proof, lang, capsys):
    names = proof.namespace()
    for item in proof.lab.items:
        getattr(proof.check(lang), item)(names[item])
    assert capsys.readouterr().out.count("✓") == len(proof.lab.items)


@EACH_LANGUAGE
@EACH_WRONG_ANSWER
def test_a_visible_check_says_what_is_wrong_in_the_learners_language(proof, mutant, lang):
    with pytest.raises(NotYet) as raised:
        getattr(proof.check(lang), mutant.item)(proof.wrong(mutant))
    said = str(raised.value)
    assert what_may_be_said(proof, lang).fullmatch(said.strip("\u2067\u2069")), said
    assert raised.value._render_traceback_() == [said]


@cache
def what_may_be_said(proof, lang):
    """Match every sentence of this lab's checks in this language: asked for each wrong answer, and made once."""
    return pattern(sentences(proof, lang))


def sentences(proof, lang):
    """What this lab's checks say in this language, and what those of every lab say."""
    own = [proof.catalogue(lang).look_up(message) for message in check_messages(proof.lab)]
    assert {text.state for text in own} == {State.TRANSLATED}
    return [*(text.text for text in own), *map(translator(lang), extract(Path(checking.__file__)))]


@EACH_LANGUAGE
def test_different_slips_get_different_advice(proof, lang):
    for item in proof.lab.items:
        own = [mutant for mutant in proof.mutants if mutant.item == item]
        said = set()
        for mutant in own:
            with pytest.raises(NotYet) as raised:
                getattr(proof.check(lang), item)(proof.wrong(mutant))
            said.add(str(raised.value))
        assert len(said) >= len(own) - 1, item


@EACH_LANGUAGE
def test_a_function_that_stops_is_told_how(proof, lang):
    for item in proof.lab.items:
        with pytest.raises(NotYet, match="ZeroDivisionError"):
            getattr(proof.check(lang), item)(lambda *arguments: 1 / 0)


@EACH_LANGUAGE
def test_a_function_that_only_prints_is_reminded_of_return(proof, lang):
    for item in proof.lab.items:
        with pytest.raises(NotYet, match="`return`"):
            getattr(proof.check(lang), item)(lambda *arguments: None)


# The languages


@TRANSLATIONS
def test_the_lab_is_whole_in_french_and_arabic_and_says_that_no_native_speaker_read_it(proof, lang):
    catalogue = proof.catalogue(lang)
    texts = messages(proof.lab, graders=PROJECT.graders)
    assert [m for m in texts if catalogue.look_up(m).state is not State.TRANSLATED] == []
    assert catalogue.draft


def test_tamazight_has_the_title_and_says_draft(proof):
    catalogue = proof.catalogue("zgh")
    assert catalogue.look_up(Message("lab", proof.lab.title)).state is State.TRANSLATED
    assert catalogue.draft


@pytest.mark.parametrize("lang", ["fr", "ar", "zgh"])
def test_a_translation_keeps_every_piece_of_code_and_every_number_that_is_measured(proof, lang):
    catalogue = proof.catalogue(lang)
    for cell in proof.lab.cells:
        text = catalogue.look_up(Message(f"cell:{cell.id}", cell.visible))
        if cell.role is not Role.PROSE or text.state is not State.TRANSLATED:
            continue
        for code in re.findall(r"`([^`]+)`", cell.visible):
            assert code in text.text, f"{cell.id}: {code}"
        for number in re.findall(r"\d+[.:]\d+", cell.visible):
            assert re.search(written(number), text.text), f"{cell.id}: {number}"


def written(number):
    """A pattern of how a language may write 0.5 or 02:40: French has 0,5 and 2 h 40."""
    hour = re.sub(r"^0(\d):", r"0?\1:", number)
    return r"(?<!\d)" + hour.replace(".", "[.,]").replace(":", r"(:|\sh\s)") + r"(?!\d)"


def test_the_rubric_has_the_same_four_levels_in_three_languages(proof):
    text = (PROJECT.graders / "rubrics" / f"{proof.slug}.md").read_text(encoding="utf-8")
    for heading in ("## English", "## Français", "## العربية"):
        section = text.split(heading)[1].split("\n## ")[0]
        assert re.findall(r"^\| \*\*(\d)\*\*", section, flags=re.MULTILINE) == ["4", "3", "2", "1"]


# The lesson, and what is handed out


def test_the_lab_keeps_to_the_size_of_a_lesson(proof):
    assert len(proof.lab.cells) < 60
    assert 45 <= proof.lab.minutes <= 60
    for cell in proof.lab.cells:
        if cell.role is not Role.PROSE and cell.role is not Role.MANUAL:
            assert len(cell.source.strip().splitlines()) <= 20, cell.id


def test_code_is_the_same_in_every_language(proof):
    def code(lang):
        cells = proof.released(lang).cells
        modules = {path.name: path.read_bytes() for path in proof.release(lang).rglob("*.py")}
        return [(cell.id, cell.source) for cell in cells if cell.cell_type == "code"], modules

    assert code("en") == code("fr") == code("ar")
    assert "checks.py" in code("en")[1]


@EACH_LANGUAGE
def test_the_release_holds_no_solution_and_no_hidden_test(proof, lang):
    text = "".join(proof.released_text(lang).split())
    shown = "".join("".join(cell.visible.split()) for cell in proof.lab.cells)
    lines = ["".join(line.split()) for cell in proof.lab.cells for line in cell.solution]
    secret = [line for line in lines if len(line) >= 24 and line not in shown]
    assert len(secret) > len(proof.lab.items)
    for part in ("HIDDEN", "SOLUTION", "medialit.grading", *secret):
        assert part not in text


def test_a_blank_lab_runs_to_its_end_and_only_the_checks_ask_for_answers(proof):
    errors = proof.blank.outputs("error")
    assert [cell for cell, _ in errors] == [f"{item}_check" for item in proof.lab.items]
    assert {error.ename for _, error in errors} == {"NotYet"}


def test_a_solved_lab_runs_without_an_error_or_a_word_on_stderr(proof):
    assert proof.solved.outputs("error") == []
    assert [out for _, out in proof.solved.outputs("stream") if out.name == "stderr"] == []
    assert sum("✓" in text for text in proof.solved.said.values()) == len(proof.lab.items)
