"""The inspector's window: drop a file, read the report, let the cues look closer, take it along as HTML, PDF or JSON.

It works without a network: fonts are the system's, and a content security policy keeps the page from asking
anybody else for anything, whatever a file holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any, Final

import gradio as gr

from medialit import pipeline, verify
from medialit.apps import inspector_closer as closer
from medialit.apps.window import CSS, LANGUAGES, TURN, open_window
from medialit.language import language, translator
from medialit.provenance.trust import TrustList
from medialit.verify import Cues, Depth, Report

_CSS: Final = """
#ml-app-title h1{margin:.2rem 0}
#ml-file .wrap{font-size:0}  /* gradio's own words follow the browser's language, not the one chosen here */
#ml-file .wrap .or{display:none}
:is(#ml-first,#ml-second) .wrap{font-size:0}
:is(#ml-first,#ml-second) .wrap .or{display:none}
html[dir=rtl] .block .icon-button-wrapper{right:auto !important;left:0 !important}
html[dir=rtl] .block .filename{direction:ltr;text-align:right}
.ml-empty{color:#505050;background:#fff;padding:1rem}
"""

_PROGRESS: Final = gr.Progress()  # as a default it tells gradio to show how far a long look is
Shown = tuple[str, str | None, str | None, str | None]


def build(*, trust: Sequence[TrustList] = (), trust_course: bool = True, lang: str = "en") -> gr.Blocks:
    """Return the window.

    Parameters
    ----------
    trust : sequence of TrustList
        Whose signatures are relied on.
    trust_course : bool
        Whether this computer's own authority is relied on too; the report names it.
    lang : {"en", "fr", "ar"}
        In which it opens; the reader can change it.

    Raises
    ------
    LanguageError
        If the platform does not speak the language.
    """
    _ = translator(lang)

    window: gr.Blocks = gr.Blocks(title=_("Check a file"), analytics_enabled=False, delete_cache=(3600, 3600))
    with window:
        right = language(lang).direction == "rtl"
        heading = gr.Markdown(f"# {_('Check a file')}", elem_id="ml-app-title", rtl=right)
        chosen = gr.Radio(
            [(language(code).name, code) for code in LANGUAGES],
            value=lang, label=_("Language"), elem_id="ml-language", interactive=True,
        )  # fmt: skip
        asked = gr.Markdown(_("Drop a picture or a video here. It stays on this computer."), rtl=right)
        file = gr.File(label=_("File"), type="filepath", elem_id="ml-file", height=140)
        known = gr.State(None)
        with gr.Tabs(overflow_behavior="wrap"):
            with gr.Tab(_("Report"), elem_id="ml-report-tab") as report_tab:
                shown = gr.HTML(_nothing(lang), elem_id="ml-shown")
            near = closer.closer(lang)
            pair = closer.pair(lang)
        with gr.Row():
            page = gr.DownloadButton(_("Report as HTML"), interactive=False, elem_id="ml-html")
            paper = gr.DownloadButton(_("Report as PDF"), interactive=False, elem_id="ml-pdf")
            data = gr.DownloadButton(_("Report as JSON"), interactive=False, elem_id="ml-json")

        def turn(report: Report | None, code: str, cue: str | None, frame: int | None) -> tuple[Any, ...]:
            say = translator(code)
            result, right = show(report, lang=code), language(code).direction == "rtl"
            drop = say("Drop a picture or a video here. It stays on this computer.")
            return (
                gr.update(value=f"# {say('Check a file')}", rtl=right),
                gr.update(label=say("Language")),
                gr.update(value=drop, rtl=right),
                gr.update(label=say("File")),
                gr.update(label=say("Report")),
                result[0],
                *_buttons(result, code),
                *closer.words(report, cue, frame, lang=code),
                *closer.pair_words(code),
                gr.update(value=""),
            )

        def dropped(path: str | None, code: str) -> tuple[Any, ...]:
            report = None if path is None else look(path, trust=trust, trust_course=trust_course)
            result = show(report, lang=code)
            return (report, result[0], *_buttons(result, code), *closer.words(report, None, None, lang=code))

        def look_closer(
            report: Report | None, path: str | None, depth: Depth, code: str, progress: Any = _PROGRESS
        ) -> tuple[Any, ...]:
            if report is not None and path is not None:
                report = closer.look_closer(report, path, depth, lang=code, progress=progress)
            result = show(report, lang=code)
            return (report, result[0], *_buttons(result, code), *closer.words(report, None, None, lang=code))

        def choose(
            report: Report | None, cue: str | None, frame: int | None, code: str
        ) -> list[dict[str, Any]]:
            seen = report.cues if report is not None else Cues()
            return closer.chosen(seen.readings, seen, cue, frame, lang=code)

        def compare(
            first: str | None, second: str | None, depth: Depth, code: str, progress: Any = _PROGRESS
        ) -> str:
            if first is None or second is None:
                return ""
            return closer.side_by_side(first, second, depth, lang=code, progress=progress)

        files = [page, paper, data]
        answer = [known, shown, *files, *near.all()]
        file.change(dropped, [file, chosen], answer, api_name="inspect", concurrency_limit=2)
        near.look.click(look_closer, [known, file, near.depth, chosen], answer, api_visibility="private",
                        show_progress_on=[near.glance], concurrency_limit=2)  # fmt: skip
        one_cue = [near.cue, near.frame, near.shown]
        near.cue.input(lambda report, cue, code: choose(report, cue, None, code), [known, near.cue, chosen],
                       one_cue, api_visibility="private")  # fmt: skip
        near.frame.input(choose, [known, near.cue, near.frame, chosen], one_cue, api_visibility="private")
        pair.look.click(compare, [pair.first, pair.second, pair.depth, chosen], [pair.shown],
                        api_visibility="private", concurrency_limit=2)  # fmt: skip
        spoken = [
            heading,
            chosen,
            asked,
            file,
            report_tab,
            shown,
            *files,
            *near.all(),
            *pair.all(),
            pair.shown,
        ]
        chosen.change(turn, [known, chosen, near.cue, near.frame], spoken, api_visibility="private")
        chosen.change(None, [chosen], None, js=TURN)
        window.load(None, [chosen], None, js=TURN)
    return window


def look(path: str, *, trust: Sequence[TrustList] = (), trust_course: bool = True) -> Report:
    """Inspect one file under the name that it was dropped with."""
    with pipeline.inspector(trust=trust, trust_course=trust_course) as one:
        return replace(one.inspect(path), path=Path(path).name)  # not where gradio put it


def show(report: Report | None, *, lang: str) -> Shown:
    """Return a report in a language: HTML to show, and paths of an HTML, a PDF and a JSON file.

    Parameters
    ----------
    report : Report or None
        None where no file was dropped; then there is only a sentence to show.
    """
    if report is None:
        return _nothing(lang), None, None, None
    folder = Path(mkdtemp(dir=_scratch().name))
    (folder / "report.html").write_text(verify.to_html([report], lang=lang), encoding="utf-8")
    (folder / "report.pdf").write_bytes(verify.to_pdf([report], lang=lang))
    (folder / "report.json").write_text(verify.to_json([report], lang=lang), encoding="utf-8")
    written = [str(folder / f"report.{kind}") for kind in ("html", "pdf", "json")]
    return verify.to_fragment(report, lang=lang, pictures=False), written[0], written[1], written[2]


def launch(
    *,
    trust: Sequence[TrustList] = (),
    trust_course: bool = True,
    lang: str = "en",
    port: int | None = None,
    in_browser: bool = False,
    block: bool = True,
) -> tuple[gr.Blocks, str]:
    """Open the window on this computer only, and return it with its address.

    Parameters
    ----------
    port : int, optional
        A free one from 7860 when not given.
    block : bool
        Whether to wait until Ctrl+C; else the caller closes the window.
    """
    window = build(trust=trust, trust_course=trust_course, lang=lang if lang in LANGUAGES else "en")
    address = open_window(window, css=CSS + _CSS + closer.CSS, port=port, in_browser=in_browser, block=block)
    return window, address


def _buttons(result: Shown, lang: str) -> tuple[Any, ...]:
    say = translator(lang)
    labels = (say("Report as HTML"), say("Report as PDF"), say("Report as JSON"))
    return tuple(
        gr.update(label=label, value=value, interactive=value is not None)
        for label, value in zip(labels, result[1:], strict=True)
    )


@cache
def _scratch() -> TemporaryDirectory[str]:
    """Return the folder of reports to take along; it goes when the process ends."""
    return TemporaryDirectory(prefix="medialit-reports-")


def _nothing(lang: str) -> str:
    _ = translator(lang)
    return f'<p class="ml-empty" dir="{language(lang).direction}">{_("The report appears here.")}</p>'


if __name__ == "__main__":
    launch()
