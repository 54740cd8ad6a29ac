"""A market that lasts: its steps as lines of JSON, each chained to the one before, replayed through `Market`.

::

    $MEDIALIT_HOME/consent/market.jsonl     0600   a step a line; nothing is ever changed or taken out
    $MEDIALIT_HOME/consent/market.jsonl.lock       one writer at a time

A step is written only if the market takes it, and acknowledged only once it is on the disk. A step that was given
before, under the same id and with the same content, changes nothing, whatever the clock says the second time. A line that
was changed, moved or taken out breaks the chain, and the file is not used until it is restored. What the chain cannot
show is an end that was cut off: `MarketFile.head` is what to keep elsewhere against that.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from medialit.consent import checks
from medialit.consent.market import Market, Money, Offer, Settlement, Use
from medialit.consent.market_codec import (
    moment_data,
    money_data,
    money_of,
    offer_data,
    offer_of,
    use_data,
    use_of,
)
from medialit.errors import MarketError, MedialitError
from medialit.home import medialit_home

_LOG: Final = logging.getLogger(__name__)
_LOCK_S: Final = 60.0
_FIRST: Final = "0" * 64  # what the first line is chained to
_Done = tuple[Market, Settlement | None]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that was done in the market.

    Parameters
    ----------
    kind : str
        ``offer``, ``deposit``, ``withdraw``, ``accept``, ``show``, ``release``, ``royalty`` or ``revoke``.
    id : str
        One of a kind; of a revocation, the contract's.
    at : datetime
        Aware. When it was done the first time.
    data : mapping
        The rest of it, as plain data.
    """

    kind: str
    id: str
    at: datetime
    data: Mapping[str, Any]


class MarketFile:
    """The market of this computer. Several processes may use one at the same time.

    Parameters
    ----------
    path : Path, optional
        ``$MEDIALIT_HOME/consent/market.jsonl`` when not given. It is made with the first step.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC
    >>> from medialit.consent.market import Currency
    >>> moment = datetime(2026, 3, 1, tzinfo=UTC)
    >>> dirhams = Money(centimes=500_00, currency=Currency.MAD)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "market.jsonl"
    ...     for _ in range(2):
    ...         done = MarketFile(path).deposit("d1", "nadir", dirhams, at=moment)
    ...     MarketFile(path).read().books.balances(Currency.MAD)
    {'outside': -50000, 'wallet:nadir': 50000}
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = medialit_home() / "consent" / "market.jsonl" if path is None else path

    def read(self) -> Market:
        """Return the market as all steps have left it.

        Raises
        ------
        MarketError
            If a line is damaged, was changed or does not follow from those before; the message says which.
        """
        return self._kept().market

    def steps(self) -> tuple[Step, ...]:
        """Return every step in order."""
        return self._kept().steps

    def head(self) -> tuple[int, str]:
        """Return how many steps there are, and the hash of the last one: 64 hexadecimal digits."""
        kept = self._kept()
        return len(kept.steps), kept.head

    def offer(self, one: Offer) -> Market:
        """Put up an offer, as `Market.offer` does."""
        data = offer_data(one)
        return self._do(Step(kind="offer", id=data.pop("id"), at=one.at, data=data))[0]

    def deposit(self, id: str, person: str, money: Money, *, at: datetime) -> Market:
        """Bring money in from outside, as `Market.deposit` does."""
        return self._do(_step("deposit", id, at, {"person": person, "money": money_data(money)}))[0]

    def withdraw(self, id: str, person: str, money: Money, *, at: datetime) -> Market:
        """Take money out of a wallet, as `Market.withdraw` does."""
        return self._do(_step("withdraw", id, at, {"person": person, "money": money_data(money)}))[0]

    def accept(self, offer: str, *, id: str, licensee: str, at: datetime) -> Market:
        """Accept an offer, as `Market.accept` does. The caller hands the contract's grant to the ledger."""
        return self._do(_step("accept", id, at, {"offer": offer, "licensee": licensee}))[0]

    def show(self, contract: str, use: Use) -> Market:
        """Report that something was shown, as `Market.show` does."""
        data = {"contract": contract, "medium": use.medium.value, "place": use.place}
        return self._do(_step("show", use.id, use.at, data))[0]

    def release(self, id: str, contract: str, *, at: datetime) -> Market:
        """Pay the payees what is earned by now, as `Market.release` does."""
        return self._do(_step("release", id, at, {"contract": contract}))[0]

    def royalty(self, id: str, contract: str, *, revenue: Money, at: datetime) -> Market:
        """Pay the royalty on a revenue, as `Market.royalty` does."""
        data = {"contract": contract, "revenue": money_data(revenue)}
        return self._do(_step("royalty", id, at, data))[0]

    def revoke(
        self, contract: str, *, at: datetime, by: str, uses: Iterable[Use] = (), reason: str = ""
    ) -> tuple[Market, Settlement]:
        """Take a licence back, as `Market.revoke` does. The caller hands the revocation to the ledger.

        A second time the settlement of the first is returned, so that whoever was interrupted can go on.
        """
        data = {"by": by, "uses": [use_data(one) for one in uses], "reason": reason}
        market, settlement = self._do(_step("revoke", contract, at, data))
        assert settlement is not None
        return market, settlement

    def _do(self, step: Step) -> _Done:
        with self._locked():
            kept = self._kept()
            for known in kept.steps:
                if (known.kind, known.id) != (step.kind, step.id):
                    continue
                if known.data == step.data:
                    return kept.market, kept.settlements.get(step.id)
                raise MarketError(
                    f"The id {step.id} belongs to another {step.kind}, of {known.at:%Y-%m-%d %H:%M} UTC, which says "
                    "something else. Take a new id; what was done is never changed."
                )
            done = _APPLY[step.kind](kept.market, step)
            self._append(step, kept)
        return done

    def _kept(self) -> _Kept:
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            data = b""
        except OSError as error:
            raise MarketError(f"The market {self.path} cannot be read: {error.strerror}.") from error
        return _replayed(data, self.path)

    def _append(self, step: Step, kept: _Kept) -> None:
        line = kept.glue + _line(step, seq=len(kept.steps) + 1, before=kept.head) + b"\n"
        fresh = not self.path.exists()
        try:
            with os.fdopen(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600), "r+b") as file:
                try:
                    file.truncate(kept.size)  # without the rest of a line that was never acknowledged
                    file.seek(kept.size)
                    file.write(line)
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    with contextlib.suppress(OSError):
                        file.truncate(kept.size)
                    raise
            if fresh:
                _sync_folder(self.path.parent)
        except OSError as error:
            raise MarketError(
                f"The step {step.id} cannot be written to {self.path}: {error.strerror}. Nothing was done."
            ) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with FileLock(f"{self.path}.lock", timeout=_LOCK_S):
                yield
        except Timeout as error:
            raise MarketError(
                f"Another program has kept the market {self.path} for {_LOCK_S:.0f} s. Try again when it has ended."
            ) from error


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """What a file holds: `size` bytes of whole lines, to which `glue` must be added before the next one."""

    steps: tuple[Step, ...]
    market: Market
    settlements: Mapping[str, Settlement]
    head: str
    size: int
    glue: bytes


def _replayed(data: bytes, path: Path) -> _Kept:
    lines = data.split(b"\n")
    rest = lines.pop()
    whole = _is_whole(rest)
    if whole:
        lines.append(rest)  # an editor took the last newline away, no more
    elif rest:
        _LOG.warning("%s ends in the middle of a line, which was never acknowledged. It is left out.", path)
    market, head = Market(), _FIRST
    steps: list[Step] = []
    settlements: dict[str, Settlement] = {}
    for number, line in enumerate(lines, start=1):
        try:
            step, head = _parsed(line, seq=number, before=head)
            market, settlement = _APPLY[step.kind](market, step)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, MedialitError) as error:
            raise MarketError(
                f"Line {number} of the market {path} is damaged or was changed ({error}). Nothing was done. Restore the "
                "file from a copy."
            ) from error
        steps.append(step)
        if settlement is not None:
            settlements[step.id] = settlement
    return _Kept(
        steps=tuple(steps),
        market=market,
        settlements=settlements,
        head=head,
        size=len(data) if whole else len(data) - len(rest),
        glue=b"\n" if whole else b"",
    )


def _is_whole(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _line(step: Step, *, seq: int, before: str) -> bytes:
    plain = {
        "seq": seq, "kind": step.kind, "id": step.id, "at": moment_data(step.at), "data": step.data,
        "before": before,
    }  # fmt: skip
    return _canonical(plain | {"hash": hashlib.sha256(_canonical(plain)).hexdigest()})


def _parsed(line: bytes, *, seq: int, before: str) -> tuple[Step, str]:
    """Return a line's step and its hash; written anew it must be the same bytes."""
    plain = json.loads(line)
    step = Step(
        kind=plain["kind"], id=plain["id"], at=datetime.fromisoformat(plain["at"]), data=plain["data"]
    )
    if step.kind not in _APPLY:
        raise ValueError(f"there is no step of the kind {checks.shown(step.kind)}")
    if _line(step, seq=seq, before=before) != line:
        raise ValueError("it does not follow from the line before it, or does not fit its hash")
    return step, str(plain["hash"])


def _canonical(plain: Mapping[str, Any]) -> bytes:
    return json.dumps(
        plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def _step(kind: str, id: str, at: datetime, data: Mapping[str, Any]) -> Step:
    return Step(
        kind=kind, id=checks.ident(id, f"The id of a {kind}"), at=checks.moment(at, "`at`"), data=data
    )


def _apply_offer(market: Market, step: Step) -> _Done:
    return market.offer(offer_of(step.data, id=step.id, at=step.at)), None


def _apply_deposit(market: Market, step: Step) -> _Done:
    return market.deposit(step.id, step.data["person"], money_of(step.data["money"]), at=step.at), None


def _apply_withdraw(market: Market, step: Step) -> _Done:
    return market.withdraw(step.id, step.data["person"], money_of(step.data["money"]), at=step.at), None


def _apply_accept(market: Market, step: Step) -> _Done:
    return market.accept(step.data["offer"], id=step.id, licensee=step.data["licensee"], at=step.at), None


def _apply_show(market: Market, step: Step) -> _Done:
    use = use_of({**step.data, "id": step.id, "at": step.at.isoformat()})
    return market.show(step.data["contract"], use), None


def _apply_release(market: Market, step: Step) -> _Done:
    return market.release(step.id, step.data["contract"], at=step.at), None


def _apply_royalty(market: Market, step: Step) -> _Done:
    revenue = money_of(step.data["revenue"])
    return market.royalty(step.id, step.data["contract"], revenue=revenue, at=step.at), None


def _apply_revoke(market: Market, step: Step) -> _Done:
    uses = [use_of(one) for one in step.data["uses"]]
    return market.revoke(
        step.id, at=step.at, by=step.data["by"], uses=uses, reason=step.data["reason"]
    )  # fmt: skip


_APPLY: Final[Mapping[str, Callable[[Market, Step], _Done]]] = {
    "offer": _apply_offer,
    "deposit": _apply_deposit,
    "withdraw": _apply_withdraw,
    "accept": _apply_accept,
    "show": _apply_show,
    "release": _apply_release,
    "royalty": _apply_royalty,
    "revoke": _apply_revoke,
}


def _sync_folder(folder: Path) -> None:
    """Make a new file's name last, where the system knows how."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
