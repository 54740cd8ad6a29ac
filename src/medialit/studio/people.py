"""People: following, blocking, writing to each other, and what each has set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from medialit.errors import FeedError, StudioError
from medialit.feed.controls import Contact, contact, contact_words, defaults, effective
from medialit.feed.limits import opening
from medialit.feed.records import Controls, EventKind, FeedEvent
from medialit.language import msgid as _msgid
from medialit.studio.base import Look, cast_name, require
from medialit.studio.cabinet import Card
from medialit.studio.lending import Lending
from medialit.studio.persons import Person, nothing


class People(Lending):
    """What is between people, and what they set for themselves."""

    def me(self, who: Person, *, now: datetime) -> Card:
        """Return what somebody's own page shows."""
        card: Card = {
            "id": who.id, "role": who.role, "name": who.name, "age": None, "lang": who.lang, "place": "", "ward": None,
            "controls": None, "quota": None, "opening": None, "likeness": None,
            "waiting": {"asks": 0, "drafts": 0, "messages": 0, "cases": 0},
        }  # fmt: skip
        if who.role not in ("learner", "guardian"):
            return card
        look = self.look(now)
        member = look.member(who.about)
        own = self.likeness_of(who.about)
        usage = self.store.usage(who.about)
        card |= {
            "age": member.age.value,
            "place": member.place,
            "controls": {
                "effective": effective(member).to_dict(),
                "own": None if member.own is None else member.own.to_dict(),
                "by_guardian": None if member.set_by_guardian is None else member.set_by_guardian.to_dict(),
                "defaults": defaults(member.age).to_dict(),
            },
            "likeness": {
                "enrolled": own is not None,
                "principal": own,
                "name": None if own is None else cast_name(own, lang=who.lang),
            },
            "waiting": self._waiting(who, look),
        }
        if usage is not None:
            found = opening(usage, age=member.age, controls=effective(member), zone=member.zone)
            card["opening"] = self.opening_card(who, found)
        if who.role == "learner":
            card["quota"] = self.quota_card(who, now=now)
        else:
            card["ward"] = {"id": who.ward, "name": self.name_of(who.about, lang=who.lang)}
        return card

    def _waiting(self, who: Person, look: Look) -> Card:
        own = self.likeness_of(who.about)
        asks = [
            one for one in self.cards.all("ask").values() if one["to"] == own and one["state"] == "waiting"
        ]
        drafts = [
            one for one in self.cards.all("draft").values()
            if not self._is_out(one) and own is not None and own in one["people"]
            and self._answer(one, own, look) == "waiting"
        ]  # fmt: skip
        read = (self.cards.get("read", who.id) or {}).get("until", "")
        talks = [] if who.role != "learner" else list(look.index.messages.values())
        new = sum(one.target == who.id and one.at.isoformat() > read for talk in talks for one in talk)
        return {"asks": len(asks) if own else 0, "drafts": len(drafts), "messages": new, "cases": 0}

    def set_controls(self, who: Person, *, changes: Mapping[str, Any], now: datetime) -> Card:
        """Set controls: one's own, or as a guardian those of the learner whom one looks after."""
        require(who, "learner", "guardian")
        with self.lock:
            member = self.look(now).member(who.about)
            if who.role == "guardian":
                base = member.set_by_guardian or defaults(member.age)
            else:
                base = member.own or (Controls() if member.age.minor else defaults(member.age))
            try:
                new = Controls.from_dict(base.to_dict() | dict(changes))
            except FeedError as error:
                raise StudioError(
                    _msgid("These settings were not understood. Load the page again, and choose from its lists."),
                    code="controls", status=422,
                ) from error  # fmt: skip
            changed = (
                replace(member, set_by_guardian=new) if who.role == "guardian" else replace(member, own=new)
            )
            self.store.keep(changed, by=who.id, now=now)
            self.sittings.pop(who.about, None)
        return self.me(who, now=now)

    def people(self, who: Person, *, now: datetime) -> list[Card]:
        """Return the members of the class, for somebody of it."""
        require(who, "learner")
        look = self.look(now)
        me = look.member(who.id)
        found = []
        for id, member in look.state.members.items():
            if id == who.id or (id, who.id) in look.index.blocks:
                continue
            allowed = contact(me, member, tie=look.index.tie(who.id, id))
            name = self.name_of(id, lang=who.lang)
            plays = self.likeness_of(id)
            why_not = None
            if allowed is not Contact.ALLOWED:
                why_not = contact_words(allowed, recipient=name, lang=who.lang)
            found.append(
                {
                    "id": id, "name": name, "age_minor": member.age.minor,
                    "following": (who.id, id) in look.index.follows, "follows_me": (id, who.id) in look.index.follows,
                    "blocked": (who.id, id) in look.index.blocks, "may_message": allowed is Contact.ALLOWED,
                    "why_not": why_not,
                    "plays": None if plays is None else {"id": plays, "name": cast_name(plays, lang=who.lang)},
                }
            )  # fmt: skip
        return sorted(found, key=lambda one: str(one["name"]).casefold())

    def relate(self, id: str, who: Person, *, kind: EventKind, now: datetime) -> Card:
        """Follow somebody, no longer follow them, or block them. A block is for good in this class."""
        require(who, "learner") if kind is EventKind.BLOCK else self.require_writing(who)
        with self.own(who.id):
            look = self.look(now)
            look.member(id)
            pair = (who.id, id)
            if id == who.id or (kind is EventKind.FOLLOW and {pair, pair[::-1]} & look.index.blocks):
                raise nothing()
            already = {
                EventKind.FOLLOW: pair in look.index.follows,
                EventKind.UNFOLLOW: pair not in look.index.follows,
                EventKind.BLOCK: pair in look.index.blocks,
            }[kind]
            if not already:
                self.store.keep(FeedEvent(kind=kind, who=who.id, target=id, at=now), by=who.id, now=now)
        return next((one for one in self.people(who, now=now) if one["id"] == id), {"id": id})

    def talks(self, who: Person, *, now: datetime) -> list[Card]:
        """Return with whom somebody has written, the latest first."""
        require(who, "learner")
        look = self.look(now)
        read = (self.cards.get("read", who.id) or {}).get("until", "")
        found = []
        for pair, talk in list(look.index.messages.items()):
            if who.id not in pair:
                continue
            other = next(one for one in pair if one != who.id)
            if {(who.id, other), (other, who.id)} & look.index.blocks:
                continue
            found.append(
                {
                    "with": other, "name": self.name_of(other, lang=who.lang), "last": talk[-1].text,
                    "at": talk[-1].at.isoformat(),
                    "new": sum(one.target == who.id and one.at.isoformat() > read for one in talk),
                }
            )  # fmt: skip
        return sorted(found, key=lambda one: str(one["at"]), reverse=True)

    def messages(self, who: Person, *, other: str, now: datetime) -> list[Card]:
        """Return what two people wrote to each other, the oldest first."""
        require(who, "learner")
        look = self.look(now)
        look.member(other)
        if {(who.id, other), (other, who.id)} & look.index.blocks:
            raise nothing()
        self.cards.put("read", who.id, {"until": now.isoformat()})
        return [
            {
                "id": f"{one.who}-{one.at.timestamp():.6f}", "by": one.who,
                "by_name": self.name_of(one.who, lang=who.lang), "to": one.target,
                "at": one.at.isoformat(), "text": one.text,
            }
            for one in look.index.messages.get(frozenset({who.id, other}), ())
        ]  # fmt: skip

    def write(self, who: Person, *, to: str, text: str, now: datetime) -> Card:
        """Write to somebody, where both sides' settings and ages allow it."""
        self.require_writing(who)
        with self.own(who.id):
            look = self.look(now)
            me, other = look.member(who.id), look.member(to)
            found = contact(me, other, tie=look.index.tie(who.id, to))
            if found is not Contact.ALLOWED:
                reason = contact_words(found, recipient=self.name_of(to, lang=who.lang), lang=who.lang)
                raise StudioError("{reason}", code="no-contact", status=403, reason=reason)
            event = FeedEvent(kind=EventKind.MESSAGE, who=who.id, target=to, at=now, text=self.words(text))
            self.store.keep(event, by=who.id, now=now)
        return {
            "id": f"{who.id}-{now.timestamp():.6f}", "by": who.id, "by_name": who.name, "to": to,
            "at": event.at.isoformat(), "text": event.text,
        }  # fmt: skip
