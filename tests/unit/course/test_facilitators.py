"""The facilitators' plans: each lab has one in every language, with the parts, code and numbers of the English one."""

import re
from collections import Counter
from pathlib import Path

import pytest

from medialit.course.i18n import Catalogue, Message
from medialit.course.project import Project
from medialit.course.source import read_lab

PROJECT = Project(root=Path(__file__).resolve().parents[3])
SLUGS = tuple(path.parent.name for path in sorted(PROJECT.labs.glob("*/lab.py")))
DRAFTS = ("fr", "ar")

every_lab = pytest.mark.parametrize("slug", SLUGS)
every_draft = pytest.mark.parametrize("lang", DRAFTS)


def plan(slug: str, lang: str = "en") -> str:
    """The text of a plan, without the tags that keep code left to right in Arabic."""
    name = f"{slug}.md" if lang == "en" else f"{slug}.{lang}.md"
    text = (PROJECT.course / "facilitator" / name).read_text(encoding="utf-8")
    return re.sub(r"</?(?:bdi|div|span)\b[^>]*>", "", text)


def without_isolates(text: str) -> str:
    """A catalogue's text without the characters that keep words left to right in Arabic; a plan has tags for that."""
    return re.sub("[\u2066-\u2069]", "", text)


def parts(text: str) -> list[str]:
    """Each line that is a heading or a row of a table, as what it is: `##`, or how many cells it has."""
    return [
        line.split(" ", 1)[0] if line.startswith("#") else f"{line.count('|') - 1} cells"
        for line in text.splitlines()
        if line.startswith(("#", "|"))
    ]


def code(text: str) -> Counter[str]:
    return Counter(re.findall(r"`[^`\n]+`", text))


def numbers(text: str) -> Counter[int]:
    """The digits of each number: 0.95 and 0,95 are one number, and so are 1,000, 1 000 and 1000.

    Left out are code, which `code` compares, and the line in italics that tells of the other languages.
    """
    text = re.sub(r"(?m)^\*[^*].*$|`[^`\n]+`", "", text)
    together = re.sub(r"(?<=\d)[.,\u066b\u066c\u00a0\u202f](?=\d)", "", text)
    return Counter(int(digits) for digits in re.findall(r"\d+", together))


@every_lab
@every_draft
def test_a_translated_plan_has_the_parts_of_the_english_one(slug, lang):
    assert parts(plan(slug, lang)) == parts(plan(slug))


@every_lab
@every_draft
def test_a_translated_plan_has_the_code_of_the_english_one(slug, lang):
    assert code(plan(slug, lang)) == code(plan(slug))


@every_lab
@every_draft
def test_a_translated_plan_has_the_numbers_of_the_english_one(slug, lang):
    assert numbers(plan(slug, lang)) == numbers(plan(slug))


@every_lab
@pytest.mark.parametrize("lang", ["en", *DRAFTS])
def test_a_plan_bears_the_title_of_its_lab(slug, lang):
    lab = read_lab(PROJECT.labs / slug)
    title = Catalogue(lab, lang).look_up(Message("lab", lab.title)).text
    heading = next(line for line in plan(slug, lang).splitlines() if line.startswith("# "))
    assert slug in heading
    assert without_isolates(title) in heading


@every_lab
@every_draft
def test_the_plans_of_a_lab_lead_to_each_other(slug, lang):
    assert f"({slug}.{lang}.md)" in plan(slug)
    assert f"({slug}.md)" in plan(slug, lang)


def test_a_number_that_was_changed_is_found():
    assert numbers("d' 0.95, of 1,000 clips") == numbers("d' 0,95, sur 1\u202f000 clips")
    assert numbers("d' 0.95") != numbers("d' 0,59")
    assert numbers("8 times in 100") != numbers("8 fois sur 10")
