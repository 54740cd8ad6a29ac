"""What a class is told, against numbers computed by others; and that nobody is told of one learner."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import brier_score_loss, roc_auc_score

from medialit.contest import FEWEST, Answer, ClassReport, Contest, class_report
from medialit.contest.crowds import machine_probability
from medialit.contest.judged import counts_of, measures_of, missed, sittings
from medialit.contest.page import to_html
from medialit.contest.plots import calibration_plot, change_plot, contest_plot
from medialit.contest.records import Form
from medialit.contest.simulate import Course, people, simulated_answers
from medialit.forensics.advice import reliance
from medialit.forensics.statistics import Verdict

Class = tuple[list[Answer], dict[str, Form]]


def simulated(contest: Contest, n: int, *, seed: int = 1, **course: float) -> Class:
    crowd = people(n, course=Course(**course), seed=seed)
    return simulated_answers(contest.items, crowd, seed=seed, machine=contest.machine)


@pytest.fixture(scope="module")
def suspicious(contest: Contest) -> Class:
    return simulated(contest, 30, criterion=-0.9, harder_b=0.0)


@pytest.fixture(scope="module")
def report(contest: Contest, suspicious: Class) -> ClassReport:
    return class_report(contest.items, *suspicious, machine=contest.machine, seed=1)


def test_a_class_that_grew_suspicious_is_told_so(report: ClassReport) -> None:
    assert report.change is not None
    assert report.change.change.verdict == Verdict.MORE_SUSPICIOUS
    assert report.change.n == 30
    assert report.plain.change is not None and report.plain.change.low > 0  # more false alarms
    assert report.common.change is not None and report.common.change.low > 0  # and more hits


def test_one_learners_measures_are_sklearns_and_the_textbooks(contest: Contest, suspicious: Class) -> None:
    sitting = sittings(contest.items, *suspicious)[0]
    truths = [one.item.synthetic for one in sitting.firsts]
    said = [one.answer.probability for one in sitting.firsts]
    found = measures_of(sitting.firsts)
    assert found.auc == pytest.approx(roc_auc_score(truths, said))
    assert found.brier == pytest.approx(brier_score_loss(truths, said))
    hits = sum(one.answer.synthetic for one in sitting.firsts if one.item.synthetic)
    alarms = sum(one.answer.synthetic for one in sitting.firsts if not one.item.synthetic)
    z_h, z_f = (
        norm.ppf((hits + 0.5) / (sum(truths) + 1)),
        norm.ppf((alarms + 0.5) / (len(truths) - sum(truths) + 1)),
    )
    assert (found.d_prime, found.criterion) == pytest.approx((z_h - z_f, -(z_h + z_f) / 2))


def test_means_over_learners_are_means_of_learners(
    contest: Contest, suspicious: Class, report: ClassReport
) -> None:
    each = [s for s in sittings(contest.items, *suspicious) if s.occasion == "after"]
    halves = [[measures_of(s.firsts).d_prime for s in each if s.first == form] for form in ("a", "b")]
    assert report.occasions["after"].d_prime.value == pytest.approx(
        np.mean([np.mean(half) for half in halves])
    )


def test_a_block_pools_the_classs_answers(contest: Contest, suspicious: Class, report: ClassReport) -> None:
    each = [s for s in sittings(contest.items, *suspicious) if s.occasion == "before"]
    rare = [counts_of(s.firsts, where=lambda item: item.block == "rare") for s in each]
    found = report.occasions["before"].blocks["rare"]
    assert found.camera_share == 0.75
    assert found.false_alarm.value == pytest.approx(
        sum(c.false_alarms for c in rare) / sum(c.n_camera for c in rare)
    )
    alarms = sum(c.false_alarms + c.hits for c in rare)
    assert found.right_alarms is not None
    assert found.right_alarms.value == pytest.approx(sum(c.hits for c in rare) / alarms)
    other = report.occasions["before"].blocks["even"].right_alarms
    assert other is not None and other.value > found.right_alarms.value  # the base rate alone


def test_what_became_of_advice_is_what_the_textbook_counts(
    contest: Contest, suspicious: Class, report: ClassReport
) -> None:
    assert contest.machine is not None
    each = [s for s in sittings(contest.items, *suspicious) if s.occasion == "after"]
    rows = [
        (
            f.item.synthetic,
            one.answer.synthetic,
            contest.machine.says(f.item.machine or 0.0),
            f.answer.synthetic,
        )
        for s in each
        for f in s.finals
        for one in s.firsts
        if one.item == f.item
    ]
    book = reliance(*zip(*rows, strict=True))
    found = report.occasions["after"].trust
    assert found is not None and found.n == book.n == len(each) * 4
    for ours, theirs in ((found.over, book.over), (found.under, book.under)):
        assert (ours is None) == (theirs is None)
        if ours is not None and theirs is not None:
            assert ours.value == pytest.approx(theirs.value)


def test_the_crowd_beats_its_members_and_the_machine_stands_beside_them(
    contest: Contest, report: ClassReport
) -> None:
    found = {one.name: one for one in report.occasions["before"].contestants}
    assert list(found) == [
        "individuals",
        "majority",
        "weighted",
        "machine",
        "individuals_with_machine",
        "crowd_with_machine",
    ]
    assert found["majority"].auc.value > found["individuals"].auc.value
    assert found["weighted"].auc.value >= found["majority"].auc.value - 0.05
    shown = [item for item in contest.items if item.form in ("a", "b")]
    truths = [item.synthetic for item in shown]
    assert found["machine"].auc.value == pytest.approx(
        roc_auc_score(truths, [item.machine for item in shown])
    )
    assert contest.machine is not None
    told = [machine_probability(item, contest.machine) for item in shown]
    assert found["machine"].brier == pytest.approx(brier_score_loss(truths, told))


def test_without_a_machine_people_stand_alone(contest: Contest, suspicious: Class) -> None:
    alone = class_report(contest.items, *suspicious, seed=1).occasions["before"]
    assert [one.name for one in alone.contestants] == ["individuals", "majority", "weighted"]
    assert alone.trust is None


def test_a_sitting_that_was_not_finished_counts_nowhere(
    contest: Contest, suspicious: Class, report: ClassReport
) -> None:
    answers, firsts = suspicious
    cut = [one for one in answers if not (one.learner == "learner 000" and one.occasion == "after")]
    last = next(one for one in answers if one.learner == "learner 000" and one.occasion == "after")
    found = class_report(contest.items, [*cut, last], firsts, machine=contest.machine, seed=1)
    assert found.change is not None and found.change.n == 29
    assert (found.occasions["after"].n, found.occasions["after"].n_unfinished) == (29, 1)


def test_an_answer_to_another_form_or_by_nobody_changes_nothing(
    contest: Contest, suspicious: Class, report: ClassReport
) -> None:
    answers, firsts = suspicious
    elsewhere = next(item for item in contest.items if item.form == "c")
    strange = [
        replace(answers[0], clip=elsewhere.clip),
        replace(answers[0], learner="nobody"),
        replace(answers[0], clip="?"),
    ]
    assert (
        class_report(contest.items, [*answers, *strange], firsts, machine=contest.machine, seed=1) == report
    )


def test_the_delayed_form_is_compared_with_the_first(contest: Contest, suspicious: Class) -> None:
    answers, firsts = suspicious
    rows = [item for item in contest.items if item.form == "c"]
    later = [
        replace(
            answers[0],
            learner=learner,
            occasion="later",
            clip=item.clip,
            synthetic=item.synthetic,
            confidence=95,
        )
        for learner in firsts
        for item in rows
    ]
    found = class_report(contest.items, [*answers, *later], firsts, machine=contest.machine, seed=1)
    assert found.later is not None and found.later.change.verdict == Verdict.BETTER


# An individual's d' is never graded or shown to the class.


def test_of_fewer_than_five_learners_nothing_is_told(contest: Contest) -> None:
    answers, firsts = simulated(contest, FEWEST - 1)
    found = class_report(contest.items, answers, firsts, machine=contest.machine, seed=1)
    assert found.occasions == {} and found.change is None and found.odd_alarms is None
    assert found.too_few == {"before": 4, "after": 4}
    assert (found.plain.before, found.unseen.change) == (None, None)
    page = to_html(found, lang="en")
    assert "<img" not in page and "[" not in re.sub(r"(?s)<style>.*?</style>", "", page)
    assert missed(sittings(contest.items, answers, firsts), least=FEWEST) == {}


def test_no_learner_is_in_the_report_or_on_its_page(
    contest: Contest, suspicious: Class, report: ClassReport
) -> None:
    answers, firsts = suspicious
    names = set(firsts)
    assert not names & set(strings(report))
    pages = [to_html(report, lang=lang) for lang in ("en", "fr", "ar")]
    assert not any(name in page for name in names for page in pages)
    own = [measures_of(s.firsts) for s in sittings(contest.items, answers, firsts)]
    numbers = set(floats(report))
    assert not {one.d_prime for one in own} & numbers
    assert not {one.brier for one in own} & numbers


def test_the_report_has_no_place_for_single_learners(report: ClassReport) -> None:
    sizes = [len(value) for value in sequences(report)]
    assert max(sizes) < len(report.occasions["after"].contestants) + 1  # nothing is as long as the class


def test_no_module_that_grades_knows_of_the_contest() -> None:
    source = Path(__file__).parents[3] / "src" / "medialit"
    graders = [*(source / "grading").rglob("*.py"), *(source / "course").rglob("*.py")]
    graders += (source.parents[1] / "graders").glob("*.py")
    assert len(graders) > 20
    assert not [path for path in graders if "medialit.contest" in path.read_text(encoding="utf-8")]


def strings(value: Any) -> list[str]:
    return [one for one in leaves(value) if isinstance(one, str)]


def floats(value: Any) -> list[float]:
    return [one for one in leaves(value) if isinstance(one, float)]


def leaves(value: Any) -> list[Any]:
    if is_dataclass(value):
        return [leaf for field in fields(value) for leaf in leaves(getattr(value, field.name))]
    if isinstance(value, Mapping):
        return [leaf for pair in value.items() for one in pair for leaf in leaves(one)]
    if isinstance(value, (list, tuple)):
        return [leaf for one in value for leaf in leaves(one)]
    return [value]


def sequences(value: Any) -> list[list[Any] | tuple[Any, ...]]:
    if is_dataclass(value):
        return [s for field in fields(value) for s in sequences(getattr(value, field.name))]
    if isinstance(value, Mapping):
        return [s for one in value.values() for s in sequences(one)]
    if isinstance(value, (list, tuple)):
        return [value, *(s for one in value for s in sequences(one))]
    return []


# The page.


@pytest.mark.parametrize(("lang", "direction", "said"), [
    ("en", "ltr", "Merely more suspicious"), ("fr", "ltr", "Seulement plus méfiante"), ("ar", "rtl", "مجرد ارتياب أكثر"),
])  # fmt: skip
def test_the_page_says_the_verdict_in_three_languages_and_fetches_nothing(
    report: ClassReport, lang: str, direction: str, said: str
) -> None:
    page = to_html(report, lang=lang)
    assert f'<html lang="{lang}" dir="{direction}">' in page
    assert said in page
    assert page.count("<img") == 3 and page.count('src="data:image/png;base64,') == 3
    assert not re.search(r"<script|https?://|<link", page)


def test_figures_have_no_colour_and_are_the_same_again(report: ClassReport) -> None:
    import io

    from PIL import Image

    for plot in (change_plot, calibration_plot, contest_plot):
        png = plot(report, lang="ar")
        assert png is not None and png == plot(report, lang="ar")
        pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), np.int16)
        assert np.ptp(pixels, axis=2).max() == 0


def test_shares_missed_are_counted_by_clip(contest: Contest, suspicious: Class) -> None:
    answers, firsts = suspicious
    found = missed(sittings(contest.items, answers, firsts), least=FEWEST)
    clip = next(iter(found))
    truth = next(item.synthetic for item in contest.items if item.clip == clip)
    said = [one.synthetic for one in answers if one.clip == clip and one.stage == "first"]
    assert found[clip] == pytest.approx(np.mean([one != truth for one in said]), abs=1e-4)
    assert set(found) == {item.clip for item in contest.items if item.form in ("a", "b")}
