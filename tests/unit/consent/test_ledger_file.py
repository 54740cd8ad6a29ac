from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medialit.consent import ledger_file
from medialit.consent.ledger import Ledger
from medialit.consent.ledger_events import Event, write_payload
from medialit.consent.policy import decide
from medialit.consent.records import (
    Action,
    Audience,
    Grant,
    Medium,
    Modality,
    Principal,
    Prohibition,
    Purpose,
    Relation,
    RelationKind,
    Request,
    Restrictions,
    Revocation,
    Scope,
)
from medialit.errors import LedgerError

NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
TIZIRI = Principal(id="tiziri", name="ⵜⵉⵣⵉⵔⵉ", born=date(1990, 5, 1))
NADIR = Principal(id="nadir", name="نادر", born=date(1988, 2, 3))
SCOPE = Scope(
    purposes=frozenset({Purpose.EDUCATION}),
    actions=frozenset({Action.GENERATE}),
    audience=Audience.APPROVED,
    territories=frozenset({"MA"}),
    media=frozenset({Medium.CLASSROOM}),
    modalities=frozenset({Modality.FACE}),
    starts=NOW,
)
GRANT = Grant(
    id="g1",
    principal="tiziri",
    grantees=("nadir",),
    scope=SCOPE,
    restrictions=Restrictions(topics=frozenset({"war"})),
    granted_by=("tiziri",),
    at=NOW,
)
REQUEST = Request(
    id="r1",
    requester="nadir",
    principals=("tiziri",),
    action=Action.GENERATE,
    purpose=Purpose.EDUCATION,
    audience=Audience.APPROVED,
    territories=frozenset({"MA"}),
    medium=Medium.CLASSROOM,
    modalities=frozenset({Modality.FACE}),
    topics=frozenset(),
    contexts=frozenset(),
    appearance=frozenset(),
    at=NOW,
)


def _fill(place: str | Path) -> None:
    with Ledger(place) as ledger:
        ledger.append(TIZIRI, by="school", now=NOW)
        ledger.append(NADIR, by="school", now=NOW)
        ledger.append(GRANT, by="tiziri", now=NOW)
        decision = decide(REQUEST, **ledger.state().known, now=NOW)
        assert decision.allowed
        ledger.log(REQUEST, decision, by="generate", now=NOW)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    _fill(folder / "ledger.db")
    with Ledger(folder / "ledger.db") as ledger:
        ledger.export(folder / "ledger.jsonl")
    return folder / "ledger.jsonl"


def test_people_keep_their_grants_when_a_platform_closes(
    new_place: Callable[[], str], tmp_path: Path
) -> None:
    old, new, file = new_place(), new_place(), tmp_path / "ledger.jsonl"
    _fill(old)
    with Ledger(old) as ledger:
        head, events, state = ledger.export(file), list(ledger.events()), ledger.state()
    with Ledger(new) as ledger:
        done = ledger.import_(file, by="school", now=NOW, expected=head)
        assert (done.how, done.n_added, done.head) == ("adopted", 4, head)
        assert list(ledger.events()) == events and ledger.state() == state and ledger.verify(known=(head,)).ok
        assert ledger.export(tmp_path / "again.jsonl") == head
        ledger.append(
            Relation(kind=RelationKind.FOLLOW, from_id="nadir", to_id="tiziri", at=NOW), by="nadir", now=NOW
        )
        assert ledger.verify().ok
    assert (tmp_path / "again.jsonl").read_bytes() == file.read_bytes()


def test_a_file_that_goes_on_is_added_once(exported: Path, tmp_path: Path) -> None:
    with Ledger(tmp_path / "a.db") as first, Ledger(tmp_path / "b.db") as second:
        first.import_(exported, by="school", now=NOW)
        second.import_(exported, by="school", now=NOW)
        end = Revocation(id="v1", principal="tiziri", by="tiziri", at=NOW)
        first.append(end, by="tiziri", now=NOW)
        first.export(tmp_path / "more.jsonl")
        assert [second.import_(tmp_path / "more.jsonl", by="school", now=NOW).n_added for _ in range(2)] == [
            1,
            0,
        ]
        assert (
            second.state() == first.state() and second.import_(exported, by="x", now=NOW).how == "continued"
        )
        assert second.state().revocations == (end,)


def test_two_copies_that_went_on_separately_are_told(exported: Path, tmp_path: Path) -> None:
    with Ledger(tmp_path / "a.db") as first, Ledger(tmp_path / "b.db") as second:
        for ledger, id in ((first, "v1"), (second, "v2")):
            ledger.import_(exported, by="school", now=NOW)
            ledger.append(Revocation(id=id, principal="tiziri", by="tiziri", at=NOW), by="tiziri", now=NOW)
        second.export(tmp_path / "b.jsonl")
        with pytest.raises(LedgerError, match=r"Line 8: event 5 .* went on separately"):
            first.import_(tmp_path / "b.jsonl", by="school", now=NOW)
        assert first.head().seq == 5 and [one.id for one in first.state().revocations] == ["v1"]


def test_another_chain_is_kept_beside_and_counts(
    new_place: Callable[[], str], exported: Path, tmp_path: Path
) -> None:
    with Ledger(new_place()) as ledger:
        ledger.append(Principal(id="yto", name="Yto", minor=False), by="school", now=NOW)
        done = ledger.import_(exported, by="school", now=NOW)
        assert (done.how, done.n_added) == ("beside", 4)
        head = ledger.head()
        assert head.seq == 2 and head.chain != done.head.chain
        assert ledger.import_(exported, by="school", now=NOW).n_added == 0 and ledger.head() == head
        state = ledger.state()
        assert {one.id for one in state.principals} == {"yto", "tiziri", "nadir"} and state.grants == (GRANT,)
        assert decide(REQUEST, **state.known, now=NOW).allowed
        assert ledger.append(GRANT, by="tiziri", now=NOW).chain == done.head.chain  # it is here already
        end = Revocation(id="v1", principal="tiziri", grant="g1", by="tiziri", at=NOW)
        ledger.append(end, by="tiziri", now=NOW)
        assert not decide(REQUEST, **ledger.state().known, now=NOW).allowed
        assert ledger.verify().ok
        ledger.export(tmp_path / "both.jsonl")
        state = ledger.state()
    with Ledger(new_place()) as third:
        third.import_(tmp_path / "both.jsonl", by="school", now=NOW)
        assert third.state() == state and third.verify().ok


def test_a_chain_that_comes_home_inside_another_is_known_again(exported: Path, tmp_path: Path) -> None:
    with Ledger(tmp_path / "a.db") as first, Ledger(tmp_path / "b.db") as second:
        first.import_(exported, by="school", now=NOW)
        second.append(Principal(id="yto", name="Yto", minor=False), by="school", now=NOW)
        second.import_(exported, by="school", now=NOW)
        second.export(tmp_path / "b.jsonl")
        assert first.import_(tmp_path / "b.jsonl", by="school", now=NOW).how == "beside"
        assert {one.id for one in first.state().principals} == {"tiziri", "nadir", "yto"}
        assert first.verify().ok


def test_a_file_gives_away_nobody_who_is_known_here(exported: Path, tmp_path: Path) -> None:
    with Ledger(tmp_path / "a.db") as ledger:
        ledger.append(TIZIRI, by="school", now=NOW)
        ledger.import_(exported, by="mallory", now=NOW)
        state = ledger.state()
        assert state.grants == () and state.set_aside == (GRANT,)
        assert not decide(REQUEST, **state.known, now=NOW).allowed


def test_a_no_counts_wherever_it_comes_from(exported: Path, tmp_path: Path) -> None:
    with Ledger(tmp_path / "a.db") as here, Ledger(tmp_path / "b.db") as there:
        for one, by in ((TIZIRI, "school"), (NADIR, "school"), (GRANT, "tiziri")):
            here.append(one, by=by, now=NOW)
        no = Prohibition(id="p1", principal="tiziri", by="tiziri", at=NOW)
        there.append(no, by="tiziri", now=NOW)
        there.export(tmp_path / "b.jsonl")
        here.import_(tmp_path / "b.jsonl", by="school", now=NOW)
        assert here.state().prohibitions == (no,)
        assert not decide(REQUEST, **here.state().known, now=NOW).allowed


def test_an_id_that_says_something_else_here_stops_the_whole_import(exported: Path, tmp_path: Path) -> None:
    with Ledger(tmp_path / "a.db") as ledger:
        ledger.append(TIZIRI, by="school", now=NOW)
        ledger.append(replace(GRANT, grantees=("yto",)), by="tiziri", now=NOW)
        before = ledger.state()
        with pytest.raises(LedgerError, match=r"Line 6 cannot be taken in: The grant g1 says one thing here"):
            ledger.import_(exported, by="school", now=NOW)
        assert ledger.state() == before and ledger.verify().ok


def test_who_was_forgotten_here_does_not_come_back_with_a_file(exported: Path, tmp_path: Path) -> None:
    with Ledger(tmp_path / "a.db") as ledger:
        ledger.import_(exported, by="school", now=NOW)
        ledger.forget("tiziri", by="tiziri", now=NOW)
        ledger.import_(exported, by="school", now=NOW)
        assert ledger.state().principal("tiziri") is None and ledger.verify().ok
        ledger.export(tmp_path / "after.jsonl")
    with Ledger(tmp_path / "b.db") as other:
        other.import_(exported, by="school", now=NOW)
        other.import_(tmp_path / "after.jsonl", by="school", now=NOW)
        assert other.state().forgotten == {"tiziri"} and other.verify().ok
    assert TIZIRI.name not in (tmp_path / "after.jsonl").read_text(encoding="utf-8")


def _broken(exported: Path, change: Callable[[list[bytes]], list[bytes]], to: Path) -> Path:
    lines = change(exported.read_bytes().splitlines(keepends=True))
    to.write_bytes(b"".join(lines))
    return to


def _at(place: int, change: Callable[[bytes], bytes]) -> Callable[[list[bytes]], list[bytes]]:
    return lambda lines: [*lines[:place], change(lines[place]), *lines[place + 1 :]]


HOSTILE: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "empty": (lambda lines: [], "Line 1"),
    "something else": (lambda lines: [b'{"format": "diary"}\n'], "Line 1: this is no export"),
    "a picture": (lambda lines: [b"\x89PNG\r\n\x1a\n" * 99], "Line 1 is not JSON"),
    "a newer version": (_at(0, lambda x: x.replace(b'version":1', b'version":2')), "Line 1: the file has version 2"),
    "another count": (_at(0, lambda x: x.replace(b'"count":4', b'"count":5')), "Line 1 promises"),
    "another head": (_at(0, lambda x: x.replace(b'"seq":4', b'"seq":3')), "Line 1 says that the chain ends"),
    "cut off": (lambda lines: lines[:-1], "Line 1 promises"),
    "cut in a line": (_at(-1, lambda x: x[:-40]) if False else lambda lines: [*lines[:-1], lines[-1][:-40]], "Line 7 is"),
    "wrong hash": (_at(4, lambda x: x.replace(b'"hash":"', b'"hash":"00', 1)[:-1] + b"\n"), "Line 5"),
    "changed": (_at(3, lambda x: x.replace(b'"by":"school"', b'"by":"schoo1"')), "Line 4: the hash of event 1 is wrong"),
    "moved": (lambda x: [*x[:3], x[4], x[3], *x[5:]], "Line 4: event 2 stands where event 1 is next"),
    "doubled": (lambda x: [*x, x[-1]], "Line 8: event 4 stands where event 5"),
    "a key doubled": (lambda x: [x[0], x[1], *x[1:]], "Line 3: it holds no key"),
    "a key changed": (_at(1, lambda x: x.replace(b'"key":"', b'"key":"AAAA', 1).replace(b'="', b'"')), "Line 2"),
    "a key gone": (lambda x: [x[0].replace(b'"keys":2', b'"keys":1'), *x[2:]], "cannot be read|promises"),
    "keys exchanged": (_at(1, lambda x: x.replace(b'"nadir"', b'"tiziri"')), "Line 3: it holds no key"),
    "NUL": (_at(4, lambda x: x.replace(b"school", b"scho\x00l")), "Line 5 is not JSON"),
    "NUL escaped": (_at(4, lambda x: x.replace(b"school", b"scho\\u0000l")), "Line 5: Its `by`"),
    "half a letter": (_at(4, lambda x: x.replace(b"school", b"\\ud800")), "Line 5: Its `by`"),
    "not UTF-8": (_at(4, lambda x: x.replace(b"school", b"sch\xff\xfe")), "Line 5 is not JSON .*UTF-8"),
    "NaN": (_at(4, lambda x: x.replace(b'"seq":2', b'"seq":NaN')), "Line 5 is not JSON"),
    "a long number": (_at(4, lambda x: x.replace(b'"seq":2', b'"seq":' + b"9" * 9000)), "Line 5 is not JSON"),
    "a great number": (_at(4, lambda x: x.replace(b'"seq":2', b'"seq":' + b"9" * 30)), "Line 5: Its number"),
    "deep": (_at(4, lambda x: b'{"event":' * 100_000 + b"\n"), "Line 5 is not JSON"),
    "a key twice": (_at(4, lambda x: x.replace(b'"seq":2', b'"seq":2,"seq":2')), "Line 5 is not JSON .*twice"),
    "a list": (_at(4, lambda x: b"[]\n"), "Line 5 is not JSON as medialit writes it .it is not an object"),
    "an unknown line": (_at(4, lambda x: b'{"grant":{}}\n'), "Line 5: it holds neither"),
    "an event of nothing": (_at(4, lambda x: b'{"event":null}\n'), "Line 5: it holds no event"),
}  # fmt: skip


@pytest.mark.parametrize("attack", sorted(HOSTILE))
def test_a_hostile_file_is_refused_with_its_line_and_nothing_is_imported(
    exported: Path, tmp_path: Path, attack: str
) -> None:
    change, said = HOSTILE[attack]
    file = _broken(exported, change, tmp_path / "hostile.jsonl")
    with Ledger(tmp_path / "a.db") as ledger:
        with pytest.raises(LedgerError, match=said):
            ledger.import_(file, by="school", now=NOW)
        assert ledger.head().seq == 0 and not list(ledger.events())


def test_a_huge_line_is_refused_before_it_is_parsed(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_file, "MAX_LINE", 100_000)
    file = _broken(exported, _at(4, lambda line: b'"' + b"x" * 100_001 + b'"\n'), tmp_path / "huge.jsonl")
    with Ledger(tmp_path / "a.db") as ledger, pytest.raises(LedgerError, match="Line 5 is longer"):
        ledger.import_(file, by="school", now=NOW)


def test_the_wrong_file_is_told_by_its_head(exported: Path, tmp_path: Path) -> None:
    with Ledger(tmp_path / "a.db") as ledger:
        with pytest.raises(LedgerError, match="not 'medialit-consent"):
            ledger.import_(exported, by="school", now=NOW, expected=ledger.head())
        with pytest.raises(LedgerError, match="cannot be read"):
            ledger.import_(tmp_path / "nothing.jsonl", by="school", now=NOW)
        with pytest.raises(LedgerError, match="cannot be written"):
            ledger.export(tmp_path / "nowhere" / "ledger.jsonl")


def _forged(exported: Path, to: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Write a file whose every hash is right though its third event was changed: what a liar with our code can do."""
    lines = [json.loads(line) for line in exported.read_text(encoding="utf-8").splitlines()]
    before: Event | None = None
    for line in lines:
        if "event" in line:
            data = line["event"]
            if data["seq"] == 3:
                change(data)
            data["prev_hash"] = data["prev_hash"] if before is None else before.hash
            before = Event.from_fields(data).hashed()
            line["event"] = before.fields()
    assert before is not None
    lines[0]["head"]["hash"] = before.hash
    to.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return to


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("payload", '{"owners":[],"record":{},"sealed":null}', "holds no valid record"),
        ("payload", '{"owners":[],"record":[],"sealed":null}', "no payload"),
        ("payload", "{}", "no payload"),
        ("payload", "[" * 50_000, "no payload"),
        ("payload", '{"owners":["nadir"],"record":{},"sealed":"AAAA"}', "cannot be opened"),
        ("payload", '{"owners":["yto"],"record":{},"sealed":"AAAA"}', "cannot be read"),
        ("id", "grant/g2/1", "another event's|is next"),
        ("id", "principal/tiziri/1", "is next"),
        ("subject", "g2", "is next"),
        ("kind", "prohibition", "is next"),
        ("kind", "erasure", "is next"),
    ],
)
def test_a_forged_file_with_right_hashes_is_refused_all_the_same(
    exported: Path, tmp_path: Path, field: str, value: str, said: str
) -> None:
    file = _forged(exported, tmp_path / "forged.jsonl", lambda data: data.update({field: value}))
    with Ledger(tmp_path / "a.db") as ledger:
        with pytest.raises(LedgerError, match=said):
            ledger.import_(file, by="school", now=NOW)
        assert ledger.head().seq == 0


def test_an_import_of_a_chain_that_is_not_there_is_refused(exported: Path, tmp_path: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        record = {"chain": "ab" * 16, "seq": 2, "hash": "cd" * 32}
        data.update(kind="import", subject="ab" * 16, id=f"import/{'ab' * 16}/1")
        data["payload"] = write_payload(record, {}, keys=None, context="")

    file = _forged(exported, tmp_path / "forged.jsonl", change)
    with Ledger(tmp_path / "a.db") as ledger, pytest.raises(LedgerError, match=r"Line 6: The imported chain"):
        ledger.import_(file, by="school", now=NOW)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(min_value=0, max_value=10_000), flip=st.integers(min_value=1, max_value=255))
def test_a_file_with_any_byte_changed_is_refused_or_says_the_same(
    exported: Path, place: int, flip: int, tmp_path: Path
) -> None:
    data = bytearray(exported.read_bytes())
    data[place % len(data)] ^= flip
    file = tmp_path / "flipped.jsonl"
    file.write_bytes(bytes(data))
    try:
        found = ledger_file.read_export(file, expected=None)
    except LedgerError:
        return
    good = ledger_file.read_export(exported, expected=None)  # white space may have become other white space
    assert (found.head, found.chains, found.all_keys) == (good.head, good.chains, good.all_keys)


def test_what_is_said_later_than_the_import_is_later(exported: Path, tmp_path: Path) -> None:
    with Ledger(tmp_path / "a.db") as ledger:
        ledger.append(Principal(id="yto", name="Yto", minor=False), by="school", now=NOW)
        ledger.import_(exported, by="school", now=NOW + timedelta(hours=1))
        first = next(one for one in ledger.state().principals if one.id == "tiziri")
        with pytest.raises(LedgerError, match="already here with other details"):
            ledger.append(replace(first, public_figure=True), by="school", now=NOW)
