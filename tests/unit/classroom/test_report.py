"""The class report: what it tells, to whom, in which language, on the page and on paper."""

import hashlib
import html.parser
import json
import re

import numpy as np
import pytest
from click.testing import CliRunner

from medialit.classroom import simulate as simulation
from medialit.classroom.page import to_html
from medialit.classroom.paper import to_pdf
from medialit.classroom.report import class_report
from medialit.classroom.sight import FEWEST, Sight, read_sight
from medialit.classroom.telling import tell
from medialit.cli import main
from medialit.errors import CourseError
from medialit.forensics.statistics import Verdict
from medialit.widgets import pack

from .conftest import LAB


@pytest.fixture(scope="module")
def report(simulated):
    return class_report(simulated.course)


def page(report, lang="en", *, for_class=False) -> str:
    return to_html(tell(report, lang=lang, for_class=for_class))


def test_the_report_changes_nothing_in_the_course(simulated):
    before = digest(simulated.course)
    class_report(simulated.course)
    assert digest(simulated.course) == before


def digest(folder) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_most_common_wrong_answer_is_told_in_the_graders_words(report):
    [divide] = [one for one in report.items if one.item == "divide"]
    assert divide.wrong is not None
    assert "Centimes that are left over" in page(report)
    assert "Des centimes qui restent" in page(report, "fr")


def test_the_copy_for_the_class_names_nobody_and_lists_no_pair(report):
    for lang in ("en", "fr", "ar"):
        shown = page(report, lang, for_class=True)
        for learner, name in report.book.names.items():
            assert learner not in shown
            assert name not in shown
        assert shown.count("<h2>") == page(report, lang).count("<h2>") - 2


def test_the_instructors_copy_names_who_needs_help_whatever_the_script(report):
    shown = page(report)
    needing = {one.learner for one in report.help}
    assert {"sim14", "sim15"} <= needing  # the blank and the absent one
    assert all(one.name in shown for one in report.help)
    assert "sim01" not in needing


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_page_stands_alone_and_runs_in_its_direction(report, lang):
    shown = page(report, lang)
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">' in shown
    assert "<script" not in shown and "http" not in re.sub('data:image[^"]*', "", shown)
    html.parser.HTMLParser().feed(shown)


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_the_same_report_is_set_on_paper(report, lang):
    assert to_pdf(tell(report, lang=lang, for_class=False)).startswith(b"%PDF-")


def test_a_course_without_work_says_so(tmp_path):
    with pytest.raises(CourseError, match="is not a built course"):
        class_report(tmp_path)


def spotting_course(folder, *, n: int, skill: tuple[float, float], shift: float = 0.0):
    """Write a released pack and hand-ins of it, without clips: only the key and the answers are read."""
    clips = folder / "release" / LAB / "clips"
    clips.mkdir(parents=True)
    trials = [
        pack.Trial(clip=f"{part}{number}.mp4", part=part, synthetic=bool(number % 2))
        for part in ("a", "b")
        for number in range(20)
    ]
    pack.write_key(clips, trials)
    for learner in range(n):
        rng = np.random.default_rng([7, learner])
        parts = ("a", "b") if learner % 2 else ("b", "a")
        for place, (block, part) in enumerate(zip(("before", "after"), parts, strict=True)):
            record = pack.Record(learner=f"{learner:08x}", block=block, part=part, predicted=10)
            for trial in trials:
                if trial.part == part:
                    seen = rng.normal(skill[place] * (0.5 if trial.synthetic else -0.5)) + shift * place
                    rating = 1 + int(np.searchsorted((-1.2, -0.5, 0, 0.5, 1.2), seen))
                    record = record.with_answer(pack.Answer(clip=trial.clip, rating=rating, seconds=4.0))
            pack.save(folder / "submitted" / f"s{learner}" / LAB / "answers", record)
    return folder


def test_a_class_that_sees_better_is_called_better(tmp_path):
    found = read_sight(spotting_course(tmp_path, n=24, skill=(0.4, 2.0)), LAB)
    assert isinstance(found, Sight)
    assert found.change.change.verdict is Verdict.BETTER
    assert found.trust.low > 0


def test_a_class_that_only_says_synthetic_sooner_is_called_more_suspicious_and_trusts_less(tmp_path):
    found = read_sight(spotting_course(tmp_path, n=24, skill=(0.8, 0.8), shift=0.9), LAB)
    assert isinstance(found, Sight)
    assert found.change.change.verdict is Verdict.MORE_SUSPICIOUS
    assert found.trust.high < 0


def test_of_few_learners_nothing_is_told(tmp_path):
    assert read_sight(spotting_course(tmp_path, n=FEWEST - 1, skill=(1, 1)), LAB) == FEWEST - 1


def test_a_lab_without_clips_has_no_sight(simulated):
    assert read_sight(simulated.course, LAB) is None


def test_answers_that_were_tampered_with_count_nowhere(tmp_path):
    folder = spotting_course(tmp_path, n=FEWEST, skill=(1, 1))
    first = folder / "submitted" / "s0" / LAB / "answers" / "before.json"
    first.write_text(json.dumps({"learner": 5, "answers": "all"}))
    assert read_sight(folder, LAB) == FEWEST - 1
    first.unlink()
    first.symlink_to(folder / "submitted" / "s1" / LAB / "answers" / "before.json")
    assert read_sight(folder, LAB) == FEWEST - 1


def test_the_simulated_observers_answers_can_be_read(tmp_path):
    folder = spotting_course(tmp_path, n=0, skill=(1, 1))
    for number in range(6):
        answers = folder / "submitted" / f"s{number}" / LAB / "answers"
        simulation._judge(folder / "release" / LAB / "clips", answers, number=number, seed=1)
    found = read_sight(folder, LAB)
    assert isinstance(found, Sight) and found.change.n == 6 and found.change.balanced


def test_the_command_writes_a_page_or_a_paper(simulated, tmp_path):
    for suffix in ("html", "pdf"):
        out = tmp_path / f"class.{suffix}"
        arguments = ["report", "--simulated", str(simulated.folder), "--lang", "fr", "--out", str(out)]
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 0, done.output
        assert "apprenants\u202f: 15" in done.output and out.stat().st_size > 10_000
    refused = CliRunner().invoke(main, ["report", str(simulated.course), "--out", str(tmp_path / "x.txt")])
    assert refused.exit_code == 2
    assert CliRunner().invoke(main, ["report", "--out", str(tmp_path / "x.html")]).exit_code == 2
