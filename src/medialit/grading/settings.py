"""What grading must know of a built course: its language, its graders, its secret."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from medialit.errors import CourseError

FILE = "medialit.json"
SECRET = "secret.key"  # noqa: S105  # a file name


@dataclass(frozen=True)
class CourseSettings:
    """A course folder's ``medialit.json``, and its secret.

    Attributes
    ----------
    root : Path
        The course folder, where ``nbgrader_config.py`` is.
    language : str
        Of the course: en, fr, ar or zgh.
    graders : Path
        The folder of trusted graders.
    messages : dict
        For each assignment, what graders say in the course's language, by what they say in English.
    secret : bytes
        The key from which hidden cases are drawn.
    """

    root: Path
    language: str
    graders: Path
    messages: dict[str, dict[str, str]] = field(repr=False)
    secret: bytes = field(repr=False)

    @classmethod
    def load(cls, root: Path) -> CourseSettings:
        """Read a course folder; its secret is made the first time.

        Raises
        ------
        CourseError
            If this is not a course that medialit built.
        """
        path = root / FILE
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                root=root,
                language=content["language"],
                graders=Path(content["graders"]),
                messages=content["messages"],
                secret=_secret(root / SECRET),
            )
        except FileNotFoundError:
            raise CourseError(
                f"{root} is not a medialit course: it has no {FILE}. Name the course's folder with --course, "
                "or build one: `medialit course build`."
            ) from None
        except (ValueError, KeyError, TypeError) as error:
            raise CourseError(
                f"{path} is damaged ({error}). Build the course again; submissions and marks are kept."
            ) from None

    def say(self, assignment: str, text: str) -> str:
        """Return a grader's sentence in the course's language; English where there is no translation."""
        return self.messages.get(assignment, {}).get(text) or text


def _secret(path: Path) -> bytes:
    """Return the course's secret, made and synced to disk before anybody is graded with it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():  # on a disk that is full now, a course that has one is graded all the same
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_hex(32).encode())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(draft, path)  # whoever comes first has made it
        finally:
            draft.unlink(missing_ok=True)
    return bytes.fromhex(path.read_text(encoding="ascii"))
