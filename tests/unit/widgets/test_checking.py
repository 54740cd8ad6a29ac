"""What every lab's visible checks share: asking, comparing, and saying it in the language of the course."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.widgets.checking import Asking, NotYet, advising, alike, compare, isolated, messages_of

ISOLATES = "\u2067", "\u2069"


@pytest.fixture(params=["en", "fr", "ar"])
def lang(request):
    return request.param


def said(ask, function, *arguments, **how):
    with pytest.raises(NotYet) as raised:
        ask(function, *arguments, **how)
    return str(raised.value)


def test_an_answer_comes_back_as_it_is_none_included():
    assert Asking("en")(divmod, 7, 2) == (3, 1)
    assert Asking("en").returned(divmod, 7, 2) == (3, 1)
    assert Asking("en")(print) is None


@pytest.mark.parametrize("answer", [0, False, "", [], 0.0])
def test_only_none_is_no_answer(answer):
    assert Asking("en").returned(lambda: answer) is answer


def test_a_function_that_only_prints_is_reminded_of_return_in_each_language():
    sentences = {said(Asking(lang).returned, lambda n: None, 1) for lang in ("en", "fr", "ar")}
    assert len(sentences) == 3
    assert all("`return`" in sentence for sentence in sentences)


def test_a_function_that_stops_is_told_how_and_on_what(lang):
    sentence = said(Asking(lang), lambda n, whole: n // whole, 12, 0)
    for part in ("12, 0", "ZeroDivisionError", "integer division or modulo by zero"):
        assert part in sentence


def test_braces_in_an_argument_or_an_error_are_shown_as_they_are(lang):
    def stop(text):
        raise ValueError("{name}")

    sentence = said(Asking(lang), stop, "{error}")
    assert "'{error}'" in sentence
    assert "{name}" in sentence


def test_a_stop_that_was_foreseen_gets_its_own_sentence_and_any_other_its_name():
    stops = {ArithmeticError: "Nothing is to be shared out.", KeyError: "Look before you take."}
    assert said(Asking("en"), lambda n: 1 / n, 0, stops=stops) == "Nothing is to be shared out."
    assert said(Asking("en").returned, lambda d: d["x"], {}, stops=stops) == "Look before you take."
    assert "IndexError" in said(Asking("en"), lambda row: row[3], [], stops=stops)


def test_what_an_answer_itself_says_is_not_yet_done_is_left_as_it_is():
    def blank():
        raise NotYet("Write your answer here.")

    assert said(Asking("fr"), blank) == "Write your answer here."


def test_arabic_is_isolated_so_that_it_reads_from_right_to_left():
    sentence = said(Asking("ar").returned, lambda: None)
    assert (sentence[0], sentence[-1]) == ISOLATES
    assert isolated("as it was") == "as it was"


NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32) | st.integers(-(10**6), 10**6)
PLAIN = st.recursive(
    NUMBERS | st.booleans() | st.none() | st.text(max_size=3), lambda items: st.lists(items, max_size=3)
)


@given(PLAIN)
def test_whatever_is_expected_is_like_itself(value):
    assert alike(value, value)


@given(PLAIN, PLAIN)
def test_what_is_alike_one_way_is_alike_the_other_way(one, other):
    assert alike(one, other) == alike(other, one)


@pytest.mark.parametrize("truth", [True, False])
@pytest.mark.parametrize("other", [0, 1, None, "True", [], [True], np.True_, np.False_])
def test_a_truth_value_is_like_nothing_but_itself(truth, other):
    assert not alike(other, truth)
    assert not alike(truth, other if not isinstance(other, np.bool_) else 1)


def test_an_array_is_compared_item_by_item():
    assert alike(np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]])
    assert not alike(np.array([[1, 2], [3, 5]]), [[1, 2], [3, 4]])
    assert not alike(np.array([1, 2, 3, 4]), [[1, 2], [3, 4]])
    assert not alike(np.array([[True]]), [[1]])


def test_an_array_without_dimensions_is_a_number_and_no_sequence():
    assert alike(np.array(3.0), 3)
    assert not alike(np.array(3.0), [3])


@pytest.mark.parametrize("answer", [3, "12", b"12", {0: 1, 1: 2}, iter([1, 2]), None])
def test_what_is_no_sequence_is_not_like_one(answer):
    assert not alike(answer, [1, 2])


def test_a_wrong_answer_gets_the_sentence_of_its_slip_and_any_other_the_last_one():
    slips = [(False, "No."), (None, "Nothing."), ([1, 0], "Turned round.")]
    compare([0, 1], expected=[0, 1], slips=slips, otherwise="Otherwise.")
    for answer, sentence in [*slips, (0, "Otherwise."), (True, "Otherwise.")]:
        with pytest.raises(NotYet) as raised:
            compare(answer, expected=[0, 1], slips=slips, otherwise="Otherwise.")
        assert str(raised.value) == sentence


def double(function):
    compare(Asking("en").returned(function, 3), expected=6, slips=[], otherwise="Twice 3 is 6.")


def test_a_check_that_is_passed_says_so_once_in_the_language_of_the_course(lang, capsys):
    advising(lang, double=double).double(lambda n: n + n)
    out = capsys.readouterr().out
    assert out.count("✓") == out.count("\n") == 1
    assert ("The example is right" in out) == (lang == "en")


def test_a_check_that_is_not_passed_raises_and_says_nothing_else(lang, capsys, monkeypatch):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    with pytest.raises(NotYet, match="Twice 3 is 6"):
        advising(lang, double=double).double(lambda n: n * n)
    assert capsys.readouterr().out == ""


def test_under_autograding_a_check_says_what_is_wrong_and_goes_on(lang, capsys, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    checks = advising(lang, double=double)
    checks.double(lambda n: n * n)
    assert capsys.readouterr().out == "NotYet: Twice 3 is 6.\n"
    checks.double(lambda n: n + n)
    assert "✓" in capsys.readouterr().out


def test_a_check_that_breaks_under_autograding_does_not_stop_the_notebook(capsys, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    advising("en", broken=lambda function: function["x"]).broken({})
    assert capsys.readouterr().out == "KeyError: 'x'\n"


def test_a_notebook_shows_what_is_not_yet_right_as_one_sentence():
    assert NotYet("Twice 3 is 6.")._render_traceback_() == ["Twice 3 is 6."]


@pytest.mark.parametrize("found", [None, "", "[]", "{", '{"Twice 3 is 6.": 6}', '"text"'])
def test_messages_stay_english_where_a_lab_has_none_that_can_be_read(found, tmp_path):
    if found is not None:
        (tmp_path / "messages.json").write_text(found)
    assert messages_of(tmp_path)("Twice 3 is 6.") == "Twice 3 is 6."


def test_a_labs_own_messages_come_in_its_language(tmp_path):
    (tmp_path / "messages.json").write_text(json.dumps({"en": "fr", "Twice 3 is 6.": "Deux fois 3 font 6."}))
    _ = messages_of(tmp_path)
    assert (_("en"), _("Twice 3 is 6.")) == ("fr", "Deux fois 3 font 6.")
