"""The judging desk without a browser: what is shown, what is saved, what is never given away."""

from __future__ import annotations

import json

import ipywidgets as widgets
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medialit.errors import SpottingError
from medialit.language import LANGUAGES
from medialit.widgets import pack
from medialit.widgets.pack import Answer, Record, Trial
from medialit.widgets.spotting import Desk, Judging, Learning

CUES = ("teleport", "morph", "flicker", "impossible_bounce", "vanish")


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clips(tmp_path):
    """A pack of 2 x 6 and 4 clips whose bytes say which they are; the desk never decodes them."""
    folder = tmp_path / "clips"
    folder.mkdir()
    trials = []
    for part, n in (("a", 6), ("b", 6), ("training", 4)):
        for i in range(n):
            name, synthetic = f"{part}{i}.mp4", i % 2 == 0
            (folder / name).write_bytes(f"video {name}".encode())
            cue = CUES[i % 5] if synthetic else None
            trials.append(
                Trial(clip=name, part=part, synthetic=synthetic, cue=cue, at_s=0.5 if synthetic else None)
            )
    pack.write_key(folder, trials)
    return folder


@pytest.fixture
def answers(tmp_path):
    return tmp_path / "answers"


@pytest.fixture
def clock():
    return Clock()


def judging(clips, answers, clock, *, block="before", lang="en"):
    return Judging(clips, answers=answers, block=block, lang=lang, clock=clock)


def everything(widget):
    """All widgets inside a widget that are shown now."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from everything(child)


def button(widget, description):
    return next(
        w for w in everything(widget) if isinstance(w, widgets.Button) and description in w.description
    )


def video(widget):
    return next((w for w in everything(widget) if isinstance(w, widgets.Video)), None)


def shown_text(widget):
    return " ".join(str(getattr(w, "value", "")) for w in everything(widget) if isinstance(w, widgets.HTML))


def rate(widget, clock, rating):
    clock.now += 1.0
    button(widget, f"{rating}\n").click()


def test_before_the_start_no_clip_is_sent_and_nothing_is_written(clips, answers, clock):
    widget = judging(clips, answers, clock)
    assert video(widget) is None
    assert not answers.exists()


def test_a_block_is_judged_from_start_to_end_and_becomes_the_learners_own(clips, answers, clock):
    desk = Desk(clips, answers=answers, lang="en")
    assert "Touria" in desk.judgements("before").whose
    widget = judging(clips, answers, clock)
    button(widget, "Start").click()
    truths, ratings = [], []
    for rating in (6, 1, 5, 2, 4, 3):
        name = bytes(video(widget).value).decode().removeprefix("video ")
        truths.append(int(name[1]) % 2 == 0)
        ratings.append(rating)
        rate(widget, clock, rating)
    found = desk.judgements("before")
    assert found.truths == tuple(truths)
    assert found.ratings == tuple(ratings)
    assert found.answers == (True, False, True, False, True, False)
    assert found.probabilities == (0.95, 0.05, 0.8, 0.2, 0.6, 0.4)
    assert "6 clips" in found.whose


def test_no_truth_is_shown_before_the_end_and_all_of_it_is_at_the_end(clips, answers, clock):
    widget = judging(clips, answers, clock)
    button(widget, "Start").click()
    words = ("Teleport", "Morph", "Flicker", "bounce", "Vanish", "rightly")
    for _ in range(6):
        assert not any(word in shown_text(widget) for word in words)
        rate(widget, clock, 4)
    assert "you judged 3 rightly; you had predicted 3" in shown_text(widget)
    assert "Teleport" in shown_text(widget)


@pytest.mark.parametrize(("typed", "rating"), [("5", 5), (" 2", 2), ("٤", 4)])
def test_a_digit_is_as_good_as_a_button_in_western_and_arabic_figures(clips, answers, clock, typed, rating):
    widget = judging(clips, answers, clock, lang="ar")
    button(widget, "ابدأ").click()
    clock.now += 2.0
    field = next(w for w in everything(widget) if isinstance(w, widgets.Text))
    field.value = typed
    assert [answer.rating for answer in pack.load(answers, "before").answers] == [rating]
    assert field.value == ""


@pytest.mark.parametrize("typed", ["7", "0", "x", "-"])
def test_other_keys_judge_nothing(clips, answers, clock, typed):
    widget = judging(clips, answers, clock)
    button(widget, "Start").click()
    clock.now += 2.0
    next(w for w in everything(widget) if isinstance(w, widgets.Text)).value = typed
    assert pack.load(answers, "before") is None


def test_a_double_click_judges_one_clip(clips, answers, clock):
    widget = judging(clips, answers, clock)
    button(widget, "Start").click()
    rate(widget, clock, 6)
    clock.now += 0.1
    button(widget, "6\n").click()
    assert len(pack.load(answers, "before").answers) == 1


def test_a_block_goes_on_where_it_was_left_even_in_another_copy_of_the_widget(clips, answers, clock):
    first, second = judging(clips, answers, clock), judging(clips, answers, clock)
    button(first, "Start").click()
    for _ in range(4):
        rate(first, clock, 2)
    button(second, "Start").click()
    rate(second, clock, 5)
    third = judging(clips, answers, clock)
    button(third, "Continue").click()
    rate(third, clock, 6)
    record = pack.load(answers, "before")
    assert [answer.rating for answer in record.answers] == [2, 2, 2, 2, 5, 6]
    assert len({answer.clip for answer in record.answers}) == 6


def test_the_second_block_shows_the_other_set_to_the_same_learner(clips, answers, clock):
    for block in ("before", "after"):
        widget = judging(clips, answers, clock, block=block)
        button(widget, "Start").click()
        rate(widget, clock, 3)
    before, after = pack.load(answers, "before"), pack.load(answers, "after")
    assert before.learner == after.learner
    assert {before.part, after.part} == {"a", "b"}


def test_either_set_may_come_first(tmp_path):
    parts = {pack.begin(tmp_path / str(i), "before", predicted=0).part for i in range(40)}
    assert parts == {"a", "b"}


def test_the_order_is_the_learners_own_and_stays(clips):
    trials = pack.read_key(clips)

    def clips_of(learner):
        return [trial.clip for trial in pack.order(trials, part="a", learner=learner)]

    assert clips_of("1") == clips_of("1")
    assert sorted(clips_of("1")) == sorted(clips_of("2"))
    assert len({tuple(clips_of(str(i))) for i in range(10)}) > 5


def test_answers_name_nobody_and_leave_no_draft_behind(clips, answers, clock):
    widget = judging(clips, answers, clock)
    button(widget, "Start").click()
    rate(widget, clock, 3)
    assert [path.name for path in answers.iterdir()] == ["before.json"]
    row = json.loads((answers / "before.json").read_text())
    assert set(row) == {"schema", "learner", "block", "part", "predicted", "answers"}
    assert len(row["learner"]) == 8
    assert int(row["learner"], 16) >= 0


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"schema": 1}', '{"schema": 1, "answers": "no"}', "\x00"])
def test_damaged_answers_are_named_and_never_break_the_widget(clips, answers, clock, damage):
    answers.mkdir()
    (answers / "before.json").write_text(damage)
    with pytest.raises(SpottingError, match=r"before\.json is damaged. Delete it"):
        Desk(clips, answers=answers, lang="en").judgements("before")
    assert "Delete it" in shown_text(judging(clips, answers, clock))


def test_without_clips_the_widgets_say_so_and_the_lab_reads_on(tmp_path, clock):
    desk = Desk(tmp_path / "none", answers=tmp_path / "answers", lang="fr")
    assert "Fetch the lab again" in shown_text(desk.judge("before"))
    assert "Fetch the lab again" in shown_text(desk.learn())
    assert len(desk.judgements("after").truths) == 20


def test_answers_that_cannot_be_saved_are_not_lost_silently(clips, tmp_path, clock):
    (tmp_path / "file").write_text("in the way")
    widget = judging(clips, tmp_path / "file", clock)
    assert "damaged" in shown_text(widget) or "Start" in button(widget, "Start").description
    with pytest.raises(SpottingError, match="cannot be saved"):
        pack.save(tmp_path / "file", Record(learner="0", block="before", part="a", predicted=1))


def test_learning_tells_the_truth_after_each_clip_and_saves_nothing(clips, answers, clock):
    widget = Learning(clips, lang="en", clock=clock)
    button(widget, "Start").click()
    said = []
    for _ in range(4):
        rate(widget, clock, 6)
        said.append(shown_text(widget))
        button(widget, "Next clip").click()
    assert sum("Right." in text and "It is synthetic." in text and "second 0.5" in text for text in said) == 2
    assert sum("Not so." in text and "nothing was planted" in text for text in said) == 2
    assert "last clip" in shown_text(widget)
    assert not answers.exists()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_desk_speaks_every_language_and_turns_round_for_arabic(clips, answers, clock, lang):
    widget = judging(clips, answers, clock, lang=lang)
    assert ("medialit-rtl" in widget._dom_classes) is (LANGUAGES[lang].direction == "rtl")
    next(w for w in everything(widget) if isinstance(w, widgets.Button)).click()
    labels = [w.description for w in everything(widget) if isinstance(w, widgets.Button)]
    assert len(labels) == 6
    assert any("surely camera" in label for label in labels) is (lang == "en")


def test_where_no_widget_can_be_shown_a_sentence_stands_in_its_place(clips, answers, clock):
    assert repr(judging(clips, answers, clock, lang="fr")).startswith("Les clips s'affichent dans JupyterLab")
    assert repr(judging(clips, answers, clock)).count(" ") < 20


def test_text_from_a_file_is_shown_as_text(tmp_path, clock):
    widget = Judging(tmp_path / "<img src=x>", answers=tmp_path, block="before", lang="en", clock=clock)
    assert "<img" not in shown_text(widget)
    assert "&lt;img" in shown_text(widget)


answer_lists = st.lists(
    st.builds(Answer, clip=st.text(max_size=8), rating=st.integers(1, 6), seconds=st.floats(0, 1e4)),
    max_size=5,
)


@settings(deadline=None)
@given(answer_lists, st.sampled_from(["before", "after"]), st.sampled_from(["a", "b"]))
def test_what_is_saved_is_what_is_loaded(tmp_path_factory, answered, block, part):
    folder = tmp_path_factory.mktemp("answers")
    record = Record(learner="0badcafe", block=block, part=part, predicted=3, answers=tuple(answered))
    pack.save(folder, record)
    assert pack.load(folder, block) == record


def test_a_damaged_key_is_an_error_that_helps(clips):
    (clips / pack.KEY).write_text("bm90IGEga2V5")
    with pytest.raises(SpottingError, match="Fetch the lab again"):
        pack.read_key(clips)
