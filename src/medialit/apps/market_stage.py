"""The stage on which a class plays the rights market: a market of its own, and a clock that the class turns.

::

    $MEDIALIT_HOME/market-stage/market.jsonl   the steps, as `medialit.consent.market_file` chains them
    $MEDIALIT_HOME/market-stage/stage.json     the day on the stage, and the story that is played

Nothing of it enters the register of consent: what is agreed on a stage, with days that have not come yet, permits nothing
outside it.
"""

from __future__ import annotations

import contextlib
import json
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from medialit.consent.market import Contract, Market, Settlement, settle_revocation
from medialit.consent.market_file import MarketFile
from medialit.consent.records import Revocation
from medialit.errors import MarketError
from medialit.home import medialit_home

MAX_TURN_DAYS: Final = 365
_OPENS: Final = time(9, tzinfo=UTC)
_LAST_DAY: Final = date(2200, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where a market is played, and in which language it is shown.

    Parameters
    ----------
    lang : str
    today : date
        The real day, on which an empty stage opens.
    home : Path or None
        `$MEDIALIT_HOME` when None.
    """

    lang: str
    today: date
    home: Path | None = None

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return (self.home or medialit_home()) / "market-stage"

    @property
    def file(self) -> MarketFile:
        """The market as a file."""
        return MarketFile(self.folder / "market.jsonl")

    def market(self) -> Market:
        """Return the market as it stands.

        Raises
        ------
        MarketError
            If the file is damaged or was changed.
        """
        return self.file.read()

    def day(self) -> date:
        """Return the day on the stage."""
        said = self._kept().get("day")
        try:
            return min(date.fromisoformat(str(said)), _LAST_DAY)
        except ValueError:
            return self.today

    def story(self) -> str:
        """Return the key of the story that is played; empty for none."""
        return str(self._kept().get("story") or "")

    def now(self) -> datetime:
        """Return the moment of the next step: nine o'clock of the stage's day, and a second for each step before it."""
        return datetime.combine(self.day(), _OPENS) + timedelta(seconds=self.file.head()[0])

    def turn(self, days: int) -> date:
        """Turn the clock forward, and return the new day. It never turns back: what was paid stays paid."""
        if not 0 < days <= MAX_TURN_DAYS:
            raise MarketError(f"The clock turns by 1 to {MAX_TURN_DAYS} days, not by {days}.")
        after = min(self.day() + timedelta(days=days), _LAST_DAY)
        self._keep(after, self.story())
        return after

    def clear(self, *, day: date | None = None, story: str = "") -> None:
        """Begin with an empty market; the one before is kept beside it, once."""
        with contextlib.suppress(FileNotFoundError):
            self.file.path.replace(self.folder / "market.before.jsonl")
        self._keep(day or self.today, story)

    def _keep(self, day: date, story: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self.folder / f"stage.{secrets.token_hex(4)}.json"
        fresh.write_text(json.dumps({"day": day.isoformat(), "story": story}), encoding="utf-8")
        fresh.replace(self.folder / "stage.json")

    def _kept(self) -> dict[str, object]:
        try:
            kept = json.loads((self.folder / "stage.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}


def revocations(market: Market) -> tuple[Revocation, ...]:
    """Return the revocations of the contracts that were taken back, for `decide`."""
    return tuple(
        Revocation(
            id=f"{one.id}.revocation",
            principal=one.offer.principal,
            grant=one.grant.id,
            by=one.offer.principal,
            at=one.ended,
        )
        for one in market.contracts.values()
        if one.ended is not None
    )


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a contract was settled, or would be: the settlement, and what moves in the books.

    Parameters
    ----------
    settlement : Settlement
    final : bool
        False for a look ahead.
    before, now : mapping of str to int
        What each payee got of the fee before the revocation, and gets with it, in centimes.
    royalties : mapping of str to int
        What each payee got of the revenue; it stays.
    """

    settlement: Settlement
    final: bool
    before: dict[str, int]
    now: dict[str, int]
    royalties: dict[str, int]


def ending(market: Market, contract: str, *, at: datetime) -> Ending:
    """Work out how a contract ends if it is taken back at a moment, or how it was settled when it was.

    Raises
    ------
    MarketError
        If it is over, or was paid out further already.
    """
    one = market.contracts[contract]
    if one.ended is None:
        after, settlement = market.revoke(contract, at=at, by=one.offer.principal)
    else:
        settlement = settle_revocation(
            replace(one, ended=None), one.ended, by=one.offer.principal, uses=market.uses.get(contract, ())
        )
        after = market
    return Ending(
        settlement=settlement,
        final=one.ended is not None,
        before=paid(after, one, why="earned", but=f"{contract}.earned"),
        now=paid(after, one, why="earned", only=f"{contract}.earned"),
        royalties=paid(after, one, why="royalty"),
    )


def paid(market: Market, contract: Contract, *, why: str, only: str = "", but: str = "") -> dict[str, int]:
    """Return what each payee of a contract got in the entries of a kind, in centimes."""
    found = dict.fromkeys(sorted(contract.offer.shares), 0)
    for entry in market.books.entries:
        mine = entry.id.startswith(f"{contract.id}.") and entry.why == why
        if not mine or entry.id == but or (only and entry.id != only):
            continue
        for payee in found:
            found[payee] += max(0, entry.moves.get(f"wallet:{payee}", 0))
    return found
