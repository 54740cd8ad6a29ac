"""Open JupyterLab on a built course: the learner's folder, the instructor's formgrader, and a first page.

Everything that JupyterLab is told stands in $MEDIALIT_HOME/jupyter/<language>, so a person's own Jupyter settings
neither change the course nor are changed by it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from medialit.course import supplied
from medialit.course.build import load_assets, read_description, write_whole
from medialit.course.exchange import WITHOUT_EXCHANGE, Home, deliver
from medialit.course.notebook import wrap
from medialit.course.supplied import released_description
from medialit.course.welcome import welcome
from medialit.errors import CourseError
from medialit.language import language

LANGUAGE_PACKS = {"fr": "fr_FR"}
"""JupyterLab's own words, where a pack is worth installing. The Arabic pack has 7 % of them."""

RIGHT_TO_LEFT = """\
/* JupyterLab aligns every paragraph to the left and puts the bar of a quotation there. */
.jp-RenderedHTMLCommon [dir='rtl'] p,
.jp-RenderedHTMLCommon [dir='rtl'] th,
.jp-RenderedHTMLCommon [dir='rtl'] td {
  text-align: right;
}
.jp-RenderedHTMLCommon [dir='rtl'] blockquote {
  margin: 1em 2em;
  border-left: 0;
  border-right: 5px solid var(--jp-border-color2);
}
/* A formula that a line's end cut in two would be read from its second half: it goes to the next line whole. */
.jp-RenderedHTMLCommon [dir='rtl'] span[dir='ltr'] {
  display: inline-block;
  max-width: 100%;
  text-align: left;
}
"""

_LEARNER_CANNOT = ("formgrader", "course-list", "create-assignment")


class Role(StrEnum):
    """Who sits at the desk."""

    BOTH = "both"
    LEARNER = "learner"
    INSTRUCTOR = "instructor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """How to start JupyterLab."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    """What JupyterLab shows as its root."""


def set_up(
    home: Home, *, lang: str, role: Role, browser: bool, port: int | None, received: bool = False
) -> Desk:
    """Write JupyterLab's configuration and the first page, and return how to start it.

    Parameters
    ----------
    home : Home
        With a course built in this language.
    lang : str
        A code of `LANGUAGES`.
    role : Role
        BOTH shows learner and instructor on one computer; LEARNER has no formgrader.
    browser : bool
        Whether JupyterLab opens one.
    port : int or None
        None lets JupyterLab choose, from 8888 up.
    received : bool
        The labs came with this installation, which has no course of its own: the learner hands in files. For LEARNER.

    Raises
    ------
    CourseError
        If no course is built in this language.
    """
    course, work = home.course(lang), home.work(lang)
    description = released_description(lang) if received else read_description(course)
    if description is None:
        raise CourseError(f"No course is built in {course}. Run `medialit course build --lang {lang}` first.")
    assert role is Role.LEARNER or not received  # the command line sees to it
    work.mkdir(parents=True, exist_ok=True)
    folder = {Role.BOTH: home.root, Role.LEARNER: work, Role.INSTRUCTOR: course}[role]
    first_page = (course if role is Role.INSTRUCTOR else work) / "welcome.md"
    text = welcome(
        description["labs"],
        lang=lang,
        learner=role is not Role.INSTRUCTOR,
        teacher=role is not Role.LEARNER,
        by_file=received,
    )
    write_whole(first_page, text if lang == "en" else wrap(text.rstrip(), language(lang)) + "\n")
    if WITHOUT_EXCHANGE and not received:
        for assignment in description["labs"]:
            deliver(course, assignment=assignment, work=work)
    settings = home.jupyter(lang) / role
    _write_settings(
        settings, home=home, lang=lang, role=role, folder=folder, first_page=first_page, received=received
    )
    command = [sys.executable, "-m", "jupyterlab"]
    command += [] if browser else ["--no-browser"]
    command += [f"--port={port}"] if port is not None else []
    bin_folder = str(Path(sys.executable).parent)
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(settings),
        "PATH": os.pathsep.join([bin_folder, os.environ.get("PATH", "")]),
    }
    return Desk(command=tuple(command), environment=environment, folder=folder)


def receive(home: Home, *, lang: str, on_lab: Callable[[str, bool], None]) -> None:
    """Put the labs that came with this installation into the learner's folder (`supplied.receive`)."""
    supplied.receive(
        home=home.root,
        lang=lang,
        work=home.work(lang),
        make=lambda path, folder, seed: load_assets(path).build(folder, seed=seed),
        on_lab=on_lab,
    )


def run(desk: Desk) -> int:
    """Run JupyterLab until it ends, and return its exit status.

    Where the system can, this process becomes JupyterLab, so that signals reach it and nothing outlives it.
    """
    if os.name == "posix":
        os.chdir(desk.folder)
        os.execvpe(desk.command[0], desk.command, dict(desk.environment))  # noqa: S606 - a fixed argument list
    return subprocess.run(desk.command, env=dict(desk.environment), cwd=desk.folder, check=False).returncode


def _write_settings(
    settings: Path, *, home: Home, lang: str, role: Role, folder: Path, first_page: Path, received: bool
) -> None:
    lab = settings / "lab"
    custom = settings / "custom"
    for made in (lab, custom):
        made.mkdir(parents=True, exist_ok=True)
    write_whole(custom / "custom.css", RIGHT_TO_LEFT)
    alone = received or WITHOUT_EXCHANGE
    server = _server(
        settings, role, folder, first_page, exchange=role is not Role.INSTRUCTOR and not received
    )
    write_whole(settings / "jupyter_server_config.json", _json(server))
    write_whole(
        settings / "nbgrader_config.py", _ALONE if received else _nbgrader(home, lang=lang, role=role)
    )
    write_whole(lab / "overrides.json", _json(_overrides(lang)))
    hidden: tuple[str, ...] = _LEARNER_CANNOT if role is Role.LEARNER else ()
    hidden += ("assignment-list",) if role is Role.INSTRUCTOR or alone else ()
    disabled = {f"@jupyter/nbgrader:{name}": True for name in hidden}
    write_whole(lab / "page_config.json", _json({"disabledExtensions": disabled}))


def _server(
    settings: Path, role: Role, folder: Path, first_page: Path, *, exchange: bool
) -> dict[str, object]:
    extensions = {
        "jupyterlab_jupytext": False,  # learners see notebooks, not scripts that pair with them
        "nbgrader.server_extensions.assignment_list": exchange,
        "nbgrader.server_extensions.validate_assignment": True,
        "nbgrader.server_extensions.formgrader": role is not Role.LEARNER,
        "nbgrader.server_extensions.course_list": role is not Role.LEARNER,
    }
    return {
        "ServerApp": {
            "root_dir": str(folder),
            "jpserver_extensions": extensions,
            # JupyterLab refuses the administrator's account unless told; containers have no other.
            "allow_root": hasattr(os, "geteuid") and os.geteuid() == 0,
        },
        "ContentsManager": {"preferred_dir": str(first_page.parent)},
        "LabApp": {
            "default_url": f"/lab/tree/{first_page.relative_to(folder).as_posix()}",
            "app_settings_dir": str(settings / "lab"),
            "user_settings_dir": str(settings / "user-settings"),
            "workspaces_dir": str(settings / "workspaces"),
            "custom_css": True,
            "extension_manager": "readonly",  # a course computer makes no request to anybody
        },
    }


def _overrides(lang: str) -> dict[str, object]:
    return {
        "@jupyterlab/translation-extension:plugin": {"locale": LANGUAGE_PACKS.get(lang, "en")},
        "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    }


_ALONE = """\
# Written by `medialit start`; changes are lost. The labs came with this installation; there is no exchange.
c = get_config()
"""


def _nbgrader(home: Home, *, lang: str, role: Role) -> str:
    """Return the nbgrader_config.py that JupyterLab's extensions read; the learner's says nothing of grading."""
    course = home.course(lang)
    lines = [
        "# Written by `medialit start`; changes are lost. Edit the course's own nbgrader_config.py.",
        "from pathlib import Path",
        "",
        "from medialit.course.nbgrader import configure",
        "",
        "c = get_config()",
        f"configure(c, Path({str(course)!r}))",
        f"c.Exchange.assignment_dir = {str(home.work(lang))!r}",
        f"c.Exchange.cache = {str(home.work(lang) / '.submitted')!r}",
    ]
    if role is not Role.LEARNER:
        lines += ["", "from medialit.grading.nbgrader import configure as contain", "", "contain(c)"]
    return "\n".join(lines) + "\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
