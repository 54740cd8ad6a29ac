"""The studio's pages as files: small, self-contained, and with no way for somebody's text to become markup."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from medialit.generate import text as prompts
from medialit.language import translator
from medialit.studio.words import SPOKEN, pages, words_of

WEB = files("medialit.studio").joinpath("web")
FILES = {one.name: one.read_text(encoding="utf-8") for one in WEB.iterdir()}
SCRIPTS = {name: text for name, text in FILES.items() if name.endswith(".js")}
FAMILIES = {key.split(".")[0] for key in words_of("en")}
BUILT = (
    "act.", "action.", "age.", "answer.", "ask.", "case.", "desk.", "doing.", "job.", "join.", "make.example", "nav.",
    "purpose.", "role.", "set.", "ward.always",
)  # fmt: skip
"""Beginnings of keys that a page puts together."""


def test_the_whole_page_is_smaller_than_one_photograph() -> None:
    """On a classroom's Wi-Fi at 1 MB/s, 150 kB are there in 0.15 s."""
    assert sum(len(text.encode()) for text in FILES.values()) < 150_000
    assert len(FILES) <= 24


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_a_script_is_short_and_never_makes_markup_of_text(name: str) -> None:
    text = SCRIPTS[name]
    assert text.count("\n") < 300
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function", text
    )


@pytest.mark.parametrize("name", sorted(FILES))
def test_no_file_names_another_computer(name: str) -> None:
    addresses = set(re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", FILES[name]))
    assert addresses <= {"http://www.w3.org"}


def test_the_page_has_no_script_and_no_style_of_its_own() -> None:
    page = FILES["index.html"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", page)
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    assert {one.removeprefix("web/") for one in addresses} <= set(FILES)


def test_no_page_asks_from_the_root_of_its_server() -> None:
    """Below a path of another server, such as a hub, the root is somebody else's."""
    for name, text in FILES.items():
        assert not re.search(r"""(?:src|href)=["']/|url\(["']?/|open\("GET", "/|fetch\("/""", text), name
        for media in re.findall(r"\b(?:src|href|poster): *([^,{}]+)", text):
            plain = re.match(r"`#|\"#|home|here\(|one\.poster \? here\(", media)
            assert plain, f"{name}: {media}"


def test_every_word_that_a_page_says_is_there_and_none_is_left_over() -> None:
    said = set(re.findall(r'"([a-z]+\.[a-z_0-9]+(?:\.[a-z]+)?)"', "\n".join(SCRIPTS.values())))
    said = {key for key in said if key.split(".")[0] in FAMILIES} - {"nav.bar", "nav.doors", "nav.parts"}
    known = set(words_of("en"))
    assert said <= known
    assert {key for key in known - said if not key.startswith(BUILT)} == set()


@pytest.mark.parametrize("lang", SPOKEN)
def test_a_language_has_its_own_words_and_keeps_every_slot(lang: str) -> None:
    english, other = words_of("en"), words_of(lang)
    for key, text in english.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", other[key])), key
    if lang != "en":
        same = {key for key, text in english.items() if other[key] == text}
        assert len(same) < 20, same


def test_pages_of_a_language_that_they_do_not_speak_are_english() -> None:
    assert pages("zgh")["lang"] == "en"
    assert pages("ar")["words"]["nav.feed"] == translator("ar")("Feed") != "Feed"


@pytest.mark.parametrize("lang", SPOKEN)
def test_every_word_of_the_examples_is_understood(lang: str) -> None:
    for key, prompt in words_of(lang).items():
        if key.startswith("make.example"):
            assert prompts.read(prompt).unused == (), prompt
