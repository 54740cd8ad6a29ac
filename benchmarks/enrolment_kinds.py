"""The genuine takes and the kinds of attack whose rates `enrolment.py` measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from enrolment_attacks import SCREENS, Screen, rearranged, screened, spliced
from enrolment_rooms import voice
from enrolment_subjects import Acting, Puppet, drawn_people, made_up, perform, portrait

from medialit.likeness.challenge import Challenge, draw_challenge
from medialit.likeness.match import read_reference
from medialit.likeness.models import FaceReader, Floats
from medialit.media import Clip, degrade

NOW = datetime(2026, 9, 1, 10, tzinfo=UTC)
PACE = 0.6
FIRST_SEED = 21  # of the made-up faces that no limit was chosen on


@dataclass(frozen=True, eq=False, kw_only=True)
class Take:
    """A genuine recording, and how to make it again."""

    actor: Puppet
    face: Floats
    number: int
    challenge: Challenge
    acting: Acting
    crf: int | None

    def record(
        self, *, challenge: Challenge | None = None, acting: Acting | None = None, **kind: bool
    ) -> Clip:
        """Return the recording of this person; half of them go through H.264."""
        return _recorded(
            self.actor,
            challenge or self.challenge,
            acting or self.acting,
            self.crf,
            tuple(sorted(kind.items())),
        )

    def earlier(self) -> Clip:
        """Return what a thief has: a recording of all that is asked now, made when the window showed other colours."""
        other = draw_challenge(seed=self.number + 500_000, now=NOW, pace=PACE, light=True)
        return self.record(challenge=replace(self.challenge, lights=other.lights))


@lru_cache(maxsize=6)
def _recorded(
    actor: Puppet, challenge: Challenge, acting: Acting, crf: int | None, kind: tuple[tuple[str, bool], ...]
) -> Clip:
    clip = perform(actor, challenge, acting, **dict(kind))
    return clip if crf is None else degrade.recompress(clip, crf=crf)


def cast_takes(reader: FaceReader, n_people: int, n_takes: int) -> list[Take]:
    """Return what the people of the figure will record."""
    first = portrait(reader)
    made = [made_up(reader, first, seed=FIRST_SEED + k) for k in range(n_people)]
    sketched = drawn_people(reader)[1::2]
    takes: list[Take] = []
    for k, actor in enumerate([*made, *sketched]):
        face = read_reference(actor.picture, reader=reader).face
        for take in range((n_takes if k < n_people else 1) if face is not None else 0):
            number = 10_000 + 100 * k + take
            rng = np.random.default_rng(number)
            takes.append(
                Take(
                    actor=actor,
                    face=np.asarray(face),
                    number=number,
                    challenge=draw_challenge(seed=number, now=NOW, pace=PACE, light=True),
                    acting=Acting.drawn(number),
                    crf=int(rng.integers(20, 33)) if (k + take) % 2 else None,
                )
            )
    return takes


def other(take: Take, takes: Sequence[Take]) -> Take:
    """Return a take of the next person."""
    return next(one for one in (*takes[takes.index(take) :], *takes) if one.actor.name != take.actor.name)


def filmed(take: Take, *, pitch: float, blur: float, encoded: bool) -> Clip:
    screen = Screen(pitch=pitch, blur=blur, shake=0.0 if take.number % 2 else 0.2)
    seen = screened(
        take.earlier(), screen, seed=take.number, challenge=take.challenge, glow=take.acting.room.glow
    )
    return degrade.recompress(seen, crf=26) if encoded else seen


def joined(take: Take, actor: Puppet, *, fade_s: float = 0.0, encoded: bool = False) -> Clip:
    again = replace(take.acting, seed=take.number + 7)
    at_s = take.challenge.steps[3].start_s
    first, second = (
        _recorded(who, take.challenge, how, None, ())
        for who, how in ((take.actor, take.acting), (actor, again))
    )
    whole = spliced(first, second, at_s=at_s, fade_s=fade_s)
    return degrade.recompress(whole, crf=26) if encoded else whole


def pieces(take: Take) -> Clip:
    done = draw_challenge(seed=take.number + 900_000, now=NOW, pace=PACE, light=True)
    return rearranged(take.record(challenge=done), done=done, wanted=take.challenge)


def dubbed(take: Take) -> Clip:
    mute = replace(take.challenge, steps=tuple(replace(s, digits=()) for s in take.challenge.steps))
    shut = take.record(challenge=mute)
    sound = voice(take.challenge, shut.duration_s, np.random.default_rng(7), room=take.acting.room)
    return Clip(shut.frames, shut.fps, audio=sound[: round(shut.duration_s * 16_000)], sample_rate=16_000)


def radio(take: Take) -> Clip:
    step = next(s for s in take.challenge.steps if s.digits)
    moments = np.arange(step.start_s, step.end_s, 0.6).tolist()
    talk = replace(step, digits=tuple(replace(step.digits[0], shown_s=moment) for moment in moments))
    always = replace(take.challenge, steps=(talk,))
    clip = take.record()
    return Clip(
        clip.frames,
        clip.fps,
        audio=voice(always, clip.duration_s, np.random.default_rng(9)),
        sample_rate=clip.sample_rate,
    )


def daylight(take: Take) -> Clip:
    return take.record(acting=replace(take.acting, room=replace(take.acting.room, glow=0.01)))


def at_the_wall(take: Take) -> Clip:
    return take.record(acting=replace(take.acting, room=replace(take.acting.room, wall=0.8)))


def _elsewhere(take: Take) -> Clip:
    done = draw_challenge(seed=take.number + 900_000, now=NOW, pace=PACE, light=True)
    return take.record(challenge=done)


def _screens() -> dict[str, Callable[[Take, Sequence[Take]], Clip]]:
    chosen = [
        ("a monitor", 0.7, True),
        ("a monitor", 0.5, False),
        ("a phone", 0.7, True),
        ("a monitor", 0.35, True),
        ("a laptop", 0.7, True),
        ("a monitor", 0.5, True),
        ("a monitor", 0.7, False),
        ("a monitor", 1.0, True),
    ]
    return {
        f"filmed from {name}, blurred by {blur} of its pixels{', then H.264' if encoded else ''}": (
            lambda take, _, pitch=SCREENS[name], blur=blur, encoded=encoded: filmed(
                take, pitch=pitch, blur=blur * pitch, encoded=encoded
            )
        )
        for name, blur, encoded in chosen
    }


KINDS: Mapping[str, Callable[[Take, Sequence[Take]], Clip]] = {
    "put together from pieces of an earlier recording": lambda take, _: pieces(take),
    "two takes of one person for this challenge, joined": lambda take, _: joined(take, take.actor),
    "the same, then H.264": lambda take, _: joined(take, take.actor, encoded=True),
    "the same, cross-faded in 0.4 s": lambda take, _: joined(take, take.actor, fade_s=0.4),
    **_screens(),
    "a voice from elsewhere, lips shut": lambda take, _: dubbed(take),
    "a recording made for another challenge": lambda take, _: _elsewhere(take),
    "a print, tilted by hand, with the right voice": lambda take, _: take.record(photo=True),
    "the same, with eyes and mouth that move": lambda take, _: take.record(photo=True, alive=True),
    "two people, joined": lambda take, takes: joined(take, other(take, takes).actor),
    "another person than in the reference": lambda take, takes: replace(
        take, actor=other(take, takes).actor
    ).record(),
    "somebody who talks all the time": lambda take, _: radio(take),
    "(genuine, in daylight)": lambda take, _: daylight(take),
    "(genuine, a hand's breadth before a wall)": lambda take, _: at_the_wall(take),
}
"""What is handed in for a take's challenge, as its person's; made from the take and from all takes."""
