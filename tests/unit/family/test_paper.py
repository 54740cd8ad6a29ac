"""The sheets: one page of A4 in every language, whatever was chosen, with the library's own numbers."""

import io

import pytest
from click.testing import CliRunner

from medialit.cli import main
from medialit.family import agreement, take_home
from medialit.family.agreement import PROMISES
from medialit.feed.controls import defaults
from medialit.feed.records import AgeBand, Likeness, Messages

LANGS = ("en", "fr", "ar")


def pages(pdf):
    assert pdf.startswith(b"%PDF-")
    return pdf.count(b"/Type /Page\n"), b"/MediaBox [0 0 595.28 841.89]" in pdf


@pytest.mark.parametrize("lang", LANGS)
def test_an_agreement_is_one_page_of_a4_with_all_promises_and_with_none(lang):
    for promises, minutes, review in ((tuple(PROMISES), "talk", "fortnight"), ((), "30", "month")):
        assert pages(agreement.agreement(promises, minutes=minutes, review=review, lang=lang)) == (1, True)


@pytest.mark.parametrize("lang", LANGS)
def test_an_agreement_holds_what_was_chosen_and_nothing_else(lang):
    sheet = agreement.sheet(("tell", "unknown"), minutes="30", review="month", lang=lang)
    assert len(sheet.parts[0].lines) == 2 and "30" in sheet.parts[0].lines[1]


def test_promises_keep_the_order_in_which_they_are_offered():
    one, other = (
        agreement.sheet(chosen, minutes="30", review="month", lang="en")
        for chosen in (("tell", "ask"), ("ask", "tell"))
    )
    assert one == other


@pytest.mark.parametrize("lang", LANGS)
def test_the_sheet_to_take_home_is_one_page_and_the_command_writes_it(lang, tmp_path):
    path = tmp_path / "sheet.pdf"
    result = CliRunner().invoke(main, ["family", "--take-home", str(path), "--lang", lang])
    assert result.exit_code == 0, result.output
    assert pages(path.read_bytes()) == (1, True)


def test_what_the_sheet_says_of_the_switches_is_what_the_feed_does():
    young, old = defaults(AgeBand.TEEN_13_15), defaults(AgeBand.TEEN_16_17)
    said = " ".join(take_home.sheet(lang="en").parts[2].lines)
    for number in (young.posts_a_sitting, old.posts_a_sitting, young.daily_minutes, old.daily_minutes):
        assert str(number) in said
    assert "21:00" in said and "22:00" in said
    assert (young.messages, old.messages) == (Messages.OFF, Messages.KNOWN)  # as its fixed sentences say
    assert (young.likeness, old.likeness) == (Likeness.OFF, Likeness.ASK_GUARDIAN)
    assert not young.personalised and not old.personalised


def test_a_sheet_that_cannot_be_written_is_an_error_and_no_traceback(tmp_path):
    result = CliRunner().invoke(main, ["family", "--take-home", str(tmp_path / "none" / "sheet.pdf")])
    assert result.exit_code == 1 and "cannot be written" in result.output


def test_the_address_for_telephones_is_printed_with_a_code_that_holds_it(monkeypatch):
    import segno

    from medialit import cli_family

    said = []
    monkeypatch.setattr(cli_family.click, "echo", lambda text="", **_: said.append(text))
    cli_family._say_address("http://192.0.2.7:7860/", lang="en")
    drawn = io.StringIO()
    segno.make("http://192.0.2.7:7860/", error="m").terminal(out=drawn, compact=True)
    assert said[0] == drawn.getvalue() and "http://192.0.2.7:7860/" in said[1]
