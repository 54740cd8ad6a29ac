"""The inspector's window: drop a file, read the report, take it along as HTML, PDF or JSON.

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
from medialit.apps.window import LANGUAGES, TURN, open_window
from medialit.language import language, translator
from medialit.provenance.trust import TrustList
from medialit.verify import Report

_CSS: Final = """
footer{display:none !important}
#ml-app-title h1{margin:.2rem 0}
#ml-file .wrap{font-size:0}  /* gradio's own words follow the browser's language, not the one chosen here */
#ml-file .wrap .or{display:none}
.ml-empty{color:#505050;background:#fff;padding:1rem}
"""

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
        shown = gr.HTML(_nothing(lang), elem_id="ml-shown")
        with gr.Row():
            page = gr.DownloadButton(_("Report as HTML"), interactive=False, elem_id="ml-html")
            paper = gr.DownloadButton(_("Report as PDF"), interactive=False, elem_id="ml-pdf")
            data = gr.DownloadButton(_("Report as JSON"), interactive=False, elem_id="ml-json")

        def turn(report: Report | None, code: str) -> tuple[Any, ...]:
            say = translator(code)
            result, right = show(report, lang=code), language(code).direction == "rtl"
            drop = say("Drop a picture or a video here. It stays on this computer.")
            return (
                gr.update(value=f"# {say('Check a file')}", rtl=right),
                gr.update(label=say("Language")),
                gr.update(value=drop, rtl=right),
                gr.update(label=say("File")),
                result[0],
                *_buttons(result, code),
            )

        def dropped(path: str | None, code: str) -> tuple[Any, ...]:
            report = None if path is None else look(path, trust=trust, trust_course=trust_course)
            result = show(report, lang=code)
            return (report, result[0], *_buttons(result, code))

        files = [page, paper, data]
        file.change(dropped, [file, chosen], [known, shown, *files], api_name="inspect", concurrency_limit=2)
        words = [heading, chosen, asked, file, shown, *files]
        chosen.change(turn, [known, chosen], words, api_visibility="private")
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
    return verify.to_fragment(report, lang=lang), written[0], written[1], written[2]


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
    address = open_window(window, css=_CSS, port=port, in_browser=in_browser, block=block)
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
