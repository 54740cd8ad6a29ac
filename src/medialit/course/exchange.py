"""Where the course lives on this computer, and how labs get from the instructor to learners.

::

    $MEDIALIT_HOME/             the platform's data folder by default
    ├── courses/<language>/     the instructor's: source, release, submissions, gradebook.db
    ├── exchange/               where nbgrader hands out labs and takes submissions
    ├── work/<language>/        the learner's: fetched labs
    └── jupyter/<language>/     JupyterLab's configuration, written anew at each start

Only `jupyter/` can be made again. Back up the rest.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeReleaseAssignment
from traitlets.config import Config

from medialit.errors import CourseError
from medialit.home import HOME_VARIABLE, medialit_home

WITHOUT_EXCHANGE = sys.platform == "win32"
"""True where nbgrader has no exchange; labs are then copied to the learner directly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The folders of $MEDIALIT_HOME."""

    root: Path

    def course(self, language: str) -> Path:
        """Return the instructor's nbgrader course."""
        return self.root / "courses" / language

    def work(self, language: str) -> Path:
        """Return the learner's folder."""
        return self.root / "work" / language

    def jupyter(self, language: str) -> Path:
        """Return JupyterLab's configuration."""
        return self.root / "jupyter" / language

    @property
    def exchange(self) -> Path:
        """Nbgrader's exchange."""
        return self.root / "exchange"


def find_home() -> Home:
    """Return $MEDIALIT_HOME, or the platform's data folder for medialit."""
    return Home(root=medialit_home())


def prepare_home(home: Home) -> None:
    """Make the folders that must be there before JupyterLab starts, with the rights that nbgrader expects.

    The exchange is writable by every account that can reach it, as nbgrader requires; $MEDIALIT_HOME itself
    is its owner's alone, unless it was there before.

    Raises
    ------
    CourseError
        If a folder cannot be made.
    """
    try:
        if not home.root.exists():
            home.root.mkdir(parents=True)
            home.root.chmod(0o700)
        home.exchange.mkdir(exist_ok=True)
        home.exchange.chmod(0o777)
    except OSError as error:
        raise CourseError(
            f"{error.filename} cannot be made ({error.strerror}). Set {HOME_VARIABLE} to a folder "
            "that you may write."
        ) from None


def release(course: Path, *, assignment: str, course_id: str, exchange: Path) -> None:
    """Put a released lab where learners fetch it, replacing an older release; submissions stay.

    Parameters
    ----------
    course : Path
        The instructor's course, with `release/<assignment>`.
    assignment : str
        The lab's slug.
    course_id : str
        nbgrader's id of the course.
    exchange : Path
        The exchange's root.

    Raises
    ------
    CourseError
        If nbgrader refuses.
    """
    if WITHOUT_EXCHANGE:
        return
    config = Config()
    config.Exchange.root = str(exchange)
    directory = CourseDirectory(
        root=str(course), course_id=course_id, assignment_id=assignment, config=config
    )
    sender = ExchangeReleaseAssignment(
        coursedir=directory, authenticator=Authenticator(config=config), config=config, force=True
    )
    try:
        sender.start()
    except ExchangeError as error:
        raise CourseError(
            f"{assignment} could not be put into the exchange {exchange}: {error} "
            "Correct the folder's owner and rights, and build again."
        ) from None


def deliver(course: Path, *, assignment: str, work: Path) -> bool:
    """Copy a released lab to the learner's folder, where it is not there yet, and say whether it was copied.

    For Windows, where nbgrader has no exchange.
    """
    destination = work / assignment
    if destination.exists():
        return False
    shutil.copytree(course / "release" / assignment, destination)
    return True
