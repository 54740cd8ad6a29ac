"""Landlock: a process gives up, for good, every file and address it does not name.

References
----------
Linux ``Documentation/userspace-api/landlock.rst``.
"""

from __future__ import annotations

import ctypes
import os
import stat
from typing import TYPE_CHECKING

from medialit.errors import SandboxUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
_VERSION_FLAG = 1
_RULE_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38

_READ_FILE, _READ_DIR, _EXECUTE, _WRITE_FILE, _TRUNCATE = 1 << 2, 1 << 3, 1 << 0, 1 << 1, 1 << 14
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG, _REFER = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 13
_ON_FILES = _READ_FILE | _EXECUTE | _WRITE_FILE | _TRUNCATE
_READ = _READ_FILE | _READ_DIR | _EXECUTE  # a shared library is mapped executable, which needs no right; kept
_WRITE = _READ | _WRITE_FILE | _TRUNCATE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _REFER

_ACCESS_BY_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_TCP = 0b11  # bind, connect
_SCOPE = 0b11  # abstract Unix sockets, signals


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """Return the version of Landlock that the kernel speaks; 0 where there is none."""
    libc = ctypes.CDLL(None, use_errno=True)
    return max(
        0, int(libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG)))
    )


def apply(*, read: Iterable[Path], write: Iterable[Path], hide: Iterable[Path] = ()) -> None:
    """Give up every file outside `read` and `write`, every TCP address, and signals to other processes.

    Parameters
    ----------
    read, write : iterable of Path
        Files, or folders with all that is in them. Paths that do not exist are passed over.
    hide : iterable of Path
        Folders inside `read` of which only the names can be read. A rule cannot be taken back from a part of a folder, so
        the folders around them are allowed entry by entry, and what is put there afterwards cannot be read either.

    Raises
    ------
    SandboxUnavailableError
        If the kernel refuses.
    """
    abi = version()
    if abi < 1:
        raise SandboxUnavailableError("This kernel has no Landlock; it is there from Linux 5.13 on.")
    handled = _ACCESS_BY_VERSION[max(v for v in _ACCESS_BY_VERSION if v <= abi)]
    libc = ctypes.CDLL(None, use_errno=True)
    rules = _Ruleset(handled, _TCP if abi >= 4 else 0, _SCOPE if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = libc.syscall(_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0))
    _check(ruleset, "make a Landlock ruleset")
    whole, listed = _around(read, [place.resolve() for place in hide])
    for paths, rights in ((whole, _READ), (listed, _READ_DIR), (write, _WRITE)):
        for path in paths:
            _allow(libc, ruleset, path, rights & handled)
    _check(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "give up new privileges")
    _check(libc.syscall(_RESTRICT_SELF, ruleset, ctypes.c_uint32(0)), "enter the Landlock ruleset")
    os.close(ruleset)


def _around(read: Iterable[Path], hide: list[Path]) -> tuple[list[Path], list[Path]]:
    """Return what may be read with all that is in it, and the folders around hidden places, which may be listed."""
    whole: dict[Path, None] = {}
    listed: dict[Path, None] = {}
    todo = list(read)
    while todo:
        path = todo.pop()
        real = path.resolve()  # a link such as lib64 -> lib would open the folder that it leads to
        if any(real.is_relative_to(place) for place in hide) or real in listed:
            continue
        if any(place.is_relative_to(real) for place in hide):
            listed[real] = None
            todo += real.iterdir()
        else:
            whole[path] = None
    return list(whole), list(listed)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _ON_FILES
        rule = _PathBeneath(rights, descriptor)
        done = libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), ctypes.c_uint32(0))
        _check(done, f"allow {path}")
    finally:
        os.close(descriptor)


def _check(result: int, what: str) -> None:
    if result < 0:
        raise SandboxUnavailableError(f"Could not {what}: {os.strerror(ctypes.get_errno())}.")
