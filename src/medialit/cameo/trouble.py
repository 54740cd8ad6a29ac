"""What went wrong at the desk, in a sentence for the person who stands before it."""

from __future__ import annotations

from collections.abc import Callable

from medialit.errors import CameoError, MedialitError
from medialit.language import translator


def trouble(code: str, **slots: object) -> CameoError:
    """Return an error of the desk, to be raised.

    Parameters
    ----------
    code : str
        One of `CODES`.
    slots : object
        What its sentence names.

    Examples
    --------
    >>> str(trouble("frames-gone", use="use-1"))
    'use-1 was withdrawn: its frames are gone.'
    """
    named = {name: str(value) for name, value in slots.items()}
    return CameoError(_sentences("en")[code].format(**named), code=code, slots=named)


def sentence(error: MedialitError, *, lang: str, mark: Callable[[str], str] = str) -> str:
    """Return what an error says in a language; an error that has no code says what it says.

    Parameters
    ----------
    error : MedialitError
    lang : str
        A code of `medialit.language.LANGUAGES`.
    mark : callable
        What is done with each id, path and number before it stands in the sentence: a name put for an id, say.

    Examples
    --------
    >>> sentence(trouble("frames-gone", use="use-1"), lang="fr").replace(chr(0x202F), " ")
    "use-1 a été retiré : ses images n'existent plus."
    """
    if not isinstance(error, CameoError) or not error.code:
        return str(error)
    return _sentences(lang)[error.code].format(**{name: mark(value) for name, value in error.slots.items()})


def _sentences(lang: str) -> dict[str, str]:
    _ = translator(lang)
    return {
        "people-number": _("A clip shows one to {most} people, not {n}."),
        "doing": _("Nobody here can {doing}; choose one of: {known}."),
        "remix-unpublished": _("{use} is not published. Only a published clip can be remixed."),
        "export-unpublished": _("{use} is not published. Publish it first; what is exported is labelled and signed."),
        "preview-neither": _("{use} is shown to the people in it and to who made it. {who} is neither."),
        "withdraw-neither": _("{use} can be withdrawn by the people in it and by who made it. {who} is neither."),
        "exists": _("{path} is there already. Choose another name; nothing was overwritten."),
        "unwritable": _("{path} cannot be written ({why}). Choose another place."),
        "speaks-not": _("{who} does not speak for {person}, so nothing was changed."),
        "grant-unknown": _("{person} has given no grant {grant}. `medialit consent show` lists them."),
        "none-yet": _("There is no draft and no clip here yet. Make one: medialit likeness make."),
        "use-unknown": _("There is no use {use} here. `medialit likeness uses` lists those that there are."),
        "use-not-listed": _("There is no use {use} here. Choose one of the list."),
        "use-id": _("{use} is not the id of a use: those are `use-` and 16 hexadecimal digits."),
        "card-damaged": _("The card of {use} is damaged ({why}). Restore {path} from a copy."),
        "frames-gone": _("{use} was withdrawn: its frames are gone."),
        "seal-broken": _("The frames of {use} do not fit their seal: the file was changed, or the key is another one."),
        "key-damaged": _("{path} is damaged: without it no draft can be opened. Restore it from a copy."),
        "not-enrolled": _("{person} is not enrolled, so there is no likeness to use. `medialit likeness enrol` enrols "
                          "somebody of the cast, or somebody before a camera."),
        **_about_people(lang),
        **_about_recordings(lang),
    }  # fmt: skip


def _about_people(lang: str) -> dict[str, str]:
    _ = translator(lang)
    return {
        "unknown-person": _("The register knows nobody called {person}. Enter the person first: medialit consent "
                            "person."),
        "minor": _("{person} is under 18. No recording of a child is kept here, whoever agrees; for lessons about "
                   "refusals there are two fictional children."),
        "dead": _("{person} has died, and nobody else can stand before the camera for them."),
        "of-the-cast": _("{person} is of the cast, and is drawn: no recording is needed."),
        "no-camera": _("There is no enrolment by camera called {enrolment}. `medialit likeness list` lists who is "
                       "enrolled."),
        "linked-already": _("{enrolment} is linked to somebody else already. One face is one person's."),
        "linked-otherwise": _("{person} is linked to another enrolment, {enrolment}. Delete that one first: medialit "
                              "likeness delete {enrolment}."),
        "not-linked": _("{person} is not linked to an enrolment by camera, so nobody can tell whose face a recording "
                        "shows. Link one first: medialit cameo link."),
        "nothing-lent": _("{person} has lent no recording, or it is gone again. Only {person} can lend one: medialit "
                          "cameo lend, or under “Me” at the consent desk."),
        "extra": _("For people who were enrolled with a camera, optional packages are missing. Install them from the "
                   "project's folder with: {command}. The fictional cast needs none."),
    }  # fmt: skip


def _about_recordings(lang: str) -> dict[str, str]:
    _ = translator(lang)
    return {
        "lend-unreadable": _("The recording cannot be read as a video. Record again, or save it in another format."),
        "lend-large": _("The recording is too long or too large. Lend a few seconds; two minutes in 4K are the most "
                        "that is read."),
        "lend-short": _("The recording is shorter than {least} seconds. Record a little longer."),
        "lend-no-face": _("The face was not in the picture all the time. Sit in good light, look towards the camera, and "
                          "record again."),
        "lend-two-faces": _("More than one face was in the picture. Nobody can be lent along: be alone before the "
                            "camera, and record again."),
        "lend-small": _("The face is too small in the picture. Come nearer to the camera and record again."),
        "lend-wrong-person": _("The face in the recording and the enrolled face do not match well enough. Only the "
                               "person who enrolled can lend a recording. If that is you, record again from the front."),
        "lend-nobody": _("Nobody could be cut out of the recording. Sit near the camera, in even light, before something "
                         "that does not move, and record again."),
        "lend-until": _("A recording is lent until a moment that is still to come, {days} days away at most."),
        "recording-damaged": _("The recording of {person} cannot be opened: the file was changed, or its key is gone. "
                               "Take it back and lend another."),
    }  # fmt: skip


CODES = tuple(_sentences("en"))
"""Every code."""
