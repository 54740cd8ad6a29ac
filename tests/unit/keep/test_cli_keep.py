"""The commands as an administrator types them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from medialit.cli import main


def run(*words: object, answer: str = "") -> Result:
    return CliRunner().invoke(main, [str(one) for one in words], input=answer)


def test_copy_lose_and_bring_back(lived_in: Path, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.txt"
    made = run("backup", "--out", tmp_path / "copy.tar", "--anchors", anchors)
    assert made.exit_code == 0, made.output
    lines = anchors.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4 and all(line in made.output for line in lines)
    assert run("restore", tmp_path / "copy.tar").exit_code == 1  # the home is in use
    lived_in.rename(tmp_path / "lost")
    back = run("restore", tmp_path / "copy.tar", "--anchors", anchors)
    assert back.exit_code == 0, back.output
    assert "verified: consent/ledger.db, 2 events" in back.output


def test_erasing_asks_first(lived_in: Path) -> None:
    kept = run("erase", "--learner", "tiziri", answer="n\n")
    assert kept.exit_code == 1 and not (lived_in / "erasures").exists()
    gone = run("erase", "--learner", "tiziri", answer="y\n")
    assert gone.exit_code == 0, gone.output
    assert "erased  consent: 1 people" in gone.output and "kept" in gone.output
    assert run("erase", "--learner", "tiziri", "--yes").exit_code == 1


def test_moving_says_what_was_moved(lived_in: Path, new_database: Callable[[], str]) -> None:
    moved = run("move", "--to", new_database())
    assert moved.exit_code == 0, moved.output
    assert "5 databases" in moved.output and moved.output.count("copied") == 5
    finished = run("move", "--finish")
    assert finished.exit_code == 0 and finished.output.count("deleted") == 5
    assert run("move").exit_code == 2


@pytest.mark.parametrize("command", [("move", "--to"), ("studio", "--local", "--database")])
def test_a_password_on_a_command_line_is_refused_and_not_repeated(
    home: Path, command: tuple[str, ...]
) -> None:
    refused = run(*command, "postgresql://me:geheim@db/x")
    assert refused.exit_code == 1
    assert "pgpass" in refused.output and "geheim" not in refused.output
