"""Files of a class on their way to a page."""

from __future__ import annotations

import os

from anyio import to_thread
from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

from medialit.studio.persons import nothing


class ClassFile(FileResponse):
    """A file that may be taken back between being found and being read: then there is nothing here."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it.

        Raises
        ------
        StudioError
            If it is gone.
        """
        try:
            self.stat_result = await to_thread.run_sync(os.stat, self.path)
        except FileNotFoundError:
            raise nothing() from None
        self.set_stat_headers(self.stat_result)
        try:
            await super().__call__(scope, receive, send)
        except FileNotFoundError:
            return  # its headers are out already: the server ends the connection, and the page knows that it has no clip
