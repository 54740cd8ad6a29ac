"""The class's studio behind a department's hub: at ``/services/studio/``, for whoever the hub lets in.

`configure` runs in the hub and tells it of the studio. ``python -m medialit.hub_studio /etc/medialit-hub/courses.toml``
is the studio itself, under an account of its own and started by the system rather than by the hub: a hub that is started
again takes nothing of a lesson along, and a hub's own service would end with it and get another token.

Who somebody is, the hub says, by OAuth as `jupyterhub.services.auth.HubOAuth` speaks it. The studio asks it for three
things: whether to open at all, whether this is the class's teacher, and which account a session belongs to. It keeps none
of them: class code, made-up names and return codes stay what they are.
"""

from __future__ import annotations

import os
import pwd
import stat
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click

from medialit.course import project
from medialit.errors import CourseError, MedialitError
from medialit.hub import Taught
from medialit.language import said
from medialit.launch import STUDIO_VARIABLE

SERVICE: Final = "studio"
PLACE: Final = f"/services/{SERVICE}/"
OPEN: Final = f"access:services!service={SERVICE}"
TEACH: Final = "custom:medialit:teach"
"""What the hub lets instructors do in the studio: be its teacher."""
_SHORTEST: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A studio behind a hub."""

    url: str
    """Where people open it."""
    account: str
    """Owns what the class makes; nobody signs in to it."""
    courses: tuple[str, ...]
    """Whose learners may open it, and whose instructors are its teachers."""
    name: str
    """Of the class."""
    language: str
    port: int
    """Of this computer, where nobody but the hub's proxy comes in."""
    token: Path
    """By which the hub knows the studio."""


def read_studio(path: Path) -> Shown | None:
    """Read the table ``[studio]`` of courses.toml; None where there is none.

    Raises
    ------
    CourseError
        If an entry is missing, of the wrong kind, or makes no sense beside the others.
    """
    file = project.read_toml(path)
    if SERVICE not in file:
        return None
    table = project.entry(file, SERVICE, dict, path=path)
    known = project.entry(file, "courses", dict, path=path)
    texts = {
        key: project.entry(table, key, str, path=path) for key in ("url", "account", "class", "language")
    }
    courses = project.strings(table, "courses", path=path)
    if not courses or not set(courses) <= set(known):
        raise CourseError(f"{path}: [studio] is for {list(courses)}. Name some of: {', '.join(known)}.")
    at = urlsplit(texts["url"])
    if at.scheme not in ("http", "https") or not at.hostname or not at.path.endswith(PLACE) or at.query:
        raise CourseError(
            f"{path}: the studio's url is {texts['url']}. Give the hub's own address, and {PLACE} at its end."
        )
    if texts["account"] in {one.get("account") for one in known.values()}:
        raise CourseError(
            f"{path}: {texts['account']} owns a course, and its instructors can read all that is kept there. Give the "
            "studio an account of its own."
        )
    return Shown(
        url=texts["url"], account=texts["account"], courses=courses, name=texts["class"],
        language=texts["language"], port=project.entry(table, "port", int, path=path),
        token=path.parent / project.entry(table, "token", str, path=path),
    )  # fmt: skip


def read_token(path: Path) -> str:
    """Return the secret that the hub and the studio share.

    Raises
    ------
    CourseError
        If it cannot be read, is short, or can be read by every account.
    """
    make = f"Make it: openssl rand -hex 32 > {path}; chmod 0640 {path}"
    try:
        token = path.read_text(encoding="utf-8").strip()
        mode = path.stat().st_mode
    except OSError as error:
        raise CourseError(f"{path}, the studio's token, cannot be read ({error.strerror}). {make}") from None
    if len(token) < _SHORTEST or mode & stat.S_IRWXO:
        raise CourseError(f"{path}, the studio's token, is too short or open to every account. {make}")
    return token


def configure(config: Any, shown: Shown, courses: tuple[Taught, ...]) -> None:
    """Let the hub show the studio, to the people of its courses and nobody else.

    Parameters
    ----------
    config : traitlets Config
        After `medialit.hub.configure`.
    shown : Shown
    courses : tuple of Taught

    Raises
    ------
    CourseError
        If the studio's account is somebody's, or its token is not a good one.
    """
    everybody = frozenset[str]().union(*(one.instructors | one.learners for one in courses))
    if shown.account in everybody:
        raise CourseError(f"{shown.account} is a person's account. Give the studio one of its own.")
    theirs = [one for one in courses if one.language in shown.courses]
    teachers = frozenset[str]().union(*(one.instructors for one in theirs))
    learners = frozenset[str]().union(*(one.learners for one in theirs))
    seated, inside = config.Spawner.pre_spawn_hook, teachers | learners | {one.account for one in theirs}

    def before_start(spawner: Any) -> None:
        seated(spawner)
        if spawner.user.name in inside:  # the tile in their JupyterLab leads there
            spawner.environment = {**spawner.environment, STUDIO_VARIABLE: shown.url}

    config.Spawner.pre_spawn_hook = before_start
    hub = config.JupyterHub
    hub.custom_scopes = {
        **(hub.get("custom_scopes") or {}),
        TEACH: {"description": "Be the teacher in the class's studio"},
    }
    hub.services = [
        *(hub.get("services") or ()),
        {
            "name": SERVICE,
            "url": f"http://127.0.0.1:{shown.port}",
            "api_token": read_token(shown.token),
            "oauth_client_allowed_scopes": [TEACH],
            "oauth_no_confirm": True,  # whoever runs the hub runs the studio
            "timeout": 1,  # seconds in which a hub that starts waits for it, and serves nobody meanwhile
        },
    ]
    hub.load_roles = [
        *(hub.get("load_roles") or ()),
        {
            "name": "medialit-studio",
            "description": "Open the class's studio",
            "scopes": [OPEN],
            "users": sorted(teachers | learners),
        },
        {
            "name": "medialit-studio-teach",
            "description": "Be the teacher in the class's studio",
            "scopes": [TEACH],
            # One who teaches one course and learns in another is among learners there, and so is no teacher.
            "users": sorted(teachers - learners),
        },
    ]


@click.command()
@click.argument("courses", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--log", "log", type=click.Path(path_type=Path, dir_okay=False), help="Keep a log there.")
def main(courses: Path, log: Path | None) -> None:
    """Be the studio of these COURSES, a courses.toml, until it is stopped."""
    from medialit import log as logs
    from medialit.hub_entrance import Entrance, sign_in
    from medialit.studio.serve import open_studio, serve

    shown = read_studio(courses)
    if shown is None:
        raise CourseError(f"{courses} has no table [studio]. Add one, and start the hub again.")
    if (me := pwd.getpwuid(os.getuid()).pw_name) != shown.account:
        raise CourseError(
            f"This is {me}. Run the studio as {shown.account}, which owns what its class makes."
        )
    hub = sign_in(shown.url, token=read_token(shown.token))
    logs.start(command="studio", file=log)
    opened = open_studio(
        shown.name, port=shown.port, local=True, demo=False, database=None, lang=shown.language,
        now=datetime.now(UTC), url=shown.url,
    )  # fmt: skip
    click.echo(f"The studio “{opened.name}” is behind the hub: {opened.url}")
    serve(opened, front=lambda app: Entrance(app, hub, url=opened.url))


if __name__ == "__main__":
    try:
        main(prog_name="python -m medialit.hub_studio")
    except MedialitError as error:
        sys.exit(said(error, lang="en"))
