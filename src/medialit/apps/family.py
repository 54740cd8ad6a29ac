"""The family's window, the parents' door: ten minutes at a time, without code, on a telephone in the sun.

What somebody does lives in the page that they opened and nowhere else: answers are not written down, a file that was
brought is deleted as soon as it was looked at, and what is made is handed over inside the page. So twenty families can
use one computer, and none sees anything of another.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import gradio as gr

from medialit import pipeline
from medialit.apps import contest_view
from medialit.apps import family_fields as fields
from medialit.apps import family_makes as makes
from medialit.apps import family_twins as twins
from medialit.apps import family_view as view
from medialit.apps import family_words as words
from medialit.apps.family_makes import QUIET, SLOW, Shows
from medialit.apps.window import CSS, Said, blocks, open_window, spoken, turn
from medialit.contest.session import DOUBLE_CLICK_S
from medialit.errors import MedialitError
from medialit.family import clips
from medialit.family.children import CHILDREN, CHOICES, Switches, suggested
from medialit.family.clips import Shown
from medialit.family.known import BOUNDS
from medialit.home import medialit_home
from medialit.language import translator
from medialit.verify.report import Report


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """Where somebody is with the eight clips.

    Parameters
    ----------
    order : tuple of int
    ratings : tuple of int
        Of the first clips of the order.
    shown_at : float
        When the present clip was shown, by this process's own clock, in seconds.
    """

    order: tuple[int, ...]
    ratings: tuple[int, ...] = ()
    shown_at: float

    @property
    def done(self) -> bool:
        """Whether all are rated."""
        return len(self.ratings) == len(self.order)


def build(*, home: Path | None = None, lang: str = "en", shown: Sequence[Shown] | None = None) -> gr.Blocks:
    """Return the window.

    Parameters
    ----------
    home : Path, optional
        `$MEDIALIT_HOME` when not given.
    lang : {"en", "fr", "ar"}
        In which it opens; the reader can change it.
    shown : sequence of Shown, optional
        The clips to rate; those of this computer, drawn if need be, when not given.

    Raises
    ------
    LanguageError
        If the platform does not speak the language.
    ClipPackError
        If the clips cannot be drawn.
    """
    home = home or medialit_home()
    eight = tuple(shown) if shown is not None else clips.ready(home / "family" / "clips")
    window = blocks(translator(lang)("Family time"))
    with window:
        said = Said(lang)
        f = fields.top(said)
        f |= fields.activity(said, "spot", fields.spotting)
        f |= fields.activity(said, "switches", fields.switches)
        f |= fields.activity(said, "check", fields.check)
        f |= fields.activity(said, "postcard", fields.postcards)
        f |= fields.activity(said, "cards", fields.consent_cards)
        f |= twins.fields(said, fields.activity)
        f |= fields.activity(said, "agreement", fields.agreements)
        said(gr.HTML, lambda _, c: {"value": view.block(view.paragraphs((
            _("Everything here happens on this computer. Close the page, and what you did is gone."),
        )), lang=c)}, elem_id="ml-foot")  # fmt: skip
        views, to = _connect_menu(f)
        shows = _connect_spot(f, eight) + _connect_switches(f) + _connect_check(f, home)
        shows += makes.connect_postcard(
            f, home=home, look=partial(look, home=home), views=views, to_check=to("check")
        )
        shows += makes.connect_cards(f) + twins.connect(f, home=home) + makes.connect_agreement(f)
        _connect_language(window, said, f, shows)
    return window


def launch(
    *,
    home: Path | None = None,
    lang: str = "en",
    port: int | None = None,
    in_browser: bool = False,
    block: bool = True,
    host: str = "127.0.0.1",
    shown: Sequence[Shown] | None = None,
) -> tuple[gr.Blocks, str]:
    """Open the window and return it with its address; the parameters are those of `window.launcher`.

    Parameters
    ----------
    host : str
        ``0.0.0.0`` for a room of telephones; this computer only when not given.
    shown : sequence of Shown, optional
        As `build` takes it.
    """
    window = build(home=home, lang=spoken(lang), shown=shown)
    address = open_window(
        window, css=CSS + view.CSS, port=port, in_browser=in_browser, block=block, host=host, largest="256mb"
    )
    return window, address


def _connect_menu(f: dict[str, Any]) -> tuple[list[Any], Callable[[str], list[Any]]]:
    """Let each button show its activity, and each way back the menu; return what can be shown, and how one is."""
    views = [f["menu"], *(f[f"view_{key}"] for key in words.TITLES)]

    def to(key: str) -> list[Any]:
        return [gr.update(visible=key == one) for one in ("menu", *words.TITLES)]

    for key in words.TITLES:
        f[f"open_{key}"].click(partial(to, key), None, views, **QUIET).then(None, None, None, js=view.FOCUS)
        f[f"back_{key}"].click(partial(to, "menu"), None, views, **QUIET).then(
            None, None, None, js=view.FOCUS
        )
    return views, to


def _connect_spot(f: dict[str, Any], eight: tuple[Shown, ...]) -> Shows:
    parts = [f["sitting"], f["stage"], f["answers"], f["begin"]]

    def page(now: Sitting, lang: str) -> tuple[Any, ...]:
        _ = translator(spoken(lang))
        again = gr.update(visible=now.done, value=_("Rate them once more") if now.done else _("Begin"))
        return now, stage(now, lang), gr.update(visible=not now.done), again

    def stage(now: Sitting | None, lang: str) -> str:
        if now is None:
            return ""
        clips_now = [eight[one] for one in now.order]
        if now.done:
            return view.rated(clips_now, now.ratings, lang=spoken(lang))
        n = len(now.ratings)
        return view.stage(clips_now[n], number=n + 1, of=len(now.order), lang=spoken(lang))

    def begin(lang: str) -> tuple[Any, ...]:
        return page(Sitting(order=clips.order(secrets.randbelow(2**31)), shown_at=time.monotonic()), lang)

    def rate(rating: int, now: Sitting | None, lang: str) -> tuple[Any, ...]:
        at = time.monotonic()
        if now is None or now.done or at - now.shown_at < DOUBLE_CLICK_S:
            return (gr.skip(),) * len(parts)
        return page(replace(now, ratings=(*now.ratings, rating), shown_at=at), lang)

    f["begin"].click(begin, [f["lang"]], parts, **QUIET)
    for rating, button in enumerate(f["rates"], start=1):
        button.click(partial(rate, rating), [f["sitting"], f["lang"]], parts, **QUIET)
    return [([f["sitting"]], stage, f["stage"])]


def _connect_switches(f: dict[str, Any]) -> Shows:
    switches = [f[f"switch_{key}"] for key in CHOICES]

    def chosen(child: str, lang: str) -> tuple[Any, ...]:
        stand = suggested(CHILDREN[child])
        return (note(child, lang), *(getattr(stand, key) for key in CHOICES), "", None)

    def note(child: str, lang: str) -> str:
        return view.child_note(CHILDREN[child], lang=spoken(lang))

    def passes(child: str, lang: str, *values: str) -> tuple[Any, ...]:
        played = (child, Switches(**dict(zip(CHOICES, values, strict=True))))
        return told(played, lang), played

    def told(played: tuple[str, Switches] | None, lang: str) -> str:
        return "" if played is None else _evening(*played, spoken(lang))

    f["child"].input(
        chosen, [f["child"], f["lang"]], [f["note"], *switches, f["evening"], f["played"]], **QUIET
    )
    f["play"].click(passes, [f["child"], f["lang"], *switches], [f["evening"], f["played"]], **QUIET).then(
        None, None, None, js=view.FOCUS.replace(".ml-f h2", "#ml-evening h2")
    )
    return [([f["child"]], note, f["note"]), ([f["played"]], told, f["evening"])]


@cache
def _evening(child: str, switches: Switches, lang: str) -> str:
    return view.evening(CHILDREN[child], switches.controls, lang=lang)


def _connect_check(f: dict[str, Any], home: Path) -> Shows:
    def brought(path: str | None, lang: str) -> tuple[Any, ...]:
        if path is None:
            return gr.skip(), gr.skip(), gr.skip()
        try:
            report = look(Path(path), home=home)
        except MedialitError as error:
            return view.told((_did_not_work(lang), str(error)), lang=spoken(lang)), None, None
        return said(report, lang), report, None

    def said(report: Report | None, lang: str) -> str:
        return "" if report is None else view.checked(report, lang=spoken(lang))

    f["file"].upload(brought, [f["file"], f["lang"]], [f["report"], f["seen"], f["file"]],
                     show_progress_on=[f["report"]], **SLOW)  # fmt: skip
    return [([f["seen"]], said, f["report"])]


def look(path: Path, *, home: Path) -> Report:
    """Inspect a file that somebody brought, within `BOUNDS`, and delete it."""
    try:
        with pipeline.inspector(home=home, trust_course=True, budget=BOUNDS) as one:
            return replace(one.inspect(path), path=path.name)
    finally:
        path.unlink(missing_ok=True)


def _did_not_work(lang: str) -> str:
    return translator(spoken(lang))("This did not work. The program says:")


def _connect_language(window: gr.Blocks, said: Said, f: dict[str, Any], shows: Shows) -> None:
    """Connect opening the page, and saying all of it again in another language."""
    sources = [one for made_from, _how, _where in shows for one in made_from]
    places = [where for _made_from, _how, where in shows]

    def anew(lang: str, values: Sequence[Any]) -> list[str]:
        found, rest = [], list(values)
        for made_from, how, _where in shows:
            mine, rest = rest[: len(made_from)], rest[len(made_from) :]
            found.append(how(*mine, lang))
        return found

    def translated(lang: str, *values: Any) -> dict[Any, Any]:
        return said.again(spoken(lang), places, anew(lang, values))

    def opened(lang: str, *values: Any) -> list[str]:
        return anew(lang, values)

    first = window.load(opened, [f["lang"], *sources], places, **QUIET)
    # Whoever chooses a language before the first answer is there must not get that answer on top of the second.
    f["lang"].input(translated, [f["lang"], *sources], said.along(places), cancels=[first], **QUIET)
    window.load(None, None, None, js=view.BEGIN)
    window.load(None, None, None, js=contest_view.KEYS)
    turn(window, f["lang"])


if __name__ == "__main__":
    launch()
