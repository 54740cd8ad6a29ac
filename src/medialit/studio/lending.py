"""Likeness: playing a person of the fictional cast, asking, allowing, and taking back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from medialit.cameo.records import Aftermath
from medialit.consent.grant_words import grant_sentences, listed
from medialit.consent.ledger_state import State
from medialit.consent.reasons import word_in
from medialit.consent.records import Action, Audience, Grant, Medium, Modality, Principal, Purpose, Scope
from medialit.errors import CastError, StudioError
from medialit.feed.controls import Contact, contact, effective
from medialit.feed.records import Likeness
from medialit.language import msgid as _msgid
from medialit.likeness.cast import cast, person
from medialit.likeness.enrol import enrol_fictional
from medialit.studio.base import TERRITORY, Look, cast_name, require
from medialit.studio.cabinet import Card
from medialit.studio.making import PURPOSES, Making
from medialit.studio.persons import Person, nothing

ACTIONS: Final = ("generate", "publish", "remix", "export")
MINOR_DAYS: Final = 30
MOST_DAYS: Final = 360


class Lending(Making):
    """Who plays whom, and who may do what with it. A class plays fictional people: no learner's own face is used."""

    def likeness(self, who: Person, *, now: datetime) -> Card:
        """Return all that concerns somebody's likeness, and whom there is to ask."""
        require(who, "learner", "guardian")
        look, state = self.look(now), self.ledger()
        own = self.likeness_of(who.about)
        asks = sorted(self.cards.all("ask").items(), key=lambda pair: pair[1]["at"], reverse=True)
        return {
            "mine": None if own is None else self._figure(own, who),
            "off": effective(look.member(who.about)).likeness is Likeness.OFF,
            "cast": [self._figure(one.id, who) for one in cast(minors=True)],
            "grants_given": [
                self._grant_card(one, who, look, state) for one in state.grants if one.principal == own
            ],
            "grants_held": [
                self._grant_card(one, who, look, state)
                for one in state.grants
                if who.about in one.grantees and one.principal != own
            ],
            "asks_to_me": [
                self.ask_card(id, card, who, look)
                for id, card in asks
                if own is not None and card["to"] == own
            ],
            "my_asks": [self.ask_card(id, card, who, look) for id, card in asks if card["by"] == who.id],
        }

    def _figure(self, principal: str, who: Person) -> Card:
        player = self.player(principal)
        one = person(principal)
        return {
            "id": principal, "principal": principal, "name": one.name(who.lang), "minor": one.minor,
            "picture": f"/media/face/{principal}",
            "taken_by": None if player is None else {"id": player, "name": self.name_of(player, lang=who.lang)},
        }  # fmt: skip

    def play(self, who: Person, *, cast_id: str, now: datetime) -> Card:
        """Enrol somebody of the cast as one's own part; an adult may use it at once; a minor's guardian is asked."""
        self.require_writing(who)
        try:
            one = person(cast_id)
        except CastError:
            raise nothing() from None
        with self.lock:
            look = self.look(now)
            member = look.member(who.id)
            if self.likeness_of(who.id) is not None:
                raise StudioError(
                    _msgid(
                        "You play somebody already. Give that part back first; every clip with it goes then."
                    ),
                    code="plays-already",
                )
            if self.player(cast_id) is not None:
                raise StudioError(
                    _msgid("{name} is played by somebody else. Choose another person."), code="taken",
                    name=one.name(who.lang),
                )  # fmt: skip
            if effective(member).likeness is Likeness.OFF:
                raise StudioError(
                    _msgid("Your likeness is switched off, so there is nothing to lend. Your guardian can change that."),
                    code="likeness-off", status=403,
                )  # fmt: skip
            if one.minor and not member.age.minor:
                raise StudioError(
                    _msgid("The children of the cast are played by nobody over 17."), code="minor", status=403
                )
            guardians = (member.guardian,) if member.age.minor and member.guardian else ()
            self._enter(
                Principal(id=cast_id, name=one.name("en"), minor=member.age.minor, guardians=guardians),
                now=now,
            )
            enrol_fictional(cast_id, name=one.name("en"), vault=self.desk.vault, now=now)
            self.cards.put("likeness", cast_id, {"member": who.id, "at": now.isoformat()})
            if member.age.minor:
                self._keep_ask(who, cast_id, actions=ACTIONS, purpose="education", words="", now=now)
            else:
                self._allow(
                    cast_id,
                    who.id,
                    by=(cast_id,),
                    actions=ACTIONS,
                    purposes=PURPOSES,
                    days=MOST_DAYS,
                    now=now,
                    look=look,
                )
        return self.likeness(who, now=now)

    def _enter(self, principal: Principal, *, now: datetime) -> None:
        """Enter a person in the ledger, in place of what an earlier player left there."""
        ledger = self.desk.ledger
        events = [one for one in ledger.events() if one.kind == "principal" and one.subject == principal.id]
        known = ledger.state().principal(principal.id)
        if known == principal:
            return
        ledger.append(principal, by="studio", now=now, replaces=events[-1].hash if events else None)

    def give_back(self, who: Person, *, now: datetime) -> Card:
        """Give a part back: every permission ends, and every clip with it goes."""
        require(who, "learner", "guardian")
        with self.lock:
            own = self.likeness_of(who.about)
            if own is None:
                raise nothing()
            look = self.look(now)
            gone = self._gone(self.desk.revoke(own, by=self._speaker(own, who), now=now), look, now=now)
            for one in [one.id for one in self.desk.vault.list() if one.cast_id == own]:
                gone = self._gone(self.desk.unenrol(one, now=now), look, now=now)
            for id, card in self.cards.all("ask").items():
                if card["to"] == own:
                    self.cards.drop("ask", id)
            for id, card in self.cards.all("draft").items():
                if own in card["people"]:
                    self._drop_draft(id)
            self.cards.drop("likeness", own)
        return {"withdrawn": len(gone)}

    # --- asking and allowing --------------------------------------------------------------------------------------

    def ask(
        self, who: Person, *, to: str, actions: Sequence[str], purpose: str, words: str, now: datetime
    ) -> Card:
        """Ask whether one may use a likeness."""
        self.require_writing(who)
        with self.lock:
            look = self.look(now)
            player = self.player(to)
            if player is None or {(player, who.id), (who.id, player)} & look.index.blocks:
                raise nothing()
            if player == who.id and not look.member(who.id).age.minor:
                raise StudioError(_msgid("It is your own part: you need not ask."), code="own", status=422)
            if effective(look.member(player)).likeness is Likeness.OFF:
                raise StudioError(
                    _msgid("The likeness of {name} is switched off. Nobody can use it now."), code="likeness-off",
                    status=403, name=cast_name(to, lang=who.lang),
                )  # fmt: skip
            chosen = [one for one in ACTIONS if one in actions]
            if not chosen or purpose not in PURPOSES:
                raise StudioError(
                    _msgid("Choose at least one step and a purpose."), code="choice", status=422
                )
            waiting = [
                card for card in self.cards.all("ask").values()
                if card["by"] == who.id and card["to"] == to and card["state"] == "waiting"
            ]  # fmt: skip
            if waiting:
                raise StudioError(_msgid("You asked already. Wait for the answer."), code="asked")
            text = self.words(words) if words.strip() else ""
            id = self._keep_ask(who, to, actions=chosen, purpose=purpose, words=text, now=now)
            card = self.cards.get("ask", id)
            assert card is not None
            return self.ask_card(id, card, who, look)

    def _keep_ask(
        self, who: Person, to: str, *, actions: Sequence[str], purpose: str, words: str, now: datetime
    ) -> str:
        id = f"a-{secrets.token_hex(8)}"
        card = {
            "by": who.id, "to": to, "actions": list(actions), "purpose": purpose, "words": words,
            "at": now.isoformat(), "state": "waiting", "grant": None,
        }  # fmt: skip
        self.cards.put("ask", id, card)
        return id

    def ask_card(self, id: str, card: Card, who: Person, look: Look) -> Card:
        """Return a question for a page. An adult's own words to a minor are shown to the guardian, not to the minor."""
        words = card["words"]
        members = look.state.members
        if who.role == "learner" and card["by"] != who.id and card["by"] in members:
            tie = look.index.tie(card["by"], who.id)
            found = contact(members[card["by"]], members[who.id], tie=tie)
            if found in (Contact.ADULT_TO_MINOR, Contact.BLOCKED):
                words = ""
        plain = [
            self.say(
                _msgid("{who} asks to use the likeness of {name} for: {purpose}."), who,
                who=self.name_of(card["by"], lang=who.lang), name=cast_name(card["to"], lang=who.lang),
                purpose=word_in(card["purpose"], lang=who.lang),
            ),
            self.say(
                _msgid("Steps: {steps}."), who,
                steps=listed((word_in(one, lang=who.lang) for one in card["actions"]), lang=who.lang),
            ),
            self.say(_msgid("Each clip is shown to whoever answers first, before anybody else sees it."), who),
        ]  # fmt: skip
        return {
            "id": id, "by": card["by"], "by_name": self.name_of(card["by"], lang=who.lang), "to": card["to"],
            "to_name": cast_name(card["to"], lang=who.lang), "actions": card["actions"], "purpose": card["purpose"],
            "words": words, "at": card["at"], "state": card["state"], "plain": plain,
            "mine_to_answer": card["state"] == "waiting" and who.id == self._answers(card["to"], look),
        }  # fmt: skip

    def _answers(self, principal: str, look: Look) -> str | None:
        """Return who says yes for a part: who plays it, or a minor's guardian."""
        player = self.player(principal)
        member = None if player is None else look.state.members.get(player)
        if member is None:
            return None
        return member.guardian if member.age.minor else member.id

    def _speaker(self, principal: str, who: Person) -> str:
        """Return under which id somebody speaks for a part in the ledger: players are the part."""
        return who.id if who.role == "guardian" else principal

    def answer_ask(self, id: str, who: Person, *, yes: bool, until_days: int | None, now: datetime) -> Card:
        """Say yes or no to a question; a yes is a permission that stands in the ledger and can be taken back."""
        require(who, "learner", "guardian")
        with self.lock:
            look, card = self.look(now), self.cards.get("ask", id)
            if card is None or self.player(card["to"]) != who.about:
                raise nothing()
            if card["state"] != "waiting":
                raise StudioError(_msgid("This is answered already."), code="answered")
            if yes and self._answers(card["to"], look) != who.id:
                raise StudioError(
                    _msgid("Your guardian says yes to this, not you. You can say no at any time."),
                    code="guardian-decides", status=403,
                )  # fmt: skip
            grant = None
            if yes:
                days = min(max(1, until_days or MINOR_DAYS), MOST_DAYS)
                grant = self._allow(
                    card["to"], card["by"], by=(self._speaker(card["to"], who),), actions=card["actions"],
                    purposes=(card["purpose"],), days=days, now=now, look=look,
                ).id  # fmt: skip
            self.cards.put("ask", id, card | {"state": "yes" if yes else "no", "grant": grant})
            return self.ask_card(id, card | {"state": "yes" if yes else "no"}, who, look)

    def _allow(
        self,
        principal: str,
        to: str,
        *,
        by: tuple[str, ...],
        actions: Sequence[str],
        purposes: Sequence[str],
        days: int,
        now: datetime,
        look: Look,
    ) -> Grant:
        minor = look.member(self.player(principal) or "").age.minor
        grant = Grant(
            id=f"grant-{secrets.token_hex(8)}", principal=principal, grantees=(to,), granted_by=by, at=now,
            scope=Scope(
                purposes=frozenset(Purpose(one) for one in purposes), actions=frozenset(Action(one) for one in actions),
                audience=Audience.MUTUALS if minor else Audience.EVERYONE, territories=frozenset({TERRITORY}),
                media=frozenset({Medium.CLASSROOM}), modalities=frozenset({Modality.FACE}), starts=now,
                ends=now + timedelta(days=days),
            ),
        )  # fmt: skip
        self.desk.ledger.append(grant, by=by[0], now=now)
        return grant

    def _grant_card(self, grant: Grant, who: Person, look: Look, state: State) -> Card:
        names = {one.id: cast_name(one.id, lang=who.lang) for one in state.principals}
        names |= {one: self.name_of(one, lang=who.lang) for one in grant.grantees}
        return {
            "id": grant.id, "principal": grant.principal, "name": names.get(grant.principal, grant.principal),
            "to": [{"id": one, "name": names[one]} for one in grant.grantees], "stands": grant.id in look.standing,
            "until": None if grant.scope.ends is None else grant.scope.ends.isoformat(),
            "plain": list(grant_sentences(grant, lang=who.lang, names=names)),
            "clips": sum(grant.id in post.grants for post in look.visible.values()),
        }  # fmt: skip

    def revoke(self, id: str, who: Person, *, why: str, now: datetime) -> Card:
        """Take a permission back: whatever no longer stands is gone the next time that anybody looks."""
        require(who, "learner", "guardian")
        with self.lock:
            look, state = self.look(now), self.ledger()
            grant = next((one for one in state.grants if one.id == id), None)
            if grant is None or self.player(grant.principal) != who.about:
                raise nothing()
            if id not in look.standing:
                raise StudioError(_msgid("This permission has ended already."), code="ended")
            reason = self.words(why) if why.strip() else ""
            after = self.desk.revoke(
                grant.principal, by=self._speaker(grant.principal, who), now=now, grant=id, reason=reason
            )
            gone = self._gone(after, look, now=now)
        return {
            "unpublished": gone,
            "words": self.say(
                _msgid(
                    "It is taken back. Clips that are gone from the feed: {n}. Copies that somebody saved are out of "
                    "reach."
                ),
                who, n=len(gone),
            ),
        }  # fmt: skip

    def _gone(self, after: Aftermath, before: Look, *, now: datetime) -> list[str]:
        """Delete the files of whatever was withdrawn, and return the posts that are no longer seen."""
        uses = {one.id for one in (*after.unpublished, *after.destroyed)}
        for id, card in self.cards.all("post").items():
            if card.get("use") in uses and id in before.state.posts:
                self.delete_clip(before.state.posts[id])
        for id, card in self.cards.all("draft").items():
            if card.get("use") in uses and not self._is_out(card):
                self._drop_draft(id)
        return sorted(set(before.visible) - set(self.look(now).visible))
