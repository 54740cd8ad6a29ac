from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from medialit.consent.ledger import Ledger
from medialit.consent.ledger_events import Head, LoggedDecision
from medialit.consent.policy import decide
from medialit.consent.records import (
    Action,
    Audience,
    Grant,
    Lifting,
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
from medialit.errors import LedgerError, RecordError

NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
TIZIRI = Principal(id="tiziri", name="ⵜⵉⵣⵉⵔⵉ ⵏ ⵓⵣⵎⵎⵓⵔ", born=date(1990, 5, 1))
NADIR = Principal(id="nadir", name="نادر الإدريسي", born=date(1988, 2, 3))
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
    restrictions=Restrictions(appearance=frozenset({"without headscarf"})),
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
    topics=frozenset({"school"}),
    contexts=frozenset(),
    appearance=frozenset(),
    at=NOW,
)
FOLLOW = Relation(kind=RelationKind.FOLLOW, from_id="nadir", to_id="tiziri", at=NOW)


@pytest.fixture
def ledger(new_place: Callable[[], str]) -> Iterator[Ledger]:
    with Ledger(new_place()) as ledger:
        yield ledger


def _fill(ledger: Ledger) -> None:
    ledger.append(TIZIRI, by="school", now=NOW)
    ledger.append(NADIR, by="school", now=NOW)
    ledger.append(GRANT, by="tiziri", now=NOW)


def test_what_was_said_is_what_stands(ledger: Ledger) -> None:
    _fill(ledger)
    no = Prohibition(
        id="p1", principal="tiziri", by="tiziri", at=NOW, restrictions=Restrictions(topics=frozenset({"war"}))
    )
    end = Revocation(id="v1", principal="tiziri", grant="g1", by="tiziri", at=NOW, reason="I changed my mind")
    lifted = Lifting(id="l1", principal="tiziri", prohibition="p1", by="tiziri", at=NOW)
    for one in (no, end, lifted):
        ledger.append(one, by="tiziri", now=NOW)
    ledger.append(FOLLOW, by="nadir", now=NOW)
    state = ledger.state()
    assert state.principals == (TIZIRI, NADIR)
    assert (state.grants, state.prohibitions, state.revocations) == ((GRANT,), (no,), (end,))
    assert (state.liftings, state.relations, state.set_aside) == ((lifted,), (FOLLOW,), ())
    assert state.head == ledger.head() and state.head.seq == 7
    assert [ledger.record(event) for event in ledger.events()] == [
        TIZIRI,
        NADIR,
        GRANT,
        no,
        end,
        lifted,
        FOLLOW,
    ]
    assert ledger.verify().ok


def test_the_state_answers_a_request(ledger: Ledger) -> None:
    _fill(ledger)
    assert decide(REQUEST, **ledger.state().known, now=NOW).allowed
    end = Revocation(id="v1", principal="tiziri", grant="g1", by="tiziri", at=NOW)
    ledger.append(end, by="tiziri", now=NOW)
    assert not decide(REQUEST, **ledger.state().known, now=NOW).allowed


def test_the_same_statement_twice_is_one_event(ledger: Ledger) -> None:
    _fill(ledger)
    before = ledger.head()
    first = ledger.append(FOLLOW, by="nadir", now=NOW)
    for record, by in ((FOLLOW, "nadir"), (GRANT, "tiziri"), (TIZIRI, "school")):
        again = ledger.append(record, by=by, now=NOW + timedelta(hours=1))
        assert again.recorded_at == NOW
    assert ledger.head() == first.head and first.seq == before.seq + 1


def test_an_id_that_says_something_else_is_refused_and_nothing_is_lost(ledger: Ledger) -> None:
    _fill(ledger)
    wider = replace(GRANT, grantees=("nadir", "yto"))
    with pytest.raises(LedgerError, match="g1 is already here"):
        ledger.append(wider, by="tiziri", now=NOW)
    assert ledger.state().grants == (GRANT,)
    no = Prohibition(id="g1", principal="tiziri", by="tiziri", at=NOW)
    ledger.append(no, by="tiziri", now=NOW)  # each kind of record has ids of its own, as in the policy


def test_a_person_changes_only_in_the_sight_of_who_changes(ledger: Ledger) -> None:
    first = ledger.append(TIZIRI, by="school", now=NOW)
    famous = replace(TIZIRI, public_figure=True)
    with pytest.raises(LedgerError, match="already here with other details"):
        ledger.append(famous, by="school", now=NOW)
    second = ledger.append(famous, by="school", now=NOW, replaces=first.hash)
    assert ledger.state().principals == (famous,)
    late = replace(TIZIRI, name="Tiziri")
    with pytest.raises(LedgerError, match="changed meanwhile"):
        ledger.append(late, by="school", now=NOW, replaces=first.hash)
    back = ledger.append(TIZIRI, by="school", now=NOW, replaces=second.hash)
    assert ledger.state().principals == (TIZIRI,)
    assert [first.id, second.id, back.id] == [f"principal/tiziri/{n}" for n in (1, 2, 3)]
    with pytest.raises(LedgerError, match="to be replaced"):
        ledger.append(NADIR, by="school", now=NOW, replaces=first.hash)


def test_a_newer_relation_replaces_the_older_and_a_late_copy_of_the_older_does_not_return(
    ledger: Ledger,
) -> None:
    ended = replace(FOLLOW, until=NOW + timedelta(days=1))
    first = ledger.append(FOLLOW, by="nadir", now=NOW)
    ledger.append(ended, by="nadir", now=NOW)
    assert ledger.append(FOLLOW, by="nadir", now=NOW) == first
    assert ledger.state().relations == (ended,)


@pytest.mark.parametrize(
    ("record", "by"),
    [
        (GRANT, "nadir"),
        (FOLLOW, "tiziri"),
        (Revocation(id="v1", principal="tiziri", by="tiziri", at=NOW), "nadir"),
    ],
)
def test_nobody_hands_in_what_somebody_else_says(ledger: Ledger, record: Grant, by: str) -> None:
    with pytest.raises(LedgerError, match="hands in"):
        ledger.append(record, by=by, now=NOW)
    assert ledger.head().seq == 0


def test_what_is_no_statement_or_has_no_time_zone_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="statements"):
        ledger.append(REQUEST, by="nadir", now=NOW)  # type: ignore[arg-type]
    with pytest.raises(RecordError, match="time zone"):
        ledger.append(TIZIRI, by="school", now=datetime(2026, 9, 1))
    with pytest.raises(RecordError, match="characters"):
        ledger.append(TIZIRI, by="تيزيري", now=NOW)


def test_refusals_are_logged_with_their_reasons(ledger: Ledger) -> None:
    _fill(ledger)
    no = Prohibition(
        id="p1",
        principal="tiziri",
        by="tiziri",
        at=NOW,
        restrictions=Restrictions(topics=frozenset({"school"})),
    )
    yes = decide(REQUEST, **ledger.state().known, now=NOW)
    first = ledger.log(REQUEST, yes, by="generate", now=NOW)
    assert ledger.log(REQUEST, yes, by="generate", now=NOW) == first
    ledger.append(no, by="tiziri", now=NOW)
    refusal = decide(REQUEST, **ledger.state().known, now=NOW)
    assert not refusal.allowed and refusal.reason.detail == ("school",)
    ledger.log(REQUEST, refusal, by="publish", now=NOW)
    ledger.log(
        REQUEST, yes, by="generate", now=NOW
    )  # the same answer as the first, after another one: a new event
    logged = list(ledger.decisions())
    assert [one.decision for one in logged] == [yes, refusal, yes]
    assert {one.request for one in logged} == {REQUEST} and [one.by for one in logged][1] == "publish"
    assert all(one.complete for one in logged)


def test_one_request_id_is_one_request(ledger: Ledger) -> None:
    decision = decide(REQUEST, **ledger.state().known, now=NOW)
    ledger.log(REQUEST, decision, by="generate", now=NOW)
    with pytest.raises(LedgerError, match="asks for something else"):
        ledger.log(replace(REQUEST, purpose=Purpose.ART), decision, by="generate", now=NOW)


def test_a_clock_that_goes_back_is_recorded_and_nothing_is_reordered(ledger: Ledger) -> None:
    ledger.append(TIZIRI, by="school", now=NOW)
    early = NOW - timedelta(days=400)
    second = ledger.append(NADIR, by="school", now=early)
    third = ledger.append(GRANT, by="tiziri", now=NOW + timedelta(seconds=1))
    assert (second.seq, second.recorded_at, second.not_before) == (2, early, NOW)
    assert (third.seq, third.at, third.not_before) == (3, NOW, NOW + timedelta(seconds=1))
    assert [event.seq for event in ledger.events()] == [1, 2, 3]
    assert ledger.verify().ok


def test_who_is_forgotten_is_unreadable_and_the_chain_still_verifies(ledger: Ledger) -> None:
    _fill(ledger)
    ledger.append(
        Revocation(id="v1", principal="tiziri", by="tiziri", at=NOW, reason="ask Yto"), by="tiziri", now=NOW
    )
    ledger.append(FOLLOW, by="nadir", now=NOW)
    decision = decide(REQUEST, **ledger.state().known, now=NOW)
    ledger.log(REQUEST, decision, by="generate", now=NOW)
    done = ledger.forget("tiziri", by="tiziri", now=NOW)
    assert ledger.forget("tiziri", by="tiziri", now=NOW) == done
    state = ledger.state()
    assert (state.principals, state.grants, state.revocations, state.relations) == ((NADIR,), (), (), ())
    assert state.forgotten == {"tiziri"}
    assert decide(REQUEST, **state.known, now=NOW).reason.code == "unknown_person"
    said = [ledger.record(event) for event in ledger.events()]
    assert said[0] is None and said[2] is None and said[1] == NADIR
    logged = said[5]
    assert isinstance(logged, LoggedDecision) and not logged.complete
    assert logged.request.topics is None and logged.decision.reason.code == decision.reason.code
    assert ledger.verify().ok
    with pytest.raises(LedgerError, match="erased here"):
        ledger.append(TIZIRI, by="school", now=NOW, replaces=next(ledger.events()).hash)
    with pytest.raises(LedgerError, match="erased here"):
        ledger.append(replace(GRANT, id="g2"), by="tiziri", now=NOW)
    refused = ledger.log(REQUEST, decide(REQUEST, **state.known, now=NOW), by="generate", now=NOW)
    assert '"sealed":null' in refused.payload and ledger.verify().ok


def test_only_who_is_known_can_be_forgotten(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="nothing about"):
        ledger.forget("tiziri", by="tiziri", now=NOW)


def test_a_fold_that_goes_on_is_the_fold_from_the_start(ledger: Ledger, new_place: Callable[[], str]) -> None:
    _fill(ledger)
    ledger.state()
    ledger.append(FOLLOW, by="nadir", now=NOW)
    ledger.forget("nadir", by="nadir", now=NOW)
    gone_on = ledger.state()
    with Ledger(ledger._store.url.render_as_string(hide_password=False)) as other:
        assert other.state() == gone_on


def test_the_database_refuses_to_change_events(ledger: Ledger) -> None:
    _fill(ledger)
    statements = [
        "UPDATE consent_events SET by = 'mallory' WHERE seq = 2",
        "DELETE FROM consent_events WHERE seq = 3",
    ]
    if ledger._store.sqlite:
        statements.append("INSERT OR REPLACE INTO consent_events SELECT * FROM consent_events WHERE seq = 1")
    else:
        statements.append("TRUNCATE consent_events")
    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"), ledger._store.engine.begin() as connection:
            connection.execute(text(statement))
    assert ledger.verify().ok and ledger.head().seq == 3


def test_a_head_is_a_line_that_can_be_kept() -> None:
    head = Head(chain="ab" * 16, seq=7, hash="cd" * 32)
    assert Head.from_text(head.to_text()) == head
    for text_ in ("", "medialit-consent a b c", head.to_text().upper(), head.to_text() + " more"):
        with pytest.raises(LedgerError, match="head of a ledger"):
            Head.from_text(text_)


@pytest.mark.parametrize(
    "place",
    [
        "mysql://root@host/db",
        "nonsense://x",
        "postgresql://[",
        "sqlite://",
        "postgresql://nobody@127.0.0.1:1/x",
    ],
)
def test_a_place_that_cannot_be_used_is_named(place: str) -> None:
    with pytest.raises(LedgerError):
        Ledger(place)


def test_something_else_than_a_ledger_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"a diary, not a database " * 400)
    with pytest.raises(LedgerError, match="not a database"):
        Ledger(path)
    assert path.read_bytes().startswith(b"a diary")
    with pytest.raises(LedgerError, match="cannot be made"):
        Ledger(tmp_path / "ledger.db" / "below.db")
