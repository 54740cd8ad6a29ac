"""How far the ledger is known to go: one line beside the database, so that a tail that was cut off is missed.

A hash chain shows what was changed or taken out of its middle; a chain that merely ends earlier is whole. This line
is written after each event. Who can write both the database and the line can cut both: print `Ledger.head()`, or give
it to somebody else, and hand it to `Ledger.verify`.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from medialit.consent.ledger_events import Head
from medialit.consent.ledger_store import Session
from medialit.errors import LedgerError

_LOG: Final = logging.getLogger(__name__)
_LOCK_S: Final = 60.0
_MAX_BYTES: Final = 1000


def read_tail(path: Path) -> Head | None:
    """Return what the line says; None where there is none.

    Raises
    ------
    LedgerError
        If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LedgerError(
            f"{path} cannot be read: {error.strerror}. It says how far the ledger goes."
        ) from error
    try:
        return Head.from_text(data.decode("ascii"))
    except (UnicodeDecodeError, LedgerError) as error:
        raise LedgerError(
            f"{path} was changed or damaged: it does not say how far the ledger goes. Compare the ledger with a head "
            "that you kept elsewhere, then delete this file; a new one is made."
        ) from error


def write_tail(path: Path, head: Head) -> None:
    """Write the line, unless it says more already. The event is kept even where this fails; a warning is logged."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=_LOCK_S):
            before = read_tail(path)
            if before is not None and before.chain == head.chain and before.seq >= head.seq:
                return
            draft = path.with_name(f"{path.name}.new")
            with draft.open("w", encoding="ascii") as file:
                file.write(head.to_text() + "\n")
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
    except (OSError, Timeout, LedgerError) as error:
        _LOG.warning("%s, which says how far the consent ledger goes, was not renewed: %s", path, error)


def check_tail(session: Session, tail: Head | None) -> None:
    """Refuse a ledger that ends before what the line says.

    Raises
    ------
    LedgerError
        If so.
    """
    if tail is None:
        return
    head = session.head()
    there = session.at(tail.chain, tail.seq) if tail.chain == head.chain else None
    if there is None or there.hash != tail.hash:
        raise LedgerError(
            f"The consent ledger once went to event {tail.seq} of the chain {tail.chain[:8]}, and now it goes to event "
            f"{head.seq} of {head.chain[:8]}. It was cut off, or an older copy was put in its place, and revocations may "
            "be missing. Restore the newer one. If it is lost for good, delete the .head file beside it."
        )
