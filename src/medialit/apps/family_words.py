"""What the family's window calls things: activities, children, switches, and what happens in an evening."""

from __future__ import annotations

from typing import Final

from medialit.family.children import Child
from medialit.family.evening import HABITS, Moment, What
from medialit.feed.limits import Closed
from medialit.feed.steering import topic_name
from medialit.feed.wellbeing import Answer
from medialit.language import msgid as _msgid
from medialit.language import translator

TITLES: Final = {
    "spot": (_msgid("Spot and rate"), _msgid("Eight short clips: camera, or made? And how sure are you?")),
    "switches": (_msgid("Six switches"), _msgid("Set six switches for a child, and watch an evening pass.")),
    "check": (_msgid("Check a clip"), _msgid("Bring a clip or a picture: what is known about it, and what is not.")),
    "postcard": (_msgid("A postcard"), _msgid("A few words become a short clip that says how it was made.")),
    "cards": (_msgid("Consent cards"), _msgid("May one do that? Say what you think, then see what the rule says.")),
    "group": (_msgid("The family group"), _msgid("A clip comes three times. Pass on, wait, ask or correct?")),
    "alarm": (_msgid("The alarm"), _msgid("A machine flags clips. When it rings, how often is it right?")),
    "falls": (_msgid("What fell wrong?"), _msgid("Two clips of one fall: which law is broken, or none?")),
    "advert": (_msgid("An advert"), _msgid("Four adverts with a label: can it be read by somebody who looks once?")),
    "agreement": (_msgid("Our agreement"), _msgid("Choose what holds at home, and print one sheet to sign.")),
}  # fmt: skip
"""The activities, in the order in which they are offered: a name, and what it is in a line."""

PROMPTS: Final = (
    _msgid("a red ball bounces on the beach"),
    _msgid("a blue car rolls through the medina"),
    _msgid("a yellow cup stands in the kitchen"),
)
"""Words for a postcard, for whoever has none of their own."""

_CHILDREN: Final = {"lina": _msgid("Lina"), "anas": _msgid("Anas"), "hiba": _msgid("Hiba")}

SWITCHES: Final = {
    "order": (
        _msgid("Order of the clips"),
        {"same": _msgid("The same for everybody"), "mine": _msgid("Made from what the child watches")},
    ),
    "end": (
        _msgid("Where it ends"),
        {"20": _msgid("After 20 clips"), "30": _msgid("After 30 clips"), "never": _msgid("It never ends")},
    ),
    "minutes": (
        _msgid("Minutes a day"),
        {"30": _msgid("30 minutes"), "45": _msgid("45 minutes"), "60": _msgid("60 minutes"), "none": _msgid("No limit")},
    ),
    "night": (
        _msgid("The night, from 21:00 to 7:00"),
        {"closed": _msgid("Closed at night"), "open": _msgid("Open at night too")},
    ),
    "messages": (
        _msgid("Who may write to the child"),
        {
            "off": _msgid("Nobody"),
            "known": _msgid("Friends: both follow each other"),
            "everyone": _msgid("Everybody"),
        },
    ),
    "likeness": (
        _msgid("The child's face in others' clips"),
        {
            "off": _msgid("Never"),
            "ask_guardian": _msgid("A parent is asked each time"),
            "ask_me": _msgid("The child is asked each time"),
        },
    ),
}  # fmt: skip
"""Each switch: its name, and what each choice of `medialit.family.children.CHOICES` is called."""

_CLOSED: Final = {
    Closed.UNDER_13.value: _msgid("The feed does not open: it is not for anybody under 13."),
    Closed.QUIET.value: _msgid("Quiet hours: the feed is closed until {until}."),
    Closed.DAY_IS_OVER.value: _msgid("The {minutes} minutes of the day are used. The feed opens again tomorrow."),
}  # fmt: skip
_ASKED: Final = {
    Answer.STOP.value: _msgid(
        "The app asks: {minutes} minutes already, what would do you good now? {name} stops for today."
    ),
    Answer.GO_ON.value: _msgid("The app asks: {minutes} minutes already, what would do you good now? {name} goes on."),
}  # fmt: skip
_MET: Final = {
    (What.FRIEND, "arrives"): _msgid("A friend writes. The message arrives."),
    (What.FRIEND, "stopped"): _msgid("A friend writes. The message does not arrive."),
    (What.STRANGER, "arrives"): _msgid("An adult whom nobody knows writes. The message arrives."),
    (What.STRANGER, "stopped"): _msgid("An adult whom nobody knows writes. The message does not arrive."),
    (What.CLIP, "nobody"): _msgid("A classmate wants {name}'s face in a clip. It cannot be made."),
    (What.CLIP, "parent"): _msgid("A classmate wants {name}'s face in a clip. You are asked first."),
    (What.CLIP, "child"): _msgid(
        "A classmate wants {name}'s face in a clip. {name} is asked, and you are not."
    ),
}


def child_name(child: Child, *, lang: str) -> str:
    """Return what a child is called."""
    return translator(lang)(_CHILDREN[child.id])


def child_choice(child: Child, *, lang: str) -> str:
    """Return a child with its age, to choose."""
    return translator(lang)(_msgid("{name}, {age}")).format(name=child_name(child, lang=lang), age=child.age)


def moment_words(one: Moment, *, child: Child, lang: str) -> tuple[str, ...]:
    """Say one thing that happened in an evening, in a sentence or two."""
    _ = translator(lang)
    name = child_name(child, lang=lang)
    if one.what is What.SAT_DOWN:
        return (_("{name} opens the app.").format(name=name),)
    if one.what is What.ENDED:
        return (_("The end: {n} clips are a sitting, and there is no next one.").format(n=one.posts),)
    if one.what is What.CLOSED:
        return (_(_CLOSED[one.how]).format(until=one.until, minutes=one.minutes),)
    if one.what is What.ASKED:
        return (_(_ASKED[one.how]).format(minutes=one.minutes, name=name),)
    if one.what is not What.WATCHED:
        return (_(_MET[one.what, one.how]).format(name=name),)
    topics = " · ".join(topic_name(topic, lang=lang) for topic in one.topics)
    said = [
        _("{name} has watched {posts} clips in {minutes} minutes. Mostly: {topics}.").format(
            name=name, posts=one.posts, minutes=one.minutes, topics=topics or "–"
        )
    ]
    if one.left_out:
        said.append(_("Left out: {n} clips made with AI that do not say so.").format(n=one.left_out))
    return tuple(said)


def assumed(*, lang: str) -> tuple[str, ...]:
    """Say what is assumed, and what is the app's own rule."""
    _ = translator(lang)
    return (
        _("Nobody's child was measured. How long a clip holds a child ({dwell} seconds, more for what it likes), when it "
          "gets bored and that it stops at {stops} of 100 questions are assumed.").format(
            dwell=f"{HABITS.dwell_s:.0f}", stops=f"{100 * HABITS.stops_when_asked:.0f}"
        ),
        _("What is closed, left out, asked and stopped is not assumed: the app's own rules decided it."),
        _("The app knows only the age that it was told. Somebody who types another year gets other rules."),
    )  # fmt: skip
