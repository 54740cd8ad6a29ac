"""`medialit cameo` with what people lend, and what the desk says to a person at the command line."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from medialit.cli import main
from medialit.likeness.vault import Vault

PROMPT = "a red ball bounces in the desert"
USE = ("--purpose", "education", "--territory", "MA")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The command, in a folder and a home of its own."""
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments):
        result = CliRunner().invoke(main, arguments)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


def test_from_an_enrolment_to_a_draft_and_to_nothing(run, home, file_of, lent_once):
    film, enrolment = str(file_of("hers")), lent_once[1]
    for _again in range(2):
        assert (
            "It allows nobody anything." in run("cameo", "link", "amina", enrolment, "--as", "amina").output
        )
    said = run("cameo", "lend", "amina", film, "--as", "amina", "--until", f"{datetime.now(UTC).date()}")
    assert said.exit_code == 0 and "3 seconds of Amina Tazi (amina) are kept" in said.output
    assert Path(film).is_file() and film in said.output
    [row] = json.loads(run("cameo", "lent", "--format", "json").output)
    assert (row["principal"], row["enrolment"], row["seconds"]) == ("amina", enrolment, 3.0)
    run("consent", "grant", "amina", "--to", "nadir", *USE)
    made = run("likeness", "make", PROMPT, "--with", "amina", "--as", "nadir", *USE)
    assert made.exit_code == 0 and "Amina Tazi (amina)" in made.output
    back = run("cameo", "take-back", "amina", "--as", "amina").output
    assert (
        "was a draft: its frames are destroyed" in back and "The recording that amina lent is erased." in back
    )
    assert "No recording is lent." in run("cameo", "lent").output
    assert "is erased" in run("likeness", "delete", enrolment).output
    assert "Nobody is linked" in run("cameo", "lent").output
    assert Vault(home).list() == ()


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "do not match well enough"),
        ("fr", "ne se ressemblent pas assez"),
        ("ar", "لا يتطابقان بما يكفي"),
    ],
)
def test_a_recording_of_somebody_else_is_refused_in_the_person_s_language(run, home, file_of, lang, words):
    refused = run("cameo", "lend", "amina", str(file_of("another")), "--as", "amina", "--lang", lang)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert words in refused.stderr


@pytest.mark.parametrize("lang", ["fr", "ar"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("likeness", "preview", "last", "--as", "tiziri", "--out", "a.png"),
        ("likeness", "preview", "use-0123456789abcdef", "--as", "tiziri", "--out", "there.png"),
        ("likeness", "publish", "use-0123456789abcdef", "--as", "tiziri"),
        ("likeness", "withdraw", "use-zz", "--as", "tiziri"),
        ("likeness", "make", PROMPT, "--with", "tiziri", "--as", "tiziri", *USE, "--doing", "fly"),
        ("consent", "revoke", "tiziri", "--as", "nadir"),
        ("consent", "revoke", "tiziri", "--as", "tiziri", "--grant", "g9"),
        ("consent", "forget", "tiziri", "--as", "nadir"),
        ("cameo", "link", "nobody", "lik-0123456789abcdef", "--as", "nobody"),
        ("cameo", "lend", "tiziri", "there.png", "--as", "tiziri"),
        ("cameo", "take-back", "tiziri", "--as", "nadir"),
        ("cameo", "take-back", "tiziri", "--as", "tiziri"),
    ],
    ids=lambda arguments: " ".join(arguments)[:50],
)
def test_what_cannot_be_done_at_the_desk_is_said_in_the_person_s_language(run, tmp_path, arguments, lang):
    (tmp_path / "there.png").write_bytes(b"x")
    run("likeness", "enrol", "--cast", "tiziri")
    refused, english = run(*arguments, "--lang", lang), run(*arguments)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr != english.stderr
    if lang == "ar":
        assert len(re.findall(r"[\u0600-\u06ff]", refused.stderr)) > 15


def test_the_window_s_options_are_still_those_of_the_command_itself(run):
    said = run("cameo", "--help").output
    assert all(word in said for word in ("--port", "--browser", "--lang", "lend", "link", "take-back"))
