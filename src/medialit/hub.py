"""JupyterHub for a department: who teaches and learns what, and what each person's server is told.

`configure` is called by ``deploy/hub/jupyterhub_config.py`` and runs in the hub, as the administrator. For each server it
writes a `Seat` into the environment. ``python -m medialit.hub`` then runs as the person that the server belongs to, lays
out the desk of that seat as `medialit start` does, and becomes that person's JupyterLab.

A course belongs to an account of its own, such as ``course-fr``, which nobody signs in to. Its instructors sign in as
themselves and open its server, so that several can share one course, and learners' accounts cannot read it. A learner's
server is told only what is in the exchange: neither sources nor graders nor the gradebook need be readable to it.
"""

from __future__ import annotations

import html
import json
import os
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from medialit.course import desk, project
from medialit.course.build import DESCRIPTION, read_description, write_whole
from medialit.course.exchange import Home
from medialit.course.roster import read_people
from medialit.errors import CourseError
from medialit.home import HOME_VARIABLE
from medialit.language import LANGUAGES

SEAT_VARIABLE: Final = "MEDIALIT_HUB_SEAT"
"""Environment variable that tells a server its seat."""
_TOLD_LEARNERS: Final = ("schema", "course_id", "exchange", "language", "title", "labs")
"""What of a course's medialit.json a learner's server is told. The rest names the graders and what they say."""


_CLOSED: Final = """\
# Written at each start; changes are lost.
from medialit.hub import close_ports

close_ports(get_config())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """One course on the hub."""

    language: str
    home: Path
    """What `MEDIALIT_HOME` is for the course's account: it holds courses/ and exchange/."""
    account: str
    """Owns the course; nobody signs in to it."""
    instructors: frozenset[str]
    learners: frozenset[str]
    lms: Mapping[str, str]
    """The account of a learner, by what a learning platform calls them."""

    @property
    def course(self) -> Path:
        """The instructor's nbgrader course."""
        return Home(root=self.home).course(self.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Which desk a server is."""

    language: str
    role: str
    home: str
    description: Mapping[str, Any]
    """Of the course, as far as a learner may know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _AccountHome(Home):
    """The course where it is; JupyterLab's settings in the home folder of the account."""

    taught: Path

    def course(self, language: str) -> Path:
        return self.taught / "courses" / language


def read_courses(path: Path) -> tuple[Taught, ...]:
    """Read courses.toml.

    Parameters
    ----------
    path : Path
        Has a table ``[courses.<language>]`` for each course, with `home`, `account`, `instructors` (account names) and
        `roster` (a CSV with the column id, beside this file unless its path is absolute).

    Raises
    ------
    CourseError
        If it or a roster cannot be read, names no course or no language, or an account appears in two roles.
    """
    tables = project.entry(project.read_toml(path), "courses", dict, path=path)
    courses = tuple(_read_course(language, table, path=path) for language, table in tables.items())
    if not courses:
        raise CourseError(f"{path}: no course is named. Add a table such as [courses.fr].")
    accounts = [one.account for one in courses]
    people = frozenset().union(*(one.instructors | one.learners for one in courses))
    if len(set(accounts)) < len(accounts) or people & set(accounts):
        raise CourseError(
            f"{path}: the accounts of the courses are {', '.join(accounts)}. Give each course one of its own, "
            "that is nobody's."
        )
    return courses


def _read_course(language: str, table: Any, *, path: Path) -> Taught:
    if language not in LANGUAGES or not LANGUAGES[language].course or not isinstance(table, dict):
        known = ", ".join(one.code for one in LANGUAGES.values() if one.course)
        raise CourseError(f"{path}: [courses.{language}] is no course. Use some of: {known}.")
    instructors = project.strings(table, "instructors", path=path)
    people = read_people(path.parent / project.entry(table, "roster", str, path=path))
    learners = {one["id"] for one in people}
    if both := learners & set(instructors):
        raise CourseError(
            f"{path}: {', '.join(sorted(both))} both learns and teaches in [courses.{language}], and could grade "
            "their own work. Take them out of the roster or out of `instructors`."
        )
    return Taught(
        language=language,
        home=Path(project.entry(table, "home", str, path=path)),
        account=project.entry(table, "account", str, path=path),
        instructors=frozenset(instructors),
        learners=frozenset(learners),
        lms={one["lms_user_id"]: one["id"] for one in people if "lms_user_id" in one},
    )


def find_seat(courses: tuple[Taught, ...], account: str, *, language: str | None) -> Seat:
    """Return the desk of an account.

    Parameters
    ----------
    courses : tuple of Taught
    account : str
        A course's own, or a learner's.
    language : str or None
        Which course a learner of several chose; None takes the first that the learner is in. Who is in one gets that:
        what was chosen may be of last year.

    Raises
    ------
    CourseError
        If the account has no desk there, or the course has not been built.
    """
    for one in courses:
        if one.account == account:
            return _seat(one, desk.Role.INSTRUCTOR)
    theirs = [one for one in courses if account in one.learners]
    for one in theirs:
        if len(theirs) == 1 or language in (None, one.language):
            return _seat(one, desk.Role.LEARNER)
    raise CourseError(
        f"{account} learns in no course{f' in {language!r}' if language else ''}. Put the account into the roster, "
        "or open the server of the course that it teaches."
    )


def _seat(taught: Taught, role: desk.Role) -> Seat:
    description = read_description(taught.course)
    if description is None:
        raise CourseError(
            f"No course is built in {taught.course}. Run `medialit course build --lang {taught.language}` as "
            f"{taught.account}, with {HOME_VARIABLE}={taught.home}."
        )
    told = {key: description[key] for key in _TOLD_LEARNERS}
    return Seat(language=taught.language, role=role.value, home=str(taught.home), description=told)


def write_seat(seat: Seat) -> str:
    """Return a seat as text without braces, which a spawner might fill in."""
    return urlsafe_b64encode(json.dumps(asdict(seat)).encode()).decode()


def read_seat(text: str) -> Seat:
    """Return what `write_seat` wrote."""
    return Seat(**json.loads(urlsafe_b64decode(text)))


def configure(config: Any, courses: tuple[Taught, ...]) -> None:
    """Set JupyterHub up for these courses: who may sign in, who may open what, and how a server starts.

    Parameters
    ----------
    config : traitlets Config
        What ``get_config()`` returns in ``jupyterhub_config.py``. How people sign in is left to that file.
    courses : tuple of Taught
    """
    # By the members of roles, of which JupyterHub keeps exactly those named here; of a group it forgets nobody.
    config.JupyterHub.load_roles = [
        *(config.JupyterHub.get("load_roles") or ()),
        {
            "name": "medialit-courses",
            "description": "Accounts that own a course, which nobody signs in to",
            "scopes": ["self"],
            "users": [one.account for one in courses],  # JupyterHub makes those that it does not know
        },
        *(_teaching(one) for one in courses),
    ]
    people = frozenset[str]().union(*(one.instructors | one.learners for one in courses))
    config.Authenticator.allowed_users = set(people)
    config.Authenticator.post_auth_hook = lambda authenticator, handler, found: _admit(people, found)
    config.Spawner.cmd = [sys.executable, "-m", "medialit.hub"]
    config.Spawner.options_form = lambda spawner: choice_of_course(courses, spawner.user.name)
    config.Spawner.options_from_form = "simple"
    config.Spawner.apply_user_options = lambda spawner, options: None  # `_before_start` reads them
    config.JupyterHub.default_url = lambda handler: _first_page(courses, handler)
    config.Spawner.pre_spawn_hook = lambda spawner: _before_start(courses, spawner)
    config.Spawner.start_timeout = 120  # the first start on a cold disk reads some hundred megabytes
    config.Spawner.http_timeout = 120


def _teaching(one: Taught) -> dict[str, Any]:
    scopes = ("access:servers", "servers", "read:users:name", "list:users")
    return {
        "name": f"medialit-teach-{one.language}",
        "description": f"Open the course in {LANGUAGES[one.language].english_name}",
        "scopes": [f"{scope}!user={one.account}" for scope in scopes],
        "users": sorted(one.instructors),
    }


def _admit(people: frozenset[str], found: dict[str, Any]) -> dict[str, Any]:
    """Let in whom the file names now. JupyterHub itself takes whomever it has ever known, the courses' accounts too."""
    if found["name"] not in people:
        raise refusal(
            f"{found['name']} neither learns nor teaches here. Put the account into a roster first."
        )
    return found


def choice_of_course(courses: tuple[Taught, ...], account: str) -> str:
    """Return the form in which a learner of several courses chooses; nothing where there is no choice."""
    languages = [one.language for one in courses if account in one.learners]
    if len(languages) < 2:
        return ""
    options = "".join(
        f'<option value="{code}" lang="{code}">{html.escape(LANGUAGES[code].name)}</option>'
        for code in languages
    )
    return f'<select name="language" class="form-control" aria-label="medialit" autofocus>{options}</select>'


def _first_page(courses: tuple[Taught, ...], handler: Any) -> str:
    """Return where somebody goes who has signed in: an instructor to a course, others to their own server."""
    name = handler.current_user.name if handler.current_user else ""
    taught = next((one.account for one in courses if name in one.instructors), None)
    return "" if taught is None else f"{handler.base_url}user/{taught}/"


def _before_start(courses: tuple[Taught, ...], spawner: Any) -> None:
    try:
        language = spawner.user_options.get("language") or None
        seat = find_seat(courses, spawner.user.name, language=language)
    except CourseError as error:
        raise refusal(str(error)) from None
    spawner.environment = {**spawner.environment, SEAT_VARIABLE: write_seat(seat)}


def refusal(why: str) -> Exception:
    """Return what refuses a request, with words for the page that the hub then shows."""
    from tornado.web import HTTPError

    refused = HTTPError(403, "%s", why)
    refused.jupyterhub_message = why  # type: ignore[attr-defined]
    return refused


def lay_out(seat: Seat, *, folder: Path) -> desk.Desk:
    """Write what a seat's JupyterLab reads, as the account that the server belongs to.

    Parameters
    ----------
    seat : Seat
    folder : Path
        The account's own; made, and closed to others.

    Returns
    -------
    Desk
        Its command is the server that JupyterHub expects.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    role = desk.Role(seat.role)
    if role is desk.Role.LEARNER:
        home = Home(root=folder)
        known = home.course(seat.language)
        known.mkdir(parents=True, exist_ok=True)
        write_whole(known / DESCRIPTION, json.dumps(seat.description, ensure_ascii=False))
        theirs = folder
    else:
        home, theirs = _AccountHome(root=folder, taught=Path(seat.home)), Path(seat.home)
    laid = desk.set_up(home, lang=seat.language, role=role, browser=False, port=None)
    write_whole(Path(laid.environment["JUPYTER_CONFIG_DIR"]) / "jupyter_server_config.py", _CLOSED)
    return desk.Desk(
        command=(sys.executable, "-m", "jupyterhub.singleuser", *sys.argv[1:]),
        environment={
            **laid.environment,
            HOME_VARIABLE: str(theirs),
            "MEDIALIT_WINDOW_LANG": seat.language
            if seat.language in ("fr", "ar")
            else "en",  # what windows speak
            # Otherwise gradio's windows keep what is brought to them in /tmp/gradio, which is whose account came first.
            "GRADIO_TEMP_DIR": str(folder / "brought"),
        },
        folder=laid.folder,
    )


def close_ports(config: Any) -> None:
    """Let jupyter-server-proxy show a person's own windows, and no other port of the computer.

    What somebody else listens with at a port would otherwise be shown below this person's address, and its scripts could
    act for whoever follows a link to it.
    """
    config.ServerProxy.host_allowlist = []
    config.ServerProxy.non_service_rewrite_response = _refuse


def _refuse(response: Any) -> None:
    response.code, response.reason, response.body = 403, "Forbidden", b"Ports are not shown here."
    response.headers = type(response.headers)({"content-type": "text/plain"})


def main() -> int:
    """Become the server that the hub asked for."""
    seat = read_seat(os.environ[SEAT_VARIABLE])
    return desk.run(lay_out(seat, folder=Path.home() / "medialit"))


if __name__ == "__main__":
    sys.exit(main())
