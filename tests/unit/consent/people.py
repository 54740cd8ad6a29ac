"""Fictional people and their records, shared by the tests of receipts and terms."""

from __future__ import annotations

from datetime import UTC, datetime

from medialit.consent.receipts import Controller
from medialit.consent.records import (
    Action,
    Audience,
    Grant,
    Medium,
    Modality,
    Principal,
    Purpose,
    Restrictions,
    Scope,
)

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
TIZIRI = Principal(id="tiziri", name="ⵜⵉⵣⵉⵔⵉ Aït Lahcen", minor=False)
IZIL = Principal(id="izil", name="إيزيل", minor=True, guardians=("lalla-itto",))
SCHOOL = Controller(
    id="ecole-tafilalt",
    name="École Tafilalt <Errachidia>",
    contact="vie-privee@tafilalt.example",
    ask="https://tafilalt.example/consent",
    authority="CNDP, Rabat",
)
SCOPE = Scope(
    purposes=frozenset({Purpose.EDUCATION, Purpose.ART}),
    actions=frozenset({Action.GENERATE, Action.PUBLISH}),
    audience=Audience.APPROVED,
    territories=frozenset({"MA", "FR"}),
    media=frozenset({Medium.CLASSROOM}),
    modalities=frozenset({Modality.FACE}),
    starts=datetime(2026, 1, 1, tzinfo=UTC),
    ends=datetime(2027, 1, 1, tzinfo=UTC),
)
GRANT = Grant(
    id="g1",
    principal="tiziri",
    grantees=("nadir",),
    scope=SCOPE,
    restrictions=Restrictions(topics=frozenset({"alcohol"})),
    granted_by=("tiziri",),
    at=datetime(2026, 1, 1, tzinfo=UTC),
)
MINORS = Grant(
    id="g2", principal="izil", grantees=("nadir",), scope=SCOPE, granted_by=("lalla-itto",), at=GRANT.at
)
