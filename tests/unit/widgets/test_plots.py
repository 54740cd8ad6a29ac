"""Figures in every language: drawn without a missing letter, described in a sentence."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from medialit.forensics.roc import auc, bootstrap
from medialit.forensics.statistics import Counts, Estimate
from medialit.language import LANGUAGES
from medialit.widgets import plots

TRUTHS = [True] * 10 + [False] * 10
RATINGS = [6, 6, 5, 5, 4, 4, 4, 3, 2, 1, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6]
BEFORE, AFTER = Counts(7, 3, 3, 7), Counts(10, 0, 0, 10)


def figures(lang):
    area = bootstrap(auc, TRUTHS, RATINGS, seed=1, n_resamples=50)
    return [
        plots.roc_curve(TRUTHS, RATINGS, area=area, lang=lang),
        plots.calibration_curve(
            TRUTHS, np.array(RATINGS) / 6, brier=Estimate(0.2, low=0.1, high=0.3), lang=lang
        ),
        plots.ppv_by_base_rate(BEFORE, lang=lang),
        plots.change(BEFORE, AFTER, lang=lang),
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_figure_is_drawn_in_every_language_with_all_its_letters(lang):
    for picture in figures(lang):  # a letter that the font lacks is a warning, and warnings are errors
        image = Image.open(io.BytesIO(picture.png))
        assert image.size == (640, 460)
        assert len(picture.description) > 20


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_the_words_are_translated_and_the_numbers_are_the_same(lang):
    for here, english in zip(figures(lang), figures("en"), strict=True):
        assert here.description != english.description
        assert here.png != english.png


def test_the_numbers_of_a_figure_are_in_its_sentence():
    assert (
        plots.ppv_by_base_rate(BEFORE, lang="en").description
        == "Alarms that are right: 2 % at 1 %, 19 % at 10 %, 68 % at 50 %"
    )
    assert "-1.46" not in plots.change(BEFORE, AFTER, lang="en").description
    assert plots.change(BEFORE, AFTER, lang="en").description.startswith("Change of d': 2.")


def test_figures_need_no_colour():
    for picture in figures("en"):
        pixels = np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGB")).astype(int)
        assert np.ptp(pixels, axis=2).max() == 0


def test_a_notebook_gets_the_picture_and_a_screen_reader_the_sentence():
    picture = plots.change(BEFORE, AFTER, lang="en")
    bundle = picture._repr_mimebundle_()
    assert bundle["image/png"][:4] == b"\x89PNG"
    assert bundle["text/plain"] == picture.description


def test_the_same_data_draw_the_same_bytes():
    assert figures("ar")[0].png == figures("ar")[0].png
