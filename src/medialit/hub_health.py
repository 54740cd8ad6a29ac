"""Whether a department's hub stands as it should: run by its administrator, on the hub's computer, at any time.

::

    python -m medialit.hub_health /etc/medialit-hub/courses.toml --url http://127.0.0.1:8000

It prints a line for each thing that is wrong and what to do about it, or that all is well, and changes nothing. It ends
with 1 if anything is wrong, so that a timer of the system can tell somebody.
"""

from __future__ import annotations

import pwd
import shutil
import stat
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from medialit.course.build import read_description
from medialit.course.exchange import Home
from medialit.errors import CourseError
from medialit.hub import Taught, read_courses
from medialit.hub_studio import Shown, read_studio, read_token

_FREE_BYTES: Final = 1 << 30
_OPEN_PORTS: Final = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
"""Holds the first port at which every account may listen."""


def find_wrong(
    courses: Sequence[Taught], *, url: str, wait_s: float = 10.0, studio: Shown | None = None
) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with a hub: what it is, and what to do.

    Parameters
    ----------
    courses : sequence of Taught
    url : str
        Where browsers come in, such as ``http://127.0.0.1:8000``.
    wait_s : float
        For how many seconds the hub may be silent.
    studio : Shown, optional
        The studio behind the hub, if there is one.
    """
    yield from _silence(url, wait_s=wait_s)
    for name in sorted(
        set[str]().union(*({one.account, *one.instructors, *one.learners} for one in courses))
    ):
        yield from _account(name)
    for one in courses:
        yield from _course(one)
        yield from _exchange(one)
    if studio is not None:
        yield from _studio(studio, url=url, wait_s=wait_s)


def _silence(url: str, *, wait_s: float) -> Iterator[str]:
    """Ask through the proxy, as a browser does."""
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/hub/health", timeout=wait_s) as answer:  # noqa: S310
            answer.read()
    except urllib.error.HTTPError as error:
        yield f"{url} answers {error.code}: the proxy is there and the hub is not. Restart the hub, and read its log."
    except OSError as error:
        yield f"{url} does not answer ({error}). Start the hub, and look whether its port is open."


def _studio(studio: Shown, *, url: str, wait_s: float) -> Iterator[str]:
    """Ask the studio through the hub's proxy, and look whether somebody else could be taken for it."""
    yield from _account(studio.account)
    try:
        read_token(studio.token)
    except CourseError as error:
        yield str(error)
    address = f"{url.rstrip('/')}{urlsplit(studio.url).path}health"
    try:
        with urllib.request.urlopen(address, timeout=wait_s) as answer:  # noqa: S310
            answer.read()
    except OSError as error:
        yield (
            f"The studio does not answer at {address} ({error}). Start it, `systemctl start medialit-studio`, and read "
            "its log: journalctl -u medialit-studio"
        )
    first = int(_OPEN_PORTS.read_text()) if _OPEN_PORTS.exists() else 1024
    if studio.port >= first:
        yield (
            f"Every account of this computer can take the studio's port {studio.port} while the studio is stopped, and "
            f"show its own page there. Choose one below {first}."
        )


def _account(name: str) -> Iterator[str]:
    try:
        home = Path(pwd.getpwnam(name).pw_dir)
    except KeyError:
        yield f"{name} has no account on this computer. Make one, or correct the name in the course or its roster."
        return
    if home.is_dir() and home.stat().st_mode & stat.S_IRWXO:
        yield f"{home} is open to every account. Close it: chmod o= {home}"


def _course(one: Taught) -> Iterator[str]:
    folder = one.course
    try:
        description = read_description(folder)
    except PermissionError:
        yield f"{folder} cannot be read. Run this as root."
        return
    if description is None:
        yield f"No course is built in {folder}. Run `medialit course build --lang {one.language}` as {one.account}."
        return
    if not any(place.stat().st_mode & stat.S_IXOTH == 0 for place in (folder, folder.parent, one.home)):
        yield (
            f"{folder} can be entered by every account: it holds answers, marks and the secret of the hidden cases. "
            f"Close it: chmod 0700 {folder.parent}"
        )
    for path in (folder, folder / "gradebook.db"):
        if path.exists() and (owner := _owner(path)) != one.account:
            yield f"{path} belongs to {owner}. Give it back: chown -R {one.account}: {folder}"
    if (free := shutil.disk_usage(folder).free) < _FREE_BYTES:
        yield f"{folder} has {free / 1e6:.0f} MB left. Make room before work is lost."


def _exchange(one: Taught) -> Iterator[str]:
    description = read_description(one.course)
    if description is None or description["exchange"] is None:
        return
    exchange = Home(root=one.home).exchange
    if Path(description["exchange"]) != exchange:
        yield (
            f"{one.course} was built for the exchange {description['exchange']}, not {exchange}. Build it again with "
            f"MEDIALIT_HOME={one.home}."
        )
    shared = Path(description["exchange"]) / description["course_id"]
    # Learners must come in and write, and must not be able to list what others wrote.
    wanted = {
        shared.parent: (0o007, 0o000),
        shared / "outbound": (0o005, 0o002),
        shared / "inbound": (0o003, 0o004),
    }
    for place, (needed, refused) in wanted.items():
        if not place.is_dir():
            yield f"{place} is missing. Run `medialit course build --lang {one.language}` as {one.account}."
        elif (mode := place.stat().st_mode) & needed != needed or mode & refused:
            yield (
                f"{place} has the rights {stat.filemode(mode)[1:]}: others must have {_letters(needed)}"
                f"{f' and not {_letters(refused)}' if refused else ''} there. Run: chmod o={_letters(needed)} {place}"
            )


def _letters(bits: int) -> str:
    return "".join(letter for letter, bit in (("r", 4), ("w", 2), ("x", 1)) if bits & bit)


def _owner(path: Path) -> str:
    number = path.stat().st_uid
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


@click.command()
@click.argument("courses", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="Where browsers come in.")
def main(courses: Path, url: str) -> None:
    """Say what is wrong with the hub of these COURSES, a courses.toml."""
    try:
        read = read_courses(courses)
        wrong = list(find_wrong(read, url=url, studio=read_studio(courses)))
    except CourseError as error:
        read, wrong = (), [str(error)]
    for sentence in wrong:
        click.echo(sentence)
    if wrong:
        sys.exit(1)
    people = set[str]().union(*(one.instructors | one.learners for one in read))
    click.echo(f"All is well: {len(read)} courses, {len(people)} people, at {url}.")


if __name__ == "__main__":
    main(prog_name="python -m medialit.hub_health")
