"""The closer look in the inspector's window.

The cues are asked, one is chosen, and one of its frames; and two files are laid side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, Final

import gradio as gr

from medialit.forensics.cues import CUES, beside, card, page
from medialit.forensics.cues.shown import Shown
from medialit.forensics.cues.view import STANDINGS, standing
from medialit.language import language, translator
from medialit.verify import Cues, Depth, Inspector, Report
from medialit.verify.findings import findings_of, say

CSS: Final = """
#ml-cue-shown .ml-spots.ml-one figure img{max-height:30rem}
@media (max-width:34rem){#ml-cue-shown .ml-spots.ml-one{grid-template-columns:1fr}}
"""
Update = dict[str, Any]
Progress = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Closer:
    """The components of the closer look."""

    tab: Any
    said: Any
    depth: Any
    look: Any
    glance: Any
    cue: Any
    frame: Any
    shown: Any

    def all(self) -> list[Any]:
        """Return them in the order of `Closer.words`."""
        return [self.tab, self.said, self.depth, self.look, self.glance, self.cue, self.frame, self.shown]


def closer(lang: str) -> Closer:
    """Make the components of the closer look, for a language."""
    _ = translator(lang)
    with gr.Tab(_("Look closer"), elem_id="ml-closer-tab") as tab:
        said = gr.Markdown(**_intro(lang))
        depth = gr.Radio(
            _depths(lang), value="light", label=_("Which cues"), elem_id="ml-depth", interactive=True
        )
        look = gr.Button(
            _("Let the cues look"), variant="primary", interactive=False, elem_id="ml-closer-look"
        )
        glance = gr.HTML("", elem_id="ml-glance")
        cue = gr.Dropdown([], label=_("Cue"), visible=False, elem_id="ml-cue", interactive=True)
        frame = gr.Radio([], label=_("Frame"), visible=False, elem_id="ml-frame", interactive=True)
        shown = gr.HTML("", elem_id="ml-cue-shown")
    return Closer(
        tab=tab, said=said, depth=depth, look=look, glance=glance, cue=cue, frame=frame, shown=shown
    )


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The components in which two files are laid side by side."""

    tab: Any
    said: Any
    first: Any
    second: Any
    depth: Any
    look: Any
    shown: Any

    def all(self) -> list[Any]:
        """Return those that say something, in the order of `pair_words`."""
        return [self.tab, self.said, self.first, self.second, self.depth, self.look]


def pair(lang: str) -> Pair:
    """Make the components in which two files are laid side by side, for a language."""
    _ = translator(lang)
    with gr.Tab(_("Side by side"), elem_id="ml-pair-tab") as tab:
        said = gr.Markdown(**_pair_intro(lang))
        with gr.Row():
            first = gr.File(label=_("Original"), type="filepath", elem_id="ml-first", height=120)
            second = gr.File(label=_("What was made of it"), type="filepath", elem_id="ml-second", height=120)
        depth = gr.Radio(_depths(lang), value="light", label=_("Which cues"), interactive=True)
        look = gr.Button(_("Compare"), variant="primary", elem_id="ml-pair-look")
        shown = gr.HTML("", elem_id="ml-pair-shown")
    return Pair(tab=tab, said=said, first=first, second=second, depth=depth, look=look, shown=shown)


def pair_words(lang: str) -> list[Update]:
    """Return what the side-by-side part says in a language; for `Pair.all`."""
    _ = translator(lang)
    return [
        gr.update(label=_("Side by side")),
        gr.update(**_pair_intro(lang)),
        gr.update(label=_("Original")),
        gr.update(label=_("What was made of it")),
        gr.update(choices=_depths(lang), label=_("Which cues")),
        gr.update(value=_("Compare")),
    ]


def words(report: Report | None, cue: str | None, frame: int | None, *, lang: str) -> list[Update]:
    """Return what the closer look says in a language about a report, a cue and a frame; for `Closer.all`."""
    _ = translator(lang)
    readings = report.cues.readings if report is not None else ()
    return [
        gr.update(label=_("Look closer")),
        gr.update(**_intro(lang)),
        gr.update(choices=_depths(lang), label=_("Which cues")),
        gr.update(value=_("Let the cues look"), interactive=report is not None),
        gr.update(value=glance(report, lang=lang)),
        *chosen(readings, report.cues if report else Cues(), cue, frame, lang=lang),
    ]


def chosen(
    readings: Sequence[Shown], seen: Cues, cue: str | None, frame: int | None, *, lang: str
) -> list[Update]:
    """Return the list of cues, the list of the chosen one's frames, and what is seen in one of them."""
    _ = translator(lang)
    one = _one(readings, cue)
    if one is None:
        return [gr.update(choices=[], value=None, visible=False, label=_("Cue")),
                gr.update(choices=[], value=None, visible=False, label=_("Frame")), gr.update(value="")]  # fmt: skip
    titles = [
        (f"{_(card(each.cue).title)} · {_(STANDINGS[standing(each)])}", each.cue)
        for each in readings
    ]  # fmt: skip
    spots = [(_("{time} s").format(time=f"{spot.time_s:.2f}"), k) for k, spot in enumerate(one.spots)]
    at = frame if frame is not None and frame < len(spots) else 0
    section = page.one_cue(one, lang=lang, level=3, strip=seen.strip, spot=at if spots else None)
    return [
        gr.update(choices=titles, value=one.cue, visible=True, label=_("Cue")),
        gr.update(
            choices=spots, value=at if spots else None, visible=len(spots) > 1, label=_("Frame, the strongest first")
        ),
        gr.update(value=page.box(section, lang=lang, style=True)),
    ]  # fmt: skip


def glance(report: Report | None, *, lang: str) -> str:
    """Return in HTML what the cues come to together; nothing where they were not asked."""
    if report is None or report.cues.asked == "none":
        return ""
    said = [say(one, lang=lang) for one in findings_of(report) if one.section == "cues"]
    return page.box("".join(f"<p>{escape(one)}</p>" for one in said), lang=lang, style=True)


def look_closer(report: Report, path: str, depth: Depth, *, lang: str, progress: Progress) -> Report:
    """Let the cues look at a file, and return its report with what they saw."""
    _ = translator(lang)

    def tell(share: float, what: str) -> None:
        name = _(card(what).title) if what in CUES else _("Reading the clip")
        progress(share, desc=name)

    progress(0.0, desc=_("Reading the clip"))
    with Inspector() as one:
        return replace(report, cues=one.look_closer(path, cues=depth, on_progress=tell))


def side_by_side(first: str, second: str, depth: Depth, *, lang: str, progress: Progress) -> str:
    """Let the cues look at two files, and return both side by side in HTML."""
    _ = translator(lang)
    seen = []
    with Inspector() as one:
        for number, path in enumerate((first, second)):

            def tell(share: float, what: str, number: int = number) -> None:
                name = _(card(what).title) if what in CUES else _("Reading the clip")
                progress((number + share) / 2, desc=name)

            tell(0.0, "decode")
            seen.append(one.look_closer(path, cues=depth, on_progress=tell))
    if not all(each.n_frames for each in seen):
        sentence = escape(_("There were no pictures that the cues could look at."))
        return page.box(f"<p role='alert'>{sentence}</p>", lang=lang, style=True)
    pairs = beside.pair_up(seen[0].readings, seen[1].readings)
    names = (_("Original"), Path(second).name)
    return beside.to_fragment(pairs, lang=lang, names=names, level=3, style=True)


def _one(readings: Sequence[Shown], cue: str | None) -> Shown | None:
    """Return the chosen reading; else the first that reaches its threshold, has pictures, or is there at all."""
    order = sorted(readings, key=lambda one: (one.cue != cue, standing(one) != "reaches", not one.spots))
    return order[0] if order else None


def _intro(lang: str) -> dict[str, Any]:
    _ = translator(lang)
    text = _(
        "Each cue is one measurement of the pixels. Let them look, choose one, and see where and when it sees something. "
        "No cue can say whether a clip is to be believed: read how often honest clips look the same."
    )
    return {"value": text, "rtl": language(lang).direction == "rtl"}


def _pair_intro(lang: str) -> dict[str, Any]:
    _ = translator(lang)
    text = _(
        "Drop a clip and a fake that was made of it: each cue looks at both. Make a fake with medialit fakes make, of "
        "fictional people or of a scene."
    )
    return {"value": text, "rtl": language(lang).direction == "rtl"}


def _depths(lang: str) -> list[tuple[str, str]]:
    _ = translator(lang)
    return [(_("The quick ones"), "light"), (_("All of them, which takes longer"), "all")]
