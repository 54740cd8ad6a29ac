"""Starting the studio: where it listens, what is printed, and how it ends."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import uvicorn
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp

from medialit.errors import StudioError
from medialit.heap import keep_heaps_small
from medialit.language import msgid as _msgid
from medialit.log import error_place
from medialit.studio.front import checked
from medialit.studio.leaving import hold
from medialit.studio.server import Serving, build_app
from medialit.studio.studio import Studio, class_folder


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A studio that is ready to be served.

    Parameters
    ----------
    studio : Studio
    name, code, teacher_key : str
    url : str
        What people open: the address in the network, of this computer itself where it is local, or of a proxy.
    port : int
    local : bool
    """

    studio: Studio
    name: str
    code: str
    teacher_key: str
    url: str
    port: int
    local: bool

    @property
    def join_url(self) -> str:
        """The address with the class code."""
        return f"{self.url}?code={self.code}"


def open_studio(
    name: str, *, port: int, local: bool, demo: bool, database: str | None, lang: str, now: datetime,
    url: str | None = None,
) -> Opened:  # fmt: skip
    """Open a class's rooms, made where there are none, and make a new key for the teacher.

    Where a proxy shows it to people, `url` is what they open there, path and all.

    Raises
    ------
    StudioError
        If the name cannot be that of a folder, the port is taken, or the folder cannot be written to.
    """
    shown = checked(url or f"http://{'localhost' if local else lan_address()}:{port}/")
    folder = class_folder(name)
    _require_free(port, local=local)
    try:
        held = hold(folder)
        studio = Studio(folder, name=name, lang=lang, database=database)
        studio.held = held  # for as long as the studio is there
        for hand in studio.hands:
            hand.warm()
        if demo:
            from medialit.studio.demo import fill

            fill(studio, now=now)
        key = studio.new_teacher_key()
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:  # their own words may quote what a class typed
        raise StudioError(
            _msgid(
                "The class in {folder} cannot be opened ({reason}). Look whether its disk is full or another program "
                "holds its database, and start again. Nothing of it is lost."
            ),
            code="not-kept", folder=folder, reason=error_place(error).get("code", type(error).__name__),
        ) from None  # fmt: skip
    code = studio.settings["code"]
    return Opened(studio=studio, name=name, code=code, teacher_key=key, port=port, local=local, url=shown)


def serve(opened: Opened, *, front: Callable[[ASGIApp], ASGIApp] = lambda app: app) -> None:
    """Serve it until it is stopped, or the class was wiped; `front` puts a sign-in before it."""
    keep_heaps_small()
    config = uvicorn.Config(
        "placeholder", host="127.0.0.1" if opened.local else "0.0.0.0",  # noqa: S104 - telephones are to reach it
        port=opened.port, log_config=None, access_log=False, server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    server = uvicorn.Server(config)

    def ended() -> None:
        server.should_exit = True

    serving = Serving(
        join_url=opened.url, hosts=(socket.gethostname(), f"{socket.gethostname()}.local"), on_wiped=ended
    )
    config.app = front(build_app(opened.studio, serving))
    with opened.studio:
        server.run()


def lan_address() -> str:
    """Return this computer's address in its network; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(
                ("192.0.2.1", 9)
            )  # an address for examples: it only makes the system choose a way out
            return str(probe.getsockname()[0])
        except OSError:
            return "localhost"


def _require_free(port: int, *, local: bool) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1" if local else "", port))
        except OSError as error:
            raise StudioError(
                _msgid("Port {port} is taken by another program. Choose another one with --port."),
                code="port",
                port=port,
            ) from error
