"""The doctor asks a server that runs, over real HTTP, and says what to do."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from click.testing import CliRunner

from medialit.classroom.server_doctor import ask
from medialit.cli import main
from medialit.errors import CourseError
from medialit.health import Doors
from medialit.language import LANGUAGES


async def nothing(scope: object, receive: object, send: object) -> None:
    """An application without pages."""


@pytest.fixture(scope="module")
def parts() -> dict[str, bool]:
    return {}


@pytest.fixture(scope="module")
def address(parts: dict[str, bool]) -> Iterator[str]:
    """A server on a port of its own; its parts work as `parts` says at that moment."""
    names = ("class", "disk", "maker", "database", "antenna")
    looks: dict[str, Callable[[], bool]] = {name: lambda name=name: parts.get(name, True) for name in names}
    doors = Doors(nothing, parts=looks, counts={"waiting": lambda: 40})
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()  # whoever comes before the server accepts waits
    server = uvicorn.Server(uvicorn.Config(doors, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=20)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medialit.health.FRESH_S", 0.0)


def test_a_server_that_is_ready_is_fine(address: str) -> None:
    found = {one.name: one for one in ask(f"{address}/some/page", lang="en")}
    assert found["server"].fine and found.keys() == {"server", "server-waiting"}
    assert (
        not found["server-waiting"].fine and not found["server-waiting"].needed
    )  # 40 wait: that is worth a look


@pytest.mark.parametrize("part", ["class", "disk", "maker", "database", "antenna"])
@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_part_that_does_not_work_is_named_with_what_to_do(
    address: str, parts: dict[str, bool], part: str, lang: str
) -> None:
    parts[part] = False
    try:
        found = {one.name: one for one in ask(address, lang=lang)}
    finally:
        parts.clear()
    assert not found["server"].fine
    assert found.keys() == {"server", f"server-{part}", "server-waiting"}
    assert found[f"server-{part}"].remedy and found[f"server-{part}"].needed


def test_every_remedy_is_said_in_the_language_asked_for(address: str, parts: dict[str, bool]) -> None:
    parts |= dict.fromkeys(("class", "disk", "maker", "database", "antenna"), False)
    try:
        said = [
            {one.name: one.remedy for one in ask(address, lang=lang)}
            for lang in LANGUAGES
            if lang in "en fr ar"
        ]
    finally:
        parts.clear()
    for name in said[0]:
        assert len({one[name] for one in said}) == 3, name


def test_a_server_that_is_not_there_or_is_something_else_is_said_to_be() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        (one,) = ask(f"http://127.0.0.1:{taken.getsockname()[1]}", lang="en")
    assert not one.fine and "refused" in one.detail.casefold() and one.remedy
    with pytest.raises(CourseError, match="no address"):
        list(ask("ftp://somewhere", lang="en"))


def test_the_command_ends_with_1_where_a_server_is_not_ready(address: str, parts: dict[str, bool]) -> None:
    done = CliRunner().invoke(main, ["doctor", "--url", address, "--format", "json"])
    assert done.exit_code == 0 and json.loads(done.output)[0]["fine"]
    parts["database"] = False
    try:
        done = CliRunner().invoke(main, ["doctor", "--url", address])
    finally:
        parts.clear()
    assert done.exit_code == 1 and "database" in done.output
