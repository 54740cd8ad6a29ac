"""What the check of a running hub says when it stands, and when something is broken."""

from __future__ import annotations

import sys

import pytest

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def look(department, url=None):
    """Run the check as an administrator does."""
    done = department.inside(
        sys.executable, "-m", "medialit.hub_health", str(department.base / "etc" / "courses.toml"),
        "--url", url or department.address,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_a_hub_that_stands_is_found_well(department):
    assert look(department) == (0, f"All is well: 2 courses, 3 people, at {department.address}.\n")


WRONG = (
    ("home/salma", 0o755, "is open to every account"),
    ("fr/exchange/medialit-fr/outbound", 0o750, "others must have rx"),
    ("fr/exchange/medialit-fr/inbound", 0o777, "others must have wx and not r there"),
    ("ar/courses", 0o755, "can be entered by every account"),
    ("ar/exchange", 0o755, "others must have rwx"),
)


def test_rights_that_are_wrong_are_found_each_once_and_said_with_what_to_do(department):
    before = {place: (department.base / place).stat().st_mode & 0o7777 for place, _, _ in WRONG}
    try:
        for place, mode, _ in WRONG:
            (department.base / place).chmod(mode)
        code, out = look(department)
    finally:
        for place, mode in before.items():
            (department.base / place).chmod(mode)
    assert code == 1
    assert len(out.splitlines()) == len(WRONG), out
    for line, (place, _, said) in zip(out.splitlines(), WRONG, strict=True):
        assert str(department.base / place) in line
        assert said in line
        assert "chmod" in line


def test_a_hub_that_does_not_answer_is_found(department):
    code, out = look(department, "http://127.0.0.1:9")
    assert code == 1
    [line] = out.splitlines()
    assert line.startswith("http://127.0.0.1:9 does not answer")
