"""The figures of flights: each says its numbers in the reader's language."""

import numpy as np
import pytest

from medialit.forensics.tracker import Track
from medialit.language import translator
from medialit.media import Clip
from medialit.widgets import flights

TIMES = np.arange(12) / 24
HEIGHTS = 3 - 9.81 * TIMES**2 / 2


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_fall_says_the_g_that_fits_it(lang):
    said = translator(lang)("Points: measured. Line: a fall with g = {g} m/s²").format(g="9.8")
    assert flights.fall(TIMES, HEIGHTS, lang=lang).description == said


def test_a_path_says_in_how_many_frames_the_object_is_seen():
    area = np.array([1.0, 0.0, 1.0, 1.0])
    xy = np.where(area[:, None] > 0, 0.5, np.nan) * np.ones((4, 2))
    nothing = np.zeros((4, 24, 24, 4), np.float32)
    track = Track(np.arange(4) / 4, xy, area, np.zeros((4, 3)), nothing, 0.2)
    clip = Clip(frames=np.full((4, 32, 32, 3), 90, np.uint8), fps=4.0)
    picture = flights.path(clip, track, lang="en")
    assert picture.description == "Seen in 3 of 4 frames" and picture.png.startswith(b"\x89PNG")
