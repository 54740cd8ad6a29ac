"""What a learner and an instructor see after grading: safe outputs, and verdicts in words.

A student's outputs and prose are shown in the instructor's browser, so nothing that could act there is kept:
plain text, checked pictures, and HTML that nh3 has cleaned. A verdict names categories; it holds no hidden
case and no line of a grader.
"""

from __future__ import annotations

import base64
import binascii
import builtins
import html
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import nh3
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from medialit.language import language, translator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from medialit.grading.judge import Verdict

MAX_OUTPUT_BYTES = 8 << 20  # of one notebook's outputs
MAX_HTML = 1 << 20  # characters of HTML in them
MAX_NESTING = 200  # elements in one another: cleaning takes time that grows with the square of the depth
MAX_PLAIN = 100_000
MAX_MARKDOWN = 8_000  # characters: rendering a hostile text takes time that grows with its square
MAX_MATHS = 100
_STYLED = {"<table>": '<table class="table table-condensed">'}  # or its columns touch each other
_STYLED_RTL = {  # what Bootstrap puts on the left
    "<th>": '<th class="text-right">',
    "<blockquote>": '<blockquote class="blockquote-reverse">',
}
_PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]{0,40})")
# Inside the page, or beside the lab.
_OWN_PICTURE = re.compile(
    r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*|\w[\w-]*(/\w[\w-]*)*\.(png|jpe?g|gif|webp)",
    re.ASCII,
)
# Elements that hold nothing, or that the next one of their kind closes.
_NEVER_DEEP = {
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option", "p", "param",
    "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
}  # fmt: skip
_ATTRIBUTES = {
    **nh3.ALLOWED_ATTRIBUTES,
    "*": {"dir", "lang", "title"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
}
_PAGE_ATTRIBUTES = {**_ATTRIBUTES, "*": {*_ATTRIBUTES["*"], "class"}}
_TAGS = nh3.ALLOWED_TAGS | {"div", "span", "p", "section", "details", "summary", "figure", "figcaption"}


def safe_html(text: str) -> str:
    """Return HTML without anything that acts, loads or covers: no script, style, form, frame or handler."""
    if _is_deep(text):
        return f"<pre>{html.escape(text)}</pre>"
    return nh3.clean(
        text,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "data"},
        attribute_filter=_only_own_pictures,
    )


def _only_own_pictures(tag: str, name: str, value: str) -> str | None:
    """Drop what a browser would fetch by itself: a picture elsewhere tells its owner who reads, and when."""
    if name == "src":
        return value if tag == "img" and _OWN_PICTURE.fullmatch(value) else None
    return None if value.lstrip().lower().startswith("data:") else value


def _is_deep(text: str) -> bool:
    """Return whether elements may be nested deeper than `MAX_NESTING`."""
    opened: Counter[str] = Counter()
    depth = 0
    for closing, name in _TAG.findall(text):
        kind = name.lower()
        if kind in _NEVER_DEEP:
            continue
        if not closing:
            opened[kind] += 1
            depth += 1
        elif opened[kind]:
            opened[kind] -= 1
            depth -= 1
        if depth > MAX_NESTING:
            return True
    return False


def page_html(text: object) -> str:
    """Return what a page is made of as safe HTML; takes the place of nbconvert's ``clean_html`` filter.

    That one strips the direction of Arabic and shows a paragraph's marks as text. Here, beside what `safe_html`
    keeps, the classes stay that colour code; a student's own are gone before, with `safe_html`.
    """
    source = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return nh3.clean(source, tags=_TAGS, attributes=_PAGE_ATTRIBUTES, url_schemes={"http", "https", "mailto"})


def safe_markdown(text: str) -> str:
    """Return Markdown as safe HTML; takes the place of nbconvert's ``markdown2html`` filter.

    A text that could keep the renderer busy is shown as it was typed.
    """
    if len(text) > MAX_MARKDOWN or text.count("\\\\(") + text.count("\\\\[") > MAX_MATHS:
        return f"<pre>{html.escape(text)}</pre>"
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)  # they show as ¶ without their style
    page = safe_html(MarkdownWithMath(renderer=renderer).render(text))
    for bare, styled in (_STYLED | _STYLED_RTL if 'dir="rtl"' in page else _STYLED).items():
        page = page.replace(bare, styled)
    return f'<div dir="auto">{page}</div>'  # an answer or a comment in Arabic reads from right to left


def safe_outputs(told: Sequence[list[Any]]) -> list[list[dict[str, Any]]]:
    """Return a notebook's outputs, as an untrusted worker told them, in valid and harmless form.

    Parameters
    ----------
    told : sequence of list
        For each cell, what is meant to be nbformat outputs; may be anything.

    Returns
    -------
    list of list of dict
        For each cell, valid nbformat 4.5 outputs. What was not understood is left out.
    """
    room, html_room = MAX_OUTPUT_BYTES, MAX_HTML
    kept: list[list[dict[str, Any]]] = []
    for outputs in told:
        kept.append([])
        for output in outputs:
            data = output.get("data") if isinstance(output, dict) else None
            if isinstance(data, dict) and isinstance(content := data.get("text/html"), str):
                html_room -= min(len(content), MAX_PLAIN)
                if html_room < 0:
                    output = {**output, "data": {k: v for k, v in data.items() if k != "text/html"}}
            safe = _safe_output(output) if isinstance(output, dict) else None
            if safe is None:
                continue
            room -= len(str(safe))
            if room < 0:
                kept[-1].append(_stream("[The rest of this cell's output was too long and is not kept.]\n"))
                break
            kept[-1].append(safe)
    return kept


def verdict_outputs(
    verdict: Verdict, *, lang: str, say: Callable[[str], str], walls: str
) -> list[dict[str, Any]]:
    """Return the outputs of a check's cell: the verdict in words, then the score as nbgrader reads it.

    Parameters
    ----------
    verdict : Verdict
        Of the item that the cell checks.
    lang : str
        The course's language.
    say : callable
        Translates what the grader says.
    walls : str
        Behind what the student's code ran; said where it was nothing.
    """
    _ = translator(lang)
    score, points = round(verdict.score, 2), round(verdict.points, 2)
    lines = [_("{score:g} of {points:g} points.").format(score=score, points=points)]
    for category, (passed, total) in verdict.by_category().items():
        sentence = _("Right in {passed} of {total} hidden cases: {category}.")
        sentence = (
            sentence if total > 1 else _("Right: {category}.") if passed else _("Not right yet: {category}.")
        )
        lines.append(sentence.format(passed=passed, total=total, category=say(category).rstrip(".")))
    if verdict.failure:
        lines.append(_(FAILURES[verdict.failure]))
        if hint := _hint(verdict):
            lines.append(hint)
    if verdict.grader_error:
        lines.append(
            _("The grader itself failed on this item. It is not your fault; a person will look at it.")
        )
    if walls == "no sandbox":
        lines.append(_("This was graded without a sandbox, at the instructor's own risk."))
    direction = language(lang).direction
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines[1:])
    first = f"<p><strong>{html.escape(lines[0])}</strong></p>"
    content = f'<div dir="{direction}" lang="{lang}">{first}<ul>{items}</ul></div>'
    return [
        {
            "output_type": "display_data",
            "data": {"text/html": content, "text/plain": "\n".join(lines)},
            # The same in the grader's own words, for the class report.
            "metadata": {"medialit": {"categories": verdict.by_category(), "failure": verdict.failure}},
        },
        {
            "output_type": "execute_result",
            "data": {"text/plain": repr(float(verdict.score))},
            "execution_count": None,
            "metadata": {},
        },
    ]


def _hint(verdict: Verdict) -> str:
    """Return what may be told of a failure: a name that was known before the student's code met a hidden case.

    The message of an exception may repeat the case, and so may the name of a student's own class.
    """
    if verdict.failure == "missing":
        return verdict.detail
    name = verdict.detail.partition(":")[0]
    kind = getattr(builtins, name, None)
    return (
        name
        if verdict.failure == "raised" and isinstance(kind, type) and issubclass(kind, BaseException)
        else ""
    )


def note_cell(notes: tuple[str, ...], *, lang: str) -> dict[str, Any] | None:
    """Return a Markdown cell that tells what was amiss in a submission, or None if nothing was."""
    known = [NOTES[note] for note in notes if note in NOTES]
    if not known:
        return None
    _ = translator(lang)
    sentences = "\n\n".join(_(sentence) for sentence in known)
    direction = language(lang).direction
    source = (
        f'<div dir="{direction}" lang="{lang}">\n\n**{_("About this submission")}**\n\n{sentences}\n\n</div>'
    )
    return {"cell_type": "markdown", "id": "grading-notes", "metadata": {}, "source": source}


def _msgid(text: str) -> str:
    """Mark a sentence for translation where it stands; it is translated where it is shown."""
    return text


FAILURES = {
    "missing": _msgid("The function or variable that this exercise asks for was not found."),
    "raised": _msgid("Your code raised an exception on a hidden case."),
    "slow": _msgid("Your code took too long to answer and was stopped."),
    "not-data": _msgid(
        "Your code answered with something that cannot be graded. Return numbers, text, lists, dictionaries or arrays."
    ),
    "ended": _msgid("Your code ended its process, or used more memory or disk than it may."),
}

NOTES = {
    "missing-answer": _msgid(
        "A cell for an answer was deleted; it counts as not answered. Fetch the lab again to see all its cells."
    ),
    "duplicated-cell": _msgid("A cell was there more than once; only the first one was graded."),
    "not-a-notebook": _msgid(
        "The file that was handed in is not a notebook, so there was nothing to grade. Submit the .ipynb file again."
    ),
    "not-a-file": _msgid(
        "What was handed in is a link or a special file, so there was nothing to grade. Submit the notebook itself."
    ),
    "too-large": _msgid(
        "The notebook is too large to grade. Clear its outputs (Edit, Clear Outputs of All Cells) and submit again."
    ),
    "too-many-cells": _msgid(
        "The notebook has too many cells to grade. Delete those you added and submit again."
    ),
    "unreadable-timestamp": _msgid(
        "The time of handing in could not be read, so nobody can say whether it was late. Hand in with nbgrader's submit."
    ),
    "ungraded-file": _msgid("No notebook of this lab was handed in, so there was nothing to grade."),
}


def _safe_output(output: dict[str, Any]) -> dict[str, Any] | None:
    match output.get("output_type"):
        case "stream":
            return _stream(
                _text(output.get("text")), "stderr" if output.get("name") == "stderr" else "stdout"
            )
        case "error":
            trace = output.get("traceback")
            lines = [_text(line) for line in trace[:100]] if isinstance(trace, list) else []
            return {
                "output_type": "error",
                "ename": _text(output.get("ename"))[:200],
                "evalue": _text(output.get("evalue"))[:2000],
                "traceback": lines,
            }
        case "display_data" | "execute_result" as kind:
            data = _safe_data(output.get("data"))
            if not data:
                return None
            safe = {"output_type": kind, "data": data, "metadata": {}}
            return safe | {"execution_count": None} if kind == "execute_result" else safe
        case _:
            return None


def _safe_data(data: object) -> dict[str, str]:
    if not isinstance(data, dict):
        return {}
    safe: dict[str, str] = {}
    for kind, content in data.items():
        if kind == "text/plain":
            safe[kind] = _text(content)
        elif kind == "text/html":
            safe[kind] = safe_html(_text(content))
        elif kind in _PICTURES and _is_picture(kind, content):
            safe[kind] = content
    return safe


def _is_picture(kind: str, content: object) -> bool:
    if not isinstance(content, str):
        return False
    try:
        return base64.b64decode("".join(content.split()), validate=True).startswith(_PICTURES[kind])
    except (binascii.Error, ValueError):
        return False


def _stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def _text(value: object) -> str:
    """Return text that UTF-8 can hold, bounded; nothing for what is not text."""
    if not isinstance(value, str):
        return ""
    return value[:MAX_PLAIN].encode("utf-8", "replace").decode("utf-8")
