"""The rights market's window: offers, a calendar, warnings before a signature, money to the centime, and taking back.

It is a stage for a class. Whoever sits at the computer plays everybody, the clock is turned by a button, and nothing of
it enters the register of consent. The commands `medialit market offer` and so on work on the real register.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import gradio as gr

from medialit.apps import cameo_view
from medialit.apps import market_acts as acts
from medialit.apps import market_fields as fields
from medialit.apps import market_stories as stories
from medialit.apps import market_view as view
from medialit.apps import market_words as words
from medialit.apps.cameo_visit import Told
from medialit.apps.cameo_words import ltr
from medialit.apps.market_draft import Draft
from medialit.apps.market_html import CSS
from medialit.apps.market_stage import Stage
from medialit.apps.window import Said, blocks, kept, launcher, spoken, turn
from medialit.consent.market import Market
from medialit.consent.market_licence import MAX_BYTES, licence_trouble, read_licence
from medialit.errors import MedialitError, ReceiptError
from medialit.language import translator

_CSS: Final = f"""
#ml-market-title h1{{margin:.2rem 0}}
.ml-clock button{{min-width:6rem}}
@media (max-width:500px){{.tab-container button{{padding:0 5px !important;font-size:.82rem}}}}
{cameo_view.CSS}{CSS}"""


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
    window = blocks(_("The rights market"))
    with window:
        said = Said(lang)
        found = fields.top(said, lang)
        with gr.Tabs(elem_id="ml-tabs", overflow_behavior="wrap"):
            with said(gr.Tab, lambda _, c: {"label": _("Offer")}, id="offer", elem_id="ml-tab-offer"):
                found |= fields.offer(said)
            with said(gr.Tab, lambda _, c: {"label": _("Sign")}, id="sign", elem_id="ml-tab-sign"):
                found |= fields.sign(said)
            with said(gr.Tab, lambda _, c: {"label": _("Use")}, id="use", elem_id="ml-tab-use"):
                found |= fields.use(said)
            with said(gr.Tab, lambda _, c: {"label": _("End")}, id="end", elem_id="ml-tab-end"):
                found |= fields.end(said)
            with said(gr.Tab, lambda _, c: {"label": _("Papers")}, id="papers", elem_id="ml-tab-papers"):
                found |= fields.papers(said)
        _connect(window, said, found, home=home)
    return window


launch: Final = launcher(build, css=_CSS)


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What is chosen in the lists: an offer and who signs it, and a contract for each of three steps."""

    offer: str = ""
    who: str = "riad"
    used: str = ""
    ending: str = ""
    filed: str = ""


_CHOSEN: Final = ("offer", "who", "used", "ending", "filed")
_NOTES: Final = (
    "note_stage", "note_offer", "note_sign", "note_money", "note_use", "note_end", "note_file",
)  # fmt: skip
_PAGE: Final = (
    "stage", "story", "offers", "offer", "who", "signing", "read", "used", "contract", "ending", "end", "filed",
    "licence", "accounts", "log",
)  # fmt: skip
_DRAFT: Final = (
    "principal", "to", "purposes", "actions", "media", "places", "parts", "begins_in", "days", "fee", "royalty",
    "agency", "exclusive", "keeps", "run_on",
)  # fmt: skip
_Act = Callable[..., tuple[Told | None, Chosen]]


def _stage(home: Path | None, lang: str) -> Stage:
    now = datetime.now(UTC)
    return Stage(lang=spoken(lang), today=now.date(), home=home)


def _shown(stage: Stage, chosen: Chosen, *, keep_read: bool = False) -> tuple[Any, ...]:
    """Return what `_PAGE` shows; the lists keep what was chosen as long as it is there."""
    lang, called = stage.lang, words.names(stage.lang)
    story = view.story(stage, lang=lang)
    try:
        market, now, log = stage.market(), stage.now(), view.log(stage, called=called, lang=lang)
    except MedialitError as error:
        market, now, log = Market(), datetime.now(UTC), ""
        story = cameo_view.note(acts.trouble(error, lang=lang), lang=lang)
    offers = [(words.offer_title(one, called, lang=lang), id) for id, one in market.offers.items()]
    contracts = [(words.contract_title(one, called, lang=lang), id) for id, one in market.contracts.items()]
    offer, used, ending, filed = (
        kept(choices, one) or ""
        for choices, one in (
            (offers, chosen.offer), (contracts, chosen.used), (contracts, chosen.ending), (contracts, chosen.filed),
        )
    )  # fmt: skip
    known: dict[str, Any] = {"called": called, "lang": lang}
    return (
        view.stage_line(stage, lang=lang),
        story,
        view.offers(market, now=now, **known),
        gr.update(choices=offers, value=offer or None),
        chosen.who,
        view.signing(market, offer, chosen.who, now=now, **known),
        gr.skip() if keep_read else False,
        gr.update(choices=contracts, value=used or None),
        view.contract(market, used, now=now, **known),
        gr.update(choices=contracts, value=ending or None),
        view.end(market, ending, now=now, **known),
        gr.update(choices=contracts, value=filed or None),
        view.licence(market, filed, **known),
        view.accounts(market, **known),
        log,
    )


def _fitting(stage: Stage, chosen: Chosen) -> Chosen:
    """Return the choice with somebody who may sign the offer."""
    try:
        one = stage.market().offers.get(chosen.offer)
    except MedialitError:
        return chosen
    if one is None or not one.licensees or chosen.who in one.licensees:
        return chosen
    return replace(chosen, who=one.licensees[0])


def _connect(window: gr.Blocks, said: Said, f: dict[str, Any], *, home: Path | None) -> None:
    """Say what each button does. Every act ends with the page as it is afterwards."""
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    sent = [f["lang"], *(f[key] for key in _CHOSEN)]
    page, notes = [f[key] for key in _PAGE], [f[key] for key in _NOTES]

    def on(button: str, note: str, act: _Act, *inputs: str) -> None:
        """Connect a button to an act that tells something and may choose something."""

        def clicked(lang: str, *values: Any) -> tuple[Any, ...]:
            stage, chosen = _stage(home, lang), _chosen(values)
            told, after = act(stage, chosen, *values[len(_CHOSEN) :])
            told_in = [cameo_view.note(told, lang=stage.lang) if key == note else "" for key in _NOTES]
            keep = (
                button != "anew" and not button.startswith("story_") and (button != "sign" or after == chosen)
            )
            return (*told_in, *_shown(stage, after, keep_read=keep and after.offer == chosen.offer))

        f[button].click(clicked, [*sent, *(f[key] for key in inputs)], [*notes, *page], **quiet)

    for key in stories.STORIES:
        on(f"story_{key}", "note_stage", _telling(key))
    on("anew", "note_stage", lambda stage, chosen: (_emptied(stage), Chosen()))
    on("day", "note_stage", lambda stage, chosen: (_turned(stage, 1), chosen))
    on("week", "note_stage", lambda stage, chosen: (_turned(stage, 7), chosen))
    on("put_up", "note_offer", _put_up, *_DRAFT)
    on("sign", "note_sign", _sign, "read")
    on(
        "bring",
        "note_money",
        lambda stage, chosen, typed: (acts.bring_in(stage, chosen.who, typed), chosen),
        "sum",
    )
    on(
        "show",
        "note_use",
        lambda stage, chosen, *asked: (acts.report_use(stage, chosen.used, *asked), chosen),
        "outlet",
        "purpose",
        "country",
    )
    on(
        "royalties",
        "note_use",
        lambda stage, chosen, typed: (acts.report_revenue(stage, chosen.used, typed), chosen),
        "revenue",
    )
    on("release", "note_use", lambda stage, chosen: (acts.pay_out(stage, chosen.used), chosen))
    on("back", "note_end", lambda stage, chosen: (acts.take_back(stage, chosen.ending), chosen))
    _connect_choices(f, sent=sent, page=page, quiet=quiet, home=home)
    _connect_language(window, said, f, sent=sent, quiet=quiet, home=home)


def _chosen(values: tuple[Any, ...]) -> Chosen:
    return Chosen(**{key: value or "" for key, value in zip(_CHOSEN, values, strict=False)})


def _telling(key: str) -> _Act:
    def told(stage: Stage, chosen: Chosen) -> tuple[Told, Chosen]:
        return stories.tell(stage, key), _fitting(stage, Chosen(offer="O1"))

    return told


def _emptied(stage: Stage) -> Told:
    _ = translator(stage.lang)
    try:
        stage.clear()
    except OSError as error:
        return Told(kind="error", sentences=(_("This did not work. The program says:"), str(error)))
    return Told(kind="info", sentences=(_("The stage is empty. What was on it is kept once, beside it."),))


def _turned(stage: Stage, days: int) -> Told:
    _ = translator(stage.lang)
    day = ltr(stage.turn(days).isoformat())
    return Told(kind="info", sentences=(_("It is now {day} on the stage.").format(day=day),))


def _put_up(stage: Stage, chosen: Chosen, *values: Any) -> tuple[Told, Chosen]:
    given = dict(zip(_DRAFT, values, strict=True))
    draft = Draft(
        principal=given["principal"], licensee=given["to"] or "", purposes=given["purposes"], actions=given["actions"],
        media=given["media"], places=given["places"], parts=given["parts"], begins_in=int(given["begins_in"] or 0),
        days=int(given["days"] or 0), fee=given["fee"] or "", royalty=given["royalty"] or "",
        agency_tenths=int(given["agency"] or 0), exclusive=bool(given["exclusive"]), keeps_fee=bool(given["keeps"]),
        run_on_days=int(given["run_on"] or 0),
    )  # fmt: skip
    told, id = acts.put_up(stage, draft)
    return told, _fitting(stage, replace(chosen, offer=id)) if id else chosen


def _sign(stage: Stage, chosen: Chosen, read: bool) -> tuple[Told, Chosen]:
    told, id = acts.sign(stage, chosen.offer, chosen.who, read=bool(read))
    return told, replace(chosen, used=id, ending=id, filed=id) if id else chosen


def _connect_choices(
    f: dict[str, Any], *, sent: list[Any], page: list[Any], quiet: dict[str, Any], home: Path | None
) -> None:
    """Connect the lists, the ticks of a paper contract, and a file that is read back."""

    def turned(lang: str, *values: Any) -> tuple[Any, ...]:
        return _shown(_stage(home, lang), _chosen(values))

    def picked(lang: str, *values: Any) -> tuple[Any, ...]:
        stage = _stage(home, lang)
        return _shown(stage, _fitting(stage, _chosen(values)))

    def looked(lang: str, *values: Any) -> tuple[Any, ...]:
        return _shown(_stage(home, lang), _chosen(values), keep_read=True)

    f["offer"].input(picked, sent, page, **quiet)
    f["who"].input(turned, sent, page, **quiet)
    for key in ("used", "ending", "filed"):
        f[key].input(looked, sent, page, **quiet)
    f["says"].change(
        lambda codes, lang: view.ticked(codes or (), lang=_stage(home, lang).lang) if codes else "",
        [f["says"], f["lang"]], [f["paper"]], **quiet,
    )  # fmt: skip
    f["file"].upload(
        lambda path, lang: _read(_stage(home, lang), path), [f["file"], f["lang"]], [f["note_file"]], **quiet
    )


def _read(stage: Stage, path: str | None) -> str:
    """Return what a file holds, and take it away again."""
    if path is None:
        return ""
    file, lang = Path(path), stage.lang
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
        found = read_licence(data)
        return view.read_back(stage.market(), found, called=words.names(lang), lang=lang)
    except ReceiptError as error:
        return cameo_view.note(Told(kind="no", sentences=(licence_trouble(error, lang=lang),)), lang=lang)
    except MedialitError as error:
        return cameo_view.note(acts.trouble(error, lang=lang), lang=lang)
    finally:
        file.unlink(missing_ok=True)


def _connect_language(
    window: gr.Blocks,
    said: Said,
    f: dict[str, Any],
    *,
    sent: list[Any],
    quiet: dict[str, Any],
    home: Path | None,
) -> None:
    """Connect opening the page, and saying all of it again in another language."""
    page = [f[key] for key in _PAGE]
    notes = [f[key] for key in _NOTES]

    def opened(lang: str, *values: Any) -> tuple[Any, ...]:
        return _shown(_stage(home, lang), _chosen(values))

    def translated(lang: str, says: list[str], *values: Any) -> dict[Any, Any]:
        stage = _stage(home, lang)
        paper = view.ticked(says, lang=stage.lang) if says else ""
        again = said.again(stage.lang, page, _shown(stage, _chosen(values)))
        return again | dict.fromkeys(notes, "") | {f["paper"]: paper}

    first = window.load(opened, sent, page, **quiet)
    changes = said.along((*page, *notes, f["paper"]))
    # A language that is chosen before the first answer is there must not get that answer on top of its own.
    f["lang"].input(translated, [f["lang"], f["says"], *sent[1:]], changes, cancels=[first], **quiet)
    turn(window, f["lang"])


if __name__ == "__main__":
    launch()
