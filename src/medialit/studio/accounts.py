"""Joining, coming back, and sessions: pseudonyms and codes, and no account anywhere else."""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from medialit.consent import checks
from medialit.errors import FeedError, RecordError, StudioError
from medialit.feed.clock import Reading
from medialit.feed.limits import Usage, first_usage
from medialit.feed.records import AgeBand, Member
from medialit.language import msgid as _msgid
from medialit.studio.base import Base
from medialit.studio.codes import code, fits, kept, token_key, typed
from medialit.studio.persons import LANGUAGES, TEACHER, Person

SESSION_DAYS: Final = 7
MAX_SESSIONS: Final = 6
"""Of one account; the oldest ends."""
LONGEST_NAME: Final = 24


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What somebody gets who came in.

    Parameters
    ----------
    person : Person
    token : str
        For the cookie; kept nowhere else.
    return_code, guardian_code : str or None
        Shown once.
    """

    person: Person
    token: str
    return_code: str | None = None
    guardian_code: str | None = None


class Accounts(Base):
    """Who may come in."""

    def join(
        self, *, class_code: str, name: str, age: str, place: str, zone: str, lang: str, now: datetime
    ) -> Entry:
        """Take a new learner in."""
        settings = self.settings
        lang = lang if lang in LANGUAGES else settings["lang"]
        if age == AgeBand.UNDER_13:
            raise StudioError(
                _msgid(
                    "The studio is for people from 13 on. Ask an adult to open the family activities with you: they are "
                    "made for you, and need no name."
                ),
                code="under-13",
                status=403,
            )
        if not hmac.compare_digest(typed(class_code).encode(), typed(settings["code"]).encode()):
            raise _wrong_code()
        if not settings["open"]:
            raise StudioError(
                _msgid("The class takes in nobody new now. Ask your teacher to open it."),
                code="closed",
                status=403,
            )
        name = _name(name)
        id, guardian = f"m-{secrets.token_hex(4)}", f"g-{secrets.token_hex(4)}"
        minor = age != AgeBand.ADULT
        member, usage = _member(
            id, age=age, zone=zone, place=place, guardian=guardian if minor else None, reading=self.clocks()
        )
        return_code, guardian_code = code(2, 5), code(2, 5) if minor else None
        kept_return = kept(return_code)
        cards: list[tuple[str, str, dict[str, Any]]] = [
            (
                "account",
                id,
                {
                    "kind": "learner",
                    "name": name,
                    "lang": lang,
                    "code": kept_return,
                    "joined": now.isoformat(),
                },
            )
        ]
        if guardian_code is not None:
            card = {"kind": "guardian", "name": name, "lang": lang, "code": kept(guardian_code), "ward": id}
            cards.append(("account", guardian, card))
        with self.lock:
            if self._named(name) is not None:
                raise StudioError(
                    _msgid(
                        "Somebody here is called {name} already. If that is you, come back with your return code; or "
                        "choose another name."
                    ),
                    code="name-taken",
                    name=name,
                )
            self.store.keep(member, by=id, now=now)
            self.store.keep_usage(id, usage)
            self.cards.put_all(cards)
        token = self._begin(id, now=now)
        person = Person(id=id, role="learner", name=name, lang=lang, age=AgeBand(age))
        return Entry(person=person, token=token, return_code=return_code, guardian_code=guardian_code)

    def come_back(self, *, class_code: str, name: str, return_code: str, lang: str, now: datetime) -> Entry:
        """Let a learner in again."""
        id = self._named(_name(name))
        card = None if id is None else self.cards.get("account", id)
        right = hmac.compare_digest(typed(class_code).encode(), typed(self.settings["code"]).encode())
        if not fits(return_code, None if card is None else card["code"]) or not right or id is None:
            raise _wrong_code()
        return self._entered(id, lang=lang, now=now)

    def guardian(self, *, name: str, guardian_code: str, lang: str, now: datetime) -> Entry:
        """Let in whoever decides for a learner under 18."""
        ward = self._named(_name(name))
        id = next(
            (id for id, card in self.cards.all("account").items() if card.get("ward") == ward and ward), None
        )
        card = None if id is None else self.cards.get("account", id)
        if not fits(guardian_code, None if card is None else card["code"]) or id is None:
            raise _wrong_code()
        return self._entered(id, lang=lang, now=now)

    def teacher(self, *, key: str, lang: str, now: datetime) -> Entry:
        """Let the teacher in."""
        card = self.cards.get("account", TEACHER)
        if not fits(key, None if card is None else card["code"]):
            raise _wrong_code()
        return self._entered(TEACHER, lang=lang, now=now)

    def teacher_known(self, *, lang: str, now: datetime) -> Entry:
        """Let the teacher in without a key: a sign-in in front says that they are."""
        return self._entered(TEACHER, lang=lang, now=now)

    def new_teacher_key(self) -> str:
        """Return a new key for the teacher; the one before no longer works, and whoever came in by it goes."""
        key = code(4, 5)
        with self.lock:
            self.cards.put(
                "account",
                TEACHER,
                {"kind": "teacher", "name": "", "lang": self.settings["lang"], "code": kept(key)},
            )
            self._end_all(TEACHER)
        return key

    def new_return_code(self, id: str) -> str:
        """Return a new code for a learner who lost theirs; every session of theirs ends."""
        fresh = code(2, 5)
        with self.lock:
            card = self.cards.get("account", id)
            if card is None or card["kind"] != "learner":
                raise StudioError(_msgid("Nobody here has this id."), code="not-found", status=404)
            self.cards.put("account", id, card | {"code": kept(fresh)})
            self._end_all(id)
        return fresh

    def leave(self, token: str) -> None:
        """End a session."""
        self.cards.drop("session", token_key(token))

    def whose(self, token: str | None, *, now: datetime) -> Person | None:
        """Return whose session this is; None where it is nobody's, or over."""
        if not token or len(token) > 100:
            return None
        session = self.cards.get("session", token_key(token))
        if session is None:
            return None
        if datetime.fromisoformat(session["until"]) <= now:
            self.cards.drop("session", token_key(token))
            return None
        return self.person(session["account"])

    def person(self, id: str) -> Person | None:
        """Return who has an account."""
        card = self.cards.get("account", id)
        if card is None:
            return None
        if card["kind"] == "learner":
            member = self.store.state().members.get(id)
            if member is None:
                return None
            return Person(id=id, role="learner", name=card["name"], lang=card["lang"], age=member.age)
        return Person(id=id, role=card["kind"], name=card["name"], lang=card["lang"], ward=card.get("ward"))

    def csrf(self, token: str) -> str:
        """Return what a page has to say along with everything that it changes in this session."""
        return hmac.new(bytes.fromhex(self.settings["secret"]), token.encode(), sha256).hexdigest()[:32]

    def speak(self, who: Person, lang: str) -> None:
        """Choose the language of an account."""
        if lang not in LANGUAGES:
            raise StudioError(
                _msgid("The studio speaks {languages}."),
                code="language",
                status=422,
                languages=", ".join(LANGUAGES),
            )
        with self.lock:
            card = self.cards.get("account", who.id)
            if card is not None:
                self.cards.put("account", who.id, card | {"lang": lang})

    def _entered(self, id: str, *, lang: str, now: datetime) -> Entry:
        if lang in LANGUAGES:
            self.speak(Person(id=id), lang)
        person = self.person(id)
        if person is None:
            raise _wrong_code()
        return Entry(person=person, token=self._begin(id, now=now))

    def _begin(self, account: str, *, now: datetime) -> str:
        token = secrets.token_urlsafe(32)
        with self.lock:
            own = sorted(
                (card["until"], key)
                for key, card in self.cards.all("session").items()
                if card["account"] == account
            )
            for _until, key in own[: max(0, len(own) - MAX_SESSIONS + 1)]:
                self.cards.drop("session", key)
            until = now + timedelta(days=SESSION_DAYS)
            self.cards.put("session", token_key(token), {"account": account, "until": until.isoformat()})
        return token

    def _end_all(self, account: str) -> None:
        for key, card in self.cards.all("session").items():
            if card["account"] == account:
                self.cards.drop("session", key)

    def _named(self, name: str) -> str | None:
        wanted = folded(name)
        for id, card in self.cards.all("account").items():
            if card["kind"] == "learner" and folded(card["name"]) == wanted:
                return id
        return None


def _wrong_code() -> StudioError:
    return StudioError(
        _msgid(
            "The name or a code is not right. Look again at what you typed; your teacher can give you a new code."
        ),
        code="wrong-code",
        status=403,
    )


def folded(name: str) -> str:
    """Return a made-up name as it is compared with others."""
    return unicodedata.normalize("NFKC", name).casefold()


def _name(text: str) -> str:
    try:
        name = checks.name(text, "A name")
    except RecordError:
        name = ""
    if not 2 <= len(name) <= LONGEST_NAME:
        raise StudioError(
            _msgid("A name here has 2 to {n} letters. Make one up: not your own."),
            code="name", status=422, n=LONGEST_NAME,
        )  # fmt: skip
    return name


def _member(
    id: str, *, age: str, zone: str, place: str, guardian: str | None, reading: Reading
) -> tuple[Member, Usage]:
    try:
        member = Member(id=id, age=AgeBand(age), zone=zone, place=place, guardian=guardian)
        return member, first_usage(reading, zone=zone)
    except (FeedError, ValueError) as error:
        raise StudioError(
            _msgid(
                "An age, a place or a time zone was not understood. Load the page again, and choose from its lists."
            ),
            code="not-understood",
            status=422,
        ) from error
