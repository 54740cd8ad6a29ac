"""A family's agreement: what is chosen on the page becomes one sheet to sign by hand. No name is typed anywhere."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from medialit.family.paper import Part, Sheet, write
from medialit.language import msgid as _msgid
from medialit.language import translator

PROMISES: Final = {
    "ask": _msgid("Before one of us posts a picture of somebody, we ask that person. No is no."),
    "made": _msgid("We make no AI clip of a person who has not agreed to it, and we say so where we use AI."),
    "wait": _msgid("What upsets us, we show each other before we pass it on. Tomorrow is early enough."),
    "night": _msgid("At night all our telephones sleep outside the bedrooms."),
    "meals": _msgid("At table there are no telephones, our parents' neither."),
    "strangers": _msgid("To somebody whom we do not know we write nothing private, and we tell each other of it."),
    "voice": _msgid("If a voice or a face asks for money or secrets, we call back on the number that we know."),
    "tell": _msgid("Whoever tells of something bad loses neither the telephone nor our trust."),
    "together": _msgid("Once a week we watch together what each of us likes to watch."),
}  # fmt: skip
"""What a family can promise, in the order in which it is offered."""
USUAL: Final = ("ask", "made", "wait", "tell")
"""Promises that are ticked before anybody chooses."""
MINUTES: Final = {
    "30": _msgid("For films and feeds we take 30 minutes a day."),
    "60": _msgid("For films and feeds we take 60 minutes a day."),
    "talk": _msgid("How long we watch, we agree on day by day."),
}  # fmt: skip
REVIEW: Final = {
    "fortnight": _msgid("In two weeks we read this again, and change what does not work."),
    "month": _msgid("In a month we read this again, and change what does not work."),
}


def agreement(promises: Collection[str], *, minutes: str, review: str, lang: str) -> bytes:
    """Return the agreement as a PDF of one page.

    Parameters
    ----------
    promises : collection of str
        Keys of `PROMISES`; none is allowed, and others are passed over.
    minutes, review : str
        Keys of `MINUTES` and `REVIEW`.
    lang : str
    """
    return write(sheet(promises, minutes=minutes, review=review, lang=lang), lang=lang)


def sheet(promises: Collection[str], *, minutes: str, review: str, lang: str) -> Sheet:
    """Return what stands in the agreement."""
    _ = translator(lang)
    kept = tuple(_(text) for key, text in PROMISES.items() if key in promises)
    return Sheet(
        title=_("Our family's agreement"),
        opening=_("It holds for all of us, for parents too. We wrote it together, and nobody signs what they did not say "
                  "yes to."),
        parts=(
            Part(title=_("We agree"), lines=(*kept, _(MINUTES[minutes]))),
            Part(title=_("And what only we have (write it by hand)"), lines=("_" * 48, "_" * 48), boxed=True),
            Part(title=_("When we look again"), lines=(_(REVIEW[review]), _("The day: ____________________"))),
        ),
        signatures=(_("signature"), _("signature"), _("signature")),
        foot=_("An agreement is a talk that was written down. It is no contract, and nobody is punished by it."),
    )  # fmt: skip
