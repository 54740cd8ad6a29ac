"""The consent desk's window: who I am, who may use my likeness, make a clip, and see every use of me.

It is a stage on one computer: whoever sits here may act as anybody of the fictional cast, and is asked for no password;
the same holds for people who enrolled with a camera and take part.
What it shows of a likeness comes through `medialit.cameo.Desk`, labelled, inside the page itself: no film and no portrait
becomes a file that is served or left in a cache.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import gradio as gr

from medialit.apps import cameo_acts as acts
from medialit.apps import cameo_clips as clips
from medialit.apps import cameo_fields as fields
from medialit.apps import cameo_view as view
from medialit.apps import cameo_words as words
from medialit.apps.cameo_visit import Sweeping, Told, Visit, lenders
from medialit.apps.window import blocks, kept, launcher, spoken, turn
from medialit.consent.records import RelationKind
from medialit.generate import sampler
from medialit.language import translator
from medialit.likeness.cast import cast

_CSS: Final = f"""
#ml-desk-title h1{{margin:.2rem 0}}
@media (max-width:500px){{.tab-container button{{padding:0 6px !important;font-size:.85rem}}}}
.ml-film .ml-small{{max-width:420px}}
#ml-light *{{color:var(--body-text-color)}}  /* gradio's grey is too faint for a warning */
{view.CSS}"""


def build(*, home: Path | None = None, lang: str = "en") -> gr.Blocks:
    """Return the window.

    Parameters
    ----------
    home : Path, optional
        `$MEDIALIT_HOME` when not given.
    lang : {"en", "fr", "ar"}
        In which it opens; the reader can change it.

    Raises
    ------
    LanguageError
        If the platform does not speak the language.
    """
    _ = translator(lang)
    window = blocks(_("Consent desk"))
    with window:
        said = fields.Said(lang, others=lambda: lenders(home))
        top = fields.top(said, lang)
        with gr.Tabs(elem_id="ml-tabs", overflow_behavior="wrap"):
            with said(gr.Tab, lambda _, c: {"label": _("1 · Me")}, id="me", elem_id="ml-tab-me"):
                me = fields.me(said)
            with said(gr.Tab, lambda _, c: {"label": _("2 · Who may")}, id="may", elem_id="ml-tab-may"):
                may = fields.may(said)
            with said(gr.Tab, lambda _, c: {"label": _("3 · Make")}, id="make", elem_id="ml-tab-make"):
                make = fields.make(said)
            with said(gr.Tab, lambda _, c: {"label": _("4 · Used")}, id="used", elem_id="ml-tab-used"):
                used = fields.used(said)
        _connect(window, said, top | me | may | make | used, come=_Door(home).come)
    return window


launch: Final = launcher(build, css=_CSS)

_PAGE: Final = (
    "person",
    "enrol",
    "lend",
    "lent",
    "newcomer",
    "statements",
    "what",
    "mine",
    "uses",
    "use",
    "log",
)
_NOTES: Final = (
    "note_me", "note_lend", "note_draw", "note_join", "note_allow", "note_forbid", "note_near",
    "note_back", "note_make", "note_used",
)  # fmt: skip
_FILMS: Final = ("film", "film_lent", "film_used")
_CHOOSERS: Final = ("me", "whom", "other", "with")
_ROLE: Final = ("me", "about", "lang")
_PROGRESS: Final = gr.Progress()
_TERMS: Final = ("grantee", "purposes", "actions", "audience", "places", "media", "lasts")
_WISH: Final = ("prompt", "with", "doing", "purpose", "seen_by", "where", "medium", "seed")


class _Door:
    """Who comes in: each visit is one's own, and what has run out meanwhile is withdrawn before."""

    def __init__(self, home: Path | None) -> None:
        self._home, self._sweeping = home, Sweeping(home)
        self._sweeping.visit(datetime.now(UTC))

    def come(self, me: str, whose: str, lang: str) -> Visit:
        """Return a visit, as it is now."""
        self._sweeping.visit(datetime.now(UTC))
        return _visit(self._home, me, whose, lang)


_Come = Callable[[str, str, str], Visit]


def _visit(home: Path | None, me: str, whose: str, lang: str) -> Visit:
    """Return a visit by somebody who takes part, for nobody but themselves and their wards; other words are not taken."""
    adults = [*(one.id for one in cast()), *lenders(home)]
    me = me if me in adults else fields.FIRST
    own = (me, *words.wards(me))
    return Visit(
        me=me,
        principal=whose if whose in own else me,
        lang=spoken(lang),
        now=datetime.now(UTC),
        home=home,
    )


def _shown(visit: Visit, *, mine: str | None = None, use: str | None = None) -> tuple[Any, ...]:
    """Return what `_PAGE` shows; the lists keep what was chosen as long as it is there."""
    page = view.page(visit)

    def listed(choices: words.Choices, chosen: str | None) -> Any:
        return gr.update(choices=choices, value=kept(choices, chosen))

    return (
        page.person,
        gr.update(visible=not page.enrolled),
        gr.update(visible=page.lends),
        page.lent,
        listed(page.newcomers, None),
        page.statements,
        gr.update(choices=page.to_take_back, value=None),
        listed(page.mine, mine),
        page.uses,
        listed(page.used, use),
        page.log,
    )


def _terms_of(values: tuple[Any, ...]) -> acts.Terms:
    grantee, purposes, actions, audience, places, media, lasts = values
    return acts.Terms(
        grantee=grantee or "", purposes=purposes, actions=actions, audience=audience, territories=places,
        media=media, lasts=words.length(lasts),
    )  # fmt: skip


def _in_words(visit: Visit, values: tuple[Any, ...]) -> str:
    """Return what would be allowed, in sentences."""
    terms = _terms_of(values)
    said = acts.lacking(terms, lang=visit.lang)
    if not said:
        names = words.names_in(visit.lang, lenders(visit.home))
        said = words.grant_sentences(acts.grant_of(visit, terms), lang=visit.lang, names=names)
    return view.sentences(said, lang=visit.lang)


def _connect(window: gr.Blocks, said: fields.Said, f: dict[str, Any], *, come: _Come) -> None:
    """Say what each button does. Every act ends with the page as it is afterwards."""
    role = [f[key] for key in _ROLE]
    page = [f[key] for key in _PAGE]
    rest = [f[key] for key in (*_NOTES, *_FILMS)]
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

    def on(button: str, note: str, act: Callable[..., Told], *inputs: str) -> None:
        """Connect a button to an act that only tells something."""

        def clicked(
            me: str, whose: str, lang: str, mine: str | None, use: str | None, *values: Any
        ) -> tuple[Any, ...]:
            visit = come(me, whose, lang)
            told = act(visit, *values)
            notes = [view.note(told, lang=visit.lang) if key == note else "" for key in _NOTES]
            return (*notes, *("" for _film in _FILMS), *_shown(visit, mine=mine, use=use))

        sent = [*role, f["mine"], f["use"], *(f[key] for key in inputs)]
        f[button].click(clicked, sent, [*rest, *page], **quiet)

    on("enrol", "note_me", acts.enrol)
    on("allow", "note_allow", lambda visit, *values: acts.allow(visit, _terms_of(values)), *_TERMS)
    on(
        "forbid",
        "note_forbid",
        lambda visit, topics, whom: acts.forbid(visit, topics or "", whom),
        "topics",
        "whom",
    )
    for button, kind, begins in (
        ("follow", RelationKind.FOLLOW, True),
        ("unfollow", RelationKind.FOLLOW, False),
        ("approve", RelationKind.APPROVE, True),
        ("unapprove", RelationKind.APPROVE, False),
    ):
        on(button, "note_near", _relating(kind, begins=begins), "other")
    on("unlend", "note_lend", acts.unlend)
    on("back", "note_back", lambda visit, what: acts.take_back(visit, what or ""), "what")
    on("publish", "note_make", lambda visit, id: clips.publish(visit, id or ""), "mine")
    on("export", "note_make", lambda visit, id: clips.export(visit, id or ""), "mine")
    on("refuse", "note_used", lambda visit, id: clips.withdraw(visit, id or ""), "use")
    _connect_films(f, role=role, page=page, quiet=quiet, come=come)
    _connect_lending(f, role=role, page=page, quiet=quiet, come=come)
    _connect_role(window, said, f, quiet=quiet, come=come)


def _relating(kind: RelationKind, *, begins: bool) -> Callable[..., Told]:
    return lambda visit, other: acts.relate(visit, kind, other or "", on=begins)


def _connect_films(
    f: dict[str, Any], *, role: list[Any], page: list[Any], quiet: dict[str, Any], come: _Come
) -> None:
    """Connect what shows a film: making one, and looking at one."""

    def made(
        me: str, whose: str, lang: str, prompt: str, people: list[str], doing: str, purpose: str, seen_by: str,
        where: list[str], medium: str, seed: float, progress: gr.Progress = _PROGRESS,
    ) -> tuple[Any, ...]:  # fmt: skip
        visit = come(me, whose, lang)
        wish = clips.Wish(
            prompt=prompt or "", people=people, doing=doing, purpose=purpose, audience=seen_by, territories=where,
            medium=medium, seed=int(seed or 0),
        )  # fmt: skip
        _ = translator(visit.lang)
        said = _("The clip is being made")

        def step(one: sampler.Step) -> None:
            progress((one.done, one.of), desc=said)

        told, id = clips.make(visit, wish, on_step=step)
        shown = None if id is None else clips.film(visit, id)[1]
        after = _shown(come(me, whose, lang), mine=id)
        return (view.note(told, lang=visit.lang), view.film(shown, lang=visit.lang), *after)

    def looked(me: str, whose: str, lang: str, id: str | None) -> tuple[Any, ...]:
        visit = come(me, whose, lang)
        _ = translator(visit.lang)
        if not id:
            return view.note(
                Told(kind="info", sentences=(_("There is nothing to show."),)), lang=visit.lang
            ), ""
        told, address = clips.film(visit, id)
        return view.note(told, lang=visit.lang), view.film(address, lang=visit.lang)

    shows = {**quiet, "show_progress": "full", "show_progress_on": [f["note_make"]], "concurrency_limit": 1}
    wish = [f[key] for key in _WISH]
    f["make"].click(made, [*role, *wish], [f["note_make"], f["film"], *page], **shows)
    f["show"].click(looked, [*role, f["mine"]], [f["note_make"], f["film"]], **quiet)
    f["look"].click(looked, [*role, f["use"]], [f["note_used"], f["film_used"]], **quiet)


def _connect_lending(
    f: dict[str, Any],
    *,
    role: list[Any],
    page: list[Any],
    quiet: dict[str, Any],
    come: _Come,
) -> None:
    """Connect what is for people who enrolled with a camera: taking part, lending a recording, and seeing it."""

    def lent(me: str, whose: str, lang: str, file: str | None) -> Any:
        if file is None:  # emptied by ourselves, or by the person before anything came
            return gr.skip()
        visit = come(me, whose, lang)
        try:
            told = acts.lend(visit, Path(file))
        finally:
            _discard(Path(file))
        empty = gr.update(value=None)
        return (empty, empty, view.note(told, lang=visit.lang), "", *_shown(visit))

    def seen(me: str, whose: str, lang: str) -> tuple[str, str]:
        visit = come(me, whose, lang)
        told, address = clips.lent_film(visit)
        return view.note(told, lang=visit.lang), view.film(address, lang=visit.lang, generated=False)

    def joined(me: str, whose: str, lang: str, newcomer: str | None, adult: bool) -> tuple[Any, ...]:
        visit = come(me, whose, lang)
        told = acts.join(visit, newcomer or "", bool(adult))
        own = gr.update(
            choices=words.grantees(visit.lang, without=visit.principal, others=lenders(visit.home))
        )
        note = view.note(told, lang=visit.lang)
        return (note, gr.update(value=False), own, *_choosers(visit), *_shown(visit))

    def drawn(me: str, whose: str, lang: str, light: bool) -> str:
        visit = come(me, whose, lang)
        found = acts.draw(visit, bool(light))
        return (
            view.note(found, lang=visit.lang)
            if isinstance(found, Told)
            else view.drawn(found, lang=visit.lang)
        )

    f["draw"].click(drawn, [*role, f["light"]], [f["note_draw"]], **quiet)
    shows = {**quiet, "show_progress": "full", "show_progress_on": [f["note_lend"]], "concurrency_limit": 1}
    told = [f["note_lend"], f["film_lent"]]
    for event, source in ((f["recording"].change, f["recording"]), (f["file"].upload, f["file"])):
        event(lent, [*role, source], [f["recording"], f["file"], *told, *page], **shows)
    f["see"].click(seen, role, told, **quiet)
    choosers = [f[key] for key in _CHOOSERS]
    f["join"].click(
        joined, [*role, f["newcomer"], f["adult"]], [f["note_join"], f["adult"], f["grantee"], *choosers, *page], **quiet
    )  # fmt: skip


def _discard(file: Path) -> None:
    """Delete a recording that the browser sent, and the folder that was made for it."""
    file.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        file.parent.rmdir()


def _choosers(visit: Visit) -> tuple[Any, ...]:
    """Return the lists of people, as they are now."""
    others = lenders(visit.home)
    adults = gr.update(choices=words.people(visit.lang, others=others))
    return (adults, adults, adults, gr.update(choices=words.people(visit.lang, minors=True, others=others)))


def _connect_role(
    window: gr.Blocks, said: fields.Said, f: dict[str, Any], *, quiet: dict[str, Any], come: _Come
) -> None:
    """Connect what changes everything: who I am, for whom I decide, and the language."""
    role = [f[key] for key in _ROLE]
    terms = [f[key] for key in _TERMS]
    everything = [
        f["whose"], f["about"], f["grantee"], f["in_words"], *(f[key] for key in _CHOOSERS),
        *(f[key] for key in (*_NOTES, *_FILMS)), *(f[key] for key in _PAGE),
    ]  # fmt: skip

    def turned(me: str, whose: str, lang: str, *values: Any) -> tuple[Any, ...]:
        visit = come(me, whose, lang)
        _ = translator(visit.lang)
        own = (visit.me, *words.wards(visit.me))
        others = lenders(visit.home)
        names = words.names_in(visit.lang, others)
        chooser = gr.update(
            label=_("I decide about the likeness of"), choices=[(names[one], one) for one in own],
            value=visit.principal, visible=len(own) > 1,
        )  # fmt: skip
        cleared = [""] * (len(_NOTES) + len(_FILMS))
        own_no_grant = gr.update(
            choices=words.grantees(visit.lang, without=visit.principal, others=others),
            value=None if values[0] == visit.principal else values[0],
        )
        said_now = _in_words(visit, values)
        people = _choosers(visit)
        return (chooser, visit.principal, own_no_grant, said_now, *people, *cleared, *_shown(visit))

    def translated(me: str, whose: str, lang: str, *values: Any) -> dict[Any, Any]:
        return said.again(spoken(lang), everything, turned(me, whose, spoken(lang), *values))

    # Only here `whose` is asked: while the role changes, its old value is not among its new choices any more.
    f["whose"].input(turned, [f["me"], f["whose"], f["lang"], *terms], everything, **quiet)
    f["me"].change(turned, [*role, *terms], everything, **quiet)
    first = window.load(turned, [*role, *terms], everything, **quiet)
    # A language that is chosen before the first answer is there must not get that answer on top of its own.
    f["lang"].input(translated, [*role, *terms], said.along(everything), cancels=[first], **quiet)
    turn(window, f["lang"])

    def previewed(me: str, about: str, lang: str, *values: Any) -> str:
        return _in_words(come(me, about, lang), values)

    gr.on([one.change for one in terms], previewed, [*role, *terms], [f["in_words"]], **quiet)


if __name__ == "__main__":
    launch()
