"""The worker: a fork of the zygote that runs one student's notebook and answers questions about it.

Everything in this process belongs to the student: whatever it says is a claim. The trusted process sends
no secret here, only the inputs of the questions it asks.
"""

from __future__ import annotations

import os
import random
import socket
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from medialit.grading.inprocess import answer
from medialit.grading.judge import StudentError
from medialit.grading.sandbox.messages import Inbox, parse, send

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_TEXT = 100_000  # characters a cell may print
MAX_OUTPUTS = 200  # outputs of a cell
MAX_OUTPUT_BYTES = 4 << 20  # of one output's representations

_shell: InteractiveShell | None = None


class _Outputs:
    """The outputs of the cell that is running, bounded."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.n_characters = 0

    def add(self, item: dict[str, Any]) -> None:
        if len(self.items) < MAX_OUTPUTS:
            self.items.append(item)

    def write(self, name: str, text: str) -> None:
        room = MAX_TEXT - self.n_characters
        self.n_characters += len(text)
        text = text[: max(0, room)]
        if not text:
            return
        last = self.items[-1] if self.items else {}
        if last.get("name") == name:
            last["text"].append(text)
        else:
            self.add({"output_type": "stream", "name": name, "text": [text]})

    def take(self) -> list[dict[str, Any]]:
        items, self.items = self.items, []
        dropped, self.n_characters = self.n_characters > MAX_TEXT, 0
        for item in items:
            if item["output_type"] == "stream":
                item["text"] = "".join(item["text"])
        if dropped:
            note = f"\n[Only the first {MAX_TEXT} characters were kept.]\n"
            items.append({"output_type": "stream", "name": "stdout", "text": note})
        return items


_outputs = _Outputs()


class _Stream:
    """A standard stream that keeps a bounded part of what is written to it."""

    encoding = "utf-8"
    errors = "replace"
    closed = False

    def __init__(self, name: str) -> None:
        self.name = f"<{name}>"
        self._kind = name

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        _outputs.write(self._kind, text)
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def fileno(self) -> int:
        raise OSError("This stream has no file descriptor.")


class _Silence(_Stream):
    """A standard stream that keeps nothing."""

    def write(self, text: str) -> int:
        return len(text)


class _Publisher(DisplayPublisher):
    def publish(self, data: Any, metadata: Any = None, source: Any = None, **_: Any) -> None:
        _outputs.add({"output_type": "display_data", "data": _bounded(data), "metadata": {}})

    def clear_output(self, wait: bool = False) -> None:
        _outputs.items.clear()


class _Hook(DisplayHook):
    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        _outputs.add({"output_type": "execute_result", "data": _bounded(format_dict), "metadata": {}})

    def finish_displayhook(self) -> None:
        pass


class _Shell(InteractiveShell):
    """IPython without a terminal, a kernel, a history or a startup folder."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)

    @contextmanager
    def _tee(self, channel: str) -> Iterator[None]:
        """Keep no second copy of what a cell prints: IPython's is not bounded."""
        yield

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        text = ""
        with suppress(Exception):  # a student's exception may fail to say what it is
            text = str(evalue)[:MAX_TEXT]
        lines = [str(line)[:MAX_TEXT] for line in stb][:100]
        _outputs.add({"output_type": "error", "ename": etype.__name__, "evalue": text, "traceback": lines})


def prepare() -> None:
    """Make the shell that every worker inherits, and whatever is slow the first time it is used."""
    global _shell  # one shell a process, made before the fork
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryAccessor.enabled = False
    config.InteractiveShell.xmode = "Context"
    config.InteractiveShell.colors = "nocolor"
    _shell = _Shell.instance(config=config)
    with suppress(Exception):
        import matplotlib.pyplot as plt
        from matplotlib_inline import backend_inline
        from matplotlib_inline import config as inline_config

        settings = inline_config.InlineBackend.instance(parent=_shell)
        settings.shell = _shell
        backend_inline.configure_inline_support(  # type: ignore[no-untyped-call]
            _shell, "module://matplotlib_inline.backend_inline"
        )
        figure = plt.figure()
        figure.text(0.5, 0.5, "warm")
        figure.canvas.draw()
        plt.close(figure)
    with suppress(Exception):
        import cv2

        cv2.setNumThreads(1)
    _shell.run_cell("1 + 1", store_history=False, silent=True)  # type: ignore[no-untyped-call]
    _outputs.take()


def serve(job: socket.socket) -> None:
    """Run the cells that the job names, then answer questions until the other side is done.

    Protocol, from the trusted side: ``{"files": {name: text}, "seed": int}``, then any number of
    ``{"op": "cell", "source": str}``, ``{"op": "call", "name", "args", "kwargs"}`` and
    ``{"op": "value", "name"}``. Each is answered by one message.
    """
    assert _shell is not None
    inbox = Inbox(job, limit=1 << 28)
    start = parse(inbox.receive())
    _seed(int(start["seed"]))
    for name, text in start["files"].items():
        with suppress(OSError), open(name, "x", encoding="utf-8") as file:  # noqa: PTH123
            file.write(text)
    sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115  # lives as long as the process
    sys.path.insert(0, "")
    while True:
        order = inbox.receive()
        question = parse(order)
        if question["op"] == "cell":
            send(job, {"outputs": _run_cell(question["source"])})
        else:
            _reply(job, order)


def _run_cell(source: str) -> list[dict[str, Any]]:
    assert _shell is not None
    sys.stdout, sys.stderr = _Stream("stdout"), _Stream("stderr")
    try:
        _shell.run_cell(source, store_history=False)
    except BaseException as error:  # SystemExit, KeyboardInterrupt, or a shell that was taken apart
        _outputs.add({"output_type": "error", "ename": type(error).__name__, "evalue": "", "traceback": []})
    return [_sendable(item) for item in _outputs.take()]


def _reply(job: socket.socket, order: bytes) -> None:
    import json

    from medialit.grading.sandbox.messages import send_bytes
    from medialit.grading.values import loads

    assert _shell is not None
    question = loads(order)
    assert isinstance(question, dict)
    sys.stdout = sys.stderr = _Silence("stdout")
    try:
        content = b'{"answer":' + answer(_shell.user_ns, question) + b"}"
    except StudentError as error:
        content = json.dumps({"kind": error.kind, "detail": error.detail}).encode()
    except BaseException as error:
        content = json.dumps({"kind": "raised", "detail": type(error).__name__}).encode()
    send_bytes(job, content)


def _seed(seed: int) -> None:
    """Make the usual sources of chance the same on every run, so that a submission's mark is."""
    random.seed(seed)
    with suppress(Exception):
        import numpy as np

        np.random.seed(seed)  # students use the old interface too
        np.random.bit_generator.randbits = random.Random(seed).getrandbits  # type: ignore[attr-defined]


def _bounded(data: dict[str, Any]) -> dict[str, Any]:
    """Keep the representations of an output that are text and not too long."""
    kept: dict[str, Any] = {}
    for kind, content in data.items():
        if isinstance(content, bytes):
            import base64

            content = base64.b64encode(content).decode()
        if isinstance(content, str) and isinstance(kind, str) and len(content) <= MAX_OUTPUT_BYTES:
            kept[kind] = content
    return kept


def _sendable(item: dict[str, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in item.items()}
