"""What nbgrader's feedback pages keep of what grading wrote."""

from __future__ import annotations

import pytest

from medialit.grading.feedback import page_html, safe_markdown


@pytest.mark.parametrize(
    "kept",
    [
        '<div dir="rtl" lang="ar"><p><strong>2</strong></p></div>',
        '<span class="k">def</span> <span class="p">(</span>x &lt; 1',
    ],
)
def test_direction_and_the_colours_of_code_stay(kept: str) -> None:
    assert page_html(kept) == kept


def test_what_is_given_as_bytes_is_read() -> None:
    assert page_html(b"<b>caf\xc3\xa9</b>") == "<b>café</b>"


@pytest.mark.parametrize("gone", ["<script>x()</script>", '<b style="position:fixed">', '<b onclick="x()">'])
def test_nothing_that_acts_or_covers_stays(gone: str) -> None:
    assert not any(word in page_html(gone) for word in ("script", "style", "onclick"))


def test_a_heading_has_no_pilcrow_and_a_student_no_classes() -> None:
    assert safe_markdown("# Seeing").split() == ["<div", 'dir="auto"><h1>Seeing</h1>', "</div>"]
    assert "navbar" not in safe_markdown('<p class="navbar-fixed-top">x</p>')


def test_a_table_has_room_between_its_columns() -> None:
    assert '<table class="table table-condensed">' in safe_markdown("| a | b |\n|---|---|\n| c | d |\n")


def test_heads_and_quotations_stand_on_the_right_in_arabic_only() -> None:
    text = "> a\n\n| a |\n|---|\n| c |\n"
    arabic = safe_markdown(f'<div dir="rtl" lang="ar">\n\n{text}\n</div>')
    assert '<th class="text-right">' in arabic and '<blockquote class="blockquote-reverse">' in arabic
    assert "<th>" in safe_markdown(text) and "<blockquote>" in safe_markdown(text)
