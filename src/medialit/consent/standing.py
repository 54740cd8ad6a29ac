"""Which permissions stand at a moment: what every page asks before it shows somebody."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from medialit.consent.ledger_state import State
from medialit.consent.policy import decide
from medialit.consent.records import Action, Grant, Request

ENDS: Final = frozenset(
    {
        "revoked", "expired", "not_started", "grant_from_future", "not_given_by_all", "minor_period", "must_be_named",
        "no_guardian", "no_estate",
    }
)  # fmt: skip
"""Codes of reasons for which a grant covers nothing, whatever is asked under it."""


def lacks(grant: Grant, state: State, moment: datetime) -> list[str]:
    """Return the codes of why a grant covers nothing at this moment, whatever is asked under it."""
    scope = grant.scope
    others = [one for one in grant.grantees if one != grant.principal]
    asked = Request(
        id="show", requester=others[0] if others else "somebody", principals=(grant.principal,), at=moment,
        action=Action.GENERATE, purpose=min(scope.purposes), audience=scope.audience, medium=min(scope.media),
        territories=scope.territories, modalities=scope.modalities,
    )  # fmt: skip
    decision = decide(asked, **(state.known | {"grants": (grant,)}), now=moment)
    return sorted({one.code for one in decision.reasons} & ENDS)


def standing(state: State, moment: datetime) -> frozenset[str]:
    """Return the ids of the permissions that stand at a moment."""
    return frozenset(grant.id for grant in state.grants if not lacks(grant, state, moment))


def next_change(state: State, moment: datetime) -> datetime | None:
    """Return when the next permission begins or ends by its own period; None where none does."""
    edges = [
        edge
        for grant in state.grants
        for edge in (grant.scope.starts, grant.scope.ends)
        if edge is not None and edge > moment
    ]
    return min(edges, default=None)
