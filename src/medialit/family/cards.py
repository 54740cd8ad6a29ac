"""Consent cards: short situations with fictional people, and what the library's own rule decides about each.

Nothing here decides: each card is a request with the records that go with it, and `medialit.consent.policy.decide` is
asked. What a family would do may differ, and that is what the talk is about.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from medialit.consent.policy import decide
from medialit.consent.reasons import explain
from medialit.consent.records import (
    Action,
    Audience,
    Decision,
    Grant,
    Medium,
    Modality,
    Principal,
    Purpose,
    Request,
    Revocation,
    Scope,
)
from medialit.language import msgid as _msgid
from medialit.language import translator

NOW: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
"""The day on which the cards play; fixed, so that ages and periods stay what the texts say."""
_GIVEN: Final = NOW - timedelta(days=30)

ANSWERS: Final = {
    "yes": _msgid("I would say yes"),
    "ask": _msgid("I would ask somebody first"),
    "no": _msgid("I would say no"),
}
NAMES: Final = {
    "aya": _msgid("Aya"),
    "zineb": _msgid("Zineb"),
    "rachid": _msgid("Rachid"),
    "driss": _msgid("Driss"),
    "hassan": _msgid("Hassan"),
    "batoul": _msgid("Grandmother Batoul"),
    "samir": _msgid("Samir"),
}

_AYA: Final = Principal(id="aya", name="Aya", born=date(2014, 3, 2), guardians=("rachid", "zineb"))
_SAMIR: Final = Principal(id="samir", name="Samir", born=date(2009, 6, 20), guardians=("rachid", "zineb"))
_ADULTS: Final = tuple(
    Principal(id=id, name=name, born=date(year, 1, 9))
    for id, name, year in (
        ("zineb", "Zineb", 1984),
        ("rachid", "Rachid", 1981),
        ("driss", "Driss", 1996),
        ("hassan", "Hassan", 1975),
        ("batoul", "Batoul", 1951),
    )
)
PEOPLE: Final = (_AYA, _SAMIR, *_ADULTS)


@dataclass(frozen=True, kw_only=True)
class Card:
    """A situation.

    Parameters
    ----------
    id : str
    told : str
        An English message: what happens.
    talk : str
        An English message: what to talk about.
    request : Request
    grants : tuple of Grant
    revocations : tuple of Revocation
    """

    id: str
    told: str
    talk: str
    request: Request
    grants: tuple[Grant, ...] = ()
    revocations: tuple[Revocation, ...] = ()

    def decision(self) -> Decision:
        """Return what the rule says."""
        return decide(
            self.request, principals=PEOPLE, grants=self.grants, revocations=self.revocations, relations=(), now=NOW
        )  # fmt: skip

    def situation(self, *, lang: str) -> str:
        """Return what happens, in a language."""
        return translator(lang)(self.told)

    def question(self, *, lang: str) -> str:
        """Return what to talk about, in a language."""
        return translator(lang)(self.talk)

    def reasons(self, *, lang: str) -> tuple[str, ...]:
        """Return why the rule decides so, the weightiest first."""
        _ = translator(lang)
        names = {id: _(name) for id, name in NAMES.items()}
        return explain(self.decision(), lang=lang, names=names)


def _asks(who: str, whom: str, **given: object) -> Request:
    usual: dict[str, object] = {
        "action": Action.GENERATE, "purpose": Purpose.PERSONAL, "audience": Audience.APPROVED,
        "territories": frozenset({"MA"}), "medium": Medium.MESSAGING, "modalities": frozenset({Modality.FACE}),
        "topics": frozenset(), "contexts": frozenset(), "appearance": frozenset(),
    }  # fmt: skip
    return Request(id="request", requester=who, principals=(whom,), at=NOW, **(usual | given))  # type: ignore[arg-type]


def _allows(request: Request, *by: str, modality: Modality = Modality.FACE) -> Grant:
    """Return the permission that fits a request, with an end within the year."""
    scope = Scope(
        purposes=frozenset({request.purpose}), actions=frozenset({request.action}), audience=request.audience,
        territories=request.territories, media=frozenset({request.medium}), modalities=frozenset({modality}),
        starts=_GIVEN, ends=_GIVEN + timedelta(days=180),
    )  # fmt: skip
    [whom] = request.principals
    return Grant(
        id="grant", principal=whom, grantees=(request.requester,), scope=scope, granted_by=by, at=_GIVEN
    )


_FUN: Final = _asks("driss", "zineb", medium=Medium.SOCIAL)
_SCHOOL: Final = _asks("hassan", "aya", purpose=Purpose.EDUCATION, medium=Medium.CLASSROOM)
_POEM: Final = _asks("zineb", "batoul", modalities=frozenset({Modality.VOICE}))
_OLD: Final = _asks("driss", "samir")
_BOTH: Final = _allows(_SCHOOL, "rachid", "zineb")

CARDS: Final = (
    Card(
        id="dance",
        told=_msgid(
            "Driss, a cousin, has made an AI clip of Aya (12) dancing. He wants to post it where everybody can see it. "
            "He means it kindly."
        ),
        talk=_msgid("What would Aya say? And how do you tell Driss no without hurting him?"),
        request=_asks(
            "driss", "aya", action=Action.PUBLISH, audience=Audience.EVERYONE, medium=Medium.SOCIAL
        ),
    ),
    Card(
        id="poem",
        told=_msgid(
            "Grandmother Batoul has agreed that Zineb may use her face in a clip for the family. Now Zineb wants "
            "her voice too, for a poem."
        ),
        talk=_msgid("What can a voice do that a face cannot? Who would believe it on the telephone?"),
        request=_POEM,
        grants=(_allows(_POEM, "batoul"),),
    ),
    Card(
        id="school",
        told=_msgid(
            "Hassan teaches Aya (12). He wants her face in a clip that only the class will see. Both parents have "
            "agreed, for half a year."
        ),
        talk=_msgid("Both parents said yes. Did anybody ask Aya?"),
        request=_SCHOOL,
        grants=(_BOTH,),
    ),
    Card(
        id="one",
        told=_msgid("The same clip for the class, but only Zineb, Aya's mother, has agreed."),
        talk=_msgid("What do you do at home when one of you says yes and the other no?"),
        request=_SCHOOL,
        grants=(replace(_BOTH, granted_by=("zineb",)),),
    ),
    Card(
        id="back",
        told=_msgid(
            "Samir (17) and his parents let Driss use his face in clips among friends. Last week they took it back. "
            "Driss makes one more."
        ),
        talk=_msgid("Somebody changes their mind. What happens to the clips that are out already?"),
        request=_OLD,
        grants=(_allows(_OLD, "rachid", "zineb"),),
        revocations=(
            Revocation(
                id="revocation", principal="samir", grant="grant", by="zineb", at=NOW - timedelta(days=7)
            ),
        ),
    ),
    Card(
        id="money",
        told=_msgid(
            "Zineb let Driss use her face in clips for friends. A shop sees one and offers Driss 500 dirhams: it "
            "wants to show the clip as an advert."
        ),
        talk=_msgid(
            "What changes when money comes in? Whom would the shop have to ask, and who would be paid?"
        ),
        request=replace(_FUN, purpose=Purpose.ADVERTISING),
        grants=(_allows(_FUN, "zineb"),),
    ),
    Card(
        id="own",
        told=_msgid("Zineb makes a clip of herself and sends it to the family."),
        talk=_msgid("It is her own face. Is there anything that she should think of all the same?"),
        request=_asks("zineb", "zineb"),
    ),
)
"""In the order in which they are dealt."""
