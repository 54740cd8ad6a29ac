"""Who may make the next clip: a quota for each member and day, and a queue with fair turns. Pure functions of records.

A turn goes to the waiting member who was served least often that day, then to who waits longest. So somebody who asks
for ten clips at once does not keep nine others waiting: they are served in between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from medialit.errors import FeedError
from medialit.language import msgid as _msgid
from medialit.language import translator

HIGH_DEMAND: Final = 10
"""So many waiting requests are high demand: from then on a member may have only one waiting."""
MAX_WAITING: Final = 5
"""Requests of one member that may wait at a time, otherwise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A request for a clip.

    Parameters
    ----------
    id, member : str
    number : int
        Place in the order in which requests came in.
    """

    id: str
    member: str
    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """Requests of one day.

    Parameters
    ----------
    day : date
        The class's own calendar day.
    quota : int
        Clips for each member and day; 0 or more.
    waiting : tuple of Ask
        In the order in which they came in.
    running : tuple of Ask
        Being made.
    served : tuple of (str, int)
        Members and how many of their clips were begun this day; a failed one is given back.
    next_number : int
    """

    day: date
    quota: int
    waiting: tuple[Ask, ...] = ()
    running: tuple[Ask, ...] = ()
    served: tuple[tuple[str, int], ...] = ()
    next_number: int = 1

    def __post_init__(self) -> None:
        if self.quota < 0:
            raise FeedError(f"A quota is 0 clips a day or more, not {self.quota}.")

    def used(self, member: str) -> int:
        """Return how many clips of the quota a member has begun, or waits for."""
        return dict(self.served).get(member, 0) + sum(one.member == member for one in self.waiting)

    def left(self, member: str) -> int:
        """Return how many more a member may ask for today."""
        return max(0, self.quota - self.used(member))


def ask(queue: Queue, id: str, *, member: str) -> Queue:
    """Return the queue with a request at its end.

    Raises
    ------
    FeedError
        If the id is there already, the quota is used up, or too many of the member's requests wait.
    """
    if any(one.id == id for one in (*queue.waiting, *queue.running)):
        raise FeedError(f"The request {id} waits or runs already.")
    if not queue.left(member):
        raise FeedError(_msgid("The {quota} clips of today are used. Ask again tomorrow."), quota=queue.quota)
    limit = 1 if len(queue.waiting) >= HIGH_DEMAND else MAX_WAITING
    if sum(one.member == member for one in queue.waiting) >= limit:
        raise FeedError(
            _msgid(
                "Only {limit} of your requests may wait at a time now. Wait for one of them, or cancel it."
            ),
            limit=limit,
        )
    new = Ask(id=id, member=member, number=queue.next_number)
    return replace(queue, waiting=(*queue.waiting, new), next_number=queue.next_number + 1)


def order(queue: Queue) -> tuple[Ask, ...]:
    """Return who waits in the order of the turns to come, if nobody else asks."""
    served = Counter(dict(queue.served))
    left = list(queue.waiting)
    found = []
    while left:
        turn = min(left, key=lambda one: (served[one.member], one.number))
        left.remove(turn)
        served[turn.member] += 1
        found.append(turn)
    return tuple(found)


def take(queue: Queue) -> tuple[Queue, Ask | None]:
    """Begin the next clip; None where nobody waits."""
    turns = order(queue)
    if not turns:
        return queue, None
    turn = turns[0]
    served = Counter(dict(queue.served))
    served[turn.member] += 1
    waiting = tuple(one for one in queue.waiting if one != turn)
    return replace(queue, waiting=waiting, running=(*queue.running, turn), served=_pairs(served)), turn


def finish(queue: Queue, id: str, *, worked: bool) -> Queue:
    """Return the queue after a clip was made, or could not be: then it does not count.

    Raises
    ------
    FeedError
        If it does not run.
    """
    done = next((one for one in queue.running if one.id == id), None)
    if done is None:
        raise FeedError(f"The request {id} does not run.")
    served = Counter(dict(queue.served))
    if not worked:
        served[done.member] -= 1
    running = tuple(one for one in queue.running if one != done)
    return replace(queue, running=running, served=_pairs(served))


def cancel(queue: Queue, id: str, *, member: str) -> Queue:
    """Return the queue without a member's own waiting request.

    Raises
    ------
    FeedError
        If it does not wait, or is somebody else's.
    """
    found = next((one for one in queue.waiting if one.id == id and one.member == member), None)
    if found is None:
        raise FeedError(f"No request {id} of {member} waits.")
    return replace(queue, waiting=tuple(one for one in queue.waiting if one != found))


def restarted(queue: Queue, *, asked: Iterable[tuple[str, str]] = ()) -> Queue:
    """Return the queue after a restart: what ran waits again, at its old place, and does not count yet.

    Parameters
    ----------
    queue : Queue
    asked : iterable of (str, str)
        Id and member of all that is told to wait, the oldest first. What the queue does not know of it, because only
        one of two writes was kept, goes to its end.
    """
    served = Counter(dict(queue.served))
    served.subtract(one.member for one in queue.running)
    waiting = sorted((*queue.waiting, *queue.running), key=lambda one: one.number)
    known, number = {one.id for one in waiting}, queue.next_number
    for id, member in asked:
        if id not in known:
            waiting.append(Ask(id=id, member=member, number=number))
            number += 1
    return replace(queue, waiting=tuple(waiting), running=(), served=_pairs(served), next_number=number)


def new_day(queue: Queue, day: date) -> Queue:
    """Return the queue on a later day: nothing is used yet, and who waits goes on waiting. A day never comes back."""
    if day <= queue.day:
        return queue
    running = Counter(one.member for one in queue.running)
    return replace(queue, day=day, served=_pairs(running))


def place_words(queue: Queue, id: str, *, seconds_each: float, lang: str) -> str:
    """Say how long a request still waits.

    Parameters
    ----------
    queue : Queue
    id : str
    seconds_each : float
        How long a clip takes, as measured lately.
    lang : str
    """
    _ = translator(lang)
    if any(one.id == id for one in queue.running):
        return _("Your clip is being made.")
    turns = [one.id for one in order(queue)]
    if id not in turns:
        raise FeedError(f"The request {id} neither waits nor runs.")
    before = turns.index(id) + len(queue.running)
    minutes = max(1, round(before * seconds_each / 60))
    if before == 0:
        return _("Your clip is next.")
    return _("Clips before yours: {n}. About {minutes} min.").format(n=before, minutes=minutes)


def _pairs(served: Iterable[str] | Counter[str]) -> tuple[tuple[str, int], ...]:
    counter = served if isinstance(served, Counter) else Counter(served)
    return tuple(sorted((member, n) for member, n in counter.items() if n > 0))
