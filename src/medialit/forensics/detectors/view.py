"""A detector's card and an assessment, in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from medialit.forensics.cues import Footage
from medialit.forensics.cues.pixels import overlay
from medialit.forensics.cues.view import Line
from medialit.forensics.detectors import Assessment, card, measured
from medialit.forensics.detectors import where as most_suspicious
from medialit.forensics.statistics import Estimate
from medialit.language import msgid as _msgid
from medialit.language import translator

FINDINGS: Final[Mapping[str, str]] = {
    "signs": _msgid("signs of manipulation"),
    "cannot-tell": _msgid("cannot tell"),
    "no-signs": _msgid("no signs of manipulation"),
}

_PICTURE_PX: Final = 480  # of each of the two pictures of `where`
_GAP_PX: Final = 8
_CHANCE: Final = 0.6
"""Kinds of fakes below this area are named as those that a detector hardly sees."""


def card_lines(name: str, *, lang: str) -> tuple[Line, ...]:
    """Return a detector's card in a language: what it does, what breaks it, how often it is right and wrong.

    Raises
    ------
    CueError
        If there is no such detector.
    LanguageError
        If the platform does not speak the language.
    """
    _ = translator(lang)
    one, worth = card(name), measured(name)
    lines = [
        Line(label=_("What it does"), value=_(one.how)),
        Line(label=_("What it was fitted on"), value=_(one.trained_on)),
        Line(label=_("What breaks it"), value=_(one.breaks)),
        Line(label=_("Where it is no better than guessing"), value=_(one.chance)),
    ]
    if not worth:
        return (*lines, Line(label=_("Measured"), value=_("It has not been measured on a set of clips yet.")))
    return (*lines, *_worth(worth, lang=lang))


def _worth(worth: Mapping[str, Any], *, lang: str) -> list[Line]:
    _ = translator(lang)
    known = _(
        "Area under the curve {auc} on {n} clips as a camera kept them, whose scenes, people and cameras it was not "
        "fitted on; 0.5 is guessing."
    ).format(auc=_estimate(worth["auc_known"], ".2f"), n=worth["n_clips"])
    flagged = _(
        "At its threshold it flags {hits} of the fakes, {alarms} of the honest clips and {odd} of the odd ones."
    )
    lines = [
        Line(label=_("Measured"), value=known),
        Line(
            label=_("Right and wrong"),
            value=flagged.format(
                hits=_estimate(worth["hit_rate"], ".0%"),
                alarms=_estimate(worth["false_alarm_rate"], ".0%"),
                odd=_estimate(worth["odd_flagged"], ".0%"),
            ),
        ),
        Line(label=_("Expected calibration error"), value=f"{worth['ece']:.3f}"),
    ]
    if (shared := worth.get("shared")) is not None:
        passed = _(
            "Area {auc} on {n} clips that were passed around; of those it flags {hits} of the fakes and {alarms} of the "
            "honest ones. Ask for the original."
        )
        lines.insert(
            2,
            Line(
                label=_("Clips that were passed around"),
                value=passed.format(
                    auc=_estimate(shared["auc_known"], ".2f"), n=shared["n"],
                    hits=_estimate(shared["hit_rate"], ".0%"), alarms=_estimate(shared["false_alarm_rate"], ".0%"),
                ),
            ),
        )  # fmt: skip
    if "left_out" in worth:
        unknown = _("{mean} on a kind of fake that was left out of fitting, the mean of {n} kinds.")
        lines.append(
            Line(
                label=_("Fakes it does not know"),
                value=unknown.format(mean=f"{worth['auc_leave_one_out']:.2f}", n=len(worth["left_out"])),
            )
        )
    rare = [
        _("{ppv} where {rate} of the clips are synthetic").format(
            ppv=f"{value:.0%}", rate=f"{float(rate):.1%}"
        )
        for rate, value in worth["ppv"].items()
        if value is not None
    ]
    lines.append(Line(label=_("Of the clips it flags, synthetic"), value="; ".join(rare) or "-"))
    unseen = [kind for kind, value in worth["by_kind"].items() if value < _CHANCE]
    lines.append(Line(label=_("Kinds it hardly sees"), value=", ".join(unseen) or "-"))
    return lines


def told(assessment: Assessment, *, lang: str) -> tuple[str, ...]:
    """Return an assessment as sentences: the finding, why, how probable, and what weighed most."""
    _ = translator(lang)
    said = [
        _("Finding: {finding}.").format(finding=_(FINDINGS[assessment.finding])),
        assessment.explain(lang),
    ]
    if assessment.probability is not None:
        line = _(
            "Probability {probability} of synthetic, where one clip in two is; with fewer fakes about, it is less."
        )
        said.append(line.format(probability=f"{assessment.probability:.2f}"))
    for one in assessment.spoke:
        way = _("for synthetic: {what} ({weight})") if one.weight > 0 else _("against it: {what} ({weight})")
        said.append(way.format(what=one.say(lang), weight=f"{one.weight:+.2f}"))
    return tuple(said)


def where(footage: Footage) -> tuple[float, bytes] | None:
    """Return a moment in seconds, and as PNG its frame, as it is and under what the network says of its places.

    Of each place it says how much more it looks like one that a fake wrote than like one that none did. None where the
    clip is too short or too small for it, or the network is not there.
    """
    found = most_suspicious(footage)
    if found is None:
        return None
    width = _PICTURE_PX
    height = max(1, round(width * found.picture.shape[0] / found.picture.shape[1]))
    frame = cv2.resize(found.picture, (width, height), interpolation=cv2.INTER_CUBIC)
    both = np.concatenate(
        [frame, np.full((height, _GAP_PX, 3), 255, np.uint8), overlay(found, width=width)], axis=1
    )
    return found.time_s, cv2.imencode(".png", np.ascontiguousarray(both[..., ::-1]))[1].tobytes()


def where_told(shown: tuple[Path, float] | None, *, lang: str) -> str:
    """Return in words which picture `where` gave, and what it is not."""
    _ = translator(lang)
    if shown is None:
        return _(
            "There is no picture of where: the clip is too short or too small to be measured place by place."
        )
    path, time_s = shown
    return _(
        "Where the network sees it, at {time} s: {path}. Bright places look more like what a fake wrote than like what "
        "none did; honest clips have some too."
    ).format(time=f"{time_s:.2f}", path=path)


def _estimate(value: list[float], style: str) -> str:
    return format(Estimate(value[0], low=value[1], high=value[2]), style)
