"""What every window shares: its language, what stays chosen, and what is said again."""

import json
import os
import subprocess
import sys

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


ASKS = """
import json, urllib.request
import gradio as gr
from medialit.apps.window import blocks, open_window
with blocks("A window") as window:
    gr.Markdown("Hello")
address = open_window(window, css="", port=None, in_browser=False, block=False)
for path in ("health", "ready"):
    with urllib.request.urlopen(address + path, timeout=30) as answer:
        print(json.dumps([json.load(answer), dict(answer.headers)]))
window.close()
"""


def test_a_window_says_whether_it_lives_and_is_ready_and_names_each_request(tmp_path):
    env = os.environ | {"MEDIALIT_HOME": str(tmp_path)}  # a process of its own: gradio leaves its loops open
    done = subprocess.run([sys.executable, "-c", ASKS], capture_output=True, text=True, env=env, check=True)
    (lives, headers), (ready, _) = [
        json.loads(one) for one in done.stdout.splitlines() if one.startswith("[")
    ]
    assert (
        lives["ok"] and headers["x-request-id"] and "default-src 'self'" in headers["content-security-policy"]
    )
    assert ready["parts"] == {"disk": True}
