"""The challenge: what a person is asked to do before the camera, in an order that nobody could know before.

A recording made earlier, for another challenge, shows the right movements in the wrong order and speaks at the wrong
moments. That is all a challenge can do: it says nothing against somebody who makes the pictures while it runs.

A challenge of **light** asks for one thing more, of the room and not of the person: the window shows colours in an order
and at moments that nobody could know before, and the face has to reflect them (see `medialit.likeness.light`).
"""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, get_args

from medialit.errors import EnrolmentError
from medialit.language import translator

Action = Literal["ready", "left", "right", "up", "blink", "speak"]
ASKED: Final[tuple[Action, ...]] = ("left", "right", "up", "blink", "speak")
"""What every challenge asks for once, in random order, after a moment of looking straight."""

LIFE: Final = timedelta(minutes=5)
"""Time from the issue of a challenge to its deadline, at normal pace."""
N_DIGITS: Final = 5

Hue = Literal["red", "green", "blue", "white"]
HUES: Final[dict[Hue, tuple[int, int, int]]] = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "white": (255, 255, 255),
}
"""What the window is filled with in a challenge of light, in sRGB."""
LIGHT_S: Final = (1.0, 1.5)
"""How long each colour stays, at any pace: more than three changes a second can harm (WCAG 2.2, criterion 2.3.1)."""
MIN_PACE: Final = 0.6
MAX_PACE: Final = 3.0

_READY_S: Final = 1.5
_POSE_S: Final = 2.5
_FIRST_DIGIT_S: Final = 0.6
_DIGIT_S: Final = (1.1, 1.4)  # from one digit to the next
_PAUSE_S: Final = 1.3  # more, once, at a place nobody knows before
_LAST_DIGIT_S: Final = 1.3


@dataclass(frozen=True, kw_only=True)
class Digit:
    """A digit to read aloud when it appears.

    Parameters
    ----------
    shown_s : float
        Seconds from the beginning of the challenge.
    digit : int
        From 0 to 9.
    """

    shown_s: float
    digit: int


@dataclass(frozen=True, kw_only=True)
class Light:
    """A colour that the window shows until the next one.

    Parameters
    ----------
    start_s : float
        Seconds from the beginning of the challenge.
    hue : str
        One of `HUES`.
    """

    start_s: float
    hue: Hue


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to do.

    Parameters
    ----------
    action : str
        One of `Action`. Left and right are the person's own.
    start_s, end_s : float
        Seconds from the beginning of the challenge.
    digits : tuple of Digit
        What to read aloud, in a step of ``speak``.
    """

    action: Action
    start_s: float
    end_s: float
    digits: tuple[Digit, ...] = ()

    def instruction(self, lang: str) -> str:
        """Return what the person is asked, in a language of `medialit.language.LANGUAGES`."""
        _ = translator(lang)
        sentences: dict[Action, str] = {
            "ready": _("Look straight into the camera."),
            "left": _("Turn your head to your left, then look into the camera again."),
            "right": _("Turn your head to your right, then look into the camera again."),
            "up": _("Lift your chin and look up, then look into the camera again."),
            "blink": _("Close both eyes for a moment, then open them."),
            "speak": _("Read each digit aloud when it appears, and be silent until the next one."),
        }
        return sentences[self.action]


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """What one person is asked to do, once, before a deadline.

    Parameters
    ----------
    nonce : str
        32 hexadecimal digits that name the challenge.
    steps : tuple of Step
        In order of time, without gaps; the first is ``ready``.
    issued_at, deadline : datetime
        Aware, UTC. A recording is handed in between the two.
    pace : float
        How long each step is, relative to normal; slower for who needs more time.
    lights : tuple of Light
        What the window shows, in order of time, from 0 on; empty where no light is asked for.
    """

    nonce: str
    steps: tuple[Step, ...]
    issued_at: datetime
    deadline: datetime
    pace: float = 1.0
    lights: tuple[Light, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length of the recording that is asked for, in seconds."""
        return self.steps[-1].end_s

    @property
    def digits(self) -> tuple[Digit, ...]:
        """All digits to read aloud."""
        return tuple(digit for step in self.steps for digit in step.digits)

    def at(self, time_s: float) -> tuple[Step, Digit | None]:
        """Return the step that runs at a moment, and the digit that is shown then; after the end, the last of both.

        Examples
        --------
        >>> one = draw_challenge(seed=7, now=datetime(2026, 9, 1, tzinfo=UTC))
        >>> step, digit = one.at(one.digits[2].shown_s)
        >>> step.action, digit == one.digits[2], one.at(0.0)[0].action
        ('speak', True, 'ready')
        """
        step = next((step for step in self.steps if time_s < step.end_s), self.steps[-1])
        shown = [digit for digit in step.digits if digit.shown_s <= time_s]
        return step, shown[-1] if shown else None

    def hue_at(self, time_s: float) -> Hue | None:
        """Return the colour that the window shows at a moment, or None where no light is asked for.

        Examples
        --------
        >>> one = draw_challenge(seed=7, now=datetime(2026, 9, 1, tzinfo=UTC), light=True)
        >>> [one.hue_at(second) for second in range(5)]
        ['green', 'green', 'white', 'blue', 'red']
        """
        shown = [light for light in self.lights if light.start_s <= time_s]
        return shown[-1].hue if shown else None

    def to_json(self) -> str:
        """Return the challenge as JSON, which `from_json` reads."""
        plain = asdict(self)
        plain |= {"issued_at": self.issued_at.isoformat(), "deadline": self.deadline.isoformat()}
        if not self.lights:
            del plain["lights"]  # as it was written before there were any
        return json.dumps(plain)

    @classmethod
    def from_json(cls, text: str) -> Challenge:
        """Read what `to_json` wrote.

        Raises
        ------
        EnrolmentError
            If it is not a challenge.
        """
        try:
            return _parsed(json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise EnrolmentError(
                f"This is not a challenge: {text[:60]!r}. Pass what Challenge.to_json gave, unchanged."
            ) from error


def draw_challenge(*, seed: int, now: datetime, pace: float = 1.0, light: bool = False) -> Challenge:
    """Return the challenge that belongs to a seed.

    Parameters
    ----------
    seed : int
        Who can guess it can rehearse: take 128 bits from `secrets`, as `medialit.likeness.enrol.issue` does.
    now : datetime
        Aware; the moment of issue.
    pace : float
        From 0.6 to 3. At 2 every step takes twice the time, and so does the deadline.
    light : bool
        Whether the window shows colours all the while, which the face has to reflect. The steps are the same.

    Raises
    ------
    EnrolmentError
        If `now` is naive or the pace is out of range.

    Examples
    --------
    >>> one = draw_challenge(seed=7, now=datetime(2026, 9, 1, tzinfo=UTC))
    >>> [step.action for step in one.steps]
    ['ready', 'speak', 'left', 'blink', 'right', 'up']
    >>> [digit.digit for digit in one.digits]
    [8, 9, 8, 1, 1]
    """
    require_aware(now)
    if not (math.isfinite(pace) and MIN_PACE <= pace <= MAX_PACE):
        raise EnrolmentError(
            f"A pace is from {MIN_PACE} to {MAX_PACE}, not {pace!r}. 1 is normal, 2 half as fast."
        )
    drawn = random.Random(seed)
    asked = list(ASKED)
    drawn.shuffle(asked)
    steps = [Step(action="ready", start_s=0.0, end_s=_READY_S * pace)]
    for action in asked:
        start = steps[-1].end_s
        steps.append(_spoken(drawn, start, pace) if action == "speak" else _posed(action, start, pace))
    issued = now.astimezone(UTC)
    nonce = hashlib.sha256(f"medialit challenge {seed} {issued.isoformat()}".encode()).hexdigest()[:32]
    return Challenge(
        nonce=nonce,
        steps=tuple(steps),
        issued_at=issued,
        deadline=issued + LIFE * pace,
        pace=pace,
        lights=_lit(random.Random(f"light {seed}"), steps[-1].end_s) if light else (),
    )


def require_aware(now: datetime) -> None:
    """Refuse a time without a zone."""
    if now.tzinfo is None:
        raise EnrolmentError(f"The time {now.isoformat()} has no zone. Pass an aware datetime, in UTC.")


def _posed(action: Action, start: float, pace: float) -> Step:
    return Step(action=action, start_s=start, end_s=start + _POSE_S * pace)


def _spoken(drawn: random.Random, start: float, pace: float) -> Step:
    pause_before = drawn.randrange(1, N_DIGITS)
    moment = start + _FIRST_DIGIT_S * pace
    digits: list[Digit] = []
    for place in range(N_DIGITS):
        if place:
            moment += (drawn.uniform(*_DIGIT_S) + (_PAUSE_S if place == pause_before else 0.0)) * pace
        digits.append(Digit(shown_s=round(moment, 3), digit=drawn.randrange(10)))
    return Step(action="speak", start_s=start, end_s=moment + _LAST_DIGIT_S * pace, digits=tuple(digits))


def _lit(drawn: random.Random, end: float) -> tuple[Light, ...]:
    """Return colours until the end, no two alike after each other."""
    lights: list[Light] = []
    moment = 0.0
    while moment < end:
        others = [hue for hue in HUES if not lights or hue != lights[-1].hue]
        lights.append(Light(start_s=round(moment, 3), hue=drawn.choice(others)))
        moment += drawn.uniform(*LIGHT_S)
    return tuple(lights)


def _parsed(plain: Mapping[str, Any]) -> Challenge:
    steps = tuple(
        Step(
            action=step["action"],
            start_s=float(step["start_s"]),
            end_s=float(step["end_s"]),
            digits=tuple(
                Digit(shown_s=float(one["shown_s"]), digit=int(one["digit"])) for one in step["digits"]
            ),
        )
        for step in plain["steps"]
    )
    issued, deadline = (datetime.fromisoformat(plain[key]) for key in ("issued_at", "deadline"))
    if not steps or any(step.action not in get_args(Action) for step in steps):
        raise ValueError("no steps, or an unknown action")
    lights = tuple(Light(start_s=float(one["start_s"]), hue=one["hue"]) for one in plain.get("lights", ()))
    if any(light.hue not in HUES for light in lights):
        raise ValueError("an unknown colour")
    if issued.tzinfo is None or deadline.tzinfo is None:
        raise ValueError("a time without a zone")
    return Challenge(
        nonce=str(plain["nonce"]),
        steps=steps,
        issued_at=issued,
        deadline=deadline,
        pace=float(plain["pace"]),
        lights=lights,
    )
