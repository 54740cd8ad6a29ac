"""Consent inside a notebook: turn one switch of a permission or of a question, and see what is answered and why."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import ipywidgets as widgets
import traitlets

from medialit.consent.policy import decide
from medialit.consent.reasons import explain, word_in
from medialit.consent.records import (
    Action,
    Audience,
    Decision,
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
from medialit.language import language, translator
from medialit.likeness.cast import person

OWNER: Final = "tiziri"
ASKER: Final = "idir"
MOMENT: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
"""When the widget's question is asked: a lesson's answers must not change with the day on which it is read."""
_CSS: Final = """<style>
.mlc-w{overflow:visible}
.mlc-w.mlc-rtl{direction:rtl}
.mlc-w .mlc-card{border:1px solid var(--jp-border-color2,#bbb);border-radius:10px;padding:.6rem .9rem;margin:.2rem;
  overflow:visible}
.mlc-w .widget-html,.mlc-w .widget-html-content{margin:0;height:auto;overflow:visible}
.mlc-w .widget-checkbox{width:auto;height:auto;min-height:28px;overflow:visible}
.mlc-w .widget-checkbox label{white-space:normal;line-height:1.35;display:flex;gap:.4rem;align-items:baseline}
.mlc-w .widget-checkbox input{margin:0}
.mlc-w .widget-dropdown{flex-direction:column;align-items:stretch;height:auto;overflow:visible}
.mlc-w .widget-dropdown .widget-label{width:auto;text-align:start;height:auto;line-height:1.5}
.mlc-w .widget-dropdown select{flex:0 0 30px;padding-inline:.5rem}
.mlc-rtl .widget-dropdown select{background-position:left center}
.mlc-w .mlc-wrap{flex-flow:row wrap;gap:0 1rem;overflow:visible}
.mlc-title{font-weight:700;font-size:1.05rem;margin:.1rem 0 .4rem}
.mlc-name{margin:.5rem 0 0}
.mlc{line-height:1.5}
.mlc p{margin:.2rem 0}
.mlc-answer{border-inline-start:6px solid;border-radius:4px;padding:.5rem .9rem;margin:.4rem 0}
.mlc-answer p:first-child{font-weight:700;font-size:1.1rem}
.mlc-answer.yes{border-color:#17663a;background:#17663a1f}
.mlc-answer.no{border-color:#a3231b;background:#a3231b1f}
.mlc table{border-collapse:collapse;margin:.5rem 0;font-size:.92em}
.mlc td,.mlc th{border:1px solid var(--jp-border-color2,#999);padding:.2rem .5rem;text-align:start}
</style>"""


class _Several(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Check boxes under a name, of which any number may be ticked: `value` holds those that are."""

    value = traitlets.Tuple()

    def __init__(self, name: str, options: list[tuple[str, Any]], value: tuple[Any, ...]) -> None:
        self._boxes = {
            word: widgets.Checkbox(value=word in value, description=text, indent=False)
            for text, word in options
        }
        self._spreading = False
        wrap = widgets.HBox(list(self._boxes.values()))
        wrap.add_class("mlc-wrap")
        super().__init__([widgets.HTML(f'<p class="mlc-name">{html.escape(name)}</p>'), wrap], value=value)
        for box in self._boxes.values():
            box.observe(self._gather, names="value")
        self.observe(self._spread, names="value")

    def _gather(self, _change: object) -> None:
        if not self._spreading:
            self.value = tuple(word for word, box in self._boxes.items() if box.value)

    def _spread(self, _change: object) -> None:
        self._spreading = True  # half of a new value is none
        for word, box in self._boxes.items():
            box.value = word in self.value
        self._spreading = False


class ConsentWidget(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A permission on one side, a question on the other, and the answer below, at once.

    Nothing is stored: the records are made from the switches, and `medialit.consent.policy.decide` answers.

    Parameters
    ----------
    lang : str
        Of the words; their direction follows.

    Attributes
    ----------
    decision : Decision
        The newest answer, for the next cell.
    request : Request
        What it answers.
    """

    decision: Decision
    request: Request

    def __init__(self, *, lang: str = "en") -> None:
        _ = self._translate = translator(lang)
        self._lang = lang
        self._names = {one: person(one).name(lang) for one in (OWNER, ASKER)}
        names = {"name": self._names[OWNER], "who": self._names[ASKER]}
        self._switches: dict[str, Any] = {}
        allowed = [
            self._title(_("What {name} says").format(**names)),
            self._flags("granted", _("{name} has given {who} a permission").format(**names), True),
            self._several("purposes", _("For what"), self._words(Purpose), (Purpose.EDUCATION,)),
            self._several("actions", _("Which steps"), self._words(Action), (Action.GENERATE,)),
            self._one("widest", _("Who may see it, at most"), self._words(Audience), Audience.APPROVED),
            self._several(
                "modalities", _("Which part of the likeness"), self._words(Modality), (Modality.FACE,)
            ),
            self._flags("worldwide", _("In the whole world, not only in Morocco"), False),
            self._flags("ended", _("It ended yesterday"), False),
            self._flags("revoked", _("{name} took it back").format(**names), False),
            self._flags("second", _("A second permission allows everything, but only for satire"), False),
            self._flags("forbidden", _("{name} has forbidden the topic “politics”").format(**names), False),
            self._flags("minor", _("{name} is under 18, and a guardian agreed").format(**names), False),
        ]
        asked = [
            self._title(_("What {who} asks").format(**names)),
            self._one("purpose", _("For what"), self._words(Purpose), Purpose.EDUCATION),
            self._one("action", _("Which step"), self._words(Action, without=Action.REMIX), Action.GENERATE),
            self._one("audience", _("Who will see it"), self._words(Audience), Audience.APPROVED),
            self._several("parts", _("Which part of the likeness"), self._words(Modality), (Modality.FACE,)),
            self._flags("abroad", _("It will be seen in the whole world"), False),
            self._flags("topic", _("The clip is about politics"), False),
        ]  # fmt: skip
        self._answer = widgets.HTML()
        says, asks = widgets.VBox(allowed), widgets.VBox(asked)
        for card in (says, asks):
            card.add_class("mlc-card")
        says.layout.flex = "1 1 22rem"
        beside = widgets.VBox([asks, self._answer], layout={"flex": "1 1 22rem"})  # the answer stays in view
        super().__init__([widgets.HTML(_CSS), widgets.HBox([says, beside], layout={"flex_flow": "row wrap"})])
        self.add_class("mlc-w")
        if language(lang).direction == "rtl":
            self.add_class("mlc-rtl")
        for one in self._switches.values():
            one.observe(lambda change: self.ask(), names="value")
        self.ask()

    def ask(self) -> None:
        """Decide what the switches ask by what they allow, and show the answer."""
        self.request = self._request()
        grants, prohibitions, revocations = self._grants(), self._prohibitions(), self._revocations()
        owner = Principal(
            id=OWNER,
            name=self._names[OWNER],
            minor=self._is("minor"),
            guardians=("guardian",) if self._is("minor") else (),
        )
        self.decision = decide(
            self.request,
            principals=[owner, Principal(id=ASKER, name=self._names[ASKER], minor=False)],
            grants=grants,
            revocations=revocations,
            relations=[
                Relation(kind=RelationKind.APPROVE, from_id=OWNER, to_id=ASKER, at=MOMENT - timedelta(days=9))
            ],
            prohibitions=prohibitions,
            now=MOMENT,
        )
        self._answer.value = self._shown(grants, {one.grant for one in revocations})

    def _request(self) -> Request:
        return Request(
            id="question",
            requester=ASKER,
            principals=(OWNER,),
            action=Action(self._switches["action"].value),
            purpose=Purpose(self._switches["purpose"].value),
            audience=Audience(self._switches["audience"].value),
            territories=frozenset({"worldwide" if self._is("abroad") else "MA"}),
            medium=Medium.CLASSROOM,
            modalities=frozenset(self._switches["parts"].value or (Modality.FACE,)),
            topics=frozenset({"politics"} if self._is("topic") else ()),
            contexts=frozenset(),
            appearance=frozenset(),
            at=MOMENT,
        )

    def _grants(self) -> list[Grant]:
        value = {key: one.value for key, one in self._switches.items()}
        found = []
        if value["granted"] and value["purposes"] and value["actions"] and value["modalities"]:
            found.append(
                self._grant(
                    "first",
                    purposes=value["purposes"],
                    actions=value["actions"],
                    audience=value["widest"],
                    modalities=value["modalities"],
                    ends=MOMENT + timedelta(days=-1 if value["ended"] else 30),
                )
            )
        if value["second"]:
            found.append(
                self._grant(
                    "second",
                    purposes=(Purpose.SATIRE,),
                    actions=tuple(Action),
                    audience=Audience.EVERYONE,
                    modalities=tuple(Modality),
                    ends=MOMENT + timedelta(days=30),
                )
            )
        return found

    def _grant(
        self, id: str, *, purposes: Any, actions: Any, audience: Any, modalities: Any, ends: datetime
    ) -> Grant:
        begun = MOMENT - timedelta(days=8)
        scope = Scope(
            purposes=frozenset(purposes), actions=frozenset(actions), audience=Audience(audience),
            territories=frozenset({"worldwide" if self._is("worldwide") else "MA"}),
            media=frozenset({Medium.CLASSROOM}), modalities=frozenset(modalities), starts=begun, ends=ends,
        )  # fmt: skip
        by = "guardian" if self._is("minor") else OWNER
        return Grant(id=id, principal=OWNER, grantees=(ASKER,), scope=scope, granted_by=(by,), at=begun)

    def _prohibitions(self) -> list[Prohibition]:
        if not self._is("forbidden"):
            return []
        restrictions = Restrictions(topics=frozenset({"politics"}))
        return [
            Prohibition(
                id="never",
                principal=OWNER,
                by=OWNER,
                at=MOMENT - timedelta(days=7),
                restrictions=restrictions,
            )
        ]

    def _revocations(self) -> list[Revocation]:
        if not self._is("revoked"):
            return []
        by = "guardian" if self._is("minor") else OWNER
        return [Revocation(id="back", principal=OWNER, grant="first", by=by, at=MOMENT - timedelta(hours=1))]

    def _shown(self, grants: list[Grant], revoked: set[str | None]) -> str:
        """Return the answer with its reasons, and a table of the permissions."""
        _, lang = self._translate, self._lang
        yes = self.decision.allowed
        said = [_("Yes, this may be done.") if yes else _("No, this may not be done.")]
        said += explain(self.decision, lang=lang, names=self._names)
        if not yes and len(self.decision.reasons) > 1:
            said.append(_("One no is enough: the most restrictive answer wins."))
        answer = "".join(f"<p>{html.escape(one)}</p>" for one in said)
        heads = (_("Permission"), _("For what"), _("Which steps"), _("Who may see it, at most"), _("State"))
        rows = "".join(self._row(number, grant, revoked) for number, grant in enumerate(grants, 1))
        head = "".join(f"<th>{html.escape(one)}</th>" for one in heads)
        table = f"<table><tr>{head}</tr>{rows}</table>" if grants else ""
        return (
            f'<div class="mlc" lang="{lang}" dir="{language(lang).direction}">'
            f'<div class="mlc-answer {"yes" if yes else "no"}" role="status">{answer}</div>{table}</div>'
        )

    def _row(self, number: int, grant: Grant, revoked: set[str | None]) -> str:
        _ = self._translate
        comma = "، " if self._lang in ("ar", "ary") else ", "
        if grant.id in revoked:
            state = _("taken back")
        elif grant.scope.ends is not None and grant.scope.ends <= MOMENT:
            state = _("over")
        else:
            state = _("in force")
        cells = (
            str(number),
            comma.join(word_in(one.value, lang=self._lang) for one in sorted(grant.scope.purposes)),
            comma.join(word_in(one.value, lang=self._lang) for one in Action if one in grant.scope.actions),
            word_in(grant.scope.audience.value, lang=self._lang),
            state,
        )
        return "<tr>" + "".join(f"<td>{html.escape(one)}</td>" for one in cells) + "</tr>"

    def _is(self, key: str) -> bool:
        return bool(self._switches[key].value)

    def _words(self, kind: Any, *, without: Any = None) -> list[tuple[str, Any]]:
        return [(word_in(one.value, lang=self._lang), one) for one in kind if one is not without]

    def _title(self, text: str) -> widgets.HTML:
        direction = language(self._lang).direction
        return widgets.HTML(f'<p class="mlc-title" dir="{direction}">{html.escape(text)}</p>')

    def _flags(self, key: str, text: str, value: bool) -> widgets.Checkbox:
        self._switches[key] = widgets.Checkbox(value=value, description=text, indent=False)
        return self._switches[key]

    def _one(self, key: str, text: str, options: list[tuple[str, Any]], value: Any) -> widgets.Dropdown:
        self._switches[key] = widgets.Dropdown(
            options=options, value=value, description=text, style={"description_width": "initial"},
            layout={"width": "auto"},
        )  # fmt: skip
        return self._switches[key]

    def _several(
        self, key: str, text: str, options: list[tuple[str, Any]], value: tuple[Any, ...]
    ) -> _Several:
        made = self._switches[key] = _Several(text, options, value)
        return made
