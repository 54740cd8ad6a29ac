"""A small feed inside a notebook: move a weight, see which posts move, and why each stands where it does."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import ipywidgets as widgets

from medialit.feed.columns import Candidates, Profile
from medialit.feed.rank import CREATION_FIRST, ENGAGEMENT_FIRST, Ranking, Weights, explain, rank
from medialit.feed.steering import topic_name
from medialit.feed.why import why
from medialit.language import language, translator

MOVED: Final = ("activity", "follows", "likes", "making", "author", "freshness")
"""The weights that have a slider; the others stay as the preset has them."""
_CSS: Final = """<style>
.mlr-w{overflow:visible}
.mlr-w.mlr-rtl{direction:rtl}
.mlr-w .widget-html,.mlr-w .widget-html-content{margin:0;height:auto;overflow:visible}
.mlr-w .widget-hslider,.mlr-w .widget-checkbox,.mlr-w .widget-dropdown,.mlr-w .widget-button{width:auto;height:auto;
min-height:28px;overflow:visible}
.mlr-w .widget-hslider .slider-container{direction:ltr;min-width:11rem}
.mlr-w .widget-hslider .widget-label,.mlr-w .widget-dropdown .widget-label{width:auto;min-width:10rem;
text-align:start}
.mlr-w .widget-dropdown select{flex:0 1 12rem}
.mlr-w .widget-readout{direction:ltr}
.mlr-w .widget-checkbox label{display:flex;gap:.4rem;align-items:baseline}
.mlr-w .widget-checkbox input{margin:0}
.mlr{line-height:1.5;max-width:46rem}
.mlr table{border-collapse:collapse;margin:.4rem 0}
.mlr th,.mlr td{border:1px solid var(--jp-border-color2,#999);padding:.15rem .6rem;text-align:start}
.mlr td.n{font-variant-numeric:tabular-nums;text-align:end}
.mlr tr.picked td{font-weight:700}
</style>"""


class RankWidget(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The weights of a ranker as sliders over a few posts.

    `medialit.feed.rank.rank` orders the posts anew at each move, and `why` says what stands behind the chosen one.

    Parameters
    ----------
    candidates : Candidates
        A dozen posts or fewer: all are listed.
    profile : Profile
        Of the viewer.
    lang : str
        Of the words; their direction follows.

    Attributes
    ----------
    weights : Weights
    ranking : Ranking
        The newest ones, for the next cell.
    """

    weights: Weights
    ranking: Ranking

    def __init__(self, candidates: Candidates, profile: Profile, *, lang: str = "en") -> None:
        _ = self._translate = translator(lang)
        self._candidates, self._profile, self._lang = candidates, profile, lang
        self._preset, self._quiet = ENGAGEMENT_FIRST, False
        self._sliders = self._made_sliders()
        self._presets = {}
        for name, preset in (
            (_("Engagement-first"), ENGAGEMENT_FIRST),
            (_("Creation-first"), CREATION_FIRST),
        ):
            button = widgets.Button(description=name)
            button.on_click(partial(self._chosen, preset))
            self._presets[name] = button
        self._personal = widgets.Checkbox(value=True, description=_("Personal order"), indent=False)
        names = sorted(str(one) for one in candidates.ids)
        self._post = widgets.Dropdown(options=names, description=_("Why is it there?"))
        self._order, self._reasons = widgets.HTML(), widgets.HTML()
        buttons = widgets.HBox([*self._presets.values()])
        switches = (buttons, *self._sliders.values(), self._personal)
        super().__init__([widgets.HTML(_CSS), *switches, self._order, self._post, self._reasons])
        self.add_class("mlr-w")
        if language(lang).direction == "rtl":
            self.add_class("mlr-rtl")
        self._chosen(ENGAGEMENT_FIRST)
        for control in (*self._sliders.values(), self._personal):
            control.observe(lambda change: self._move(), names="value")
        self._post.observe(lambda change: self._show(), names="value")

    def _made_sliders(self) -> Mapping[str, widgets.FloatSlider]:
        _ = self._translate
        labels = {
            "activity": _("What was watched"),
            "follows": _("Whom one follows"),
            "likes": _("Likes"),
            "making": _("Clips made from it"),
            "author": _("Likes of the author"),
            "freshness": _("Newness"),
        }
        assert tuple(labels) == MOVED
        return {
            name: widgets.FloatSlider(min=-2.0, max=3.0, step=0.1, readout_format=".1f", description=label)
            for name, label in labels.items()
        }

    def _chosen(self, preset: Weights, button: object = None) -> None:
        """Set every slider as a preset has it, and order once."""
        self._preset, self._quiet = preset, True
        for name, slider in self._sliders.items():
            slider.value = getattr(preset, name)
        self._quiet = False
        self._move()

    def _move(self) -> None:
        if self._quiet:
            return
        given = {name: round(slider.value, 3) for name, slider in self._sliders.items()}
        self.weights = replace(self._preset, **given)
        self.ranking = rank(
            self._candidates, self._profile, weights=self.weights, personalised=self._personal.value
        )
        self._show()

    def _show(self) -> None:
        _, candidates = self._translate, self._candidates
        rows = []
        for place, row in enumerate(self.ranking.order, start=1):
            topics = " · ".join(topic_name(one, lang=self._lang) for one in candidates.topics_of(int(row)))
            picked = ' class="picked"' if candidates.ids[row] == self._post.value else ""
            rows.append(
                f'<tr{picked}><td class="n">{place}</td><td>{_name(candidates.ids[row])}</td>'
                f"<td>{_name(candidates.author_names[candidates.authors[row]])}</td>"
                f"<td>{html.escape(topics)}</td>{_points(self.ranking.scores[row])}</tr>"
            )
        heads = (_("Place in the order"), _("Post"), _("Author"), _("Topics"), _("Points"))
        head = "".join(f"<th>{html.escape(one)}</th>" for one in heads)
        self._order.value = self._framed(f"<table><tr>{head}</tr>{''.join(rows)}</table>")
        self._reasons.value = self._framed(self._why())

    def _why(self) -> str:
        personal = self._personal.value
        terms = explain(
            self._candidates,
            self._post.value,
            self._profile,
            weights=self.weights,
            personalised=personal,
        )
        reasons, whose = why(
            terms, self._candidates, self._post.value, personalised=personal, lang=self._lang
        )
        rows = "".join(
            f"<tr><td>{html.escape(one.sentence)}</td>{_points(one.points)}</tr>" for one in reasons
        )
        return f'<div role="status"><table>{rows}</table><p>{html.escape(whose)}</p></div>'

    def _framed(self, inner: str) -> str:
        direction = language(self._lang).direction
        return f'<div class="mlr" lang="{self._lang}" dir="{direction}">{inner}</div>'


def _name(text: object) -> str:
    return f'<bdi dir="ltr">{html.escape(str(text))}</bdi>'


def _points(points: float) -> str:
    return f'<td class="n"><bdi dir="ltr">{points:+.2f}</bdi></td>'
