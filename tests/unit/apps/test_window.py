"""What every window shares: its language, what stays chosen, and what is said again."""

import gradio as gr
import pytest

from medialit.apps.window import LANGUAGES, Said, kept, spoken


def test_a_window_speaks_a_language_that_it_has_or_else_english():
    assert [spoken(one) for one in (*LANGUAGES, "zgh", "", "EN")] == [*LANGUAGES, "en", "en", "en"]


def test_what_was_chosen_stays_as_long_as_it_is_there():
    choices = [("One", "a"), ("Two", "b")]
    assert kept(choices, "b") == "b"
    assert kept(choices, "gone") == kept(choices, None) == "a"
    assert kept([], "b") is None


def test_a_component_is_said_again_with_what_it_shows_and_one_without_words_only_shows():
    said = Said("en")
    spoken_one = said(gr.Dropdown, lambda _, c: {"label": _("Language")}, choices=[])
    silent = gr.HTML()
    assert said.along([silent, spoken_one]) == [spoken_one, silent]
    again = said.again("fr", [spoken_one, silent], [gr.update(choices=["x"]), "<p>y</p>"])
    assert again[spoken_one]["label"] == "Langue" and again[spoken_one]["choices"] == ["x"]
    assert again[silent]["value"] == "<p>y</p>"
    with pytest.raises(ValueError, match="shorter"):
        said.again("fr", [spoken_one, silent], ["<p>y</p>"])
