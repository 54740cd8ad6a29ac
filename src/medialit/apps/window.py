"""What every window has: it listens to this computer only, and asks nobody else for anything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import gradio as gr
from starlette.middleware import Middleware

LANGUAGES: Final = ("en", "fr", "ar")
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
_FONTS: Final = ["system-ui", "DejaVu Sans", "Noto Sans", "Noto Sans Arabic", "sans-serif"]


def open_window(window: gr.Blocks, *, css: str, port: int | None, in_browser: bool, block: bool) -> str:
    """Open a window on this computer only, and return its address.

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
    """
    _app, address, _share = window.launch(
        server_name="127.0.0.1", server_port=port, inbrowser=in_browser, prevent_thread_lock=not block,
        share=False, quiet=not block, ssr_mode=False, enable_monitoring=False, footer_links=[], max_file_size="4gb",
        theme=gr.themes.Base(font=_FONTS, font_mono=["ui-monospace", "DejaVu Sans Mono", "monospace"]), css=css,
        app_kwargs={"middleware": [Middleware(_Policy)]},
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
