"""The doctor looks, says what to do in each language, and changes nothing."""

import json
import os
import socket
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from medialit.classroom import doctor
from medialit.cli import main
from medialit.course.exchange import Home

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def found(home, *, lang="en", now=NOW) -> dict[str, doctor.Finding]:
    return {one.name: one for one in doctor.examine(Home(root=home), lang=lang, now=now)}


def test_a_home_that_is_not_there_is_looked_at_and_not_made(tmp_path):
    home = tmp_path / "home"
    assert {"python", "memory", "sandbox", "fonts", "database", "clock", "ports", "disk"} <= found(
        home
    ).keys()
    assert not home.exists()


def test_every_sentence_is_said_in_french_and_arabic(tmp_path):
    english = found(tmp_path)
    for lang in ("fr", "ar"):
        other = found(tmp_path, lang=lang)
        assert other.keys() == english.keys()
        same = {"python", "browser"}  # a name and a command
        assert all(other[name].remedy != one.remedy for name, one in english.items() if name not in same)


def test_everything_that_may_lack_has_a_remedy(tmp_path):
    assert all(one.remedy for name, one in found(tmp_path).items())


def test_a_clock_that_was_set_back_is_found(tmp_path, simulated):
    course = tmp_path / "courses" / "en"
    course.mkdir(parents=True)
    (course / "gradebook.db").write_bytes((simulated.course / "gradebook.db").read_bytes())
    stamp = (NOW + timedelta(days=2)).timestamp()
    os.utime(course / "gradebook.db", (stamp, stamp))
    assert not found(tmp_path)["clock"].fine
    assert found(tmp_path, now=NOW + timedelta(days=3))["clock"].fine
    assert not found(tmp_path / "none", now=datetime(2020, 1, 1, tzinfo=UTC))["clock"].fine


def test_a_sound_course_is_fine_and_a_damaged_gradebook_or_a_lost_release_is_named(tmp_path, simulated):
    import shutil

    home = tmp_path / "home"
    course = home / "courses" / "en"
    shutil.copytree(
        simulated.course, course, ignore=shutil.ignore_patterns("submitted", "feedback", "autograded")
    )
    assert found(home)["course-en"].fine
    shutil.rmtree(course / "release")
    assert "12_market" in found(home)["course-en"].detail
    data = bytearray((course / "gradebook.db").read_bytes())
    data[100:4096] = b"\xff" * 3996
    (course / "gradebook.db").write_bytes(bytes(data))
    assert "gradebook" in found(home)["course-en"].detail
    (course / "medialit.json").write_text("{")
    assert not found(home)["course-en"].fine


def test_a_port_in_use_is_named_and_not_needed(tmp_path, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(doctor, "PORTS", (port,))
        one = found(tmp_path)["ports"]
    assert (one.fine, one.needed) == (False, False) and str(port) in one.detail


def test_a_home_inside_a_file_or_for_reading_only_cannot_be_written_to(tmp_path):
    (tmp_path / "file").write_text("")
    one = found(tmp_path / "file" / "home")["disk"]
    assert not one.fine and "Nothing can be written" in one.detail
    assert not found(Path("/proc/medialit"))["disk"].fine  # of the system itself, and not even of root


def test_video_that_cannot_be_loaded_is_found_though_it_is_installed(tmp_path, monkeypatch):
    assert found(tmp_path)["video"].fine
    (tmp_path / "av").mkdir()
    (tmp_path / "av" / "__init__.py").write_text("raise ImportError('libavcodec.so: cannot open')")
    for name in [one for one in sys.modules if one == "av" or one.startswith("av.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(tmp_path))
    one = found(tmp_path)["video"]
    assert not one.fine and one.needed and "setup" in one.remedy


def test_the_memory_of_a_container_or_a_service_is_its_own_and_not_the_computer_s(tmp_path, monkeypatch):
    second, first = tmp_path / "system.slice" / "studio.service", tmp_path / "memory" / "docker" / "a"
    for folder in (second, first):
        folder.mkdir(parents=True)
    (second / "memory.max").write_text("max\n")
    (second.parent / "memory.max").write_text("2000000000\n")
    (first.parent / "memory.limit_in_bytes").write_text("1000000000\n")
    own = tmp_path / "own"
    own.write_text("5:cpu:/x\n0::/system.slice/studio.service\n")
    assert doctor.memory_limits(tmp_path, own) == [2_000_000_000]
    own.write_text("4:memory:/docker/a\n3:cpu:/docker/a\n")
    assert doctor.memory_limits(tmp_path, own) == [1_000_000_000]
    assert doctor.memory_limits(tmp_path, tmp_path / "none") == []
    monkeypatch.setattr(doctor, "memory_limits", lambda: [2_000_000_000])
    one = found(tmp_path)["memory"]
    assert not one.fine and "2.0 GB" in one.detail


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_the_command_is_read_by_programs_and_its_status_says_whether_something_lacks(
    tmp_path, monkeypatch, lang
):
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path / "home"))
    done = CliRunner().invoke(main, ["doctor", "--format", "json", "--lang", lang])
    told = json.loads(done.output)
    lacking = [one for one in told if one["needed"] and not one["fine"]]
    assert done.exit_code == (1 if lacking else 0)
    monkeypatch.setattr(doctor, "MIN_DISK_GB", 1e9)
    full = CliRunner().invoke(main, ["doctor", "--lang", lang])
    assert full.exit_code == 1


def test_who_installed_a_wheel_is_not_sent_to_a_checkout(tmp_path, monkeypatch):
    package = tmp_path / "src" / "medialit"
    package.mkdir(parents=True)
    assert not doctor.in_checkout(package)
    monkeypatch.setattr("medialit.__file__", str(package / "__init__.py"))
    repairable = ("python", "packages", "video", "fonts", "gradebook-tool")
    assert {found(tmp_path)[name].remedy for name in repairable} == {
        "Make a new environment with Python 3.11 or later, and install medialit there from the file that it came in."
    }
    (tmp_path / "src" / "run.py").touch()
    assert all("run.py" not in found(tmp_path)[name].remedy for name in repairable)  # a stranger's file
    (tmp_path / "run.py").touch()
    assert all("run.py setup" in found(tmp_path)[name].remedy for name in repairable)
