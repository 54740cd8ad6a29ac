"""What a log holds: when, what and which request; nothing that anybody wrote, and no code."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from medialit import log
from medialit.errors import LogError

LOGGER = logging.getLogger("medialit.test")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[io.StringIO]:
    level = logging.getLogger().level
    shown = io.StringIO()
    log.start(command="test", file=tmp_path / "medialit.log", terminal=shown)
    yield shown
    log.stop()
    logging.getLogger().setLevel(level)


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(one) for one in (folder / "medialit.log").read_text(encoding="utf-8").splitlines()]


def test_a_line_is_json_with_its_moment_in_utc(tmp_path: Path, terminal: io.StringIO) -> None:
    LOGGER.info("answered", extra=log.told(status=201, path="/api/posts/{id}"))
    (line,) = lines(tmp_path)
    assert line["level"] == "info" and line["command"] == "test" and line["what"] == "answered"
    assert line["status"] == 201 and line["path"] == "/api/posts/{id}"
    at = datetime.fromisoformat(str(line["at"]).replace("Z", "+00:00"))
    assert str(line["at"]).endswith("Z") and abs((datetime.now(UTC) - at).total_seconds()) < 60
    assert terminal.getvalue() == ""  # the terminal has warnings and errors


def test_the_moment_is_utc_wherever_the_computer_stands(tmp_path: Path) -> None:
    code = (
        "import sys, logging; from pathlib import Path; from medialit import log\n"
        "log.start(command='x', file=Path(sys.argv[1])); logging.getLogger('medialit.x').info('now')"
    )
    env = os.environ | {"TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "medialit.log")], env=env, check=True)
    at = datetime.fromisoformat(str(lines(tmp_path)[0]["at"]).replace("Z", "+00:00"))
    assert abs((datetime.now(UTC) - at).total_seconds()) < 60


@pytest.mark.parametrize("level", ["info", "error"])
def test_words_that_were_put_into_a_sentence_are_left_out(
    tmp_path: Path, terminal: io.StringIO, level: str
) -> None:
    LOGGER.log(getattr(logging, level.upper()), "The work of %s has %d cells", "Amina", 12)
    LOGGER.log(getattr(logging, level.upper()), "seen", extra=log.told(words="a cat walks", n=3))
    said = (tmp_path / "medialit.log").read_text(encoding="utf-8") + terminal.getvalue()
    assert "Amina" not in said and "a cat" not in said
    assert lines(tmp_path)[0]["what"] == "The work of … has 12 cells"
    assert lines(tmp_path)[1]["words"] == "(left out)"


def test_an_error_is_told_by_kind_code_and_place_and_not_in_its_words(
    tmp_path: Path, terminal: io.StringIO
) -> None:
    try:
        (tmp_path / "a-prompt-about-Amina").read_bytes()
    except OSError:
        LOGGER.exception("It could not be read.")
    (line,) = lines(tmp_path)
    assert (line["error"], line["code"]) == ("FileNotFoundError", "ENOENT")
    assert "test_log.py" in str(line["places"]) and str(line["at"]).endswith("Z")
    both = json.dumps(line) + terminal.getvalue()
    assert "Amina" not in both and "ENOENT" in terminal.getvalue()


def test_what_other_packages_put_together_is_left_out_and_what_they_do_all_day_too(
    tmp_path: Path, terminal: io.StringIO
) -> None:
    other = logging.getLogger("somebody.else")
    other.info("GET /page?q=Amina")
    other.error("It broke: <a prompt about Amina>")
    other.error("It broke %d times for %s", 3, "Amina")
    assert "Amina" not in (tmp_path / "medialit.log").read_text(encoding="utf-8") + terminal.getvalue()
    left_out, pattern = lines(tmp_path)
    assert str(left_out["what"]).startswith("Something told by somebody.else in line")
    assert pattern["what"] == "It broke 3 times for …"


def test_the_file_is_for_its_owner_alone_and_is_turned_over(
    tmp_path: Path, terminal: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MAX_BYTES", 2000)
    log.start(command="test", file=tmp_path / "medialit.log", terminal=terminal)
    for n in range(100):
        LOGGER.info("line %d", n)
    kept = sorted(tmp_path.glob("medialit.log*"))
    assert len(kept) == log.KEPT + 1
    assert all(one.stat().st_size <= 2000 and one.stat().st_mode & 0o777 == 0o600 for one in kept)
    assert lines(tmp_path)[-1]["what"] == "line 99"


def test_a_file_that_cannot_be_written_to_for_a_while_stops_nothing_and_the_gap_is_told(
    tmp_path: Path, terminal: io.StringIO
) -> None:
    (handler,) = [one for one in logging.getLogger().handlers if isinstance(one, log._File)]
    LOGGER.info("before")
    whole = handler.stream
    handler.stream = Path("/dev/full").open("w", encoding="utf-8")  # noqa: SIM115 - a disk without room
    LOGGER.info("lost")
    LOGGER.info("lost")
    with contextlib.suppress(OSError):
        handler.stream.close()
    handler.stream = whole
    LOGGER.info("after")
    assert [one["what"] for one in lines(tmp_path)] == ["before", "after"]
    assert lines(tmp_path)[-1]["lines_missing_before"] == 2


def test_a_folder_that_may_not_be_written_to_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LogError, match="--log"):
        log.start(command="test", file=tmp_path / "file" / "medialit.log")


@pytest.mark.parametrize("where", ["", "t = threading.Thread(target=broken); t.start(); t.join()"])
def test_an_error_that_nobody_caught_is_told_without_its_words(where: str) -> None:
    code = (
        "import threading; from medialit import log; log.start(command='x', file=None)\n"
        "def broken():\n    raise ValueError('a prompt about Amina')\n" + (where or "broken()")
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ValueError" in done.stderr and "Amina" not in done.stderr + done.stdout
    assert done.returncode == (0 if where else 1)


def test_ctrl_c_stays_silent(terminal: io.StringIO) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert terminal.getvalue() == ""
