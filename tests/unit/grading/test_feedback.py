"""What is shown after grading: nothing in it acts, and no hidden case stands in it."""

from __future__ import annotations

import base64
import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.grading import Check, Verdict
from medialit.grading.feedback import (
    FAILURES,
    MAX_HTML,
    MAX_OUTPUT_BYTES,
    NOTES,
    note_cell,
    safe_html,
    safe_markdown,
    safe_outputs,
    verdict_outputs,
)
from medialit.grading.judge import Verdict as _Verdict

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
OUTPUTS = st.lists(
    ANYTHING
    | st.fixed_dictionaries(
        {"output_type": st.sampled_from(["stream", "error", "display_data", "execute_result", "x"])},
        optional={
            "name": ANYTHING,
            "text": ANYTHING,
            "data": st.dictionaries(
                st.sampled_from(
                    ["text/html", "text/plain", "image/png", "image/svg+xml", "application/javascript"]
                ),
                ANYTHING,
            ),
            "traceback": ANYTHING,
            "ename": ANYTHING,
            "evalue": ANYTHING,
            "metadata": ANYTHING,
        },
    ),
    max_size=5,
)

HOSTILE = [
    "<script>pwned()</script>",
    "<img src=x onerror=pwned()>",
    "<svg/onload=pwned()>",
    "<a href='javascript:pwned()'>x</a>",
    "<iframe src='javascript:pwned()'></iframe>",
    "<style>*{display:none}</style>",
    "<form action=/x><button>x</button></form>",
    "<base href='http://x/'>",
    "<meta http-equiv=refresh content='0;url=http://x'>",
    "<div style='position:fixed' onclick=pwned()>x</div>",
    "<math><mtext></mtext><mglyph><svg><mtext><style><path id='</style><img onerror=pwned() src>'>",
    "<noscript><p title='</noscript><img src=x onerror=pwned()>'>",
    "<div>" * 5000 + "<script>pwned()</script>",
]


def acts(html: str) -> list[str]:
    """What a real parser finds in HTML that could act, load or cover."""
    from html.parser import HTMLParser

    found: list[str] = []

    class Finder(HTMLParser):
        def handle_starttag(self, tag, attributes):
            if tag in {
                "script",
                "style",
                "iframe",
                "object",
                "embed",
                "form",
                "base",
                "meta",
                "link",
                "svg",
                "math",
                "button",
            }:
                found.append(tag)
            for name, value in attributes:
                if name.startswith("on") or name == "style" or "javascript:" in (value or "").lower():
                    found.append(f"{tag} {name}")

    Finder().feed(html)
    return found


@given(st.lists(OUTPUTS, max_size=3))
def test_whatever_a_worker_tells_becomes_valid_outputs(told):
    cells = [
        {
            "cell_type": "code",
            "id": f"c{n}",
            "metadata": {},
            "source": "",
            "execution_count": None,
            "outputs": outputs,
        }
        for n, outputs in enumerate(safe_outputs(told))
    ]
    assert len(cells) == len(told)
    nbformat.validate({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    json.dumps(cells).encode()


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: t[:40])
def test_nothing_acts_in_html_or_markdown(text):
    assert acts(safe_html(text)) == []
    assert acts(safe_markdown(text)) == []
    assert acts(safe_markdown(f"[x](javascript:pwned()) `{text}`\n\n```html\n{text}\n```\n\n{text}")) == []


@given(st.text(alphabet="<>/='\" abdivscript\n`[]()!#*$\\", max_size=300))
def test_no_text_becomes_something_that_acts(text):
    assert acts(safe_html(text)) == []
    assert acts(safe_markdown(text)) == []


def test_honest_html_is_kept():
    table = "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"
    assert safe_html(table) == table
    assert '<div dir="rtl" lang="ar">' in safe_html('<div dir="rtl" lang="ar">نص</div>')


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("http://elsewhere/pixel.png", False),
        ("//elsewhere/pixel.png", False),
        ("/logout.png", False),
        ("../../logout", False),
        ("data:text/html,x", False),
        ("data:image/svg+xml;base64,AAAA", False),
        ("data:image/png;base64,AAAA", True),
        ("assets/figure-1.png", True),
    ],
)
def test_a_picture_is_never_fetched_from_elsewhere(source, kept):
    assert (source in safe_html(f'<img src="{source}">')) == kept
    assert "srcset" not in safe_html(f'<img srcset="{source} 2x">')
    assert "data:text" not in safe_html('<a href=" data:text/html,x">x</a>')


def test_only_pictures_are_pictures():
    png = base64.b64encode(b"\x89PNG\r\n\x1a\nrest").decode()
    told = {"image/png": png, "image/jpeg": png, "image/svg+xml": "<svg/>", "text/latex": "$x$"}
    assert safe_outputs([[{"output_type": "display_data", "data": told}]])[0][0]["data"] == {"image/png": png}
    quoted = {"image/png": png + '" onerror="pwned()'}
    assert safe_outputs([[{"output_type": "display_data", "data": quoted}]]) == [[]]


def test_a_notebooks_outputs_are_bounded_together():
    big = {
        "output_type": "display_data",
        "data": {"text/html": "<p>" + "x" * 90_000, "text/plain": "y" * 90_000},
    }
    kept = safe_outputs([[big] * 5] * 60)
    assert len(json.dumps(kept)) < MAX_OUTPUT_BYTES + (1 << 20)
    html = [o["data"]["text/html"] for outputs in kept for o in outputs if "text/html" in o.get("data", {})]
    assert 0 < sum(map(len, html)) < MAX_HTML + 100_000


def shown(verdict: Verdict, lang: str = "en") -> str:
    return json.dumps(verdict_outputs(verdict, lang=lang, say=lambda t: t, walls="walls"), ensure_ascii=False)


@pytest.mark.parametrize("kind", sorted(FAILURES))
@pytest.mark.parametrize(
    "detail", ["ValueError: case (17, 4)", "Case17_4: x", "case (17, 4)", "builtins: 17", "print: 17"]
)
def test_no_hidden_case_stands_in_a_verdict(kind, detail):
    if kind == "missing":
        detail = "rates"  # known on the trusted side
    text = shown(
        _Verdict("rates", 3.0, 1.5, (Check("the rates", True), Check("the rates", False)), kind, detail)
    )
    assert "17" not in text
    assert ("ValueError" in text) == (kind == "raised" and detail.startswith("ValueError"))
    assert "1 of 2" in text


def test_the_last_output_of_a_verdict_is_the_score_that_nbgrader_reads():
    outputs = verdict_outputs(_Verdict("x", 3.0, 1.5), lang="ar", say=lambda t: t, walls="no sandbox")
    assert outputs[-1]["data"]["text/plain"] == "1.5"
    assert 'dir="rtl"' in outputs[0]["data"]["text/html"]


def test_running_without_walls_is_said():
    assert "without a sandbox" in json.dumps(
        verdict_outputs(_Verdict("x", 3.0, 1.5), lang="en", say=lambda t: t, walls="no sandbox")
    )


def test_every_note_has_words_and_an_unknown_one_none():
    for note in NOTES:
        cell = note_cell((note,), lang="en")
        assert NOTES[note] in cell["source"]
    assert note_cell(("<script>",), lang="en") is None
    assert note_cell((), lang="en") is None
