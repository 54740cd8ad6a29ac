"""The contest in a notebook, pressed as a learner presses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from medialit.contest import Contest, Machine, answers_of
from medialit.contest.records import Item
from medialit.forensics.statistics import Counts
from medialit.widgets.contest import ContestDesk


class Clock:
    now = 0.0

    def __call__(self) -> float:
        self.now += 5.0
        return self.now


@pytest.fixture
def contest(tmp_path: Path) -> Contest:
    (tmp_path / "clips").mkdir()
    items = []
    for form in ("a", "b", "c"):
        for block, synthetic in (("even", True), ("rare", False), ("advice", True)):
            clip = f"{form}{block}"
            (tmp_path / "clips" / f"{clip}.mp4").write_bytes(clip.encode())
            items.append(Item(clip=clip, form=form, block=block, synthetic=synthetic, machine=0.9))  # type: ignore[arg-type]
    counts = Counts(hits=8, misses=2, false_alarms=3, correct_rejections=7)
    machine = Machine(name="m", threshold=0.5, counts=counts)
    return Contest(folder=tmp_path, id="0" * 12, key="k", items=tuple(items), slips={}, machine=machine)


@pytest.mark.parametrize(("lang", "done"), [("en", "Finished."), ("ar", "انتهيت")])
def test_a_learner_goes_through_a_form_hears_the_advice_and_is_done(
    contest: Contest, tmp_path: Path, lang: str, done: str
) -> None:
    desk = ContestDesk(contest, occasion="before", lang=lang, home=tmp_path / "home", clock=Clock())
    desk._go.click()
    assert desk._learner is None  # no code word yet
    desk._code.value = "Argan"
    desk._go.click()
    said = []
    for digit in "1364":
        said.append(desk._message.value if desk._step and desk._step.stage == "final" else "")
        desk._digit.value = digit
    kept = answers_of(contest, home=tmp_path / "home").of("argan")
    assert [one.stage for one in kept] == ["first", "first", "first", "final"]
    assert [one.confidence for one in kept] == [95, 60, 95, 60]
    assert said[:3] == ["", "", ""] and "3" in said[3] and "10" in said[3]  # 3 of 10 camera clips
    assert done in desk._message.value
    assert desk._video.value == b""


def test_the_desk_shows_no_clip_before_a_code_word(contest: Contest, tmp_path: Path) -> None:
    desk = ContestDesk(contest, occasion="after", lang="fr", home=tmp_path / "home")
    assert desk._video not in desk.children and not (tmp_path / "home").exists()
