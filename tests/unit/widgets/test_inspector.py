"""The inspector in a notebook: a file, how closely to look, the report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medialit.apps import inspector_closer as closer
from medialit.forensics import cues
from medialit.media import Clip, write
from medialit.verify import Cues
from medialit.widgets.inspector import InspectorWidget


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    frames = np.random.default_rng(3).integers(40, 220, (12, 12, 16, 3), np.uint8)
    large = frames.repeat(12, axis=1).repeat(12, axis=2)
    return write(Clip(large, 12.0), tmp_path_factory.mktemp("clips") / "clip.mp4")


@pytest.fixture(scope="module")
def widget(file: Path) -> InspectorWidget:
    one = InspectorWidget(str(file), cues="light", lang="ar")
    one.inspect()
    return one


def test_the_widget_shows_what_the_cues_see_in_its_language(widget: InspectorWidget) -> None:
    assert widget.report is not None and len(widget.report.cues.readings) == len(cues.light())
    assert "data:image/jpeg" in widget._shown.value and 'dir="rtl"' in widget._shown.value
    assert widget._progress.value > 0.5 and not widget._button.disabled


def test_unasked_the_widget_shows_the_report_alone(file: Path) -> None:
    one = InspectorWidget(str(file))
    one.inspect()
    assert one.report is not None and one.report.cues.asked == "none"
    assert "<img" not in one._shown.value


def test_the_window_chooses_what_reaches_its_threshold_and_keeps_a_choice_that_is_there(
    widget: InspectorWidget,
) -> None:
    assert widget.report is not None
    seen = widget.report.cues
    which, frame, shown = closer.chosen(seen.readings, seen, "noise", 1, lang="fr")
    assert (which["value"], frame["value"]) == ("noise", 1) and len(which["choices"]) == len(seen.readings)
    assert shown["value"].count("<img") - shown["value"].count('class="ml-strip"') * len(seen.strip) == 2
    which, _frame, _shown = closer.chosen(seen.readings, seen, None, None, lang="fr")
    reached = seen.balance.reached
    assert not reached or which["value"] in reached
    assert closer.chosen((), Cues(), None, None, lang="en")[0]["visible"] is False


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_the_window_says_everything_again_in_another_language(widget: InspectorWidget, lang: str) -> None:
    said = closer.words(widget.report, None, None, lang=lang)
    assert len(said) == 8 and len(closer.pair_words(lang)) == 6
    assert all(update for update in said)
