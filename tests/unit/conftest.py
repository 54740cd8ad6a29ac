"""What tests of several parts share."""

from pathlib import Path

import pytest

from medialit.course import roster


@pytest.fixture(scope="session")
def empty_gradebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook without assignments, to copy: making one takes nbgrader seconds."""
    folder = tmp_path_factory.mktemp("gradebook")
    roster.enrol(folder, None, course_id="tiny")
    return folder / "gradebook.db"
