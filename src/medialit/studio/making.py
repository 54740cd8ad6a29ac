"""Making: requests for clips in fair turns, drafts, who is asked about them, and publishing."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from medialit import log
from medialit.cameo.examine import examined
from medialit.consent.reasons import explain
from medialit.consent.records import Action, Audience, Medium, Modality, Original, Purpose, Request
from medialit.errors import FeedError, FeedStoreError, MedialitError, StudioError
from medialit.feed import quota
from medialit.feed.controls import effective, who_approves
from medialit.feed.lexicon import TOPICS
from medialit.feed.media import scrub
from medialit.feed.quota import Ask, Queue
from medialit.feed.records import MAX_TOPICS, EventKind, FeedEvent, Likeness, Post
from medialit.generate import safety, sampler, text
from medialit.language import msgid as _msgid
from medialit.language import said
from medialit.likeness.cast_pose import ACTIONS
from medialit.media import probe
from medialit.provenance.label import WORDS
from medialit.provenance.registry import Registry
from medialit.studio.base import TERRITORY, Look, cast_name, require
from medialit.studio.cabinet import Card
from medialit.studio.feeding import Feeding
from medialit.studio.persons import Person, nothing

LONGEST_PROMPT: Final = 300
PURPOSES: Final = ("education", "art", "journalism", "satire", "personal")
MOST_SIGNING: Final = 12
AGAIN_S: Final = 5.0
"""After what could not be kept, such as on a full disk, the maker waits so long, and tries again."""
_CLASS_ZONE: Final = "Africa/Casablanca"
_LOG: Final = logging.getLogger(__name__)


class Making(Feeding):
    """Clips, from a prompt to a post. `start` begins to work through what waits."""

    def start(self) -> None:
        """Begin to make what waits; what was being made when the studio stopped waits again."""
        self.maker, self.publisher = self.hands
        self._queue_changed = threading.Condition(self.lock)
        self._signing = threading.BoundedSemaphore(MOST_SIGNING)
        self._stopping = False
        self._seconds_each = 3.0
        self._progress: dict[str, float] = {}
        self._publishing: set[str] = set()
        self._interrupted = False  # something was being made, and could not be kept
        self._wait_again()
        self._sweep_drafts()
        self._thread = threading.Thread(target=self._work, name="studio-maker", daemon=True)
        self._thread.start()

    @property
    def making(self) -> bool:
        """Whether somebody works through what waits."""
        return self._thread.is_alive()

    @property
    def n_waiting(self) -> int:
        """How many requests wait."""
        return len(self._queue(self.clocks().wall).waiting)

    def _wait_again(self) -> None:
        """Have what was being made wait again, at its old place, and what only its card says to wait, at the end."""
        jobs = self.cards.all("job").items()
        asked = sorted(
            (card["at"], id, card["by"]) for id, card in jobs if card["state"] in ("waiting", "making")
        )
        queue = quota.restarted(self._queue(self.clocks().wall), asked=[(id, by) for _at, id, by in asked])
        self._keep_queue(queue)
        for id, card in jobs:
            if card["state"] == "making":
                self.cards.put("job", id, card | {"state": "waiting"})

    def _sweep_drafts(self) -> None:
        """Delete pictures of drafts that are none: a worker was killed, or the disk was full, before there was a card."""
        for path in self.drafts.glob("*"):
            card = self.cards.get("draft", path.name.partition(".")[0])
            unfinished = path.name.startswith(".") or path.name.endswith(".published.mp4")
            if path.name.startswith((".", "d-")) and (unfinished or card is None or self._is_out(card)):
                scrub(path)

    def _is_out(self, draft: Card) -> bool:
        """Say whether a draft became a post. A card may name a post that never came into the feed: the disk was full."""
        return draft["post"] is not None and draft["post"] in self.store.state().posts

    def stop(self) -> None:
        """Stop making; what waits goes on waiting on the disk."""
        with self._queue_changed:
            self._stopping = True
            self._queue_changed.notify_all()
        if self.own_hands:
            self.maker.stop()
            self.publisher.stop()
        self._thread.join(timeout=20)

    # --- requests -------------------------------------------------------------------------------------------------

    def ask_for_clip(
        self,
        who: Person,
        *,
        prompt: str,
        seed: int | None,
        model: str,
        people: Sequence[str],
        remix_of: str | None,
        purpose: str,
        doing: str,
        now: datetime,
    ) -> Card:
        """Ask for a clip: refused at once where the prompt or a permission says no, and queued otherwise."""
        self.require_writing(who)
        prompt = self._prompt(prompt, who)
        if purpose not in PURPOSES or doing not in ACTIONS or model not in sampler.MODELS:
            raise StudioError(
                _msgid("This is not one of the choices. Load the page again."), code="choice", status=422
            )
        look = self.look(now)
        parent = None if remix_of is None else self.shown(remix_of, who, look)
        parent_use = None if parent is None else (self.cards.get("post", parent.id) or {}).get("use")
        everyone = list(dict.fromkeys([*self._people_of(parent), *people]))
        seed = secrets.randbelow(2**31) if seed is None else seed
        self._may_show(
            who, everyone, prompt=prompt, seed=seed, purpose=purpose, parent_use=parent_use, look=look
        )
        id = f"j-{secrets.token_hex(8)}"
        job = {
            "by": who.id, "prompt": prompt, "seed": seed, "model": model, "people": everyone, "remix_of": remix_of,
            "parent_use": parent_use, "purpose": purpose, "doing": doing, "state": "waiting", "draft": None, "words": "",
            "lang": who.lang, "at": now.isoformat(),
            "not_understood": [one.text for one in text.read(prompt).unused],
        }  # fmt: skip
        with self._queue_changed:
            try:
                queue = quota.ask(self._queue(now), id, member=who.id)
            except FeedError as error:
                raise StudioError(
                    "{reason}", code="quota", status=429, reason=said(error, lang=who.lang)
                ) from error
            # The queue first: a card that waits alone would be made although its maker was told no.
            self._keep_queue(queue)
            self.cards.put("job", id, job)
            self._queue_changed.notify_all()
        return self.job(id, who, now=now)

    def _prompt(self, prompt: str, who: Person) -> str:
        prompt = " ".join(prompt.split())
        if not prompt or len(prompt) > LONGEST_PROMPT:
            raise StudioError(
                _msgid("A prompt has up to {n} letters: one scene, in one sentence."), code="prompt", status=422,
                n=LONGEST_PROMPT,
            )  # fmt: skip
        verdict = safety.judge(prompt, lang=who.lang)
        if verdict.decision != "allow":
            reason = sampler.refusal(verdict, lang=who.lang)
            raise StudioError("{reason}", code="prompt-refused", status=422, reason=reason)
        return prompt

    def _may_show(
        self,
        who: Person,
        people: Sequence[str],
        *,
        prompt: str,
        seed: int,
        purpose: str,
        parent_use: str | None,
        look: Look,
    ) -> None:
        """Refuse a clip with people who did not agree to it; the ledger keeps the answer."""
        if not people:
            return
        for one in people:
            player = self.player(one)
            member = None if player is None else look.state.members.get(player)
            if member is None:
                raise StudioError(
                    _msgid("Nobody in the class plays {name}, so nobody can agree. Choose somebody else."),
                    code="not-enrolled", status=403, name=cast_name(one, lang=who.lang),
                )  # fmt: skip
            if effective(member).likeness is Likeness.OFF:
                raise StudioError(
                    _msgid("The likeness of {name} is switched off. Nobody can use it now."),
                    code="likeness-off", status=403, name=cast_name(one, lang=who.lang),
                )  # fmt: skip
        topics, contexts = examined(prompt, seed=seed)
        with self.lock:
            request = self._request(
                who.id, people, action=Action.REMIX if parent_use else Action.GENERATE, purpose=purpose,
                topics=topics, contexts=contexts, parent_use=parent_use, look=look,
            )  # fmt: skip
            answer = self.desk.ask(request, now=look.now)
        _LOG.info("decided", extra=log.told(decision=request.id, allowed=answer.decision.allowed))
        if not answer.decision.allowed:
            names = self._names(who)
            lacking = [one.principal for one in answer.decision.reasons if one.principal is not None]
            raise StudioError(
                "{reason}", code="no-permission", status=403, more={"ask": next(iter(lacking), people[0])},
                reason=" ".join(explain(answer.decision, lang=who.lang, names=names)),
            )  # fmt: skip

    def _request(
        self,
        requester: str,
        people: Sequence[str],
        *,
        action: Action,
        purpose: str,
        topics: Sequence[str],
        contexts: Sequence[str],
        parent_use: str | None,
        look: Look,
    ) -> Request:
        original = None
        if action is Action.REMIX and parent_use is not None:
            use = next(one for one in self.desk.uses() if one.id == parent_use)
            original = Original(maker=use.requester, principals=use.principals, grant_ids=use.grant_ids)
        return Request(
            id=f"req-{secrets.token_hex(8)}", requester=requester, principals=tuple(people), action=action,
            purpose=Purpose(purpose), audience=self.audience(people, look), territories=frozenset({TERRITORY}),
            medium=Medium.CLASSROOM, modalities=frozenset({Modality.FACE}), topics=frozenset(topics),
            contexts=frozenset(contexts), appearance=frozenset(), original=original, at=look.now,
        )  # fmt: skip

    def audience(self, people: Sequence[str], look: Look) -> Audience:
        """Return who will see a clip with these people: the whole class, or where a minor is in it their mutuals."""
        ledger = self.ledger()
        for one in people:
            known = ledger.principal(one)
            if known is None or known.is_minor(on=look.now.date()):
                return Audience.MUTUALS
        return Audience.EVERYONE

    def _people_of(self, post: Post | None) -> list[str]:
        return [] if post is None else list((self.cards.get("post", post.id) or {}).get("people", ()))

    def _names(self, who: Person) -> dict[str, str]:
        found = {one: cast_name(one, lang=who.lang) for one in self.cards.all("likeness")}
        return found | {id: self.name_of(id, lang=who.lang) for id in self.cards.all("account")}

    def jobs(self, who: Person, *, now: datetime) -> list[Card]:
        """Return somebody's requests, the newest first."""
        require(who, "learner")
        own = [(card["at"], id) for id, card in self.cards.all("job").items() if card["by"] == who.id]
        return [self.job(id, who, now=now) for _, id in sorted(own, reverse=True)[:20]]

    def job(self, id: str, who: Person, *, now: datetime) -> Card:
        """Return how far a request is."""
        card = self.cards.get("job", id)
        if card is None or card["by"] != who.id:
            raise nothing()
        queue = self._queue(now)
        place, words = 0, card["words"]
        if card["state"] in ("waiting", "making"):
            turns = [one.id for one in quota.order(queue)]
            place = turns.index(id) + len(queue.running) if id in turns else 0
            try:
                words = quota.place_words(queue, id, seconds_each=self._seconds_each, lang=who.lang)
            except FeedError:
                words = ""
        return {
            "id": id, "state": card["state"], "place": place, "words": words, "draft": card["draft"],
            "progress": 1.0 if card["state"] == "done" else self._progress.get(id, 0.0), "prompt": card["prompt"],
            "not_understood": card["not_understood"],
        }  # fmt: skip

    def cancel(self, id: str, who: Person, *, now: datetime) -> None:
        """Take a request back; one that is being made is stopped."""
        card = self.cards.get("job", id)
        if card is None or card["by"] != who.id:
            raise nothing()
        with self._queue_changed:
            queue = self._queue(now)
            if any(one.id == id for one in queue.waiting):
                self._keep_queue(quota.cancel(queue, id, member=who.id))
                self.cards.drop("job", id)
                return
            running = any(one.id == id for one in queue.running)
            self.cards.put("job", id, card | {"cancelled": True})
        if running:
            self.maker.stop()
        elif card["state"] in ("done", "failed"):
            self.cards.drop("job", id)

    # --- the queue ------------------------------------------------------------------------------------------------

    def quota_card(self, who: Person, *, now: datetime) -> Card:
        """Return how many clips somebody may still ask for today."""
        queue = self._queue(now)
        return {"left": queue.left(who.id), "each_day": queue.quota}

    def _queue(self, now: datetime) -> Queue:
        today = now.astimezone(ZoneInfo(_CLASS_ZONE)).date()
        card = self.cards.get("queue", "today")
        each = self.settings["quota"]
        if card is None:
            return Queue(day=today, quota=each)
        queue = Queue(
            day=date.fromisoformat(card["day"]), quota=each,
            waiting=tuple(Ask(**one) for one in card["waiting"]), running=tuple(Ask(**one) for one in card["running"]),
            served=tuple((one, n) for one, n in card["served"]), next_number=card["next_number"],
        )  # fmt: skip
        if queue.day > today + timedelta(
            days=1
        ):  # the clock was wrong, and was put right: nobody waits for that day
            queue = replace(queue, day=date.min)
        return quota.new_day(queue, today)

    def _keep_queue(self, queue: Queue) -> None:
        self.cards.put("queue", "today", asdict(queue) | {"day": queue.day.isoformat()})

    def _work(self) -> None:
        """Make one clip after the other. What cannot be kept, as on a full disk, is tried again, and ends nothing."""
        while not self._stopping:
            try:
                if self._interrupted:
                    with self._queue_changed:
                        self._wait_again()
                    self._interrupted = False
                turn = self._turn()
                if turn is not None:
                    self._make(turn.id)
            except (MedialitError, SQLAlchemyError, OSError):
                self._interrupted = True
                _LOG.exception("A clip could not be made or kept; the maker tries again.")
                with self._queue_changed:
                    self._queue_changed.wait_for(lambda: self._stopping, timeout=AGAIN_S)

    def _turn(self) -> Ask | None:
        """Return whose turn it is, once somebody waits; None when the studio stops."""
        with self._queue_changed:
            while not self._stopping:
                queue, turn = quota.take(self._queue(self.clocks().wall))
                if turn is not None:
                    self._keep_queue(queue)
                    return turn
                self._queue_changed.wait(timeout=60)
        return None

    def _make(self, id: str) -> None:
        began = self.clocks()
        card = self.cards.get("job", id)
        worked, change = False, {"state": "failed", "words": ""}
        draft = f"d-{secrets.token_hex(8)}"
        if card is not None:
            self.cards.put("job", id, card | {"state": "making"})
            order = self._order_of(card, draft, now=began.wall)
            try:
                made = self.maker.do(order, on_progress=lambda share: self._progress.__setitem__(id, share))
                self._keep_draft(draft, card, made, now=began.wall)
                worked, change = True, {"state": "done", "draft": draft, "words": ""}
            except MedialitError as error:
                change["words"] = said(error, lang=card["lang"])
        with self._queue_changed:
            self._progress.pop(id, None)
            if self._stopping and not worked:
                return  # it waits again after the start
            now = self.clocks()
            queue = self._queue(now.wall)
            if any(one.id == id for one in queue.running):
                self._keep_queue(quota.finish(queue, id, worked=worked))
            latest = self.cards.get("job", id)
            if latest is not None and latest.get("cancelled"):
                self.cards.drop("job", id)
                if worked:
                    self._drop_draft(draft)
            elif latest is not None:
                self.cards.put("job", id, latest | change)
            self._seconds_each = 0.7 * self._seconds_each + 0.3 * max(0.1, now.counted_s - began.counted_s)

    def make_now(self, job: Card, *, now: datetime) -> str:
        """Make a draft at once, past the queue, and return its id: for a class that is being filled."""
        draft = f"d-{secrets.token_hex(8)}"
        made = self.maker.do(self._order_of(job, draft, now=now))
        self._keep_draft(draft, job, made, now=now)
        return draft

    def _order_of(self, job: Card, draft: str, *, now: datetime) -> Card:
        return {
            "do": "make", "folder": str(self.folder), "draft": draft,
            "requester": job["by"], "now": now.isoformat(), "territory": TERRITORY,
            "audience": self.audience(job["people"], self.look(now)).value,
            **{key: job[key] for key in ("prompt", "seed", "model", "people", "doing", "lang", "purpose", "parent_use")},
        }  # fmt: skip

    # --- drafts ---------------------------------------------------------------------------------------------------

    def _keep_draft(self, id: str, job: Card, made: Card, *, now: datetime) -> None:
        card = {
            "by": job["by"], "prompt": job["prompt"], "seed": job["seed"], "model": job["model"], "use": made["use"],
            "people": made["people"], "remix_of": job["remix_of"], "purpose": job["purpose"], "lang": job["lang"],
            "not_understood": job["not_understood"], "at": now.isoformat(), "answers": {}, "post": None,
            "width": made["width"], "height": made["height"], "duration_s": made["duration_s"],
        }  # fmt: skip
        self.cards.put("draft", id, card)

    def drafts_of(self, who: Person, *, now: datetime) -> Card:
        """Return somebody's own drafts, and those that show them or the learner whom they look after."""
        require(who, "learner", "guardian")
        look = self.look(now)
        mine, showing = [], []
        for id, card in sorted(self.cards.all("draft").items(), key=lambda pair: pair[1]["at"], reverse=True):
            if self._is_out(card):
                continue
            if card["by"] == who.id:
                mine.append(self.draft_card(id, card, who, look))
            if (card["by"] != who.about and any(self.player(one) == who.about for one in card["people"])) or (
                who.role == "guardian" and any(self.player(one) == who.ward for one in card["people"])
            ):
                showing.append(self.draft_card(id, card, who, look))
        return {"mine": mine, "showing_me": showing}

    def draft_card(self, id: str, card: Card, who: Person, look: Look) -> Card:
        """Return what a page shows of a draft."""
        shows = self.shows(card["people"], who)
        for one in shows:
            one["answer"] = self._answer(card, one["id"], look)
        problem = self._unready(card, look)
        return {
            "id": id, "by": card["by"], "by_name": self.name_of(card["by"], lang=who.lang), "prompt": card["prompt"],
            "seed": card["seed"], "at": card["at"], "video": f"/media/draft/{id}", "poster": f"/media/draft-poster/{id}",
            "label": WORDS[_label_lang(card["lang"])]["generated"], "shows": shows, "can_publish": problem is None,
            "why_not": None if problem is None else said(problem, lang=who.lang),
            "not_understood": card["not_understood"], "remix_of": card["remix_of"], "width": card["width"],
            "height": card["height"], "duration_s": card["duration_s"],
        }  # fmt: skip

    def _answer(self, draft: Card, principal: str, look: Look) -> str:
        """Return what the person shown, or the guardian, said: yes, no or waiting."""
        given = draft["answers"].get(principal)
        if given is not None:
            return "yes" if given["yes"] else "no"
        player = self.player(principal)
        member = None if player is None else look.state.members.get(player)
        if member is None:
            return "no"
        return "yes" if who_approves(member) == draft["by"] else "waiting"

    def _unready(self, draft: Card, look: Look) -> StudioError | None:
        answers = [self._answer(draft, one, look) for one in draft["people"]]
        if "no" in answers:
            return StudioError(
                _msgid("Somebody in this clip said no. It stays a draft; nobody else can see it."),
                code="said-no",
                status=403,
            )
        if "waiting" in answers:
            return StudioError(
                _msgid("Everybody in this clip looks at it first. Not all of them have answered yet."),
                code="waiting", status=409,
            )  # fmt: skip
        return None

    def _draft(self, id: str) -> Card:
        card = self.cards.get("draft", id)
        if card is None or self._is_out(card):
            raise nothing()
        return card

    def answer_draft(self, id: str, who: Person, *, yes: bool, now: datetime) -> Card:
        """Say yes or no to a draft, as the person in it or as whoever decides for them."""
        require(who, "learner", "guardian")
        with self.lock:
            look, card = self.look(now), self._draft(id)
            own = [one for one in card["people"] if self.player(one) == who.about]
            if not own:
                raise nothing()
            for one in own:
                approves = who_approves(look.member(who.about))
                if yes and approves != who.id:
                    raise StudioError(
                        _msgid("Your guardian says yes to this, not you. You can say no at any time."),
                        code="guardian-decides", status=403,
                    )  # fmt: skip
                card["answers"][one] = {"yes": yes, "by": who.id, "at": now.isoformat()}
            self.cards.put("draft", id, card)
        return self.draft_card(id, card, who, look)

    def throw_away(self, id: str, who: Person) -> None:
        """Delete a draft, as its maker or as somebody in it."""
        card = self._draft(id)
        if card["by"] != who.id and not any(self.player(one) == who.about for one in card["people"]):
            raise nothing()
        self._drop_draft(id)

    def _drop_draft(self, id: str) -> None:
        with self.lock:
            card = self.cards.get("draft", id)
            if card is None:
                return
            if card["use"] is not None:
                self.desk.withdraw(card["use"], by=card["by"], now=self.clocks().wall)
            for ending in (".mp4", ".jpg", ".sealed", ".published.mp4"):
                scrub(self.drafts / f"{id}{ending}")
            self.cards.drop("draft", id)

    def draft_file(self, id: str, who: Person, *, poster: bool) -> Path:
        """Return a draft's preview: for its maker, for whoever is in it, and for a guardian of theirs."""
        require(who, "learner", "guardian")
        card = self._draft(id)
        if card["by"] != who.id and not any(self.player(one) == who.about for one in card["people"]):
            raise nothing()
        return self.drafts / f"{id}{'.jpg' if poster else '.mp4'}"

    # --- publishing -----------------------------------------------------------------------------------------------

    def publish(self, id: str, who: Person, *, caption: str, topics: Sequence[str], now: datetime) -> Card:
        """Label, watermark, sign and show a draft to the class, if everybody in it agreed to that."""
        self.require_writing(who)
        look, card = self.look(now), self._draft(id)
        if card["by"] != who.id:
            raise nothing()
        problem = self._unready(card, look)
        if problem is not None:
            raise problem
        caption = self.words(caption) if caption.strip() else ""
        words = list(dict.fromkeys(one.strip().casefold() for one in topics if one.strip()))[:MAX_TOPICS]
        order = {
            "do": "publish", "folder": str(self.folder), "draft": id,
            "use": card["use"], "requester": who.id, "title": caption or card["prompt"],
            "now": now.isoformat(), "lang": _label_lang(card["lang"]), "purpose": card["purpose"], "territory": TERRITORY,
            "audience": self.audience(card["people"], look).value,
            "description": f"{card['prompt']} [{card['model']}, seed {card['seed']}]",
        }  # fmt: skip
        with self.lock:
            self._draft(id)
            if id in self._publishing:
                raise StudioError(_msgid("It is being published already."), code="publishing")
            self._publishing.add(id)
        try:
            made = self._published(order)
            with self.lock:
                if self.cards.get("draft", id) is None:  # thrown away, or taken back, while it was signed
                    raise nothing()
                post = self._posted(id, card, made, who, caption=caption, topics=words, now=now)
                return self.post_card(post, who, self.look(now))
        finally:
            with self.lock:
                self._publishing.discard(id)

    def _published(self, order: Card) -> Card:
        """Have a draft signed; not more than a few people wait for that, or nobody's pages would be answered."""
        if not self._signing.acquire(blocking=False):
            raise StudioError(
                _msgid("Many are publishing right now. Try again in a few seconds."), code="busy", status=503
            )
        try:
            return self.publisher.do(order)
        finally:
            self._signing.release()

    def _posted(
        self,
        draft: str,
        card: Card,
        made: Card,
        who: Person,
        *,
        caption: str,
        topics: Sequence[str],
        now: datetime,
    ) -> Post:
        clip = self.keep_clip(
            Path(made["path"]), poster=Path(made["poster"]), marked=True, registered=made["registered"]
        )
        member = self.look(now).member(who.id)
        players = [one for one in (self.player(person) for person in card["people"]) if one is not None]
        post = Post(
            id=f"p-{secrets.token_hex(6)}", clip=clip, author=who.id, at=now, synthetic=True,
            label=WORDS[_label_lang(card["lang"])]["generated"], grants=tuple(made["grants"]), shows=tuple(players),
            topics=tuple(topics), place=member.place, remix_of=card["remix_of"], caption=caption,
        )  # fmt: skip
        extra = {
            "prompt": card["prompt"],
            "seed": card["seed"],
            "model": card["model"],
            "use": card["use"],
            "people": card["people"],
        }
        self.cards.put_all([("post", post.id, extra), ("draft", draft, card | {"post": post.id})])
        events: list[Post | FeedEvent] = [post]
        if post.remix_of is not None:
            events.append(FeedEvent(kind=EventKind.REMIX, who=who.id, target=post.remix_of, at=now))
        self.store.keep_all(events, by=who.id, now=now)
        for ending in (".mp4", ".jpg", ".sealed", ".published.mp4"):
            scrub(self.drafts / f"{draft}{ending}")
        return post

    def keep_clip(self, file: Path, *, poster: Path, marked: bool, registered: str | None = None) -> str:
        """Keep a finished file and its poster with the class's media; return the clip's id."""
        info = probe(file)
        width, height = info.size or info.declared_size
        clip = self.store.media.add(file.read_bytes())
        self.cards.put(
            "clip",
            clip,
            {
                "poster": self.store.media.add(poster.read_bytes()), "marked": marked, "width": width, "height": height,
                "duration_s": round(info.declared_duration_s or 0.0, 2), "registered": registered,
            },
        )  # fmt: skip
        return clip

    def clip_file(self, id: str, who: Person, *, poster: bool, now: datetime) -> Path:
        """Return the file of a post that may be shown."""
        require(who, "learner", "guardian", "teacher")
        post = self.shown(id, who, self.look(now))
        card = self.cards.get("clip", post.clip)
        try:
            return self.store.media.path(post.clip if not poster or card is None else card["poster"])
        except FeedStoreError:
            raise nothing() from None

    def exported(self, id: str, who: Person, *, now: datetime) -> Path:
        """Return the file of a post, to be taken away: people in it have to have allowed that; the ledger keeps it."""
        look = self.look(now)
        post = self.shown(id, who, look)
        if not self.may_export(post, who, look):
            raise nothing()
        people = self._people_of(post)
        if people and who.role != "teacher":
            with self.lock:
                use = (self.cards.get("post", id) or {}).get("use")
                known = next((one for one in self.desk.uses() if one.id == use), None)
                if known is None:
                    raise nothing()
                request = self._request(
                    who.id, people, action=Action.EXPORT, purpose=known.purpose, topics=known.topics,
                    contexts=known.contexts, parent_use=None, look=look,
                )  # fmt: skip
                if not self.desk.ask(request, now=now).decision.allowed:
                    raise nothing()
        return self.clip_file(id, who, poster=False, now=now)

    def take_back(self, id: str, who: Person, *, now: datetime) -> None:
        """Take one's own post out of the feed for good, and delete its file."""
        require(who, "learner")
        with self.lock:
            post = self.look(now).state.posts.get(id)
            if post is None or post.author != who.id:
                raise nothing()
            self.unpublish(post, by=who.id, now=now)

    def unpublish(self, post: Post, *, by: str, now: datetime) -> None:
        """Take a post out of the feed for good, and delete its file unless another post has the same one."""
        self.store.take_back(post.id, by=by, now=now)
        self.cards.put("taken", post.id, {"by": by, "at": now.isoformat()})
        extra = self.cards.get("post", post.id) or {}
        if extra.get("use"):
            self.desk.withdraw(extra["use"], by=post.author, now=now)
        self.delete_clip(post)

    def delete_clip(self, post: Post) -> None:
        """Delete the file of a post, its poster, and the original that the registry keeps."""
        state = self.store.state()
        if any(
            one.clip == post.clip and one.id not in state.taken_back and one.id != post.id
            for one in state.posts.values()
        ):
            return
        card = self.cards.get("clip", post.clip)
        self.store.media.remove(post.clip)
        if card is not None:
            self.store.media.remove(card["poster"])
            if card["registered"]:
                with Registry(self.folder / "registry") as registry:
                    registry.discard_original(card["registered"])


def topics_known(lang: str) -> list[Card]:
    """Return the topics that a post can be given, in a language."""
    from medialit.feed.steering import topic_name

    return [{"id": one, "words": topic_name(one, lang=lang)} for one in TOPICS]


def _label_lang(lang: str) -> str:
    return {"ary": "ar"}.get(lang, lang)
