"""Detection by measurement, inside a notebook: a table of features, the plainest detector, a threshold to move.

The detector is the plainest that there is: of the clips that it knows, how many of the most alike are synthetic? It has
nothing to fit and can be explained in a sentence, so that what is learnt from it is about measuring, not about detectors.

References
----------
Cover and Hart (1967), IEEE Transactions on Information Theory 13:21 (nearest neighbours).
Graham (1969), SIAM Journal on Applied Mathematics 17:416 (largest first, each into the least filled).
"""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import ipywidgets as widgets
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from medialit.errors import StatisticsError
from medialit.forensics import statistics as stats
from medialit.forensics.roc import auc
from medialit.language import language, translator
from medialit.widgets.plots import Picture, drawn

State = Literal["original", "forwarded", "as sold"]
"""How clips are met: as exported, after a messenger, or synthetic ones forwarded beside originals of a camera."""

BASE_RATES: Final = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


@dataclass(frozen=True, kw_only=True)
class Clips:
    """What is known of some clips; everything in the same order.

    Parameters
    ----------
    truths : tuple of bool
        True where the clip is synthetic.
    scenes : tuple of int
        Clips of one scene share place and light, or the photograph.
    methods : tuple of str
        ``"camera"``, or how a synthetic clip was made.
    original, forwarded : mapping of str to tuple of float
        Each feature's values as exported and after a messenger; forwarded is empty where it was not measured.
    """

    truths: tuple[bool, ...]
    scenes: tuple[int, ...]
    methods: tuple[str, ...]
    original: Mapping[str, tuple[float, ...]]
    forwarded: Mapping[str, tuple[float, ...]]

    def values(self, state: State, features: Sequence[str]) -> NDArray[np.float64]:
        """Return some features of the clips as they are met, shape (N, F)."""
        original = np.array([self.original[name] for name in features], np.float64).T
        if state == "original":
            return original
        forwarded = np.array([self.forwarded[name] for name in features], np.float64).T
        return (
            forwarded
            if state == "forwarded"
            else np.where(np.array(self.truths)[:, None], forwarded, original)
        )


def read_table(path: Path) -> dict[str, Clips]:
    """Return the parts of a table that a lab ships."""
    parts = json.loads(path.read_text(encoding="utf-8"))
    return {name: _clips(rows) for name, rows in parts.items()}


def scene_folds(scenes: Sequence[object], n_folds: int) -> list[int]:
    """Return a fold for each clip, clips of one scene together, the folds as even as largest-first makes them.

    Examples
    --------
    >>> scene_folds(["souk", "souk", "souk", "riad", "dune", "riad"], 2)
    [0, 0, 0, 1, 1, 1]
    """
    filled = [0] * n_folds
    fold = {}
    for scene, n in sorted(Counter(scenes).items(), key=lambda item: -item[1]):
        fold[scene] = filled.index(min(filled))
        filled[fold[scene]] += n
    return [fold[scene] for scene in scenes]


def clip_folds(n: int, n_folds: int, *, seed: int) -> list[int]:
    """Return a fold for each of n clips, drawn without regard to anything."""
    return [int(fold) for fold in np.random.default_rng(seed).permutation(np.arange(n) % n_folds)]


def neighbours(
    clips: Clips,
    folds: Sequence[int],
    *,
    features: Sequence[str],
    learn: State = "original",
    judge: State = "original",
    without: str | None = None,
    k: int = 9,
) -> list[int]:
    """Return for each clip how many of its k neighbours in the other folds are synthetic.

    Each feature counts by its rank among the clips that are learnt from, so that none counts more for its unit.

    Parameters
    ----------
    clips : Clips
    folds : sequence of int
        Clips of a clip's own fold are not asked.
    features : sequence of str
        What likeness is measured in.
    learn, judge : {"original", "forwarded", "as sold"}
        How the clips are met that are asked, and the one that they are asked about.
    without : str, optional
        A method whose clips are never learnt from.
    """
    fold, truth = np.asarray(folds), np.asarray(clips.truths)
    if fold.shape != truth.shape or len(set(folds)) < 2:
        raise StatisticsError(
            f"There must be a fold for each of the {truth.size} clips, and two folds or more."
        )
    known, asked = clips.values(learn, features), clips.values(judge, features)
    allowed = np.array([method != without for method in clips.methods])
    found = np.zeros(truth.size, int)
    for one in set(folds):
        here, others = fold == one, (fold != one) & allowed
        near = _nearest(_ranks(known[others], known[others]), _ranks(known[others], asked[here]), k)
        found[here] = truth[others][near].sum(axis=1)
    return [int(n) for n in found]


def survival(clips: Clips, *, lang: str) -> Picture:
    """Draw what each feature tells alone, as exported and after a messenger."""
    _ = translator(lang)
    areas = {name: (auc(clips.truths, clips.original[name]), auc(clips.truths, clips.forwarded[name]))
             for name in clips.original}  # fmt: skip
    said = _("What each feature tells alone, before and after a messenger")

    def draw(axes: Axes) -> None:
        axes.axvspan(0.4, 0.6, color="0.9", label=_("closer than 0.1 to guessing"))
        axes.axvline(0.5, color="k", ls="--", lw=1)
        for place, (before, after) in enumerate(areas.values()):
            axes.annotate("", (after, place), (before, place), arrowprops={"arrowstyle": "->", "lw": 1.5})
            axes.plot(before, place, "ko", mfc="white", ms=9, label=None if place else _("original"))
            axes.plot(after, place, "ks", ms=6, label=None if place else _("forwarded"))
        axes.set_yticks(range(len(areas)), list(areas))
        axes.invert_yaxis()
        axes.set_xlim(0, 1)
        axes.legend(loc="center right", fontsize=9)

    return drawn(draw, said, x=_("Area under the curve (0.5 is guessing)"), y=_("Feature"))


def groups(clips: Clips, original: Sequence[int], forwarded: Sequence[int]) -> tuple[list[int], ...]:
    """Return one detector's scores apart: camera clips, the same forwarded, synthetic clips, the same forwarded.

    Parameters
    ----------
    clips : Clips
    original, forwarded : sequence of int
        The scores of these clips as they are, and after a messenger.
    """
    return tuple(
        [score for score, truth in zip(scores, clips.truths, strict=True) if truth is synthetic]
        for synthetic in (False, True)
        for scores in (original, forwarded)
    )


def four_groups(clips: Clips, original: Sequence[int], forwarded: Sequence[int], *, lang: str) -> Picture:
    """Draw how a detector scores both kinds of clip, original and forwarded: one spot for each score, larger for more.

    Parameters
    ----------
    clips : Clips
    original, forwarded : sequence of int
        One detector's scores of these clips as they are and after a messenger.
    """
    _ = translator(lang)
    names = (
        _("camera, original"),
        _("camera, forwarded"),
        _("synthetic, original"),
        _("synthetic, forwarded"),
    )
    parts = groups(clips, original, forwarded)
    means = [f"{np.mean(scores):.1f}" for scores in parts]
    said = _("Mean score: camera {a} and {b}, synthetic {c} and {d}").format(
        a=means[0], b=means[1], c=means[2], d=means[3]
    )

    def draw(axes: Axes) -> None:
        for place, scores in enumerate(parts):
            levels, n = np.unique(scores, return_counts=True)
            axes.scatter(levels, [place] * len(levels), s=18 * n, c="white" if place < 2 else "0.4", ec="k")
            axes.plot(np.mean(scores), place + 0.36, "k^", ms=8)
        axes.set_yticks(range(4), names)
        axes.set_ylim(3.6, -0.5)
        axes.axhline(1.5, color="0.7", lw=1)

    return drawn(draw, said, x=_("Synthetic clips among nine neighbours (triangles: means)"), y="")


_CSS: Final = """<style>
.mlm-w{overflow:visible}
.mlm-w.mlm-rtl{direction:rtl}
.mlm-w .widget-html,.mlm-w .widget-html-content{margin:0;height:auto;overflow:visible}
.mlm-w .widget-hslider,.mlm-w .widget-inline-hbox{width:auto;height:auto;min-height:28px;overflow:visible}
.mlm-w .slider-container{direction:ltr;min-width:12rem}
.mlm{line-height:1.5;max-width:44rem}
.mlm table{border-collapse:collapse;margin:.4rem 0}
.mlm td,.mlm th{border:1px solid var(--jp-border-color2,#999);padding:.2rem .6rem;text-align:start}
.mlm td{font-variant-numeric:tabular-nums}
.mlm tr.best td{font-weight:700;background:var(--jp-layout-color2,#eee)}
.mlm p{margin:.2rem 0}
</style>"""


class ThresholdWidget(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A newsroom's base rate and costs, and what each threshold would bring it, at once.

    Parameters
    ----------
    truths : sequence of bool
        True where the clip is synthetic.
    scores : sequence of int
        Higher is more synthetic; a clip is flagged whose score reaches the threshold.
    lang : str
        Of the words; their direction follows.

    Attributes
    ----------
    level : int or None
        The cheapest threshold; None where never flagging is cheapest.
    """

    level: int | None

    def __init__(self, truths: Sequence[bool], scores: Sequence[int], *, lang: str) -> None:
        _ = self._translate = translator(lang)
        self._lang = lang
        levels = sorted({int(score) for score in scores}, reverse=True)
        flagged = {level: [score >= level for score in scores] for level in levels}
        self._counts = {None: stats.count(truths, [False] * len(truths))} | {
            level: stats.count(truths, said) for level, said in flagged.items()
        }
        self._base = widgets.SelectionSlider(
            options=[(f"{rate:.1%}", rate) for rate in BASE_RATES], value=0.05, layout={"width": "auto"}
        )
        self._miss = widgets.IntSlider(value=10, min=1, max=50, layout={"width": "auto"})
        self._alarm = widgets.IntSlider(value=5, min=1, max=50, layout={"width": "auto"})
        self._answer = widgets.HTML()
        direction = language(lang).direction
        rows = [
            part
            for said, slider in (
                (_("Base rate: share of clips that are synthetic"), self._base),
                (_("Cost of a miss"), self._miss),
                (_("Cost of a false alarm"), self._alarm),
            )
            for part in (widgets.HTML(f'<p dir="{direction}">{html.escape(said)}</p>'), slider)
        ]
        super().__init__([widgets.HTML(_CSS), *rows, self._answer])
        self.add_class("mlm-w")
        if direction == "rtl":
            self.add_class("mlm-rtl")
        for slider in (self._base, self._miss, self._alarm):
            slider.observe(lambda change: self.weigh(), names="value")
        self.weigh()

    def weigh(self) -> None:
        """Work out what every threshold costs, and show it."""
        costs = {
            level: stats.expected_cost(
                hit_rate=counts.hits / counts.n_synthetic,
                false_alarm_rate=counts.false_alarms / counts.n_camera,
                base_rate=self._base.value,
                cost_of_miss=self._miss.value,
                cost_of_false_alarm=self._alarm.value,
            )
            for level, counts in self._counts.items()
        }
        self.level = min(costs, key=lambda level: costs[level])
        self._answer.value = self._told(costs)

    def _told(self, costs: Mapping[int | None, float]) -> str:
        _ = self._translate
        heads = (
            _("Flagged from"),
            _("Hits"),
            _("False alarms"),
            _("Cost of 1,000 clips"),
            _("Alarms that are right (PPV)"),
        )
        rows = []
        for level, counts in self._counts.items():
            right = stats.ppv(
                hit_rate=counts.hits / counts.n_synthetic,
                false_alarm_rate=counts.false_alarms / counts.n_camera,
                base_rate=self._base.value,
            )
            cells = (
                _("never") if level is None else str(level),
                f"{counts.hits}/{counts.n_synthetic}",
                f"{counts.false_alarms}/{counts.n_camera}",
                f"{1000 * costs[level]:,.0f}",
                "–" if right is None else f"{right:.0%}",
            )
            kind = ' class="best"' if level == self.level else ""
            rows.append(
                f"<tr{kind}>" + "".join(f'<td><bdi dir="auto">{c}</bdi></td>' for c in cells) + "</tr>"
            )
        head = "".join(f"<th>{html.escape(one)}</th>" for one in heads)
        if self.level is None:
            told = _("Cheapest here: never to flag.")
        else:
            told = _("Cheapest here: to flag from a score of {level}.").format(level=self.level)
        return (
            f'<div class="mlm" lang="{self._lang}" dir="{language(self._lang).direction}" role="status">'
            f"<table><tr>{head}</tr>{''.join(rows)}</table><p>{html.escape(told)}</p></div>"
        )


def _clips(rows: Sequence[Mapping[str, object]]) -> Clips:
    def column(state: str) -> dict[str, tuple[float, ...]]:
        found = [row[state] for row in rows if state in row]
        names = list(found[0]) if found else []  # type: ignore[call-overload]
        return {name: tuple(float(one[name]) for one in found) for name in names}  # type: ignore[index]

    return Clips(
        truths=tuple(bool(row["synthetic"]) for row in rows),
        scenes=tuple(int(row["scene"]) for row in rows),  # type: ignore[call-overload]
        methods=tuple(str(row["method"]) for row in rows),
        original=column("original"),
        forwarded=column("forwarded"),
    )


def _ranks(known: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where each value stands among known ones, 0 to 1, ties in the middle, shape of the values."""
    ranks = np.empty_like(values)
    for i in range(known.shape[1]):
        column = np.sort(known[:, i])
        below = np.searchsorted(column, values[:, i], "left") + np.searchsorted(column, values[:, i], "right")
        ranks[:, i] = below / (2 * len(column))
    return ranks


def _nearest(known: NDArray[np.float64], values: NDArray[np.float64], k: int) -> NDArray[np.intp]:
    """Return the places of the k nearest known rows, shape (N, k)."""
    apart = ((values[:, np.newaxis] - known[np.newaxis]) ** 2).sum(axis=2)
    return np.argsort(apart, axis=1, kind="stable")[:, :k]
