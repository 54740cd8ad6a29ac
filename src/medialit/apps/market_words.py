"""What the rights market says: who is who, sums and days, and offers, uses and steps as whole sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from medialit.apps.cameo_words import Choices, Names, listed, ltr, place
from medialit.consent.market import Conflict, Contract, Offer, Refund, Use
from medialit.consent.market_file import Step
from medialit.consent.reasons import word_in
from medialit.consent.records import Action, Medium
from medialit.language import translator
from medialit.likeness.cast import cast


def _msgid(message: str) -> str:
    """Mark a sentence for the catalogues."""
    return message


LICENSEES: Final = {
    "riad": _msgid("Riad of the Seven Pomegranates"),
    "teapot": _msgid("Big Teapot Restaurant"),
    "cooperative": _msgid("Tighmi Saffron Cooperative"),
    "ladder": _msgid("Blue Ladder Shop"),
}
"""Who signs; all of them fictional."""
AGENCY: Final = "agency"
_AGENCY: Final = _msgid("Lantern Agency")


@dataclass(frozen=True, kw_only=True)
class Outlet:
    """A fictional place where clips are shown."""

    name: str
    medium: Medium


OUTLETS: Final[Mapping[str, Outlet]] = {
    "derb": Outlet(name=_msgid("the network Derb"), medium=Medium.SOCIAL),
    "own-site": Outlet(name=_msgid("its own website"), medium=Medium.WEB),
    "family-groups": Outlet(name=_msgid("message groups"), medium=Medium.MESSAGING),
    "canal-sept": Outlet(name=_msgid("the station Canal Sept"), medium=Medium.BROADCAST),
    "cine-tafoukt": Outlet(name=_msgid("the cinema Tafoukt"), medium=Medium.CINEMA),
    "le-quai": Outlet(name=_msgid("the magazine Le Quai"), medium=Medium.PRINT),
}


def names(lang: str) -> dict[str, str]:
    """Return everybody's name by id: the cast, the licensees, the agency and the outlets."""
    _ = translator(lang)
    return {
        **{one.id: one.name(lang) for one in cast()},
        **{id: _(name) for id, name in LICENSEES.items()},
        AGENCY: _(_AGENCY),
        **{id: _(one.name) for id, one in OUTLETS.items()},
    }


def likenesses(lang: str) -> Choices:
    """Return whose likeness can be licensed: the adults of the cast."""
    return [(one.name(lang), one.id) for one in cast()]


def licensees(lang: str, *, anybody: bool = False) -> Choices:
    """Return who can sign; with `anybody` an empty id comes first, for an offer to whoever wants it."""
    _ = translator(lang)
    first: Choices = [(_("whoever signs first"), "")] if anybody else []
    return [*first, *((_(name), id) for id, name in LICENSEES.items())]


def outlets(lang: str) -> Choices:
    """Return where something can be shown, each with its medium."""
    _ = translator(lang)
    return [(f"{_(one.name)} ({word_in(one.medium.value, lang=lang)})", id) for id, one in OUTLETS.items()]


def day(moment: datetime) -> str:
    """Return the day of a moment on the stage, whose days are UTC's.

    Examples
    --------
    >>> from datetime import UTC
    >>> day(datetime(2027, 3, 1, 9, tzinfo=UTC))[1:-1]
    '2027-03-01'
    """
    return ltr(f"{moment:%Y-%m-%d}")


def last_day(end: datetime) -> str:
    """Return the last day before an end.

    Examples
    --------
    >>> from datetime import UTC
    >>> last_day(datetime(2027, 3, 31, tzinfo=UTC))[1:-1]
    '2027-03-30'
    """
    return day(end - timedelta(microseconds=1))


def number(centimes: int, *, lang: str) -> str:
    """Return centimes as dirhams with two decimals, exact.

    Examples
    --------
    >>> number(125_005, lang="en")[1:-1], number(-125_005, lang="fr")[1:-1].replace(chr(0x202F), " ")
    ('1,250.05', '−1 250,05')
    """
    whole, part = divmod(abs(centimes), 100)
    sign = "−" if centimes < 0 else ""
    if lang == "en":
        return ltr(f"{sign}{whole:,}.{part:02}")
    return ltr(f"{sign}{whole:,}".replace(",", "\u202f") + f",{part:02}")


def dirhams(centimes: int, *, lang: str) -> str:
    """Return a sum with its currency."""
    _ = translator(lang)
    return _("{sum} dirhams").format(sum=number(centimes, lang=lang))


def percent(basis_points: int, *, lang: str) -> str:
    """Return hundredths of a percent as a percentage.

    Examples
    --------
    >>> percent(500, lang="en")[1:-1], percent(750, lang="fr")[1:-1]
    ('5', '7,5')
    """
    whole, part = divmod(basis_points, 100)
    text = f"{whole}.{part:02}".rstrip("0").rstrip(".")
    return ltr(text if lang == "en" else text.replace(".", ","))


def people(ids: Iterable[str], called: Names, *, lang: str) -> str:
    """Return several names."""
    return listed((called.get(one, one) for one in ids), lang=lang)


def offer_title(one: Offer, called: Names, *, lang: str) -> str:
    """Return what an offer is called in a list."""
    whose = called.get(one.principal, one.principal)
    return f"{ltr(one.id)} · {listed((whose, dirhams(one.price.centimes, lang=lang)), lang=lang)}"


def contract_title(one: Contract, called: Names, *, lang: str) -> str:
    """Return what a contract is called in a list."""
    _ = translator(lang)
    return _("{id} · {person} and {who}").format(
        id=ltr(one.id), person=called.get(one.offer.principal, one.offer.principal),
        who=called.get(one.licensee, one.licensee),
    )  # fmt: skip


def offer_sentences(one: Offer, *, licensee: str, called: Names, lang: str) -> tuple[str, ...]:
    """Return an offer in plain words: who may do what, how long, for how much, and how it ends.

    Parameters
    ----------
    one : Offer
    licensee : str
        Who would sign, or has; empty while nobody is chosen.
    called : mapping of str to str
        Names by id.
    lang : str
    """
    return (*_scope_sentences(one, licensee, called, lang), *_money_sentences(one, called, lang),
            *_ending_sentences(one, lang))  # fmt: skip


def _scope_sentences(one: Offer, licensee: str, called: Names, lang: str) -> tuple[str, ...]:
    _ = translator(lang)
    scope = one.scope
    who = called.get(licensee, licensee)
    if not licensee:
        who = people(one.licensees, called, lang=lang) if one.licensees else _("Whoever signs first")

    def words(values: Iterable[str]) -> str:
        return listed((word_in(value, lang=lang) for value in values), lang=lang)

    return (
        _("{who} may use the likeness of {name} ({parts}) for: {purposes}.").format(
            who=who,
            name=called.get(one.principal, one.principal),
            parts=words(sorted(part.value for part in scope.modalities)),
            purposes=words(sorted(purpose.value for purpose in scope.purposes)),
        ),
        _("Allowed steps: {steps}.").format(
            steps=words(step.value for step in Action if step in scope.actions)
        ),
        _("May be seen by: {audience}. Where: {places}. Shown in: {media}.").format(
            audience=word_in(scope.audience.value, lang=lang),
            places=listed((place(code, lang=lang) for code in sorted(scope.territories)), lang=lang),
            media=words(sorted(medium.value for medium in scope.media)),
        ),
        _("First day: {start}. Last day: {end}. Days in all: {n}.").format(
            start=day(scope.starts), end=last_day(one.ends), n=one.n_days
        ),
    )


def _money_sentences(one: Offer, called: Names, lang: str) -> tuple[str, ...]:
    _ = translator(lang)
    said = [
        _("Fee for the whole period: {sum}. It waits in escrow, and is earned day by day.").format(
            sum=dirhams(one.price.centimes, lang=lang)
        )
        if one.price.centimes
        else _("There is no fee."),
        _("Of every sum that comes in with it, {n} % go to the person's side.").format(
            n=percent(one.royalty_bp, lang=lang)
        )
        if one.royalty_bp
        else _("There is no share of what comes in with it."),
    ]
    if len(one.payees) > 1 and (one.price.centimes or one.royalty_bp):
        whole = sum(one.shares.values())
        parts = listed(
            (
                _("{who}: {n} of {whole} parts").format(who=called.get(who, who), n=n, whole=whole)
                for who, n in sorted(one.payees, key=lambda pair: (-pair[1], pair[0]))
            ),
            lang=lang,
        )
        said.append(_("The money is divided: {parts}.").format(parts=parts))
    return tuple(said)


def _ending_sentences(one: Offer, lang: str) -> tuple[str, ...]:
    _ = translator(lang)
    exclusive = (
        _("Exclusive: meanwhile nobody else is licensed for these purposes in these places.")
        if one.exclusivity is not None
        else _("Not exclusive: others may be licensed for the same at the same time.")
    )
    if not one.price.centimes:
        back = _("It can be taken back at any time.")
    elif one.revocability.refund is Refund.UNUSED_DAYS:
        back = _("It can be taken back at any time; then the fee of the unused days goes back.")
    else:
        back = _("It can be taken back at any time; the fee is kept all the same.")
    days = one.revocability.run_on_days
    down = (
        _("What is up then may stay up for so many days more: {n}. They count as used.").format(n=days)
        if days
        else _("What is up then must come down at once.")
    )
    return exclusive, back, down


def conflict_sentences(one: Conflict, called: Names, *, lang: str) -> tuple[str, ...]:
    """Return who is in the way of a licence, when and for what, and what to change."""
    _ = translator(lang)
    who = called.get(one.licensee, one.licensee)
    held = (
        _("{who} already holds an exclusive licence ({id}).")
        if one.existing_is_exclusive
        else _("{who} already holds a licence ({id}), so nobody else can be promised exclusivity.")
    )
    purposes = listed((word_in(purpose.value, lang=lang) for purpose in sorted(one.purposes)), lang=lang)
    places = listed((place(code, lang=lang) for code in sorted(one.territories)), lang=lang)
    return (
        held.format(who=who, id=ltr(one.contract)),
        _("The two would meet from {start} to {end}, for {purposes}, in {places}.").format(
            start=day(one.starts), end=last_day(one.ends), purposes=purposes, places=places
        ),
        _(
            "Ways out: begin on {day} or later, choose other purposes or places, or ask {who} to agree to a change."
        ).format(day=day(one.ends), who=who),
    )


def use_sentence(use: Use, called: Names, *, lang: str) -> str:
    """Return what was shown where and when."""
    where = (word_in(use.medium.value, lang=lang), called.get(use.place, use.place))
    return f"{day(use.at)}: {listed(where, lang=lang)}"


def step_sentence(step: Step, called: Names, *, lang: str) -> str:
    """Return one step of the market as a sentence."""
    _ = translator(lang)
    data, when = step.data, day(step.at)

    def name(id: object) -> str:
        return called.get(str(id), str(id))

    def money(plain: Mapping[str, object]) -> str:
        return dirhams(int(str(plain["centimes"])), lang=lang)

    sentences = {
        "offer": lambda: _("{day}: {person} makes the offer {id}.").format(
            day=when, person=name(data["principal"]), id=ltr(step.id)),
        "deposit": lambda: _("{day}: {person} brings in {sum}.").format(
            day=when, person=name(data["person"]), sum=money(data["money"])),
        "withdraw": lambda: _("{day}: {person} takes out {sum}.").format(
            day=when, person=name(data["person"]), sum=money(data["money"])),
        "accept": lambda: _("{day}: {person} signs the offer {offer}; it is the contract {id}.").format(
            day=when, person=name(data["licensee"]), offer=ltr(data["offer"]), id=ltr(step.id)),
        "show": lambda: _("{day}: under the contract {id} something is shown: {medium}, {where}.").format(
            day=when, id=ltr(data["contract"]), medium=word_in(data["medium"], lang=lang), where=name(data["place"])),
        "release": lambda: _("{day}: what was earned of the fee of {id} is paid out.").format(
            day=when, id=ltr(data["contract"])),
        "royalty": lambda: _("{day}: {sum} came in under the contract {id}, and its share is paid.").format(
            day=when, id=ltr(data["contract"]), sum=money(data["revenue"])),
        "revoke": lambda: _("{day}: {person} takes the licence {id} back.").format(
            day=when, person=name(data["by"]), id=ltr(step.id)),
    }  # fmt: skip
    return sentences[step.kind]()
