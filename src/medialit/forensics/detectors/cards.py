"""What each detector is: words for its card. The numbers come from the benchmark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from medialit.language import msgid as _msgid


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a detector is and what breaks it, in English messages.

    Parameters
    ----------
    name, title, how, breaks, chance : str
        `chance` says where it is no better than guessing.
    trained_on : str
    """

    name: str
    title: str
    how: str
    breaks: str
    chance: str
    trained_on: str


_TRAINED = _msgid(
    "Clips of the miniature world, of the fictional cast and moves over photographs, with fakes made by this platform. "
    "No clip of a current generator and no filmed deepfake was among them."
)

CARDS: Final[Mapping[str, Card]] = MappingProxyType(
    {
        "directions": Card(
            name="directions",
            title=_msgid("Directions learnt from twins"),
            how=_msgid(
                "Some hundred and seventy numbers on grain, sharpness, colour, spectrum and motion, and the cues: how "
                "far they have gone where fakes have gone from their honest twins, measured by how much honest "
                "clips differ."
            ),
            breaks=_msgid(
                "Strong compression, enlarging and shrinking remove what it measures. Cameras, codecs and sizes that "
                "it was not tried on shift every number."
            ),
            chance=_msgid(
                "Fakes in which no picture was changed, such as a shifted voice without a face in view, and scenes that "
                "are rendered as honestly as the others but break a law of physics."
            ),
            trained_on=_TRAINED,
        ),
        "forest": Card(
            name="forest",
            title=_msgid("Boosted trees over measurements"),
            how=_msgid(
                "Some hundred and seventy numbers on grain, sharpness, colour, spectrum and motion, and the cues, are "
                "weighed by small decision trees."
            ),
            breaks=_msgid(
                "Strong compression, enlarging and shrinking remove what it measures. Cameras, codecs and sizes that "
                "it was not tried on shift every number."
            ),
            chance=_msgid(
                "Fakes in which no picture was changed, such as a shifted voice without a face in view, and scenes that "
                "are rendered as honestly as the others but break a law of physics."
            ),
            trained_on=_TRAINED,
        ),
        "outliers": Card(
            name="outliers",
            title=_msgid("How far off honest clips"),
            how=_msgid(
                "It has seen no fake. Of some forty measurements it knows how far honest clips go, and which end is "
                "suspicious by what is measured; the three that go furthest count."
            ),
            breaks=_msgid(
                "An honest clip that is unusual in any way that was not among those it was fitted on: another "
                "codec, a filter, a screen that was filmed."
            ),
            chance=_msgid("Fakes that change none of the measurements by more than honest clips differ."),
            trained_on=_msgid(
                "Honest clips alone: of the miniature world, of the fictional cast, moves over photographs, and pieces "
                "of a few videos that come with software."
            ),
        ),
        "network": Card(
            name="network",
            title=_msgid("A small network over maps of measurements"),
            how=_msgid(
                "Grain, light and motion are measured place by place, for every twenty frames or so. The network sees "
                "these maps and not the picture, and says of each place whether a fake wrote it; the score is what the "
                "most suspicious places say."
            ),
            breaks=_msgid(
                "Whatever smooths, resizes or encodes the whole picture once more takes away the grain that is "
                "measured. What is left is how places move and brighten."
            ),
            chance=_msgid(
                "Shifted voices, which write no picture. What was copied within a clip has the clip's own grain, light "
                "and shake, and is seen poorly."
            ),
            trained_on=_TRAINED,
        ),
    }
)
