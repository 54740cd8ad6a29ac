"""`medialit consent`, as a person meets it."""

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from medialit import cli_words
from medialit.cli import main
from medialit.consent.odrl import terms_of
from medialit.errors import RecordError

USE = ("--purpose", "education", "--territory", "MA")
ASK = ("consent", "ask", "--as", "nadir", "--of", "tiziri", *USE)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The command, in a folder and a home of its own."""
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(main, arguments, catch_exceptions=True)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


@pytest.fixture
def tiziri(run):
    """A register with one adult in it, who permitted nothing."""
    assert run("consent", "person", "tiziri", "--name", "ⵜⵉⵣⵉⵔⵉ", "--adult").exit_code == 0
    return run


def shown(run, person: str) -> dict:
    return json.loads(run("consent", "show", person, "--format", "json").output)[0]


def codes(run, *arguments: str) -> list[str]:
    return json.loads(run(*arguments, "--format", "json").output)["codes"]


def test_a_permission_that_says_little_is_narrow(tiziri) -> None:
    tiziri("consent", "grant", "tiziri", "--to", "nadir", *USE)
    [grant] = shown(tiziri, "tiziri")["grants"]
    scope = grant["scope"]
    assert scope["actions"] == ["generate"]
    assert scope["audience"] == "only_me"
    assert scope["media"] == ["classroom"]
    assert scope["modalities"] == ["face"]
    assert scope["ends"] is not None
    assert grant["stands"]


def test_asking_says_why_in_words_in_codes_and_by_the_exit_status(tiziri) -> None:
    refused = tiziri(*ASK, "--lang", "fr")
    assert refused.exit_code == 3
    assert "Ce serait refusé." in refused.output
    assert "ⵜⵉⵣⵉⵔⵉ" in refused.output
    assert codes(tiziri, *ASK) == ["no_grant"]
    tiziri("consent", "grant", "tiziri", "--to", "nadir", *USE)
    assert tiziri(*ASK).exit_code == 0
    assert codes(tiziri, *ASK, "--part", "voice") == ["voice_not_granted"]
    assert codes(tiziri, *ASK, "--action", "publish") == ["action_not_granted"]


def test_asking_writes_nothing_down(tiziri) -> None:
    before = json.loads(tiziri("consent", "log", "--format", "json").output)
    tiziri(*ASK)
    assert json.loads(tiziri("consent", "log", "--format", "json").output) == before


def test_a_word_that_is_never_to_be_shown_is_found_in_a_prompt_of_another_language(tiziri) -> None:
    tiziri("consent", "grant", "tiziri", "--to", "nadir", *USE, "--never-context", "beach")
    assert codes(tiziri, *ASK, "--prompt", "un ballon rouge rebondit sur la plage") == ["grant_restricted"]
    assert codes(tiziri, *ASK, "--prompt", "a red ball bounces in the desert") == ["granted"]
    assert codes(tiziri, *ASK) == ["grant_not_examined"]


def test_a_prohibition_beats_a_permission_until_who_set_it_lifts_it(tiziri) -> None:
    tiziri("consent", "grant", "tiziri", "--to", "nadir", *USE)
    assert tiziri("consent", "forbid", "tiziri", "--as", "tiziri", "--id", "no-1").exit_code == 0
    assert codes(tiziri, *ASK) == ["prohibited"]
    stranger = tiziri("consent", "lift", "no-1", "--as", "nadir")
    assert (stranger.exit_code, stranger.stdout) == (1, "")
    assert codes(tiziri, *ASK) == ["prohibited"]
    assert tiziri("consent", "lift", "no-1", "--as", "tiziri").exit_code == 0
    assert codes(tiziri, *ASK) == ["granted"]
    assert not shown(tiziri, "tiziri")["prohibitions"][0]["stands"]


def test_a_prohibition_withdraws_what_was_made(run, tmp_path: Path) -> None:
    run("likeness", "enrol", "--cast", "tiziri")
    run("consent", "grant", "tiziri", "--to", "nadir", *USE)
    made = run(
        "likeness", "make", "a red ball bounces in the desert", "--with", "tiziri", "--as", "nadir", *USE
    )
    assert made.exit_code == 0, made.output
    assert "its frames are destroyed" in run("consent", "forbid", "tiziri", "--as", "tiziri").output
    assert not list((tmp_path / "home").rglob("*.sealed"))


def test_revoking_ends_one_permission_or_all_and_only_at_the_persons_word(tiziri) -> None:
    for id in ("g1", "g2"):
        tiziri("consent", "grant", "tiziri", "--to", "nadir", *USE, "--id", id)
    assert tiziri("consent", "revoke", "tiziri", "--as", "nadir").exit_code == 1
    assert tiziri("consent", "revoke", "tiziri", "--as", "tiziri", "--grant", "g9").exit_code == 1
    assert tiziri("consent", "revoke", "tiziri", "--as", "tiziri", "--grant", "g1").exit_code == 0
    assert [one["stands"] for one in shown(tiziri, "tiziri")["grants"]] == [False, True]
    assert tiziri("consent", "revoke", "tiziri", "--as", "tiziri", "--reason", "fini").exit_code == 0
    assert codes(tiziri, *ASK) == ["revoked"]
    assert "was taken back" in tiziri("consent", "show").output


def test_a_circle_reaches_whom_the_person_approves_and_mutuals_follow_each_other(tiziri) -> None:
    tiziri("consent", "person", "nadir", "--name", "Nadir", "--adult")
    tiziri("consent", "grant", "tiziri", "--to-circle", "mutuals", *USE)
    for one, other, expected in (("nadir", "tiziri", "not_mutual"), ("tiziri", "nadir", "granted")):
        assert tiziri("consent", "follow", one, other).exit_code == 0
        assert codes(tiziri, *ASK) == [expected]
    assert tiziri("consent", "follow", "nadir", "tiziri", "--stop").exit_code == 0
    assert codes(tiziri, *ASK) == ["not_mutual"]
    assert tiziri("consent", "follow", "nadir", "tiziri").exit_code == 0
    assert codes(tiziri, *ASK) == ["granted"]
    tiziri("consent", "grant", "tiziri", "--to-circle", "approved", *USE, "--action", "publish")
    assert "not_approved" in codes(tiziri, *ASK, "--action", "publish")
    assert tiziri("consent", "approve", "tiziri", "nadir").exit_code == 0
    assert codes(tiziri, *ASK, "--action", "publish") == ["granted"]


def test_for_a_minor_every_guardian_must_agree(run) -> None:
    run("consent", "person", "ines", "--name", "Inès", "--minor", "--guardian", "salma", "--guardian", "omar")
    ask = (
        "consent",
        "ask",
        "--as",
        "nadir",
        "--of",
        "ines",
        *USE,
        "--prompt",
        "a red ball bounces in the desert",
    )
    run("consent", "grant", "ines", "--to", "nadir", *USE, "--as", "salma", "--id", "half")
    assert codes(run, *ask) == ["not_given_by_all"]
    run("consent", "grant", "ines", "--to", "nadir", *USE, "--as", "salma", "--as", "omar", "--id", "whole")
    assert codes(run, *ask) == ["granted"]
    assert "not given by everyone" in run("consent", "show", "ines").output
    assert run("consent", "revoke", "ines", "--as", "omar").exit_code == 0
    assert "revoked" in codes(run, *ask)


def test_a_change_keeps_what_is_not_given_and_is_asked_for_by_name(tiziri) -> None:
    again = tiziri("consent", "person", "tiziri", "--name", "Tiziri", "--adult")
    assert (again.exit_code, again.stdout) == (1, "")
    assert tiziri("consent", "person", "tiziri", "--change", "--born", "1990-05-01").exit_code == 0
    person = shown(tiziri, "tiziri")["principal"]
    assert (person["name"], person["born"], person["minor"]) == ("ⵜⵉⵣⵉⵔⵉ", "1990-05-01", None)
    assert tiziri("consent", "person", "nobody", "--change", "--died", "2026-01-01").exit_code == 1


def test_the_log_tells_in_order_what_was_said_and_is_filtered_by_person(tiziri) -> None:
    tiziri("consent", "person", "salma", "--name", "Salma", "--adult")
    tiziri("consent", "grant", "tiziri", "--to", "nadir", *USE, "--id", "g1")
    tiziri("consent", "revoke", "tiziri", "--as", "tiziri")
    rows = json.loads(tiziri("consent", "log", "--of", "tiziri", "--format", "json").output)
    assert [row["kind"] for row in rows] == ["principal", "grant", "revocation"]
    assert "g1" in tiziri("consent", "log", "--lang", "ar").output


def test_a_changed_register_is_found(tiziri, tmp_path: Path) -> None:
    tiziri("consent", "grant", "tiziri", "--to", "nadir", *USE)
    whole = tiziri("consent", "verify", "--lang", "fr")
    assert whole.exit_code == 0
    head = whole.output.splitlines()[-1]
    assert tiziri("consent", "verify", "--known", head).exit_code == 0
    assert tiziri("consent", "verify", "--known", "no head").exit_code == 1
    with sqlite3.connect(tmp_path / "home" / "consent" / "ledger.db") as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            database.execute(f'DROP TRIGGER "{name}"')
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        events = next(one for one in tables if "event" in one)
        database.execute(f'UPDATE "{events}" SET "by" = \'nadir\' WHERE seq = 2')
    database.close()
    broken = tiziri("consent", "verify")
    assert broken.exit_code == 3
    assert "2" in broken.output.splitlines()[0]


def test_the_register_goes_to_another_computer_whole(
    tiziri, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiziri("consent", "grant", "tiziri", "--to", "nadir", *USE)
    head = tiziri("consent", "export", "register.jsonl").output.splitlines()[-1]
    assert tiziri("consent", "export", "register.jsonl").exit_code == 1
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path / "other"))
    assert tiziri("consent", "show").output == "The register is empty.\n"
    wrong = head[:-1] + ("0" if head[-1] != "0" else "1")
    assert tiziri("consent", "import", "register.jsonl", "--as", "salma", "--expected", wrong).exit_code == 1
    assert tiziri("consent", "import", "register.jsonl", "--as", "salma", "--expected", head).exit_code == 0
    assert tiziri(*ASK).exit_code == 0


def test_who_is_forgotten_is_gone_from_the_disk_and_from_every_answer(run, tmp_path: Path) -> None:
    run("likeness", "enrol", "--cast", "tiziri")
    run("consent", "grant", "tiziri", "--to", "nadir", *USE)
    assert run("consent", "forget", "tiziri", "--as", "nadir").exit_code == 1
    assert run(*ASK).exit_code == 0
    assert run("consent", "forget", "tiziri", "--as", "tiziri").exit_code == 0
    assert codes(run, *ASK) == ["unknown_person"]
    assert json.loads(run("likeness", "list", "--format", "json").output) == []
    name = b"Tiziri Oumlil"
    files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if name in path.read_bytes()]


def test_a_receipt_is_right_until_a_letter_of_it_is_changed(tiziri, tmp_path: Path) -> None:
    tiziri("consent", "grant", "tiziri", "--to", "nadir", *USE, "--id", "g1")
    who = (
        "--controller",
        "Lycée",
        "--contact",
        "a@school.example",
        "--authority",
        "CNDP",
        "--jurisdiction",
        "MA",
    )
    made = tiziri("consent", "receipt", "g1", *who, "--notice", "v1", "--out", "r.txt")
    assert made.exit_code == 0, made.output
    right = tiziri("consent", "check-receipt", "r.txt", "--lang", "fr")
    assert right.exit_code == 0
    assert "ⵜⵉⵣⵉⵔⵉ" in right.output
    text = (tmp_path / "r.txt").read_text(encoding="utf-8")
    middle = text.index(".") + 20
    (tmp_path / "r.txt").write_text(
        text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :]
    )
    assert tiziri("consent", "check-receipt", "r.txt").exit_code == 3
    (tmp_path / "key.pem").write_text("no key")
    assert tiziri("consent", "check-receipt", "r.txt", "--key", "key.pem").exit_code == 1
    assert tiziri("consent", "receipt", "g9", *who, "--notice", "v1").exit_code == 1


def test_terms_are_a_policy_that_holds_the_same_permission(tiziri) -> None:
    tiziri("consent", "grant", "tiziri", "--to", "nadir", *USE, "--id", "g1")
    policy = json.loads(tiziri("consent", "terms", "g1").output)
    assert terms_of(policy).record.id == "g1"
    assert tiziri("consent", "terms", "g9").exit_code == 1


def test_a_notice_is_written_once_every_field_is_given(run) -> None:
    case = ("consent", "notice", "--harm", "montage", "--country", "MA")
    ways = run(*case).output
    assert "prosecutor_ma" in ways
    assert "447-2" in ways
    lacking = run(*case, "--to", "law_09_08", "--lang", "fr")
    assert (lacking.exit_code, lacking.stdout) == (1, "")
    fields = ("name", "contact", "controller", "urls", "description", "identity")
    facts = [word for field in fields for word in ("--fact", f"{field}=about {field}")]
    done = run(*case, "--to", "law_09_08", *facts, "--received", "2026-12-01")
    assert done.exit_code == 0, done.output
    assert "about identity" in done.stdout
    assert "2026-12-12" in done.stderr
    assert run(*case, "--to", "take_it_down", *facts).exit_code == 1
    assert run(*case, "--to", "law_09_08", "--fact", "name").exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("person", "p 1", "--name", "P", "--adult"),
        ("person", "p1", "--adult"),
        ("person", "p1", "--name", "P"),
        ("person", "p1", "--name", "P", "--born", "yesterday"),
        ("grant", "nobody", "--to", "nadir", *USE),
        ("grant", "tiziri", *USE),
        ("grant", "tiziri", "--to", "nadir", "--to-circle", "everyone", *USE),
        ("grant", "tiziri", "--to", "nadir", "--purpose", "education", "--territory", "Morocco"),
        ("grant", "tiziri", "--to", "nadir", *USE, "--until", "2020-01-01"),
        ("grant", "tiziri", "--to", "nadir", *USE, "--until", "soon"),
        ("forbid", "tiziri", "--as", "nadir"),
        ("forbid", "nobody", "--as", "nobody"),
        ("lift", "no-1", "--as", "tiziri"),
        ("approve", "tiziri", "tiziri"),
        ("approve", "nobody", "tiziri"),
        ("revoke", "nobody", "--as", "nobody"),
        ("show", "nobody"),
        ("forget", "nobody", "--as", "nobody"),
        ("export", "nowhere/register.jsonl"),
        ("import", "page.md", "--as", "tiziri"),
        ("notice", "--harm", "montage", "--country", "Morocco"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said_on_stderr_with_status_1(tiziri, tmp_path: Path, arguments) -> None:
    (tmp_path / "page.md").write_text("# no register\n", encoding="utf-8")
    before = tiziri("consent", "log", "--format", "json").output
    result = tiziri("consent", *arguments)
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    assert result.stderr.startswith("Error: ")
    assert tiziri("consent", "log", "--format", "json").output == before


@pytest.mark.parametrize("text", ["", "2027-13-01", "2027-06-30T12:00", "30/06/2027", "9999-12-31"])
def test_a_moment_without_its_time_zone_is_none(text) -> None:
    with pytest.raises(RecordError, match="neither a day"):
        cli_words.moment(text, last=True)
