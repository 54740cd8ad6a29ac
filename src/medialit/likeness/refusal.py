"""Why an attempt to enrol was refused, in a sentence for the person who made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from medialit.language import translator
from medialit.likeness.challenge import Action

RETRIES: Final = frozenset(
    {"name", "early", "unreadable", "too-large", "silent", "short", "slow"}
    | {"reference-no-face", "reference-two-faces", "reference-small", "reference-unreadable"}
)
"""Codes after which the same challenge may be tried again: nothing of the recording was judged."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One reason.

    Parameters
    ----------
    code : str
        A word for programs, such as ``late`` or ``wrong-person``.
    action : str or None
        Of the step that it is about.
    """

    code: str
    action: Action | None = None

    @property
    def may_retry(self) -> bool:
        """Whether the same challenge may be tried again before its deadline."""
        return self.code in RETRIES

    def sentence(self, lang: str) -> str:
        """Return the reason and what to do, in a language of `medialit.language.LANGUAGES`."""
        about = _order_sentences(lang) if self.code == "order" else {}
        return about.get(self.action) or _sentences(lang)[self.code]


def _order_sentences(lang: str) -> dict[Action | None, str]:
    _ = translator(lang)
    return {
        "left": _("The head was not seen to turn to the left when that was asked. Ask for a new challenge."),
        "right": _(
            "The head was not seen to turn to the right when that was asked. Ask for a new challenge."
        ),
        "up": _("The chin was not seen to lift when that was asked. Ask for a new challenge."),
        "ready": _("The head turned when it was asked to look straight. Ask for a new challenge."),
        "blink": _("The head turned when only a blink was asked. Ask for a new challenge."),
        "speak": _("The head turned when only reading aloud was asked. Ask for a new challenge."),
    }


def _sentences(lang: str) -> dict[str, str]:
    _ = translator(lang)
    return {
        "name": _("A name has 1 to 80 letters, in any script, and no invisible signs. Write it again."),
        "unknown": _("This challenge was not issued on this computer. Ask for a new one here."),
        "used": _("This challenge was used already; each is good for one attempt. Ask for a new one."),
        "late": _("The recording came after the challenge's deadline. Ask for a new one and record at once."),
        "early": _("This computer's clock is before the moment the challenge was issued. Set the clock right."),
        "seen": _("This recording was handed in before. Record yourself anew for a new challenge."),
        "unreadable": _("The recording cannot be read as a video. Record again, or save it in another format."),
        "too-large": _("The recording is too long or too large. Two minutes in 4K are the most that is read."),
        "reference-unreadable": _("The reference picture cannot be read. Use a JPEG or PNG picture."),
        "reference-no-face": _("No face was found in the reference picture. Use one with the face from the front."),
        "reference-two-faces": _("The reference picture shows more than one face. Use one of the person alone."),
        "reference-small": _("The face in the reference picture is too small. Use a closer picture."),
        "silent": _("The recording has no sound. Switch the microphone on and record again."),
        "short": _("The recording ends before the challenge does. Record until the last step is over."),
        "slow": _("The recording has fewer than 8 pictures a second. Record in better light, or with another camera."),
        "no-face": _("The face was not in the picture all the time. Sit in good light, and ask for a new challenge."),
        "two-faces": _("More than one face was in the picture. Be alone before the camera, and ask for a new challenge."),
        "flat": _("The face showed no depth when it moved, as a print does. Turn the head further, in a new challenge."),
        "screen": _("A fine regular pattern, as of a screen, lies over the face. Only a person before the camera can be "
                    "enrolled."),
        "dim": _("The light of the window was hardly seen on the face. Close the curtains, come nearer, make the window "
                 "as large as the screen, and ask for a new challenge."),
        "light": _("The face did not reflect the colours of the window in the order in which they were shown. Only a "
                   "person before the camera can be enrolled."),
        "spliced": _("The recording jumps, or its face changes, as if it were put together from pieces. Ask for a new "
                     "challenge and record it in one go."),
        "blink": _("The eyes were not seen to close when that was asked. Ask for a new challenge."),
        "speech": _("No voice was heard when digits were shown, or one was heard in between. Ask for a new challenge."),
        "lips": _("The lips did not move with the voice while the digits were read. Ask for a new challenge."),
        "wrong-person": _("The face in the recording and the face in the reference picture do not match well enough. Ask "
                          "for a new challenge, or use a newer picture of the same person."),
    }  # fmt: skip
