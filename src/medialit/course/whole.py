"""Handing in whole or not at all: nbgrader's own way leaves half a submission behind if it is ended, or the disk is full.

Such a half is newer than what the learner handed in before, so the next collecting would take it in its place, although
the learner was never told that it had been handed in.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from nbgrader.exchange.default import ExchangeSubmit


class WholeSubmit(ExchangeSubmit):  # type: ignore[misc]
    """Copies beside the place, under a name that nobody collects, and then moves all of it there at once."""

    inbound_path: str
    cache_path: str
    assignment_filename: str

    def copy_files(self) -> None:
        """Hand in, and then note it in the learner's own list."""
        inbound, cache = Path(self.inbound_path), Path(self.cache_path)
        cache.mkdir(parents=True, exist_ok=True)
        mine = (
            f".{self.assignment_filename.partition('+')[0]}+"  # erasing finds what a kill leaves by the name
        )
        with (
            TemporaryDirectory(prefix=mine, dir=inbound) as sent,
            TemporaryDirectory(prefix=mine, dir=cache) as noted,
        ):
            self.inbound_path, self.cache_path = sent, noted
            try:
                super().copy_files()
            finally:
                self.inbound_path, self.cache_path = str(inbound), str(cache)
            for draft, place in ((Path(sent), inbound), (Path(noted), cache)):
                for one in draft.iterdir():
                    one.rename(place / one.name)
