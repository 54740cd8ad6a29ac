"""Handing in: whole, or not at all."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeFactory
from nbgrader.exchange.default import ExchangeSubmit
from traitlets.config import Config

from medialit.course.whole import WholeSubmit


def hand_in(folder: Path, way: str) -> None:
    """Hand in the lab as JupyterLab's list of assignments does, in the way that a configuration names."""
    config = Config()
    config.CourseDirectory.course_id, config.CourseDirectory.assignment_id = "c", "lab"
    config.CourseDirectory.root = str(folder / "course")
    config.Exchange.root, config.Exchange.cache = str(folder / "exchange"), str(folder / "cache")
    config.Exchange.assignment_dir = str(folder / "work")
    config.ExchangeFactory.submit = way
    coursedir, authenticator = CourseDirectory(config=config), Authenticator(config=config)
    factory = ExchangeFactory(config=config)
    factory.Submit(coursedir=coursedir, authenticator=authenticator, config=config).start()


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    for place in ("work/lab", "exchange/c/outbound/lab"):
        (tmp_path / place).mkdir(parents=True)
        for name in ("lab.ipynb", "data.csv"):
            (tmp_path / place / name).write_text(f"{name} of {place}")
    (tmp_path / "exchange/c/inbound").mkdir(mode=0o733)
    return tmp_path


def test_what_is_handed_in_is_there_to_the_byte_and_in_the_learners_list(desk: Path) -> None:
    hand_in(desk, "medialit.course.whole.WholeSubmit")
    for place in ("exchange/c/inbound", "cache/c"):
        [only] = (desk / place).iterdir()
        assert "+lab+" in only.name and only.stat().st_mode & 0o555 == 0o555
        assert (only / "lab.ipynb").read_bytes() == (desk / "work/lab/lab.ipynb").read_bytes()
        assert (only / "timestamp.txt").read_text() and (only / "submission_secret.txt").read_text()


@pytest.mark.parametrize(("way", "left"), [(WholeSubmit, 0), (ExchangeSubmit, 1)])
@pytest.mark.parametrize("ending", [OSError(errno.ENOSPC, "no space"), KeyboardInterrupt()])
def test_of_what_ended_half_way_nothing_lies_where_it_would_be_collected(
    desk: Path, monkeypatch: pytest.MonkeyPatch, way: type, left: int, ending: BaseException
) -> None:
    whole = shutil.copytree

    def half(*args: object, **more: object) -> None:
        whole(*args, **more)
        raise ending

    monkeypatch.setattr(shutil, "copytree", half)
    with pytest.raises(type(ending)):
        hand_in(desk, f"{way.__module__}.{way.__name__}")
    assert (
        len(list((desk / "exchange/c/inbound").iterdir())) == left
    )  # nbgrader's own leaves one: the test can see it
