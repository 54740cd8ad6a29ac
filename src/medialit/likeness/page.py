"""The page that shows a challenge: what is asked, when it is asked, the digits, and the colours of a challenge of light.

It is one file and asks nobody for anything: a person opens it in a browser, and it records with that computer's own
camera, so that the recording begins when the challenge begins. What it recorded stays in the browser until it is saved.
"""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import pairwise
from typing import Any, Final

from medialit.errors import EnrolmentError
from medialit.language import language, translator
from medialit.likeness.challenge import HUES, Challenge

LEAST_S: Final = 1 / 3
"""Least time from one colour to the next: at most three changes a second (WCAG 2.2, criterion 2.3.1)."""
_TONGUES: Final = ("en", "fr", "ar")


def challenge_page(challenge: Challenge, *, lang: str = "en", file: str = "challenge.json") -> str:
    """Return a page of HTML that shows a challenge to the person before the camera.

    Parameters
    ----------
    challenge : Challenge
        With lights, the whole window is filled with their colours, after a warning that has to be answered.
    lang : str
        In which it opens, a code of `medialit.language.LANGUAGES`; English, French and Arabic can be chosen on it.
    file : str
        Name of the challenge's file, as the command at the end of the page says it.

    Raises
    ------
    EnrolmentError
        If its colours change more than three times a second: that can harm.
    LanguageError
        If the platform does not speak the language.
    """
    gaps = [after.start_s - before.start_s for before, after in pairwise(challenge.lights)]
    if any(gap < LEAST_S for gap in gaps):
        raise EnrolmentError(
            f"Two colours of this challenge are {min(gaps):.2f} s apart. More than three changes a second can harm: "
            "draw another challenge."
        )
    given = {
        "lang": lang,
        "file": file,
        "deadline": challenge.deadline.isoformat(),
        "duration_s": challenge.duration_s,
        "lights": [
            {"start_s": light.start_s, "colour": "rgb({}, {}, {})".format(*HUES[light.hue])}
            for light in challenge.lights
        ],
        "steps": [
            {
                "action": step.action,
                "start_s": step.start_s,
                "end_s": step.end_s,
                "digits": [{"start_s": one.shown_s, "digit": one.digit} for one in step.digits],
            }
            for step in challenge.steps
        ],
        "words": {code: _words(challenge, code) for code in dict.fromkeys((*_TONGUES, lang))},
    }
    plain = json.dumps(given, ensure_ascii=False).replace("<", "\\u003c")  # nothing in it ends the script
    template = files("medialit.likeness").joinpath("page.html").read_text(encoding="utf-8")
    return template.replace("{{given}}", plain)


def _words(challenge: Challenge, lang: str) -> dict[str, Any]:
    """Return all that the page says in a language; what the page fills in itself keeps its slots."""
    _ = translator(lang)
    spoken = language(lang)
    room = (
        _("Close the curtains and dim the lamps. Switch off the screen's night light, and make the screen bright.")
        if challenge.lights
        else _("Sit in even light.")
    )  # fmt: skip
    return {
        "name": spoken.name,
        "dir": spoken.direction,
        "title": _("Enrol before the camera"),
        "warning": _("Warning: the whole window will be red, green, blue or white, and will change about once a "
                     "second. Do not start it where it is seen by somebody who has had seizures, or who gets migraine "
                     "or feels ill from changing lights. Take a challenge without light instead; nobody has to say "
                     "why."),
        "harmless": _("Changing colours harm nobody who can see this window."),
        "prepare": [
            room,
            _("Be alone, about 40 cm from the window, with the camera as high as your eyes."),
            _("Do what the words ask, and read each digit aloud. It takes {n} seconds.").format(
                n=round(challenge.duration_s)
            ),
            _("You can stop at any moment, with the Esc key or the button at the bottom."),
        ],
        "until": _("Hand the recording in by {time}."),
        "camera": _("Open the camera and the microphone"),
        "start": _("Start"),
        "stop": _("Stop"),
        "seen": _("The camera is open. What it records stays in this browser until you save it."),
        "blind": _("No camera or no microphone could be opened. Allow both in the browser, or film yourself with "
                   "another device."),
        "soon": _("Look straight into the camera. It begins in a moment."),
        "soon_alone": _("No camera is open here. If you film yourself with another device, begin when the count is "
                        "over."),
        "left": _("Seconds left: {n}"),
        "recorded": _("It is recorded. Save the file, and hand it in before the time is over."),
        "rehearsed": _("It is over. Stop filming now. If nothing was filmed, this was a rehearsal."),
        "stopped": _("It was stopped, and nothing was kept. You can start again."),
        "hidden": _("The window was covered or left, so it was stopped and nothing was kept. You can start again."),
        "failed": _("The camera stopped, and nothing was kept. Open it again."),
        "over": _("There is no time left to hand this challenge in. Ask for a new one."),
        "save": _("Save the recording"),
        "handing": _("Then, in the folder where both files are, with a picture of yourself and your name:"),
        "actions": {step.action: step.instruction(lang) for step in challenge.steps},
    }  # fmt: skip
