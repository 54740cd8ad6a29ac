"""Who asks: what a session says of a person, and the words that cannot be said to everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from medialit.errors import StudioError
from medialit.feed.records import AgeBand
from medialit.language import msgid as _msgid

Role = Literal["visitor", "learner", "guardian", "teacher"]
ROLES: Final = ("visitor", "learner", "guardian", "teacher")
TEACHER: Final = "teacher"
"""The teacher's id in records; there is one."""
LANGUAGES: Final = ("en", "fr", "ar", "zgh")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who asks for something.

    Parameters
    ----------
    id : str
        Of the account; of a learner also the id in the feed. Empty for a visitor.
    role : {"visitor", "learner", "guardian", "teacher"}
    name : str
        The pseudonym.
    lang : str
    age : AgeBand or None
        Of a learner.
    ward : str or None
        The learner for whom a guardian decides.
    """

    id: str = ""
    role: Role = "visitor"
    name: str = ""
    lang: str = "en"
    age: AgeBand | None = None
    ward: str | None = None

    @property
    def about(self) -> str:
        """The learner whom it concerns: oneself, or a guardian's ward."""
        return self.ward or self.id


def nothing() -> StudioError:
    """Return the answer to whatever is not there, or not for whoever asks: the two are not told apart."""
    return StudioError(
        _msgid("There is nothing here, or it is not for you. Go back, and load the page again."),
        code="not-found",
        status=404,
    )


def not_for_you() -> StudioError:
    """Return the answer to somebody whose role has no part in this."""
    return StudioError(_msgid("This is not for you. Ask your teacher."), code="not-for-you", status=403)
