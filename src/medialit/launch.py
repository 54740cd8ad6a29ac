"""The windows of medialit as tiles in JupyterLab's launcher, by jupyter-server-proxy.

A tile starts a window with its own command and opens a small page inside JupyterLab's address, which says what the
command prints (for the studio the class code and the teacher's key) and links to the window. The windows are not
passed through JupyterLab's own address: a tile serves whoever sits at the computer on which JupyterLab runs.

On a hub that would serve nobody. There a window listens at a socket in a folder of the account that it was started by,
and is shown below the address of that account's server, to whom the hub lets in. The studio is not: it is one for the
whole class. Where the hub shows it (`medialit.hub_studio`), the tile leads there.
"""

from __future__ import annotations

import html
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from medialit.language import language, translator

WINDOWS: Final = {
    "studio": ("Studio", ("--local",)),
    "family": ("Family", ("--no-browser",)),
    "inspector": ("Inspector", ("--no-browser",)),
    "cameo": ("Consent desk", ("--no-browser",)),
    "market": ("Market", ("open", "--no-browser")),
}
"""Each window's title, and what its command is told beside a port."""
_HUB: Final = "JUPYTERHUB_SERVICE_PREFIX"
"""Environment variable by which a hub tells a server its path: ``/user/salma/``."""
_LANG: Final = "MEDIALIT_WINDOW_LANG"
"""Environment variable: the language in which windows open on a hub."""
STUDIO_VARIABLE: Final = "MEDIALIT_STUDIO_URL"
"""Environment variable by which a hub tells a server where the class's studio is."""
_ADDRESS: Final = re.compile(r"https?://[^\s<]+")
_OPEN: Final = '<p><a class="go" href="{url}" target="_blank" rel="noopener">{words}</a></p>\n'
_PAGE: Final = """<!doctype html>
<html lang="{lang}" dir="{dir}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">{refresh}
<title>medialit: {title}</title>
<style>body{{font:1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}}
a.go{{display:inline-block;background:#0b5d5b;color:#fff;padding:.7rem 1.2rem;border-radius:.5rem;text-decoration:none}}
</style>
<h1>{title}</h1>
{body}
</html>
"""


def page(title: str, lines: Sequence[str], *, ended: bool, lang: str = "en") -> str:
    """Return the page of a window that was started.

    Parameters
    ----------
    title : str
    lines : sequence of str
        What its command has printed so far.
    ended : bool
        Whether it is over.
    lang : str

    Examples
    --------
    >>> '<a class="go" href="http://localhost:7/" ' in page("Studio", ["open: http://localhost:7/"], ended=False)
    True
    """
    _ = translator(lang)
    found = next((one.group() for line in lines if (one := _ADDRESS.search(line))), None)
    shown = list(lines)
    if ended:
        shown.insert(0, _("It has ended. Choose the tile again to start it."))
    elif found is None:
        shown.insert(0, _("It is starting. This page looks again by itself."))
    else:
        shown.append(_("It ends with JupyterLab."))
    return _shown(title, shown, url=None if ended else found, lang=lang, again=not ended and found is None)


def on_a_hub(title: str, url: str | None, *, lang: str = "en") -> str:
    """Return the page of the studio's tile on a hub: a link, or that its address is elsewhere.

    Examples
    --------
    >>> 'href="https://hub.example.org/services/studio/"' in on_a_hub("S", "https://hub.example.org/services/studio/")
    True
    """
    _ = translator(lang)
    words = _("A class's studio has an address of its own. Your teacher knows it.")
    if url is not None:
        words = _("It is one for the whole class.")
    return _shown(title, [words], url=url, lang=lang)


def _shown(title: str, lines: Sequence[str], *, url: str | None, lang: str, again: bool = False) -> str:
    _ = translator(lang)
    body = (
        "" if url is None else _OPEN.format(url=html.escape(url, quote=True), words=html.escape(_("Open it")))
    )
    body += "".join(f"<p>{html.escape(line)}</p>\n" for line in lines)
    refresh = '<meta http-equiv="refresh" content="2">' if again else ""
    return _PAGE.format(
        title=html.escape(title), body=body, refresh=refresh, lang=lang, dir=language(lang).direction
    )


def main(name: str, port: int) -> None:
    """Start a window, and serve its page on a port of this computer; on a hub, say where the studio is instead."""
    title, told = WINDOWS[name]
    lang = os.environ.get(_LANG, "en")
    if os.environ.get(_HUB):
        shown = on_a_hub(title, os.environ.get(STUDIO_VARIABLE), lang=lang)
        _serve(lambda: shown, port)
        return
    command = [sys.executable, "-u", "-m", "medialit.cli", name, *told, "--port", str(_free_port())]
    window = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    )
    lines: list[str] = []

    def listen() -> None:
        assert window.stdout is not None
        for line in window.stdout:
            if line.strip():
                lines.append(line.strip())
                del lines[:-40]

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the window ends with its tile
    threading.Thread(target=listen, daemon=True).start()
    try:
        _serve(lambda: page(title, lines, ended=window.poll() is not None, lang=lang), port)
    finally:
        window.terminate()


def _serve(shown: Callable[[], str], port: int) -> None:
    class Page(BaseHTTPRequestHandler):
        """Answers everything with the page."""

        def do_GET(self) -> None:
            data = shown().encode()
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(data)))
            self.send_header("cache-control", "no-store")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: JupyterLab's log is for others."""

    ThreadingHTTPServer(("127.0.0.1", port), Page).serve_forever()


def _tile(name: str) -> dict[str, Any]:
    title, told = WINDOWS[name]
    entry = {"enabled": True, "title": f"medialit: {title}", "category": "Other"}
    prefix = os.environ.get(_HUB)
    if prefix and name == "studio":
        entry["enabled"] = STUDIO_VARIABLE in os.environ
    elif prefix:
        return {
            "command": [
                sys.executable,
                "-m",
                "medialit.cli",
                name,
                *told,
                "--lang",
                os.environ.get(_LANG, "en"),
            ],
            "environment": {
                "MEDIALIT_WINDOW_SOCKET": "{unix_socket}",
                "MEDIALIT_WINDOW_PREFIX": f"{prefix}{name}",
            },
            "unix_socket": True,
            "timeout": 600,  # the family's window draws its clips when it is opened for the first time
            "new_browser_tab": True,
            "launcher_entry": entry,
        }
    return {
        "command": [sys.executable, "-m", "medialit.launch", name, "{port}"],
        "timeout": 60,
        "new_browser_tab": True,
        "launcher_entry": entry,
    }


def studio() -> dict[str, Any]:
    """Return the studio's tile, as jupyter-server-proxy takes it."""
    return _tile("studio")


def family() -> dict[str, Any]:
    """Return the tile of the family's window."""
    return _tile("family")


def inspector() -> dict[str, Any]:
    """Return the inspector's tile."""
    return _tile("inspector")


def cameo() -> dict[str, Any]:
    """Return the consent desk's tile."""
    return _tile("cameo")


def market() -> dict[str, Any]:
    """Return the market's tile."""
    return _tile("market")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
