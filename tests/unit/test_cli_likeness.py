"""`medialit likeness`, as a person meets it, and the page of the documentation that shows how."""

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from medialit.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "cameo.md"
USE = ("--purpose", "education", "--territory", "MA")
PROMPT = "a red ball bounces in the desert"


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


def commands_of(page: Path) -> list[tuple[str, bool]]:
    """Every command in the page's bash blocks, and whether the page says that it is refused."""
    found = []
    for block in re.findall(r"```bash\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL):
        for line in block.splitlines():
            command, _, said = line.partition("   # ")
            found.append((command, said == "refused"))
    return found


def test_the_page_does_what_it_says_from_nothing_to_the_revocation(run, tmp_path: Path) -> None:
    found = commands_of(PAGE)
    assert len(found) > 12
    said = {}
    for command, refused in found:
        program, *arguments = shlex.split(command)
        assert program == "medialit"
        result = run(*arguments)
        assert (result.exit_code != 0) == refused, f"{command}\n{result.output}"
        said[" ".join(arguments[:2])] = result.output
    assert "for-nadir" in said["likeness publish"]
    assert "desert.mp4" in said["consent revoke"]
    assert "is taken down here" in said["consent revoke"]
    assert "withdrawn" in said["likeness uses"]
    assert said["consent log"].count("Refused.") == 1
    assert "Allowed." in said["consent log"]
    assert {"draft.png", "desert.mp4", "register.jsonl"} <= {path.name for path in tmp_path.iterdir()}
    assert not (tmp_path / "again.mp4").exists()


def test_the_cast_is_listed_with_who_decides_for_a_child(run, tmp_path: Path) -> None:
    rows = json.loads(run("likeness", "cast", "--format", "json").output)
    assert [row["guardian"] for row in rows if row["minor"]] != []
    assert all(row["guardian"] for row in rows if row["minor"])
    arabic = run("likeness", "cast", "--lang", "ar", "--portraits", "faces").output
    assert "دون 18 سنة" in arabic
    assert {path.stem for path in (tmp_path / "faces").iterdir()} == {row["id"] for row in rows}


def test_who_is_enrolled_is_listed_and_can_be_erased(run, tmp_path: Path) -> None:
    assert "Nobody is enrolled here." in run("likeness", "list").output
    for _ in range(2):
        assert run("likeness", "enrol", "--cast", "tiziri").exit_code == 0
    [row] = json.loads(run("likeness", "list", "--format", "json").output)
    assert row["cast_id"] == "tiziri"
    assert run("likeness", "delete", row["id"]).exit_code == 0
    assert json.loads(run("likeness", "list", "--format", "json").output) == []
    again = run("likeness", "delete", row["id"])
    assert (again.exit_code, again.stdout) == (1, "")
    assert "Nobody is enrolled as" in again.stderr


def test_a_challenge_is_printed_with_its_moments_and_its_file_is_one(run, tmp_path: Path) -> None:
    from medialit.likeness.challenge import Challenge

    said = run("likeness", "challenge", "--lang", "fr").output
    challenge = Challenge.from_json((tmp_path / "challenge.json").read_text(encoding="utf-8"))
    for step in challenge.steps:
        assert f"{step.start_s:5.1f} s  {step.instruction('fr')}" in said


def test_a_challenge_of_light_is_written_with_its_page_and_a_warning(run, tmp_path: Path) -> None:
    from medialit.likeness.challenge import Challenge
    from medialit.likeness.page import challenge_page

    said = run("likeness", "challenge", "--light", "--out", "mine.json", "--lang", "ar").output
    challenge = Challenge.from_json((tmp_path / "mine.json").read_text(encoding="utf-8"))
    page = (tmp_path / "mine.html").read_text(encoding="utf-8")
    assert challenge.lights and page == challenge_page(challenge, lang="ar", file="mine.json")
    assert "mine.html" in said and "للأضواء المتغيرة" in said


def test_a_challenge_without_light_has_a_page_only_where_one_is_asked_for_and_it_shows_no_colour(
    run, tmp_path: Path
) -> None:
    said = run("likeness", "challenge").output
    assert {path.name for path in tmp_path.iterdir()} == {"home", "challenge.json"}
    assert "changes colour" not in said
    assert "changes colour" not in run("likeness", "challenge", "--page", "show.html").output
    assert '"lights": []' in (tmp_path / "show.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        ("enrol",),
        ("enrol", "page.mp4"),
        ("enrol", "page.mp4", "--cast", "tiziri"),
        ("enrol", "page.mp4", "--challenge", "page.mp4", "--reference", "page.mp4", "--name", "Amina"),
        ("enrol", "--cast", "nobody"),
        ("challenge", "--out", "nowhere/challenge.json"),
        ("challenge", "--light", "--page", "nowhere/challenge.html"),
        ("challenge", "--light", "--out", "challenge.html"),
        ("delete", "../../etc/passwd"),
        ("preview", "use-zz", "--as", "tiziri", "--out", "a.png"),
        ("preview", "last", "--as", "tiziri", "--out", "a.png"),
        ("preview", "use-0123456789abcdef", "--as", "tiziri", "--out", "page.mp4"),
        ("publish", "use-0123456789abcdef", "--as", "tiziri"),
        ("export", "use-0123456789abcdef", "--as", "tiziri", "--out", "a.mp4"),
        ("withdraw", "use-0123456789abcdef", "--as", "tiziri"),
        ("remix", "use-0123456789abcdef", PROMPT, "--as", "tiziri", *USE),
        ("make", PROMPT, "--with", "nobody", "--as", "nadir", *USE),
        ("make", PROMPT, "--with", "no body", "--as", "nadir", *USE),
        ("make", PROMPT, "--with", "tiziri", "--as", "nadir", *USE, "--doing", "fly"),
        ("make", PROMPT, "--with", "tiziri", "--as", "nadir", "--purpose", "education", "--territory", "ma"),
    ],
    ids=lambda arguments: " ".join(arguments)[:60],
)
def test_what_cannot_be_done_is_said_on_stderr_with_status_1(run, tmp_path: Path, arguments) -> None:
    (tmp_path / "page.mp4").write_bytes(b"no video")
    result = run("likeness", *arguments)
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    assert result.stderr.startswith("Error: ")
    assert (tmp_path / "page.mp4").read_bytes() == b"no video"


@pytest.mark.parametrize(("lang", "words"), [("fr", "aucune autorisation"), ("ar", "إذن")])
def test_a_refusal_is_in_the_asker_s_language_and_makes_nothing(run, tmp_path: Path, lang, words) -> None:
    run("likeness", "enrol", "--cast", "tiziri")
    result = run("likeness", "make", PROMPT, "--with", "tiziri", "--as", "nadir", *USE, "--lang", lang)
    assert (result.exit_code, result.stdout) == (1, "")
    assert words in result.stderr
    assert json.loads(run("likeness", "uses", "--format", "json").output) == []
    [*_, last] = json.loads(run("consent", "log", "--format", "json").output)
    assert (last["kind"], last["allowed"]) == ("decision", False)


def test_only_the_people_in_a_clip_and_who_made_it_see_and_withdraw_it_and_a_sweep_leaves_what_stands(
    run, tmp_path: Path
) -> None:
    run("likeness", "enrol", "--cast", "tiziri")
    run("consent", "grant", "tiziri", "--to", "nadir", *USE)
    made = run("likeness", "make", PROMPT, "--with", "tiziri", "--as", "nadir", *USE)
    assert made.exit_code == 0, made.output
    assert "No draft and no clip had to go." in run("likeness", "sweep").output
    for command in (
        ("preview", "last", "--as", "salma", "--out", "a.png"),
        ("withdraw", "last", "--as", "salma"),
    ):
        refused = run("likeness", *command)
        assert refused.exit_code == 1
        assert "salma" in refused.stderr
    assert not (tmp_path / "a.png").exists()
    assert "its frames are gone" in run("likeness", "withdraw", "last", "--as", "tiziri").output
    [row] = json.loads(run("likeness", "uses", "--of", "tiziri", "--format", "json").output)
    assert row["stage"] == "withdrawn"
    assert not list((tmp_path / "home").rglob("*.sealed"))
