"""The sheet that a family takes home from a workshop."""

from __future__ import annotations

from datetime import time

from medialit.family.paper import Part, Sheet, write
from medialit.feed.controls import defaults
from medialit.feed.records import AgeBand
from medialit.language import translator


def take_home(*, lang: str) -> bytes:
    """Return the sheet as a PDF of one page of A4.

    Parameters
    ----------
    lang : {"en", "fr", "ar"}
    """
    return write(sheet(lang=lang), lang=lang)


def sheet(*, lang: str) -> Sheet:
    """Return what stands on it; the numbers of the switches are the library's own."""
    _ = translator(lang)
    return Sheet(
        title=_("To take home"),
        opening=_("Clips can be filmed, and clips can be made. Eyes alone do not tell them apart well. These habits "
                  "help."),
        parts=(
            Part(
                title=_("Before you pass a clip on"),
                lines=(
                    _("Where does it come from? Ask the person who sent it."),
                    _("Who else tells of it? Look for a second source."),
                    _("Can it wait until tomorrow? Almost always it can."),
                ),
                boxed=True,
            ),
            Part(
                title=_("Two mistakes, of one weight"),
                lines=(
                    _("To believe what was made: something that did not happen is believed."),
                    _("To doubt what was filmed: somebody who tells the truth is called a liar."),
                ),
            ),
            Part(title=_("Six switches, and where to begin"), lines=_switches(lang)),
            Part(
                title=_("Before you make or post a clip of somebody"),
                lines=(
                    _("Ask that person, for the face and for the voice: each is a yes of its own."),
                    _("For a child all parents are asked, and the child too. A yes can be taken back."),
                    _("Say where AI was used, and leave the label on."),
                ),
                boxed=True,
            ),
            Part(
                title=_("If something has happened"),
                lines=(
                    _("Keep the address and a picture of the screen. Report it in the app. Tell an adult whom you "
                      "trust."),
                    _("A naked picture of a child: do not copy it and do not send it on, not even as proof. Go to the "
                      "police or to the public prosecutor at once."),
                    _("Whoever tells of it has done right, and keeps the telephone."),
                ),
            ),
        ),
        foot=_("No seal, no detector and no expert knows for certain whether a clip shows what happened."),
    )  # fmt: skip


def _switches(lang: str) -> tuple[str, ...]:
    _ = translator(lang)
    young, old = defaults(AgeBand.TEEN_13_15), defaults(AgeBand.TEEN_16_17)
    return (
        _("The order of clips: the same for everybody, not made from what your child watched."),
        _("The end: after {young} clips at 13 to 15, after {old} at 16 and 17.").format(
            young=young.posts_a_sitting, old=old.posts_a_sitting
        ),
        _("The day: {young} minutes at 13 to 15, {old} minutes at 16 and 17.").format(
            young=young.daily_minutes, old=old.daily_minutes
        ),
        _("The night: closed from {young} at 13 to 15, from {old} at 16 and 17, until {end}.").format(
            young=_hour(young.quiet[0].start), old=_hour(old.quiet[0].start), end=_hour(young.quiet[0].end)
        ),
        _("Messages: nobody at 13 to 15, only friends at 16 and 17. Never strangers."),
        _("The child's face in others' clips: never at 13 to 15; at 16 and 17 a parent is asked each time."),
    )


def _hour(clock: time) -> str:
    return f"{clock:%H:%M}"
