"""Laws of the market's file: what was acknowledged lasts, twice is once, and no line can be changed unnoticed."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from medialit.consent.market import Currency, Exclusivity, Market, Money, Offer, Refund, Revocability, Use
from medialit.consent.market_file import MarketFile
from medialit.consent.records import Action, Audience, Medium, Modality, Purpose, Restrictions, Scope
from medialit.errors import MarketError

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def mad(centimes: int) -> Money:
    return Money(centimes=centimes, currency=Currency.MAD)


def offer(id: str = "o1", **changes: object) -> Offer:
    scope = Scope(
        purposes=frozenset({Purpose.ADVERTISING}), actions=frozenset({Action.GENERATE, Action.PUBLISH}),
        audience=Audience.EVERYONE, territories=frozenset({"MA"}), media=frozenset({Medium.SOCIAL, Medium.BROADCAST}),
        modalities=frozenset({Modality.FACE}), starts=START, ends=START + 30 * DAY,
    )  # fmt: skip
    fields: dict[str, object] = {
        "id": id, "principal": "tiziri", "offered_by": ("tiziri",), "scope": scope, "price": mad(100_000),
        "royalty_bp": 500, "payees": (("tiziri", 8), ("agent", 2)), "at": START - 20 * DAY,
        "until": START + 20 * DAY,
    }  # fmt: skip
    return Offer(**(fields | changes))  # type: ignore[arg-type]


SPOT = Use(id="spot", at=START + DAY, medium=Medium.BROADCAST, place="atlas-tv")


def filled(path: Path) -> Market:
    """One step of each kind, given to the file, and the same market made in memory."""
    kept = MarketFile(path)
    kept.offer(offer())
    kept.deposit("d1", "souk", mad(150_000), at=START - 2 * DAY)
    kept.accept("o1", id="c1", licensee="souk", at=START - DAY)
    kept.release("r1", "c1", at=START + 3 * DAY)
    kept.royalty("y1", "c1", revenue=mad(20_000), at=START + 4 * DAY)
    kept.withdraw("w1", "agent", mad(100), at=START + 5 * DAY)
    kept.revoke("c1", at=START + 9 * DAY + timedelta(hours=1), by="tiziri", uses=[SPOT], reason="Enough.")
    made = Market().offer(offer()).deposit("d1", "souk", mad(150_000), at=START - 2 * DAY)
    made = made.accept("o1", id="c1", licensee="souk", at=START - DAY)
    made = made.release("r1", "c1", at=START + 3 * DAY)
    made = made.royalty("y1", "c1", revenue=mad(20_000), at=START + 4 * DAY)
    made = made.withdraw("w1", "agent", mad(100), at=START + 5 * DAY)
    return made.revoke("c1", at=START + 9 * DAY + timedelta(hours=1), uses=[SPOT], reason="Enough.")[0]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "consent" / "market.jsonl"


def test_what_is_read_again_is_what_the_steps_make(path: Path) -> None:
    assert filled(path) == MarketFile(path).read()


def test_every_field_of_an_offer_comes_back(path: Path) -> None:
    promise = Exclusivity(
        purposes=frozenset({Purpose.ADVERTISING}), territories=frozenset({"MA"}), starts=START, ends=START + DAY
    )  # fmt: skip
    full = offer(
        licensees=("souk", "riad"),
        exclusivity=promise,
        restrictions=Restrictions(topics=frozenset({"alcohol"})),
        revocability=Revocability(refund=Refund.NOTHING, run_on_days=7),
    )
    MarketFile(path).offer(full)
    assert MarketFile(path).read().offers["o1"] == full


def test_a_file_that_is_not_there_is_an_empty_market_and_reading_makes_none(path: Path) -> None:
    assert MarketFile(path).read() == Market()
    assert not path.exists()


def test_the_same_step_twice_is_once_whatever_the_clock_says(path: Path) -> None:
    filled(path)
    before = path.read_bytes()
    kept, later = MarketFile(path), START + 10 * DAY
    kept.offer(offer(at=START - 19 * DAY))
    kept.deposit("d1", "souk", mad(150_000), at=later)
    kept.accept("o1", id="c1", licensee="souk", at=later)
    kept.release("r1", "c1", at=later)
    kept.royalty("y1", "c1", revenue=mad(20_000), at=later)
    kept.withdraw("w1", "agent", mad(100), at=later)
    _, settlement = kept.revoke("c1", at=later, by="tiziri", uses=[SPOT], reason="Enough.")
    assert path.read_bytes() == before
    assert settlement.used_days == 10
    assert settlement.revocation.at == START + 9 * DAY + timedelta(hours=1)


def test_an_id_that_says_something_else_is_refused_and_nothing_is_written(path: Path) -> None:
    filled(path)
    before = path.read_bytes()
    with pytest.raises(MarketError, match="d1 belongs to another deposit"):
        MarketFile(path).deposit("d1", "souk", mad(1), at=START)
    assert path.read_bytes() == before


def test_a_step_that_the_market_refuses_is_not_written(path: Path) -> None:
    MarketFile(path).offer(offer())
    before = path.read_bytes()
    with pytest.raises(MarketError, match="Pay in"):
        MarketFile(path).accept("o1", id="c1", licensee="souk", at=START)
    assert path.read_bytes() == before


@pytest.mark.parametrize("number", range(1, 8))
def test_a_changed_line_is_named(path: Path, number: int) -> None:
    filled(path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[number - 1] = lines[number - 1].replace(b'"at":"2026-0', b'"at":"2025-0', 1)
    path.write_bytes(b"".join(lines))
    with pytest.raises(MarketError, match=f"Line {number} of the market"):
        MarketFile(path).read()


def test_a_line_that_was_taken_out_is_missed_where_it_stood(path: Path) -> None:
    filled(path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3] + lines[4:]))
    with pytest.raises(MarketError, match="Line 4 of the market"):
        MarketFile(path).read()


def test_a_line_with_a_new_hash_of_its_own_breaks_the_next_one(path: Path) -> None:
    filled(path)
    lines = path.read_bytes().splitlines(keepends=True)
    other = MarketFile(path.with_name("other.jsonl"))
    other.offer(offer())
    other.deposit("d1", "souk", mad(150_001), at=START - 2 * DAY)
    lines[1] = other.path.read_bytes().splitlines(keepends=True)[1]
    path.write_bytes(b"".join(lines))
    with pytest.raises(MarketError, match="Line 3 of the market"):
        MarketFile(path).read()


@pytest.mark.parametrize(
    "junk", [b"\n", b"[]\n", b"null\n", b'{"kind":"gift"}\n', b"\xff\xfe\n", b"[" * 9999 + b"\n"]
)
def test_what_is_no_step_is_named_by_its_line_and_never_overwritten(path: Path, junk: bytes) -> None:
    filled(path)
    path.write_bytes(path.read_bytes() + junk)
    before = path.read_bytes()
    with pytest.raises(MarketError, match="Line 8 of the market"):
        MarketFile(path).deposit("d2", "souk", mad(1), at=START)
    assert path.read_bytes() == before


@pytest.mark.parametrize("cut", [1, 20, 150])
def test_a_line_that_a_power_cut_left_half_is_replaced_by_the_next_step(path: Path, cut: int) -> None:
    kept = MarketFile(path)
    kept.offer(offer())
    whole = path.read_bytes()
    kept.deposit("d1", "souk", mad(150_000), at=START)
    path.write_bytes(path.read_bytes()[: len(whole) + cut])
    assert kept.read() == Market().offer(offer())
    kept.deposit("d2", "souk", mad(5), at=START)
    assert [one.id for one in kept.steps()] == ["o1", "d2"]


def test_a_last_newline_that_an_editor_took_away_loses_no_step(path: Path) -> None:
    filled(path)
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    MarketFile(path).deposit("d2", "souk", mad(5), at=START)
    assert len(MarketFile(path).steps()) == 8


def test_the_head_names_how_far_it_goes(path: Path) -> None:
    filled(path)
    n, hash = MarketFile(path).head()
    assert (n, hash) == (7, json.loads(path.read_bytes().splitlines()[-1])["hash"])


def test_writers_at_once_lose_nothing(path: Path) -> None:
    program = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from medialit.consent.market import Currency, Money\n"
        "from medialit.consent.market_file import MarketFile\n"
        "kept = MarketFile(Path(sys.argv[1]))\n"
        "for n in range(10):\n"
        "    kept.deposit(f'{sys.argv[2]}{n}', 'souk', Money(centimes=1, currency=Currency.MAD),"
        " at=datetime(2026, 3, 1, tzinfo=UTC))\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(path), one]) for one in ("a", "b")]
    assert [one.wait() for one in running] == [0, 0]
    assert MarketFile(path).read().books.balance("wallet:souk", Currency.MAD) == 20


def test_only_this_account_reads_it(path: Path) -> None:
    MarketFile(path).offer(offer())
    assert path.stat().st_mode & 0o077 == 0
