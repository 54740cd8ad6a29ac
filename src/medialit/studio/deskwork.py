"""Reports and the teacher's desk: cases with deadlines, pausing, looking back, evidence, and wiping."""

from __future__ import annotations

import io
import secrets
import zipfile
from dataclasses import replace
from datetime import datetime
from typing import Any

from medialit.consent.standing import standing
from medialit.errors import FeedError, StudioError
from medialit.feed.codec import plain
from medialit.feed.controls import likeness_off
from medialit.feed.media import scrub
from medialit.feed.moderation import (
    AT_ONCE,
    Act,
    Case,
    Ground,
    ended_among,
    go_on,
    hidden,
    overdue,
    report,
    trail_words,
    visible,
)
from medialit.feed.rank import PRESETS
from medialit.feed.records import EventKind, FeedEvent, Post
from medialit.language import msgid as _msgid
from medialit.language import translator
from medialit.studio.base import Look, plain_json, require
from medialit.studio.cabinet import Card
from medialit.studio.codes import code
from medialit.studio.index import Index
from medialit.studio.people import People
from medialit.studio.persons import TEACHER, Person, nothing

_GROUNDS = {
    Ground.MY_LIKENESS: _msgid("It shows me, or the person whom I play, and I want it down"),
    Ground.INTIMATE: _msgid("It is intimate"),
    Ground.MINOR: _msgid("It could harm somebody under 18"),
    Ground.HARASSMENT: _msgid("It makes fun of somebody or threatens them"),
    Ground.UNLABELLED: _msgid("It was made with AI and does not say so"),
    Ground.OTHER: _msgid("Something else"),
}
_HAPPENED = {
    EventKind.LIKE: _msgid("{who} liked a clip by {author}."),
    EventKind.UNLIKE: _msgid("{who} no longer likes a clip by {author}."),
    EventKind.COMMENT: _msgid("{who} commented on a clip by {author}."),
    EventKind.REMIX: _msgid("{who} made something from a clip by {author}."),
    EventKind.FOLLOW: _msgid("{who} follows {target}."),
    EventKind.UNFOLLOW: _msgid("{who} no longer follows {target}."),
}


class Deskwork(People):
    """What is reported, and what the teacher does."""

    def grounds(self, who: Person) -> list[Card]:
        """Return why a post can be reported."""
        return [
            {"id": one.value, "words": self.say(words, who), "hides_at_once": one in AT_ONCE}
            for one, words in _GROUNDS.items()
        ]

    def report(self, id: str, who: Person, *, ground: str, why: str, now: datetime) -> Card:
        """Report a post; about some grounds it is hidden from this moment on."""
        require(who, "learner", "guardian")
        try:
            kind = Ground(ground)
        except ValueError:
            raise StudioError(
                _msgid("This is not one of the choices. Load the page again."), code="choice", status=422
            ) from None
        with self.lock:
            look = self.look(now)
            post = self.shown(id, who, look)
            if kind is Ground.MY_LIKENESS and who.about not in post.shows:
                raise StudioError(
                    _msgid("Nobody whom you play is in this clip. Choose another reason."),
                    code="not-you",
                    status=422,
                )
            for one in look.state.cases.values():
                if one.post == id and one.trail[0].by == who.id and one.open:
                    raise StudioError(
                        _msgid("You reported this already. It is being looked at."), code="reported"
                    )
            text = self.words(why) if why.strip() else ""
            case = report(f"c-{secrets.token_hex(6)}", post, by=who.id, ground=kind, now=now, why=text)
            event = FeedEvent(kind=EventKind.REPORT, who=who.id, target=id, at=now)
            self.store.keep_all([case, event] if who.role == "learner" else [case], by=who.id, now=now)
        words = (
            _msgid("Thank you. Nobody sees the clip until your teacher has looked at it.")
            if kind in AT_ONCE
            else _msgid(
                "Thank you. Your teacher decides by the deadline; after it the clip is hidden until then."
            )
        )
        return {"case": self._case_card(case, who), "words": self.say(words, who)}

    def cases(self, who: Person, *, now: datetime) -> list[Card]:
        """Return the cases of which somebody is a side; the teacher sees all."""
        require(who, "learner", "guardian", "teacher")
        found = [
            one for one in self.look(now).state.cases.values()
            if who.role == "teacher" or who.id in (one.author, one.trail[0].by) or who.about == one.author
        ]  # fmt: skip
        return [
            self._case_card(one, who) for one in sorted(found, key=lambda one: one.trail[0].at, reverse=True)
        ]

    def _case_card(self, case: Case, who: Person) -> Card:
        """Return a case for a page. Who reported stays between the reporter and the teacher."""
        _ = translator(who.lang)
        somebody = _("somebody of the class")
        reporter = case.trail[0].by
        told = who.role == "teacher" or who.id == reporter
        trail = tuple(
            replace(
                step,
                by=somebody if step.by == reporter and not told else self.name_of(step.by, lang=who.lang),
                why=step.why if told or step.by != reporter else "",
            )
            for step in case.trail
        )
        may = case.state in (Act.TAKE_DOWN, Act.KEEP) and who.id == (case.author if case.down else reporter)
        return {
            "id": case.id, "post": case.post, "author": case.author,
            "author_name": self.name_of(case.author, lang=who.lang), "by_name": trail[0].by, "ground": case.ground.value,
            "ground_words": _(_GROUNDS[case.ground]), "state": case.state.value, "open": case.open, "down": case.down,
            "deadline": None if case.deadline is None else case.deadline.isoformat(), "may_appeal": may,
            "why": case.trail[0].why if told else "",
            "trail": list(trail_words(replace(case, trail=trail), lang=who.lang)),
            "at": [one.at.isoformat() for one in case.trail],
        }  # fmt: skip

    def step(self, id: str, who: Person, *, act: str, why: str, now: datetime) -> Card:
        """Go on with a case: the teacher decides, a side appeals."""
        require(who, "learner", "guardian", "teacher")
        with self.lock:
            case = self.look(now).state.cases.get(id)
            if case is None or (who.role != "teacher" and who.id not in (case.author, case.trail[0].by)):
                raise nothing()
            if (act == Act.APPEAL) == (who.role == "teacher"):
                raise nothing()
            try:
                text = self.words(why) if why.strip() else ""
                new = go_on(case, Act(act), by=who.id, now=now, moderators={TEACHER}, why=text)
            except (FeedError, ValueError) as error:
                raise StudioError(
                    _msgid("This step cannot follow here, or needs a reason that both sides can read."),
                    code="step",
                    status=422,
                ) from error
            self.store.keep(new, by=who.id, now=now)
        return self._case_card(new, who)

    # --- the desk -------------------------------------------------------------------------------------------------

    def desk_page(self, who: Person, *, now: datetime) -> Card:
        """Return what the teacher's page shows."""
        require(who, "teacher")
        look = self.look(now)
        settings = self.settings
        queue = self._queue(now)
        posts = sorted(look.state.posts.values(), key=lambda one: one.at, reverse=True)
        return {
            "class": self.class_card(), "code": settings["code"],
            "members": [
                {
                    "id": id, "name": self.name_of(id, lang=who.lang), "age": member.age.value, "place": member.place,
                    "posts": sum(one.author == id for one in posts),
                    "joined": (self.cards.get("account", id) or {}).get("joined"),
                }
                for id, member in look.state.members.items()
            ],
            "posts": [self._desk_post(one, who, look) for one in posts],
            "cases": self.cases(who, now=now),
            "queue": [
                {"id": one.id, "by": self.name_of(one.member, lang=who.lang)}
                for one in (*queue.running, *queue.waiting)
            ],
            "overdue": len(overdue(look.state.cases.values(), now=now)),
        }  # fmt: skip

    def _desk_post(self, post: Post, who: Person, look: Look) -> Card:
        stands = post.id in look.visible
        return self.post_card(post, who, look) | {
            "visible": stands,
            "taken_back": post.id in look.state.taken_back,
        }

    def class_card(self) -> Card:
        """Return what everybody may know of the class."""
        settings = self.settings
        return {
            "name": settings["name"], "open": settings["open"], "paused": settings["paused"],
            "preset": settings["preset"],
            "languages": ["en", "fr", "ar"], "lang": settings["lang"], "quota_each_day": settings["quota"],
            "join_needs_code": True,
        }  # fmt: skip

    def arrange(self, who: Person, **changes: Any) -> Card:
        """Change what is set for the class: paused, open, preset, quota."""
        require(who, "teacher")
        if changes.get("preset", "creation-first") not in PRESETS or not 0 <= changes.get("quota", 1) <= 100:
            raise StudioError(
                _msgid("This is not one of the choices. Load the page again."), code="choice", status=422
            )
        self.set(**changes)
        return self.class_card()

    def new_class_code(self, who: Person) -> Card:
        """Return a new code to join with; the one before no longer works."""
        require(who, "teacher")
        self.set(code=code(2, 4))
        return {"code": self.settings["code"]}

    def remove(self, id: str, who: Person, *, why: str, now: datetime) -> Card:
        """Take a post down at once, as a case of the teacher's own: it has a trail, and the author can read why."""
        require(who, "teacher")
        with self.lock:
            post = self.look(now).state.posts.get(id)
            if post is None:
                raise nothing()
            reason = self.words(why)
            case = report(
                f"c-{secrets.token_hex(6)}", post, by="studio", ground=Ground.OTHER, now=now, why=reason
            )
            self.store.keep(case, by=TEACHER, now=now)
            case = go_on(case, Act.TAKE_DOWN, by=TEACHER, now=now, moderators={TEACHER}, why=reason)
            self.store.keep(case, by=TEACHER, now=now)
        return self._case_card(case, who)

    def replay(self, who: Person, *, at: datetime, now: datetime) -> Card:
        """Return the posts as they stood at an earlier moment, and what had happened last."""
        require(who, "teacher")
        at = min(at, now)
        with self.lock:
            state = self.store.state()
            taken = {
                id for id, card in self.cards.all("taken").items() if datetime.fromisoformat(card["at"]) <= at
            }
            events = tuple(one for one in state.events if one.at <= at)
            posts = {id: one for id, one in state.posts.items() if one.at <= at}
            cases = {
                id: replace(one, trail=trail)
                for id, one in state.cases.items()
                if (trail := tuple(step for step in one.trail if step.at <= at))
            }
            then = replace(state, events=events, posts=posts, cases=cases, taken_back=frozenset(taken))
            grants = standing(self.desk.ledger.state(), at)
        index = Index()
        index.take(then)
        shown = visible(
            list(posts.values()), ended=ended_among(posts.values(), standing=grants),
            hidden=hidden(cases.values(), now=at) | taken, likeness_off=likeness_off(state.members.values()),
        )  # fmt: skip
        look = Look(now=at, state=then, index=index, standing=grants, visible={one.id: one for one in shown})
        newest = sorted(shown, key=lambda one: one.at, reverse=True)
        said_ = [words for one in reversed(events) if (words := self._happened(one, who, look))]
        return {
            "at": at.isoformat(),
            "posts": [self.post_card(one, who, look) for one in newest],
            "events": said_[:50],
        }

    def _happened(self, one: FeedEvent, who: Person, look: Look) -> Card | None:
        if one.kind not in _HAPPENED:
            return None  # who looked at what for how long, and who wrote to whom, is not the teacher's to see
        post = look.state.posts.get(one.target)
        names = {
            "who": self.name_of(one.who, lang=who.lang),
            "author": "" if post is None else self.name_of(post.author, lang=who.lang),
            "target": self.name_of(one.target, lang=who.lang),
        }
        return {"at": one.at.isoformat(), "words": translator(who.lang)(_HAPPENED[one.kind]).format(**names)}

    def evidence(self, who: Person, *, now: datetime) -> bytes:
        """Return a ZIP of what the class's records say: for a lesson, or for whoever has to look into something.

        Messages between members, times of use and what somebody looked at are left out.
        """
        require(who, "teacher")
        state = self.store.state()
        kept = [
            one
            for one in state.events
            if one.kind not in (EventKind.MESSAGE, EventKind.DWELL, EventKind.IMPRESSION)
        ]
        names = {
            id: card["name"] for id, card in self.cards.all("account").items() if card["kind"] == "learner"
        }

        def rows(records: Any) -> str:
            return plain_json({"records": [(one := plain(record)).open | one.hidden for record in records]})

        decisions = [
            {
                "request": one.request.to_dict(), "allowed": one.decision.allowed,
                "reasons": [reason.code for reason in one.decision.reasons], "grants": list(one.decision.grant_ids),
            }
            for one in self.desk.ledger.decisions()
        ]  # fmt: skip
        head, ledger = self.store.head(), self.desk.ledger.head()
        files = {
            "README.txt": _README.format(name=self.settings["name"], at=now.isoformat(), n=head.seq, m=ledger.seq),
            "members.json": plain_json({"names": names}),
            "posts.json": rows(state.posts.values()),
            "events.json": rows(kept),
            "cases.json": plain_json(
                {"cases": [{"id": one.id, "post": one.post, "ground": one.ground.value,
                            "trail": [step.to_dict() for step in one.trail]} for one in state.cases.values()]}
            ),
            "decisions.json": plain_json({"decisions": decisions}),
            "heads.json": plain_json(
                {"feed": {"chain": head.chain, "seq": head.seq, "hash": head.hash}, "consent": ledger.to_text(),
                 "feed_verifies": self.store.verify().ok, "consent_verifies": self.desk.ledger.verify().ok}
            ),
            "media.json": plain_json({"sha256": list(self.store.media.names())}),
        }  # fmt: skip
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return out.getvalue()

    def wipe(self, who: Person, *, name: str) -> None:
        """Delete the whole class from the disk: every file of it is overwritten and removed."""
        require(who, "teacher")
        if name.strip() != self.settings["name"]:
            raise StudioError(
                _msgid("Type the name of the class, {name}, to delete all of it."), code="name", status=422,
                name=self.settings["name"],
            )  # fmt: skip
        with self._queue_changed:
            self._stopping = True
            self.wiped = True
            self._queue_changed.notify_all()
        self.stop()
        with self.lock:
            self.store.wipe()
            self.cards.wipe()
            self.desk.ledger.wipe()
            self.close()
            for place in sorted(self.folder.rglob("*"), reverse=True):
                if place.is_dir() and not place.is_symlink():
                    place.rmdir()
                else:
                    scrub(place)
            self.folder.rmdir()


_README = """Evidence of the class "{name}", written at {at}.

posts.json, events.json and cases.json are what the feed's chain of {n} events says; decisions.json is what the ledger of
consent ({m} events) answered, refusals too. heads.json says how far both chains go: kept elsewhere, it shows later
whether an end was cut off. media.json holds the SHA-256 of each file. members.json says which pseudonym an id has.
Left out: messages between members, times of use, and who looked at what.
"""
