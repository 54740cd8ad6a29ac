"""What the consent desk shows, as pieces of HTML: a pure function of the state, the person, the language and the time."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import cv2

from medialit.apps import cameo_words as words
from medialit.apps.cameo_visit import Told, Visit
from medialit.cameo import Desk, Use
from medialit.consent.ledger_events import LoggedDecision
from medialit.consent.ledger_state import State
from medialit.consent.reasons import explain, word_in
from medialit.consent.records import Action
from medialit.language import language, translator
from medialit.likeness.cast import cast, person, portrait
from medialit.likeness.challenge import Challenge
from medialit.likeness.page import challenge_page

CSS = """
.ml-c{line-height:1.5;color:var(--body-text-color)}
.ml-c p{margin:.15rem 0}
.ml-card{border:1px solid var(--border-color-primary);border-radius:10px;padding:.8rem 1rem;margin:.6rem 0;
  background:var(--background-fill-primary)}
.ml-card.ml-over{opacity:.72}
.ml-card h4{margin:0 0 .3rem;font-size:1rem;display:flex;gap:.6rem;align-items:baseline;justify-content:space-between}
.ml-tag{font-size:.8rem;font-weight:600;border:1px solid currentColor;border-radius:99px;padding:0 .6rem;
  white-space:nowrap}
.ml-tag.yes{color:#17663a}.ml-tag.no{color:#a3231b}.ml-tag.off{color:#666}
.dark .ml-tag.yes{color:#7ddba3}.dark .ml-tag.no{color:#ff9d94}.dark .ml-tag.off{color:#aaa}
.ml-small{font-size:.9rem;opacity:.75}
.ml-note{border-inline-start:5px solid #4a6785;padding:.6rem 1rem;margin:.4rem 0;border-radius:4px;
  background:var(--background-fill-secondary)}
.ml-note.yes{border-color:#17663a}.ml-note.no{border-color:#a3231b}.ml-note.error{border-color:#8a6d00}
.ml-note p:first-child{font-weight:600}
.ml-me{display:flex;gap:1.2rem;align-items:center;flex-wrap:wrap}
.ml-me img{width:200px;height:200px;border-radius:14px}
.ml-me div{flex:1 1 14rem}
.ml-me .ml-letter{flex:0 0 110px;height:110px;border-radius:14px;display:flex;align-items:center;justify-content:center;
  font-size:3rem;font-weight:700;background:var(--background-fill-secondary);border:1px solid var(--border-color-primary)}
.ml-me h3{margin:.1rem 0;font-size:1.3rem}
.ml-film video{width:100%;max-width:420px;border-radius:10px;display:block;background:#000}
.ml-q{font-style:italic;overflow-wrap:anywhere}
.ml-c bdi{overflow-wrap:anywhere}
.ml-h{font-weight:700;font-size:1.05rem;margin:1rem 0 .2rem}
"""
_MOST_LOGGED = 60


@dataclass(frozen=True, kw_only=True)
class Page:
    """Everything on the page that depends on the state.

    Parameters
    ----------
    person, statements, uses, log : str
        HTML.
    enrolled : bool
        Whether the person that the visit is about is.
    lends : bool
        Whether that person enrolled with a camera, and can lend a recording.
    lent : str
        HTML: what was lent, and until when.
    newcomers : list of (str, str)
        Choices: enrolments by camera of nobody who takes part yet.
    to_take_back, mine, used : list of (str, str)
        Choices: what may be taken back, what I made, and what uses the likeness.
    """

    person: str
    enrolled: bool
    lends: bool
    lent: str
    newcomers: words.Choices
    statements: str
    to_take_back: words.Choices
    mine: words.Choices
    uses: str
    used: words.Choices
    log: str


def page(visit: Visit) -> Page:
    """Return the whole page for a visit."""
    with visit.desk() as desk:
        names, state = visit.names(desk), desk.ledger.state()
        links = {one.principal: one.enrolment for one in desk.links()}
        uses = desk.uses(visit.principal)
        made = tuple(one for one in desk.uses() if one.requester == visit.me and one.stage != "withdrawn")
        return Page(
            person=_person(visit, desk),
            enrolled=visit.principal in desk.names(),
            lends=visit.principal in links,
            lent=_lent(visit, desk),
            newcomers=[
                (f"{one.name} · {words.day(one.enrolled_at)}", one.id)
                for one in desk.vault.list()
                if one.kind == "camera" and one.id not in links.values()
            ],
            statements=_statements(visit, state, names),
            to_take_back=_to_take_back(visit, state, names),
            mine=[(_title(one, visit.lang), one.id) for one in reversed(made)],
            uses=_uses(visit, uses, names),
            used=[(_title(one, visit.lang), one.id) for one in reversed(uses) if one.stage != "withdrawn"],
            log=_log(visit, desk, names),
        )


def drawn(challenge: Challenge, *, lang: str) -> str:
    """Show where a challenge is: two links that save it and its page. Both files are inside the window's page itself."""
    _ = translator(lang)
    said = (
        _("Save both files in one folder, and open the page from there in a browser: it says what to do, and records "
          "it."),
        _("Then run the command that the page shows. A challenge is good for one attempt, and for five minutes."),
    )  # fmt: skip
    saved = (
        ("challenge.html", "text/html", challenge_page(challenge, lang=lang), _("Save the page")),
        ("challenge.json", "application/json", challenge.to_json() + "\n", _("Save the challenge")),
    )
    links = " ".join(
        f'<a class="ml-save" download="{name}" href="data:{kind};base64,{base64.b64encode(text.encode()).decode()}">'
        f"{html.escape(label)}</a>"
        for name, kind, text, label in saved
    )
    return note(Told(kind="yes", sentences=said), lang=lang) + _block(f"<p>{links}</p>", lang=lang)


def note(told: Told | None, *, lang: str) -> str:
    """Return what an act was told, as a box that screen readers read aloud."""
    if told is None:
        return ""
    return _block(
        f'<div class="ml-note {told.kind}" role="status">{_paragraphs(told.sentences)}</div>', lang=lang
    )


def film(address: str | None, *, lang: str, generated: bool = True) -> str:
    """Return a film; an empty place without one."""
    _ = translator(lang)
    if address is None:
        return ""
    labelled = _("Labelled, and shown from memory: no file of it is kept for this page.")
    plain = _("Shown from memory: no file of it is kept for this page.")
    said = html.escape(labelled if generated else plain)
    return _block(
        f'<div class="ml-film"><video controls autoplay loop muted playsinline src="{address}"></video>'
        f'<p class="ml-small">{said}</p></div>',
        lang=lang,
    )


def sentences(said: Iterable[str], *, lang: str) -> str:
    """Return sentences as a quiet card."""
    return _block(f'<div class="ml-card">{_paragraphs(said)}</div>', lang=lang)


def intro(text: str, *, lang: str) -> str:
    """Return what a step is for, in one paragraph."""
    return _block(f"<p>{html.escape(text)}</p>", lang=lang)


def heading(text: str, *, lang: str) -> str:
    """Return a heading of a part."""
    return _block(f'<p class="ml-h" role="heading" aria-level="3">{html.escape(text)}</p>', lang=lang)


def _person(visit: Visit, desk: Desk) -> str:
    if all(one.id != visit.principal for one in cast(minors=True)):
        return _before_a_camera(visit, desk)
    _ = translator(visit.lang)
    who = person(visit.principal)
    name = who.name(visit.lang)
    enrolment = next((one for one in desk.vault.list() if one.cast_id == who.id), None)
    said = [who.about(visit.lang)]
    if who.minor:
        guardian = person(who.guardian or visit.me).name(visit.lang)
        said.append(_("{name} is under 18. {guardian} decides.").format(name=name, guardian=guardian))
    if enrolment is None:
        said.append(_("Not enrolled: there is no likeness that anybody could ask for."))
    else:
        said.append(_("Enrolled since {day}.").format(day=words.day(enrolment.enrolled_at)))
    said += [
        _("{child} is under 18, and you decide for this child.").format(child=person(one).name(visit.lang))
        for one in words.wards(visit.principal)
    ]
    alt = _("Portrait of {name}, who is fictional").format(name=name)
    return _block(
        f'<div class="ml-card ml-me"><img src="{_portrait(who.id)}" alt="{html.escape(alt)}">'
        f"<div><h3>{html.escape(name)}</h3>{_paragraphs(said)}</div></div>",
        lang=visit.lang,
    )


def _before_a_camera(visit: Visit, desk: Desk) -> str:
    """Show somebody who enrolled with a camera: by name, for a picture of a face is not shown to whoever sits here."""
    _ = translator(visit.lang)
    name = visit.names(desk).get(visit.principal, visit.principal)
    link = next((one for one in desk.links() if one.principal == visit.principal), None)
    at = [one.enrolled_at for one in desk.vault.list() if link is not None and one.id == link.enrolment]
    said = [_("Enrolled with a camera on {day}.").format(day=words.day(moment)) for moment in at]
    return _block(
        f'<div class="ml-card ml-me"><div class="ml-letter" aria-hidden="true">{html.escape(name[:1])}</div>'
        f'<div><h3 dir="auto">{html.escape(name)}</h3>{_paragraphs(said)}</div></div>',
        lang=visit.lang,
    )


def _lent(visit: Visit, desk: Desk) -> str:
    _ = translator(visit.lang)
    loan = desk.lent(visit.principal, now=visit.now)
    asked = _("Three seconds or more, alone, near the camera, in even light. As soon as the recording is there, its face "
              "is compared with the enrolled one; the first six seconds are kept, small, silent and encrypted, and the "
              "file is deleted here.")  # fmt: skip
    if loan is None:
        return sentences(
            (_("You have lent no recording, so nobody can put you into a clip."), asked), lang=visit.lang
        )
    kept = _(
        "{seconds} seconds of you are kept, encrypted. They are erased on {day}, or when you take them back."
    )
    return sentences(
        (kept.format(seconds=f"{loan.seconds:g}", day=words.day(loan.until)), asked), lang=visit.lang
    )


@cache
def _portrait(cast_id: str) -> str:
    picture = portrait(person(cast_id), size=320)
    data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes()
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"


def _statements(visit: Visit, state: State, names: words.Names) -> str:
    """Show what was said about a likeness: what is forbidden, what is allowed, and by whom one is known."""
    _ = translator(visit.lang)
    lang, cards = visit.lang, []
    for no in reversed([one for one in state.prohibitions if one.principal == visit.principal]):
        stands = words.standing(no, state, now=visit.now)
        tag = (_("forbidden"), "no") if stands else (_("lifted"), "off")
        cards.append(
            (not stands, _card(words.prohibition_sentences(no, lang=lang, names=names), tag, over=not stands))
        )
    tags = {
        "revoked": (_("taken back"), "off"),
        "expired": (_("over"), "off"),
        "not_started": (_("not begun"), "off"),
        None: (_("in force"), "yes"),
    }
    for grant in reversed([one for one in state.grants if one.principal == visit.principal]):
        why = words.ended(grant, state, now=visit.now)
        said = words.grant_sentences(grant, lang=lang, names=names)
        cards.append((why is not None, _card(said, tags[why], over=why is not None)))
    cards.sort(key=lambda one: one[0])  # what stands comes first
    near = [
        words.relation_sentence(one, lang=lang, names=names)
        for one in state.relations
        if visit.principal in (one.from_id, one.to_id) and (one.until is None or one.until > visit.now)
    ]
    body = "".join(card for _over, card in cards)
    if not cards:
        body = f"<p>{html.escape(_('Nobody may use this likeness. Nothing has been allowed.'))}</p>"
    if near:
        body += f'<div class="ml-card">{_paragraphs(near)}</div>'
    return _block(body, lang=lang)


def _to_take_back(visit: Visit, state: State, names: words.Names) -> words.Choices:
    _ = translator(visit.lang)
    given = [
        (_short(words.grant_sentences(one, lang=visit.lang, names=names)), one.id)
        for one in state.grants
        if one.principal == visit.principal and words.ended(one, state, now=visit.now) != "revoked"
    ]
    said = [
        (_short(words.prohibition_sentences(one, lang=visit.lang, names=names)), one.id)
        for one in state.prohibitions
        if one.principal == visit.principal and words.standing(one, state, now=visit.now)
    ]
    everything = [(_("Everything that was allowed"), "all")] if given else []
    return [*everything, *reversed(given), *reversed(said)]


def _short(said: tuple[str, ...]) -> str:
    return " ".join(said)


def _uses(visit: Visit, uses: tuple[Use, ...], names: words.Names) -> str:
    _ = translator(visit.lang)
    lang = visit.lang
    if not uses:
        return intro(_("Nothing has been made with this likeness."), lang=lang)
    stages = {
        "draft": (_("draft"), "off"),
        "published": (_("published"), "yes"),
        "withdrawn": (_("withdrawn"), "no"),
    }
    cards = []
    for use in reversed(uses):
        who = words.listed((names.get(one, one) for one in use.principals), lang=lang)
        said = [
            _("Made by {who} on {day}, with the likeness of {people}.").format(
                who=names.get(use.requester, use.requester), day=words.day(use.made_at), people=who
            ),
            _("For: {purpose}. To be seen by: {audience}. Where: {places}. Shown in: {medium}.").format(
                purpose=word_in(use.purpose, lang=lang),
                audience=word_in(use.audience, lang=lang),
                places=words.listed((words.place(one, lang=lang) for one in use.territories), lang=lang),
                medium=word_in(use.medium, lang=lang),
            ),
        ]
        if use.stage == "withdrawn":
            said.append(_("Its frames are gone from this computer."))
        if use.exports:
            said.append(_("Copies that were taken out: {n}.").format(n=len(use.exports)))
        over = use.stage == "withdrawn"
        cards.append(_card(said, stages[use.stage], over=over, quote=use.prompt))
    return _block("".join(cards), lang=lang)


def _log(visit: Visit, desk: Desk, names: words.Names) -> str:
    """Show the latest decisions about a likeness, and those that its person asked for."""
    _ = translator(visit.lang)
    lang = visit.lang
    mine: list[LoggedDecision] = [
        one
        for one in desk.ledger.decisions()
        if visit.principal in one.request.principals or one.request.requester == visit.principal
    ]
    if not mine:
        return intro(_("Nobody has asked yet."), lang=lang)
    cards = []
    for one in reversed(mine[-_MOST_LOGGED:]):
        asked, yes = one.request, one.decision.allowed
        people = words.listed((names.get(who, who) for who in asked.principals), lang=lang)
        head = _("{day}: {who} asked for {action}, with {people}.").format(
            day=words.day(one.recorded_at),
            who=names.get(asked.requester, asked.requester),
            action=word_in(Action(asked.action).value, lang=lang),
            people=people,
        )
        for_whom = _("For: {purpose}. To be seen by: {audience}.").format(
            purpose=word_in(asked.purpose.value, lang=lang), audience=word_in(asked.audience.value, lang=lang)
        )
        # The reasons speak to whoever asked, and say so; here somebody else may read them.
        reasons = explain(one.decision, lang=lang, names=names)
        tag = (_("allowed"), "yes") if yes else (_("refused"), "no")
        cards.append(_card([head, for_whom, *reasons], tag))
    return _block("".join(cards), lang=lang)


def _title(use: Use, lang: str) -> str:
    """Return what a use is called in a list of choices."""
    _ = translator(lang)
    stages = {"draft": _("draft"), "published": _("published"), "withdrawn": _("withdrawn")}
    return f"{words.day(use.made_at)} · {stages[use.stage]} · {use.prompt[:60]}"


def _card(said: Iterable[str], tag: tuple[str, str], *, over: bool = False, quote: str | None = None) -> str:
    first, *rest = said
    if quote is not None:
        rest, first = [first, *rest], quote
    kind = "ml-card ml-over" if over else "ml-card"
    cited = ' class="ml-q"' if quote is not None else ""
    return (
        f'<div class="{kind}"><h4><span{cited} dir="auto">{html.escape(first)}</span>'
        f'<span class="ml-tag {tag[1]}">{html.escape(tag[0])}</span></h4>{_paragraphs(rest)}</div>'
    )


def _paragraphs(said: Iterable[str]) -> str:
    return "".join(f"<p>{html.escape(one)}</p>" for one in said)


def _block(inner: str, *, lang: str) -> str:
    return f'<div class="ml-c" lang="{lang}" dir="{language(lang).direction}">{inner}</div>'
