"""The same report on a terminal, in a browser, on paper and for programs."""

import json
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner

from medialit import pipeline, verify
from medialit.cli import main


@pytest.fixture(scope="module")
def report(school):
    with pipeline.inspector(trust_course=True, home=school.home, detect=False) as one:
        return one.inspect(school.made.path)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.seen.append((tag, dict(attrs)))


@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_a_page_asks_nobody_and_runs_nothing(report, lang, direction) -> None:
    page = verify.to_html([report, report], lang=lang)
    tags = Tags()
    tags.feed(page)
    names = {name for name, _ in tags.seen}
    assert not names & {"script", "img", "link", "iframe", "object", "form", "a", "base"}
    assert not any(
        key in ("src", "href", "style") or key.startswith("on") for _, found in tags.seen for key in found
    )
    assert dict(tags.seen)["html"] == {"lang": lang, "dir": direction}
    assert [name for name, _ in tags.seen].count("article") == 2
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "url(" not in page


def test_a_terminal_gets_no_control_characters(report) -> None:
    text = verify.to_text(report, lang="en")
    assert "<script>alert(1)</script>" in text
    assert not set(text) & {"\x1b", "\u202e", "\u2068", "\u2069"}
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("lang", ["en", "fr", "ar", "zgh"])
def test_paper_holds_every_report(report, lang) -> None:
    paper = verify.to_pdf([report, report], lang=lang)
    assert paper.startswith(b"%PDF-")
    assert paper.count(b"/Type /Page\n") >= 2


def test_a_person_publishes_strips_and_recovers(school, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MEDIALIT_HOME", str(school.home))

    def run(*arguments: str, expected: int = 0) -> str:
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == expected, result.output
        return result.output

    published = tmp_path / "out.mp4"
    said = run("publish", str(school.source), "--out", str(published), "--title", "Two", "--lang", "fr")
    assert "labelled, watermarked, signed and registered" in said
    again = run("publish", str(school.source), "--out", str(published), "--title", "Two", "--lang", "fr")
    assert "was published before" in again
    found = json.loads(run("recover", str(published), "--format", "json"))["found"]
    assert (found[0]["title"], found[0]["by"], found[0]["alike"]) == ("Two", "watermark", True)
    [one, other] = json.loads(
        run("inspect", str(published), str(tmp_path / "none.mp4"), "--format", "json", expected=1)
    )
    assert one["credentials"]["state"] == "valid"
    assert other["credentials"]["state"] == "unreadable"
    assert "payload" in run("watermark", "detect", str(published))
    assert "no watermark found" in run("watermark", "detect", str(published), "--key", "another")
    run("inspect", str(published), "--format", "pdf", "--lang", "ar", "--out", str(tmp_path / "r.pdf"))
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF-")
