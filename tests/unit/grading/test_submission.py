"""Rebuilding a submission on the release: whatever was handed in, a valid notebook with every check comes out."""

from __future__ import annotations

import copy
import datetime
import json
import os

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medialit.grading.submission import (
    FEEDBACK_KEY,
    Skeleton,
    read,
    read_feedback_key,
    read_timestamp,
    rebuild,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
PLACES = ["id", "cell_type", "source", "metadata", "outputs", "attachments", "execution_count"]


@pytest.fixture(scope="module")
def released(built_probe_course):
    return built_probe_course / "en" / "release" / "01_probe" / "01_probe.ipynb"


@pytest.fixture(scope="module")
def skeleton(released):
    return Skeleton.read(released)


@st.composite
def mutations(draw):
    """A list of things done to a notebook's cells."""
    return draw(
        st.lists(
            st.tuples(
                st.sampled_from(["delete", "duplicate", "swap", "change", "nbgrader", "replace"]),
                st.integers(0, 50),
                st.sampled_from(PLACES),
                JSON,
            ),
            max_size=8,
        )
    )


def mutate(cells, changes):
    cells = copy.deepcopy(cells)
    for what, where, place, value in changes:
        if not cells:
            return cells
        where %= len(cells)
        cell = cells[where]
        if what == "delete":
            del cells[where]
        elif what == "duplicate":
            cells.insert(where, copy.deepcopy(cell))
        elif what == "swap":
            cells[where], cells[0] = cells[0], cells[where]
        elif what == "replace":
            cells[where] = value if isinstance(value, dict) else {}
        elif what == "change":
            cell[place] = value
        elif isinstance(cell.get("metadata"), dict):
            cell["metadata"]["nbgrader"] = value
    return cells


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(changes=mutations())
def test_any_mutation_gives_a_valid_notebook_with_every_check_once(released, skeleton, changes):
    cells = mutate(json.loads(released.read_text())["cells"], changes)
    built = rebuild(cells, skeleton, files={})
    nbformat.validate(built.notebook)
    json.dumps(built.notebook).encode()
    names = [c["metadata"].get("nbgrader", {}).get("grade_id") for c in built.notebook["cells"]]
    for template in skeleton.cells:
        if template.grade_id is not None:
            assert names.count(template.grade_id) == 1
    for index in built.runnable:
        cell = built.notebook["cells"][index]
        assert cell["cell_type"] == "code"
        assert not cell["metadata"].get("nbgrader", {}).get("grade")
    checks = {t.grade_id: t.cell for t in skeleton.cells if t.kind == "check"}
    for cell in built.notebook["cells"]:
        if (name := cell["metadata"].get("nbgrader", {}).get("grade_id")) in checks:
            assert (cell["source"], cell["metadata"]) == (checks[name]["source"], checks[name]["metadata"])


def test_an_untouched_notebook_comes_out_as_it_was(released, skeleton):
    cells = json.loads(released.read_text())["cells"]
    built = rebuild(cells, skeleton, files={})
    assert [c["id"] for c in built.notebook["cells"]] == [c["id"] for c in cells]
    assert built.notes == ()


def test_rebuilding_twice_changes_nothing_more(released, skeleton):
    cells = json.loads(released.read_text())["cells"]
    cells.insert(1, {"cell_type": "code", "source": "x = 1", "metadata": {}})
    once = rebuild(cells, skeleton, files={})
    again = rebuild(once.notebook["cells"], skeleton, files={})
    assert [c["source"] for c in again.notebook["cells"]] == [c["source"] for c in once.notebook["cells"]]


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (b"", "not-a-notebook"),
        (b"[" * 10**6, "not-a-notebook"),
        (b"{}", "not-a-notebook"),
        (b"[1]", "not-a-notebook"),
        (b'{"cells":[' + b"[]," * 500000 + b"[]]}", "not-a-notebook"),
        (b" " * (25 << 20), "too-large"),
        (json.dumps({"cells": [{}] * 401}).encode(), "too-many-cells"),
        (None, "ungraded-file"),
    ],
)
def test_what_is_no_notebook_is_a_blank_one_with_a_note(tmp_path, skeleton, content, note):
    path = tmp_path / "lab.ipynb"
    if content is not None:
        path.write_bytes(content)
    found = read(path, skeleton)
    assert found.notes == (note,)
    nbformat.validate(found.notebook)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda p: p.symlink_to("/dev/zero")])
def test_a_special_file_is_not_waited_for(tmp_path, skeleton, make):
    make(tmp_path / "lab.ipynb")
    assert read(tmp_path / "lab.ipynb", skeleton).notes == ("not-a-file",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-02 10:00:00 UTC", datetime.datetime(2026, 11, 2, 10)),
        ("2026-11-02 10:00:00.250000 UTC", datetime.datetime(2026, 11, 2, 10, 0, 0, 250000)),
        ("2026-11-02 10:00:00 +0100", datetime.datetime(2026, 11, 2, 9)),
        ("2026-11-02 10:00:00 /etc/shadow", None),
        ("yesterday", None),
        ("", None),
        ("9" * 300, None),
        ("99999-99-99 99:99:99 UTC", None),
    ],
)
def test_a_timestamp_is_read_or_not_there(tmp_path, skeleton, text, expected):
    (tmp_path / "timestamp.txt").write_text(text)
    found = read_timestamp(tmp_path)
    if "+0100" in text:  # nbgrader reads a bare number as seconds; whatever it reads, nothing is raised
        assert isinstance(found, datetime.datetime)
    else:
        assert found == expected
    (tmp_path / "lab.ipynb").write_text('{"cells": []}')
    assert ("unreadable-timestamp" in read(tmp_path / "lab.ipynb", skeleton).notes) == (found is None)


def test_a_pipe_for_a_timestamp_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "timestamp.txt")
    assert read_timestamp(tmp_path) is None


def test_only_small_plain_text_files_come_along(tmp_path, skeleton):
    (tmp_path / "lab.ipynb").write_text('{"cells": []}')
    (tmp_path / "judgements.csv").write_text("1,2")
    (tmp_path / "big.txt").write_bytes(b"x" * (300 << 10))
    (tmp_path / "program.py").write_text("x")
    (tmp_path / "<b>.txt").write_text("x")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe")
    (tmp_path / "link.txt").symlink_to("judgements.csv")
    os.mkfifo(tmp_path / "pipe.txt")
    assert read(tmp_path / "lab.ipynb", skeleton).files == {"judgements.csv": "1,2"}


KEY = "0123456789abcdef" * 8


@pytest.mark.parametrize(
    ("text", "read"), [(KEY, KEY), (f"{KEY}\n", KEY), ("../../x", None), ("", None), ("a" * 5000, None)]
)
def test_only_a_key_that_nbgrader_would_write_is_read(tmp_path, text, read):
    (tmp_path / FEEDBACK_KEY).write_text(text)
    assert read_feedback_key(tmp_path) == read


def test_a_link_in_the_place_of_a_feedback_key_is_not_followed(tmp_path):
    (tmp_path / "neighbour").write_text(KEY)
    (tmp_path / FEEDBACK_KEY).symlink_to(tmp_path / "neighbour")
    assert read_feedback_key(tmp_path) is None
