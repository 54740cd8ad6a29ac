"""What every window has: it listens to this computer only, asks nobody else for anything, and speaks three languages."""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.middleware import Middleware

from medialit.health import Doors, has_room
from medialit.home import medialit_home
from medialit.language import language, translator
from medialit.log import Requests

LANGUAGES: Final = ("en", "fr", "ar")
SOCKET_VARIABLE: Final = "MEDIALIT_WINDOW_SOCKET"
"""Environment variable: where a window listens in place of a port. Who may enter the folder of that socket may come in;
a port is open to every account of the computer, which on a hub are many."""
PREFIX_VARIABLE: Final = "MEDIALIT_WINDOW_PREFIX"
"""Environment variable: the path under which a proxy shows what listens there, such as ``/user/salma/inspector``."""
# Nothing but this computer's own server may be asked; workers and pictures may also come from memory.
POLICY: Final = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' data: blob:; "
    "font-src 'self' data:; frame-ancestors 'self'; form-action 'self'; base-uri 'self'"
)
TURN: Final = """lang => {
  const right = lang === 'ar';
  document.documentElement.lang = lang;
  document.documentElement.dir = right ? 'rtl' : 'ltr';
}"""
"""A script that turns the page the way its language runs."""
CSS: Final = """
footer{display:none !important}
.ml-row button{min-width:9rem}
.html-container{padding:0 !important}
html[dir=rtl] .block{direction:rtl}  /* gradio says ltr to each block */
html[dir=rtl] .block input{text-align:right}
html[dir=rtl] .block .icon-wrap{right:auto !important;left:var(--size-5)}
html[dir=rtl] .block label input + span{margin-left:0;margin-right:8px}
html[dir=rtl] .block .token-remove{margin-left:0;margin-right:6px}
.ml-save{display:inline-block;padding:.5rem 1rem;border-radius:8px;background:#1f4e79;color:#fff !important;
  font-weight:600;text-decoration:none !important}
.ml-save:focus-visible{outline:3px solid #e0a100;outline-offset:2px}
"""
"""How a window of steps looks, whichever it is."""

Words = Callable[[Callable[[str], str], str], dict[str, Any]]
"""What a component says in a language: its own arguments, from a translator and a language's code."""
Fields = dict[str, Any]
"""The components of a window, by name."""
_FONTS: Final = ["system-ui", "DejaVu Sans", "Noto Sans", "Noto Sans Arabic", "sans-serif"]


@dataclass
class Said:
    """The components of a window, and how each is said again in another language.

    Parameters
    ----------
    lang : str
    """

    lang: str
    all: list[tuple[Any, Words]] = field(default_factory=list, kw_only=True)

    def __call__(self, kind: Callable[..., Any], say: Words, **fixed: Any) -> Any:
        """Make a component, and remember what it says."""
        component = kind(**say(translator(self.lang), self.lang), **fixed)
        self.all.append((component, say))
        return component

    def languages(self) -> Any:
        """Make the choice of a language."""
        return self(
            gr.Radio, lambda _, c: {"label": _("Language")}, choices=[(language(one).name, one) for one in LANGUAGES],
            value=self.lang, elem_id="ml-language", interactive=True,
        )  # fmt: skip

    def along(self, others: Iterable[Any]) -> list[Any]:
        """Return the components that say something, then those of `others` that do not."""
        spoken = [component for component, _say in self.all]
        return [*spoken, *(one for one in others if one not in spoken)]

    def again(self, lang: str, page: Sequence[Any] = (), shown: Sequence[Any] = ()) -> dict[Any, Any]:
        """Return each component's words in another language, and what the components of `page` show now."""
        _ = translator(lang)
        found: dict[Any, Any] = {component: gr.update(**say(_, lang)) for component, say in self.all}
        for component, now in zip(page, shown, strict=True):
            update = now if isinstance(now, dict) else gr.update(value=now)
            found[component] = found.get(component, {}) | update
        return found


def spoken(lang: str) -> str:
    """Return a language that windows speak: this one, or else English."""
    return lang if lang in LANGUAGES else "en"


def kept(choices: Sequence[tuple[str, str]], chosen: str | None) -> str | None:
    """Return what was chosen as long as it is among the choices, else the first of them; None where there is none."""
    ids = [id for _words, id in choices]
    return chosen if chosen in ids else next(iter(ids), None)


def blocks(title: str) -> gr.Blocks:
    """Return an empty window, which tells nobody that it is there and keeps no file for more than two hours."""
    window: gr.Blocks = gr.Blocks(title=title, analytics_enabled=False, delete_cache=(3600, 3600))
    return window


def turn(window: gr.Blocks, languages: Any) -> None:
    """Turn the page the way its language runs, when it opens and when another is chosen."""
    window.load(None, [languages], None, js=TURN)
    languages.input(None, [languages], None, js=TURN)


class Launch(Protocol):
    """What opens a window."""

    def __call__(
        self,
        *,
        home: Path | None = None,
        lang: str = "en",
        port: int | None = None,
        in_browser: bool = False,
        block: bool = True,
    ) -> tuple[gr.Blocks, str]:
        """Open the window on this computer only, and return it with its address."""


def launcher(build: Callable[..., gr.Blocks], *, css: str) -> Launch:
    """Return what opens the window that `build` makes, from `home` and `lang`.

    Parameters
    ----------
    build : callable
    css : str
        Beside `CSS`, which every window has.
    """

    def launch(
        *,
        home: Path | None = None,
        lang: str = "en",
        port: int | None = None,
        in_browser: bool = False,
        block: bool = True,
    ) -> tuple[gr.Blocks, str]:
        """Open the window on this computer only, and return it with its address.

        Parameters
        ----------
        home : Path, optional
            `$MEDIALIT_HOME` when not given.
        lang : {"en", "fr", "ar"}
            In which it opens; English when the window does not speak the language.
        port : int, optional
            A free one from 7860 when not given.
        in_browser : bool
            Whether to open a browser.
        block : bool
            Whether to wait until Ctrl+C; else the caller closes the window.
        """
        window = build(home=home, lang=spoken(lang))
        return window, open_window(window, css=CSS + css, port=port, in_browser=in_browser, block=block)

    return launch


def open_window(
    window: gr.Blocks,
    *,
    css: str,
    port: int | None,
    in_browser: bool,
    block: bool,
    host: str = "127.0.0.1",
    largest: str = "4gb",
) -> str:
    """Open a window, on this computer only unless another `host` is given, and return its address.

    Behind a proxy, which `SOCKET_VARIABLE` says, it has no port, opens no browser and always waits.

    Parameters
    ----------
    window : gr.Blocks
    css : str
    port : int or None
        None takes a free one from 7860.
    in_browser : bool
        Whether to open a browser.
    block : bool
        Whether to wait until Ctrl+C; else the caller closes the window.
    host : str
        The address to listen at; ``0.0.0.0`` lets everybody in who shares a network with this computer.
    largest : str
        Of a file that is brought, such as ``256mb``.
    """
    looks: dict[str, Any] = {
        "theme": gr.themes.Base(font=_FONTS, font_mono=["ui-monospace", "DejaVu Sans Mono", "monospace"]),
        "css": css, "ssr_mode": False, "enable_monitoring": False, "footer_links": [], "max_file_size": largest,
        "app_kwargs": {"middleware": [
            Middleware(Requests, logger=logging.getLogger(__name__)), Middleware(_Policy),
            Middleware(Doors, parts={"disk": has_room(medialit_home())}),
        ]},
    }  # fmt: skip
    loggers = uvicorn.config.LOGGING_CONFIG["loggers"]
    for own in loggers.values():  # gradio starts it with a log of its own otherwise
        own |= {"handlers": [], "propagate": True}
    if place := os.environ.get(SOCKET_VARIABLE):
        prefix = os.environ.get(PREFIX_VARIABLE, "")
        behind = gr.mount_gradio_app(FastAPI(openapi_url=None), window, path="/", root_path=prefix, **looks)
        uvicorn.run(behind, uds=place, log_level="warning")
        return prefix
    _app, address, _share = window.launch(
        server_name=host, server_port=port, inbrowser=in_browser, prevent_thread_lock=not block,
        share=False, quiet=not block, **looks,
    )  # fmt: skip
    return str(address)


class _Policy:
    """Says with every answer that the page may ask nobody else."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def with_policy(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"content-security-policy", POLICY.encode()),
                    (b"referrer-policy", b"no-referrer"),
                ]
            await send(message)

        await self._app(scope, receive, with_policy)
