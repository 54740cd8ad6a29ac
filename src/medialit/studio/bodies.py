"""What pages send, checked before anything is done with it: nothing unknown, nothing too long."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
Words = Annotated[str, Field(max_length=1000)]
Short = Annotated[str, Field(max_length=100)]


class Body(BaseModel):
    """A body of a request."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Join(Body):
    """Somebody new."""

    code: Short
    pseudonym: Short
    age: Literal["adult", "16_17", "13_15", "under_13"]
    place: Short = ""
    zone: Short = "Africa/Casablanca"
    lang: Short = ""


class Return(Body):
    """Somebody who comes back."""

    code: Short
    pseudonym: Short
    return_code: Short
    lang: Short = ""


class Guardian(Body):
    """Whoever decides for a learner."""

    pseudonym: Short
    guardian_code: Short
    lang: Short = ""


class Teacher(Body):
    """The teacher; without a key where a sign-in in front says so."""

    key: Short = ""
    lang: Short = ""


class Language(Body):
    """A choice of language."""

    lang: Short


class Controls(Body):
    """Some of the controls."""

    controls: dict[str, Any] = Field(max_length=20)


class Beat(Body):
    """A heartbeat."""

    active: bool


class Steering(Body):
    """What somebody asks for in words."""

    text: Annotated[str, Field(max_length=500)]


class CheckIn(Body):
    """An answer to a check-in."""

    answer: Short


class Seen(Body):
    """How long a post was on the screen."""

    dwell_s: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


class Comment(Body):
    """A comment."""

    text: Words


class Report(Body):
    """A report."""

    ground: Short
    why: Words = ""


class Why(Body):
    """A reason."""

    why: Words = ""


class Clip(Body):
    """A request for a clip."""

    prompt: Words
    seed: Annotated[int, Field(ge=0, lt=2**31)] | None = None
    model: Short = "v2"
    people: Annotated[list[Id], Field(max_length=4)] = []
    remix_of: Id | None = None
    purpose: Short = "education"
    doing: Short = "wave"


class Publish(Body):
    """What a draft is published with."""

    caption: Words = ""
    topics: Annotated[list[Short], Field(max_length=8)] = []


class Yes(Body):
    """Yes or no."""

    yes: bool


class Likeness(Body):
    """Whom somebody plays."""

    cast: Id


class Ask(Body):
    """A question about a likeness."""

    to: Id
    actions: Annotated[list[Short], Field(max_length=8)]
    purpose: Short = "education"
    words: Words = ""


class Answer(Body):
    """An answer to one."""

    yes: bool
    until_days: Annotated[int, Field(ge=1, le=360)] | None = None


class Message(Body):
    """A message."""

    to: Id
    text: Words


class Paused(Body):
    """Whether the class is paused."""

    paused: bool


class Open(Body):
    """Whether the class takes in new people."""

    open: bool


class Preset(Body):
    """Whose weights."""

    preset: Short


class Quota(Body):
    """Clips for each learner and day."""

    each_day: Annotated[int, Field(ge=0, le=100)]


class Step(Body):
    """What the teacher decides."""

    act: Literal["take_down", "keep", "restore", "uphold"]
    why: Words


class Wipe(Body):
    """The name of the class, typed."""

    name: Short
