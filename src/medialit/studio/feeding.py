"""Watching: the order of a sitting, what is shown of a post, why it is there, and what can be done with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from medialit.errors import FeedError, StudioError
from medialit.feed import controls as controlling
from medialit.feed import steering as steer
from medialit.feed.columns import Profile, columns, profile
from medialit.feed.controls import PAUSE, effective, places_used
from medialit.feed.limits import HEARTBEAT_S, Opening, beat, closed_words, first_usage, opening
from medialit.feed.rank import PRESETS, explain, rank
from medialit.feed.records import Controls, EventKind, FeedEvent, Member, Post
from medialit.feed.steering import NO_STEERING, Steering, said
from medialit.feed.wellbeing import Answer, check_in, is_due
from medialit.feed.why import why
from medialit.language import msgid as _msgid
from medialit.studio.base import Base, Look, cast_name, require, sees
from medialit.studio.cabinet import Card
from medialit.studio.persons import Person, nothing

LONGEST_PAGE: Final = 20


@dataclass
class Sitting:
    """One member's sitting, in memory: a restart begins another order, and the places used stay used."""

    order: tuple[str, ...] = ()
    limited: bool = False
    less: tuple[str, ...] = ()
    stopped: datetime | None = None
    asked_at_s: float = 0.0
    touched: datetime | None = None


class Feeding(Base):
    """The feed's own acts."""

    sittings: dict[str, Sitting]

    def feed(self, who: Person, *, start: int, n: int, now: datetime) -> Card:
        """Return a page of somebody's feed."""
        require(who, "learner")
        look = self.look(now)
        member = look.member(who.id)
        found = self._beat(member, active=True, pages=True)
        sitting = self._sitting(who.id, now)
        asked = self._asked(who)
        page: Card = {
            "posts": [], "next": None, "ended": True, "end_words": "", "personalised": effective(member).personalised,
            "check_in": None, "steering": self.steering(who), "preset": self.settings["preset"],
        }  # fmt: skip
        if self.settings["paused"]:
            return page | {"end_words": self.say(_msgid("The teacher has paused the class."), who)}
        if found.closed is not None:
            return page | {"end_words": closed_words(found, lang=who.lang)}
        if sitting.stopped is not None and now - sitting.stopped < PAUSE:
            return page | {"end_words": self.say(_msgid("You wanted to stop for now. Until later!"), who)}
        if start <= 0:
            self._order(who, member, look, sitting, asked)
        sitting.touched = now
        ids = [id for id in sitting.order if id in look.visible and sees(look.visible[id], who, look)]
        start, n = max(0, start), min(max(1, n), LONGEST_PAGE)
        more = start + n < len(ids)
        return page | {
            "posts": [self.post_card(look.visible[id], who, look) for id in ids[start : start + n]],
            "next": start + n if more else None,
            "ended": not more,
            "end_words": "" if more else self._end(who, member, sitting),
            "check_in": self._question(who, member, sitting),
        }

    def _order(self, who: Person, member: Member, look: Look, sitting: Sitting, asked: Steering) -> None:
        """Draw up the order of what is left of a sitting: what it has not shown yet, and then what it has."""
        rules = effective(member)
        served = self._served(who.id, look)
        fresh = [post for id, post in look.visible.items() if id not in served and sees(post, who, look)]
        order = self._ranked(fresh, who, member, look, asked, rules, sitting, already=len(served))
        everything = sum(sees(post, who, look) for post in look.visible.values())
        limit = rules.posts_a_sitting
        sitting.limited = limit is not None and len(served) + len(fresh) > limit
        if not sitting.limited and everything:
            again = [
                look.visible[id] for id in served if id in look.visible and sees(look.visible[id], who, look)
            ]
            unlimited = replace(rules, posts_a_sitting=None)
            order += self._ranked(again, who, member, look, asked, unlimited, sitting, already=0)
        sitting.order = order

    def _ranked(
        self,
        posts: Sequence[Post],
        who: Person,
        member: Member,
        look: Look,
        asked: Steering,
        rules: Controls,
        sitting: Sitting,
        *,
        already: int,
    ) -> tuple[str, ...]:
        if not posts:
            return ()
        candidates = columns(posts, now=look.now, counts=look.index.counts)
        if sitting.less:
            asked = replace(asked, less=asked.less | frozenset(sitting.less) - asked.more)
        ranking = rank(
            candidates,
            self._profile(member, look),
            weights=PRESETS[self.settings["preset"]],
            personalised=rules.personalised,
            steering=asked,
        )
        return controlling.page(candidates, ranking.order, controls=rules, already=already)

    def _profile(self, member: Member, look: Look) -> Profile:
        return profile(
            member.id,
            look.index.by_member.get(member.id, []),
            posts=look.state.posts,
            place=member.place,
            use_chat=effective(member).chat_history,
        )

    def _served(self, member: str, look: Look) -> list[str]:
        """Return which posts the sitting that goes on has shown."""
        seen = look.index.impressions.get(member, [])
        used = places_used([at for at, _ in seen], now=look.now)
        return list(dict.fromkeys(id for _, id in seen[len(seen) - used :]))

    def _end(self, who: Person, member: Member, sitting: Sitting) -> str:
        if sitting.limited:
            n = effective(member).posts_a_sitting
            return self.say(
                _msgid("That was this sitting: {n} clips. The next one begins after a pause of ten minutes."),
                who,
                n=n,
            )
        return self.say(_msgid("You have seen everything that is here. Make something!"), who)

    def _question(self, who: Person, member: Member, sitting: Sitting) -> Card | None:
        usage = self.store.usage(who.id)
        if usage is None:
            return None
        clock = usage.evidence.now.astimezone(ZoneInfo(member.zone)).time()
        sitting.asked_at_s = min(sitting.asked_at_s, usage.used_s)  # another day
        if not is_due(usage.used_s, last_s=sitting.asked_at_s, age=member.age, clock=clock):
            return None
        asked = check_in(usage.used_s, clock=clock, lang=who.lang)
        return {
            "question": asked.question,
            "answers": [{"id": one.value, "words": words} for one, words in asked.answers],
        }

    def answer_check_in(self, who: Person, *, answer: str, now: datetime) -> Card:
        """Take an answer: it changes this sitting and is kept nowhere."""
        require(who, "learner")
        look = self.look(now)
        member = look.member(who.id)
        try:
            kind = Answer(answer)
        except ValueError:
            raise nothing() from None
        sitting = self._sitting(who.id, now)
        usage = self.store.usage(who.id)
        sitting.asked_at_s = 0.0 if usage is None else usage.used_s
        words = {
            Answer.GO_ON: _msgid("Go on, then."),
            Answer.SOMETHING_ELSE: _msgid("Here comes something else."),
            Answer.MAKE: _msgid("What will you make?"),
            Answer.STOP: _msgid("You wanted to stop for now. Until later!"),
        }[kind]
        if kind is Answer.SOMETHING_ELSE:
            topics = Counter(
                topic for id in self._served(who.id, look)[-5:] for topic in look.state.posts[id].topics
            )
            sitting.less = tuple(topic for topic, _ in topics.most_common(3))
        if kind is Answer.STOP:
            sitting.stopped = now
        return {
            "opening": self.opening_card(who, self._beat(member, active=kind is not Answer.STOP)),
            "words": self.say(words, who),
        }

    def beat(self, who: Person, *, active: bool, now: datetime) -> Card:
        """Take a heartbeat of an open feed."""
        require(who, "learner")
        return {"opening": self.opening_card(who, self._beat(self.look(now).member(who.id), active=active))}

    def _beat(self, member: Member, *, active: bool, pages: bool = False) -> Opening:
        """Count the time; a page that follows another at once leaves that to the next heartbeat."""
        with self.own(member.id):
            reading = self.clocks()
            before = self.store.usage(member.id) or first_usage(reading, zone=member.zone)
            since = reading.counted_s - before.evidence.last.counted_s
            same = before.active is active and before.evidence.last.boot == reading.boot
            if pages and same and 0 <= since < HEARTBEAT_S / 3:
                return opening(before, age=member.age, controls=effective(member), zone=member.zone)
            usage = beat(before, reading, zone=member.zone, active=active)
            self.store.keep_usage(member.id, usage)
        return opening(usage, age=member.age, controls=effective(member), zone=member.zone)

    def opening_card(self, who: Person, found: Opening) -> Card:
        """Return whether the feed is open, for a page."""
        return {
            "open": found.closed is None,
            "words": closed_words(found, lang=who.lang),
            "minutes_left": None if found.left_s is None else round(found.left_s / 60, 1),
            "clock_changed": found.clock_changed,
        }

    def _sitting(self, member: str, now: datetime) -> Sitting:
        with self.own(member):
            one = self.sittings.get(member)
            if one is None or (one.touched is not None and now - one.touched >= PAUSE):
                one = self.sittings[member] = Sitting(asked_at_s=0.0 if one is None else one.asked_at_s)
            return one

    # --- steering -------------------------------------------------------------------------------------------------

    def steering(self, who: Person) -> Card:
        """Return what somebody asked for in words, and what was understood of it."""
        asked = self._asked(who)
        card = self.cards.get("steering", who.id)
        return {
            "text": "" if card is None else card["text"],
            "used": list(asked.used),
            "passed_over": list(asked.passed_over),
            "not_understood": list(asked.not_understood),
            "said": list(said(asked, lang=who.lang)) if card else [],
        }

    def steer(self, who: Person, *, text: str, now: datetime) -> Card:
        """Keep what somebody asks for in words; nothing for an empty text."""
        require(who, "learner")
        if not text.strip():
            self.cards.drop("steering", who.id)
        else:
            lang = who.lang if who.lang in steer.LANGUAGES else "en"
            steer.steer(text, lang=lang)
            self.cards.put("steering", who.id, {"text": " ".join(text.split()), "lang": lang})
        return self.steering(who)

    def _asked(self, who: Person) -> Steering:
        card = self.cards.get("steering", who.id)
        if card is None:
            return NO_STEERING
        topics = {topic for post in self.store.state().posts.values() for topic in post.topics}
        return steer.steer(card["text"], lang=card["lang"], topics=topics)

    # --- posts ----------------------------------------------------------------------------------------------------

    def post_card(self, post: Post, who: Person, look: Look) -> Card:
        """Return what a page shows of a post."""
        counts = look.index.counts.get(post.id, Counter())
        extra = self.cards.get("post", post.id) or {}
        clip = self.cards.get("clip", post.clip) or {}
        return {
            "id": post.id,
            "author": post.author,
            "author_name": self.name_of(post.author, lang=who.lang),
            "at": post.at.isoformat(),
            "caption": post.caption,
            "label": post.label,
            "synthetic": post.synthetic,
            "topics": [{"id": one, "words": steer.topic_name(one, lang=who.lang)} for one in post.topics],
            "place": post.place,
            "shows": self.shows(extra.get("people", ()), who),
            "remix_of": post.remix_of if post.remix_of in look.visible else None,
            "likes": counts[EventKind.LIKE],
            "liked": (who.id, post.id) in look.index.likes,
            "comments": counts[EventKind.COMMENT],
            "remixes": counts[EventKind.REMIX],
            "mine": post.author == who.id,
            "following": (who.id, post.author) in look.index.follows,
            "video": f"/media/clip/{post.id}",
            "poster": f"/media/poster/{post.id}",
            "width": clip.get("width", 0),
            "height": clip.get("height", 0),
            "duration_s": clip.get("duration_s", 0.0),
            "download": f"/media/file/{post.id}" if self.may_export(post, who, look) else None,
            "prompt": extra.get("prompt"),
            "marks": self._marks(clip, who),
        }

    def shows(self, principals: Sequence[str], who: Person) -> list[Card]:
        """Return who is in a clip, for a page."""
        found = []
        for one in principals:
            member = self.player(one)
            name = None if member is None else self.name_of(member, lang=who.lang)
            found.append(
                {"id": one, "name": cast_name(one, lang=who.lang), "member": member, "member_name": name}
            )
        return found

    def may_export(self, post: Post, who: Person, look: Look) -> bool:
        """Say whether somebody may take a copy away: everybody who is in the clip has to have allowed it."""
        people = (self.cards.get("post", post.id) or {}).get("people", ())
        if not people or who.role == "teacher":
            return not people or who.role == "teacher"
        with self.lock:
            grants = self.desk.ledger.state().grants
        return all(
            self.player(one) == who.id
            or any(
                grant.principal == one
                and who.id in grant.grantees
                and "export" in grant.scope.actions
                and grant.id in look.standing
                for grant in grants
            )
            for one in people
        )

    def _marks(self, clip: Card, who: Person) -> list[str]:
        if not clip.get("marked"):
            return [self.say(_msgid("Nothing in the file says where it comes from."), who)]
        return [
            self.say(_msgid("An invisible watermark is in its pictures."), who),
            self.say(_msgid("Content Credentials, signed by this class, say how it was made."), who),
        ]

    def shown(self, id: str, who: Person, look: Look) -> Post:
        """Return a post that may be shown to somebody."""
        post = look.state.posts.get(id) if who.role == "teacher" else look.visible.get(id)
        if post is None or not sees(post, who, look):
            raise nothing()
        return post

    def post(self, id: str, who: Person, *, now: datetime) -> Card:
        """Return a post with its comments."""
        look = self.look(now)
        post = self.shown(id, who, look)
        comments = [
            {
                "by": one.who,
                "by_name": self.name_of(one.who, lang=who.lang),
                "at": one.at.isoformat(),
                "text": one.text,
            }
            for one in look.index.comments.get(id, ())
            if not {(who.id, one.who), (one.who, who.id)} & look.index.blocks
        ]
        remixes = [one.id for one in look.visible.values() if one.remix_of == id and sees(one, who, look)]
        return self.post_card(post, who, look) | {"comments": comments, "remixes": remixes}

    def why(self, id: str, who: Person, *, now: datetime) -> Card:
        """Return all that made a post's place in somebody's feed."""
        require(who, "learner")
        look = self.look(now)
        post = self.shown(id, who, look)
        member = look.member(who.id)
        rules = effective(member)
        posts = [one for one in look.visible.values() if sees(one, who, look)]
        candidates = columns(posts, now=now, counts=look.index.counts)
        asked = self._asked(who)
        terms = explain(
            candidates, post.id, self._profile(member, look), weights=PRESETS[self.settings["preset"]],
            personalised=rules.personalised, steering=asked,
        )  # fmt: skip
        names = tuple(self.name_of(one, lang=who.lang) for one in candidates.author_names)
        reasons, whose = why(
            terms,
            replace(candidates, author_names=names),
            post.id,
            personalised=rules.personalised,
            lang=who.lang,
        )
        return {
            "total": round(sum(one.points for one in terms), 4),
            "terms": [
                {"name": term.feature, "words": reason.sentence, "points": round(term.points, 4)}
                for term, reason in zip(terms, reasons, strict=True)
            ],
            "words": [whose],
            "personalised": rules.personalised,
        }

    def like(self, id: str, who: Person, *, on: bool, now: datetime) -> Card:
        """Like a post, or no longer."""
        self.require_writing(who)
        with self.own(who.id):
            look = self.look(now)
            post = self.shown(id, who, look)
            if ((who.id, id) in look.index.likes) is not on:
                kind = EventKind.LIKE if on else EventKind.UNLIKE
                self.store.keep(FeedEvent(kind=kind, who=who.id, target=post.id, at=now), by=who.id, now=now)
                look = self.look(now)
            counts = look.index.counts.get(id, Counter())
            return {"likes": counts[EventKind.LIKE], "liked": (who.id, id) in look.index.likes}

    def seen(self, id: str, who: Person, *, dwell_s: float, now: datetime) -> None:
        """Note that a post was on the screen; in one sitting it takes one place, however often."""
        require(who, "learner")
        with self.own(who.id):
            look = self.look(now)
            post = self.shown(id, who, look)
            events = [
                FeedEvent(
                    kind=EventKind.DWELL,
                    who=who.id,
                    target=post.id,
                    at=now,
                    dwell_s=round(min(max(dwell_s, 0.0), 600.0), 1),
                )
            ]
            if post.id not in self._served(who.id, look):
                events.insert(0, FeedEvent(kind=EventKind.IMPRESSION, who=who.id, target=post.id, at=now))
            self.store.keep_all(events, by=who.id, now=now)

    def comment(self, id: str, who: Person, *, text: str, now: datetime) -> Card:
        """Comment on a post."""
        self.require_writing(who)
        post = self.shown(id, who, self.look(now))
        event = FeedEvent(kind=EventKind.COMMENT, who=who.id, target=post.id, at=now, text=self.words(text))
        self.store.keep(event, by=who.id, now=now)
        return {"by": who.id, "by_name": who.name, "at": event.at.isoformat(), "text": event.text}

    def words(self, text: str) -> str:
        """Return what somebody wrote, as it is kept: one line, without signs that hide or turn others around."""
        kept = "".join(
            sign for sign in text if sign.isprintable() or sign.isspace() or sign in "\u200c\u200d"
        )
        kept = " ".join(kept.split())
        if not kept or len(kept) > 500:
            raise StudioError(_msgid("Write something, up to {n} letters."), code="text", status=422, n=500)
        try:
            return FeedEvent(
                kind=EventKind.COMMENT, who="a", target="b", at=self.clocks().wall, text=kept
            ).text
        except FeedError as error:
            raise StudioError(
                _msgid("There are signs in this text that cannot be shown. Write it without them."),
                code="text",
                status=422,
            ) from error

    def require_writing(self, who: Person) -> None:
        """Refuse whoever is no learner, and everybody while the class is paused."""
        require(who, "learner")
        if self.settings["paused"]:
            raise StudioError(_msgid("The teacher has paused the class."), code="paused")
