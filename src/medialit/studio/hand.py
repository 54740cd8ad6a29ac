"""A worker process, held by one thread: started when it is first needed, and again after it died or was stopped."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from medialit.errors import StudioError
from medialit.language import msgid as _msgid


class Hand:
    """One worker; `do` gives it an order and waits.

    Parameters
    ----------
    niceness : int
        How far it stands back behind the pages: 0 to 19.
    """

    def __init__(self, *, niceness: int) -> None:
        self._command = [sys.executable, "-m", "medialit.studio.worker", str(niceness)]
        self._process: subprocess.Popen[str] | None = None
        self._busy = threading.Lock()

    def do(
        self, order: Mapping[str, Any], *, on_progress: Callable[[float], None] | None = None
    ) -> dict[str, Any]:
        """Return what became of an order.

        Raises
        ------
        StudioError
            If it could not be done, with the reason; or the worker was stopped.
        """
        with self._busy:
            process = self._started()
            assert process.stdin is not None and process.stdout is not None
            try:
                process.stdin.write(json.dumps(order) + "\n")
                process.stdin.flush()
                for line in process.stdout:
                    said: dict[str, Any] = json.loads(line)
                    if "done" in said:
                        done: dict[str, Any] = said["done"]
                        return done
                    if "failed" in said:
                        raise StudioError("{reason}", code=said["code"], status=422, reason=said["failed"])
                    if on_progress is not None:
                        on_progress(float(said["progress"]))
            except (BrokenPipeError, ValueError):
                pass
            self.stop()
        raise StudioError(
            _msgid("The clip could not be made: the program that makes them stopped. Ask again."),
            code="stopped",
            status=503,
        )

    def warm(self) -> None:
        """Start the worker now: it takes seconds to load what it needs, and the first order need not wait for that."""
        with self._busy:
            self._started()

    def stop(self) -> None:
        """End the worker, whatever it does; another one is started when it is needed."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    try:
                        pipe.close()
                    except BrokenPipeError:
                        continue

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
        return self._process
