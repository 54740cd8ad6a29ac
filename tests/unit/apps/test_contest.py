"""The contest's window without a browser: sitting down, answering, going on; and what its page shows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from medialit.apps import contest as app
from medialit.apps import contest_view as view
from medialit.contest import Answer, Contest, Step, answers_of
from medialit.contest.plan import Contest as _Contest
from medialit.contest.records import RATINGS, Item
from medialit.contest.session import Advice
from medialit.errors import ContestError

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


@pytest.fixture
def contest(tmp_path: Path) -> Contest:
    """Two clips a form: enough for a window."""
    (tmp_path / "clips").mkdir()
    items = []
    for form in ("a", "b", "c"):
        for block, synthetic in (("even", True), ("rare", False)):
            clip = f"{form}{block}"
            (tmp_path / "clips" / f"{clip}.mp4").write_bytes(clip.encode())
            items.append(Item(clip=clip, form=form, block=block, synthetic=synthetic))  # type: ignore[arg-type]
    return _Contest(folder=tmp_path, id="0" * 12, key="k", items=tuple(items), slips={}, machine=None)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def table(contest: Contest, tmp_path: Path, clock: Clock) -> app.Table:
    return app.Table(
        contest, occasion="before", answers=answers_of(contest, home=tmp_path / "home"), clock=clock
    )


def test_somebody_answers_every_clip_and_is_done(
    table: app.Table, clock: Clock, contest: Contest, tmp_path: Path
) -> None:
    seat = table.sit_down("argan")
    for rating in (1, 5):
        clock.now += 6
        assert seat.step is not None
        seat = table.answer(seat, rating, token=seat.step.token, now=NOW)
    assert seat.step is None and seat.learner == "argan"
    kept = answers_of(contest, home=tmp_path / "home").of("argan")
    assert [(one.synthetic, one.confidence, one.seconds) for one in kept] == [
        (False, 95, 6.0),
        (True, 80, 6.0),
    ]
    assert table.sit_down("argan").step is None


def test_a_double_click_answers_once(table: app.Table, clock: Clock) -> None:
    seat = table.sit_down("argan")
    assert seat.step is not None
    clock.now += 5
    after = table.answer(seat, 6, token=seat.step.token, now=NOW)
    assert after.step is not None and after.step.number == 2
    assert table.answer(after, 6, token=seat.step.token, now=NOW) is after  # named the first clip
    clock.now += 0.2
    assert table.answer(after, 6, token=after.step.token, now=NOW) is after  # too fast to have looked


def test_a_reload_goes_on_with_the_clip_that_was_open(table: app.Table, clock: Clock) -> None:
    seat = table.sit_down("argan")
    assert seat.step is not None
    clock.now += 5
    after = table.answer(seat, 2, token=seat.step.token, now=NOW)
    assert table.sit_down("ARGAN ").step == after.step


def test_nobody_answers_without_a_code_word(table: app.Table, clock: Clock) -> None:
    nobody = app.Seat()
    clock.now += 5
    assert table.answer(nobody, 3, token="", now=NOW) is nobody
    with pytest.raises(ContestError):
        table.sit_down("")


def step(**change: object) -> Step:
    first = Answer(
        learner="x",
        occasion="before",
        clip="c",
        stage="first",
        synthetic=False,
        confidence=80,
        seconds=1,
        at=NOW,
    )
    advice = Advice(synthetic=True, false_alarms=9, n_camera=76, misses=27, n_synthetic=79)
    at = {
        "clip": "c",
        "stage": "final",
        "number": 3,
        "of": 9,
        "block": "advice",
        "advice": advice,
        "before": first,
    }
    return Step(**(at | change))  # type: ignore[arg-type]


def test_advice_is_shown_with_its_error_rates_and_ones_own_answer(tmp_path: Path) -> None:
    (tmp_path / "c.mp4").write_bytes(b"film")
    shown = view.stage(step(), tmp_path / "c.mp4", lang="en")
    assert "The machine says: synthetic." in shown
    assert "9 of 76 camera clips synthetic, and missed 27 of 79" in shown
    assert "You said: probably camera." in shown
    assert "machine" not in view.stage(
        step(stage="first", advice=None, before=None), tmp_path / "c.mp4", lang="en"
    )


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_the_page_gives_no_truth_away(tmp_path: Path, lang: str) -> None:
    (tmp_path / "c.mp4").write_bytes(b"film")
    one = view.stage(step(advice=None, before=None), tmp_path / "c.mp4", lang=lang)
    assert one.count("c/final") == 1 and "even" not in one and "advice" not in one
    assert ('dir="rtl"' in one) == (lang == "ar")


def test_six_buttons_say_digit_answer_and_confidence() -> None:
    assert [view.button_words(rating, lang="en").split("\n") for rating in (1, 6)] == [
        ["1", "surely camera", "95 %"], ["6", "surely synthetic", "95 %"]
    ]  # fmt: skip
    assert len({view.button_words(rating, lang="ar") for rating in RATINGS}) == 6


def test_hostile_words_stay_words() -> None:
    assert "<b>" not in view.message(("<b>x</b>",), lang="en")
