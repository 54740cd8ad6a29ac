"""Framed JSON on a socket: four bytes of length, then the message.

The reader may be talking to a hostile process, so it says how long a message it will take.
"""

from __future__ import annotations

import json
import select
import struct
from typing import TYPE_CHECKING, Any

from medialit.errors import WorkerLostError

if TYPE_CHECKING:
    import socket

_HEADER = struct.Struct("!I")


def send(channel: socket.socket, message: object) -> None:
    """Send one message: anything that JSON can hold."""
    send_bytes(channel, json.dumps(message, separators=(",", ":")).encode())


def send_bytes(channel: socket.socket, content: bytes) -> None:
    """Send one message that is JSON already."""
    channel.sendall(_HEADER.pack(len(content)) + content)


class Inbox:
    """Messages arriving on a socket, taken in as far as they are there.

    Parameters
    ----------
    channel : socket
        A connected stream socket.
    limit : int
        Bytes of the longest message that is accepted; may be set anew at any time.
    """

    def __init__(self, channel: socket.socket, *, limit: int) -> None:
        self._channel = channel
        self.limit = limit
        self._buffer = bytearray()

    def receive(self) -> bytes:
        """Return the next message, waiting for it.

        Raises
        ------
        WorkerLostError
            If the other side is gone, or its message is too long.
        """
        while (message := self._complete()) is None:
            self._read(1 << 16)
        return message

    def poll(self, *, wait: bool = True) -> bytes | None:
        """Take in what arrives in one read; return a message if one is complete, else None.

        Parameters
        ----------
        wait : bool
            Whether to wait if nothing has arrived.

        Raises
        ------
        WorkerLostError
            As `receive`.
        """
        message = self._complete()
        if message is None and (wait or select.select([self._channel], [], [], 0)[0]):
            self._read(1 << 18)
            message = self._complete()
        return message

    def _read(self, size: int) -> None:
        try:
            data = self._channel.recv(size)
        except OSError as error:
            raise WorkerLostError(f"The other process is gone: {error.strerror}.") from None
        if not data:
            raise WorkerLostError("The other process is gone.")
        self._buffer += data

    def _complete(self) -> bytes | None:
        if len(self._buffer) < _HEADER.size:
            return None
        (length,) = _HEADER.unpack_from(self._buffer)
        if length > self.limit:
            raise WorkerLostError(f"A message of {length} bytes; the limit is {self.limit}.")
        if len(self._buffer) < _HEADER.size + length:
            return None
        message = bytes(self._buffer[_HEADER.size : _HEADER.size + length])
        del self._buffer[: _HEADER.size + length]
        return message


def parse(message: bytes) -> dict[str, Any]:
    """Return a message as a dictionary.

    Raises
    ------
    WorkerLostError
        If it is something else; whoever sent it has broken the protocol.
    """
    try:
        content = json.loads(message)
    except (ValueError, RecursionError):
        raise WorkerLostError("A message that is not JSON.") from None
    if not isinstance(content, dict):
        raise WorkerLostError("A message that is not an object.")
    return content
