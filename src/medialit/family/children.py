"""Three fictional children, and six switches that a parent can set for each; what stands before anybody touches them."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from medialit.feed.controls import NIGHT, defaults
from medialit.feed.records import AgeBand, Controls, Likeness, Messages


@dataclass(frozen=True, kw_only=True)
class Child:
    """A fictional child.

    Parameters
    ----------
    id : str
    age : int
    likes : tuple of str
        Topics.
    """

    id: str
    age: int
    likes: tuple[str, ...]

    @property
    def band(self) -> AgeBand:
        """All that the feed knows of the age."""
        if self.age < 13:
            return AgeBand.UNDER_13
        return AgeBand.TEEN_13_15 if self.age < 16 else AgeBand.TEEN_16_17


CHILDREN: Final = MappingProxyType(
    {
        one.id: one
        for one in (
            Child(id="lina", age=9, likes=("animals", "crafts")),
            Child(id="anas", age=14, likes=("football", "games")),
            Child(id="hiba", age=17, likes=("music", "fashion")),
        )
    }
)


@dataclass(frozen=True, kw_only=True)
class Switches:
    """The six switches, as a parent sets them; each is a choice by its key in `CHOICES`.

    Parameters
    ----------
    order : str
        Whether the order of posts may follow what the child did.
    end : str
        Posts of a sitting.
    minutes : str
        Of a day.
    night : str
        When the feed is closed.
    messages : str
        From whom messages may come.
    likeness : str
        Who says whether the child may be in a clip.
    """

    order: str
    end: str
    minutes: str
    night: str
    messages: str
    likeness: str

    @property
    def controls(self) -> Controls:
        """Return them as the feed takes them."""
        return Controls(
            personalised=self.order == "mine",
            chat_history=self.order == "mine",
            posts_a_sitting=int(self.end) if self.end != "never" else None,
            daily_minutes=int(self.minutes) if self.minutes != "none" else None,
            quiet=(NIGHT,) if self.night == "closed" else (),
            messages=Messages(self.messages),
            likeness=Likeness(self.likeness),
        )


CHOICES: Final = MappingProxyType(
    {
        "order": ("same", "mine"),
        "end": ("20", "30", "never"),
        "minutes": ("30", "45", "60", "none"),
        "night": ("closed", "open"),
        "messages": (Messages.OFF.value, Messages.KNOWN.value, Messages.EVERYONE.value),
        "likeness": (Likeness.OFF.value, Likeness.ASK_GUARDIAN.value, Likeness.ASK_ME.value),
    }
)
"""What each switch can be set to, the narrowest first."""
OPEN: Final = Switches(
    order="mine", end="never", minutes="none", night="open", messages="everyone", likeness="ask_me"
)
"""Everything open, for comparison."""


def starting(child: Child) -> Controls:
    """Return what holds for a child whose parent changes nothing."""
    return defaults(child.band)


def suggested(child: Child) -> Switches:
    """Return the switches as they stand before a parent touches them.

    Examples
    --------
    >>> suggested(CHILDREN["anas"]).minutes, suggested(CHILDREN["hiba"]).end
    ('45', '30')
    """
    held = starting(child if child.band is not AgeBand.UNDER_13 else CHILDREN["anas"])
    return Switches(
        order="mine" if held.personalised else "same",
        end=str(held.posts_a_sitting),
        minutes=str(held.daily_minutes),
        night="closed" if held.quiet else "open",
        messages=held.messages.value,
        likeness=held.likeness.value,
    )
