"""Red flags in a likeness contract, each with why it matters and what to ask for instead.

`Terms` says what somebody else's contract holds, as a learner ticks it off while reading; `terms_of` says the same of
an offer of this market. A contract without a flag is not thereby fair: what is not asked here is not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from medialit.consent.market_terms import Offer
from medialit.consent.records import Action, Medium, Modality, Purpose
from medialit.consent.vocabulary import WORLDWIDE
from medialit.language import translator


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a contract says, in the words of a check list. The defaults are those of a contract without a flag.

    Parameters
    ----------
    perpetual : bool
        It has no end, or lasts "in perpetuity" or for as long as rights last.
    worldwide, all_media : bool
        Everywhere; in every medium, "now known or later devised".
    irrevocable : bool
        It cannot be taken back.
    training : bool
        Models may be trained on the likeness.
    sublicensing : bool
        The licensee may pass it on.
    moral_rights_waived : bool
        The right to be named and to object to distortion is given up.
    approval : bool
        The person sees each use before it is shown and may refuse it.
    paid : bool
        There is a fee, or a part of the revenue.
    earns_revenue : bool
        The licensee makes money with it.
    exclusive, minimum : bool
        Nobody else may be licensed; a minimum is paid even if nothing is used.
    minor, guardian_signs : bool
        The person is under 18; all guardians sign.
    likeness_includes_voice, voice_named : bool
        "Likeness" is defined so that the voice is in it; the voice is named and agreed to by itself.
    unilateral_change : bool
        The licensee may change the terms alone.
    political : bool
        It allows political use.
    liability_on_person : bool
        The person pays for claims about what others make.
    """

    perpetual: bool = False
    worldwide: bool = False
    all_media: bool = False
    irrevocable: bool = False
    training: bool = False
    sublicensing: bool = False
    moral_rights_waived: bool = False
    approval: bool = True
    paid: bool = True
    earns_revenue: bool = False
    exclusive: bool = False
    minimum: bool = False
    minor: bool = False
    guardian_signs: bool = False
    likeness_includes_voice: bool = False
    voice_named: bool = False
    unilateral_change: bool = False
    political: bool = False
    liability_on_person: bool = False


@dataclass(frozen=True, kw_only=True)
class Flag:
    """One thing to stop at.

    Parameters
    ----------
    code : str
        One of `CODES`.
    """

    code: str

    def what(self, *, lang: str) -> str:
        """Return what the contract says, as a sentence."""
        return translator(lang)(_SENTENCES[self.code][0])

    def why(self, *, lang: str) -> str:
        """Return why that matters."""
        return translator(lang)(_SENTENCES[self.code][1])

    def ask(self, *, lang: str) -> str:
        """Return what to ask for instead."""
        return translator(lang)(_SENTENCES[self.code][2])


def red_flags(terms: Terms) -> tuple[Flag, ...]:
    """Return what to stop at in these terms, the gravest first.

    Examples
    --------
    >>> [flag.code for flag in red_flags(Terms(perpetual=True, training=True))]
    ['training', 'perpetual']
    >>> red_flags(Terms(training=True))[0].ask(lang="en")
    'Ask for "no training, no voice or face model", or for a contract and a fee of its own for it.'
    """
    raised = {
        "minor_without_guardian": terms.minor and not terms.guardian_signs,
        "irrevocable": terms.irrevocable,
        "training": terms.training,
        "hidden_voice": terms.likeness_includes_voice and not terms.voice_named,
        "perpetual": terms.perpetual,
        "worldwide_all_media": terms.worldwide and terms.all_media,
        "sublicensing": terms.sublicensing,
        "unilateral_change": terms.unilateral_change,
        "no_approval": not terms.approval,
        "moral_rights": terms.moral_rights_waived,
        "no_fee_for_revenue": terms.earns_revenue and not terms.paid,
        "exclusive_without_minimum": terms.exclusive and not terms.minimum,
        "political": terms.political,
        "liability": terms.liability_on_person,
    }
    return tuple(Flag(code=code) for code in CODES if raised[code])


def terms_of(offer: Offer, *, minor: bool = False, guardians: frozenset[str] = frozenset()) -> Terms:
    """Return the terms of an offer of this market, whose contracts always end and can always be revoked.

    Nothing here shows a use to the person before it is published, so `approval` is false: the flag is true of our own
    market as well.

    Parameters
    ----------
    offer : Offer
    minor : bool
        Whether the principal is under 18.
    guardians : frozenset of str
        Theirs; the offer is signed by guardians where it was made by all of them.
    """
    scope = offer.scope
    free = offer.price.centimes == 0
    return Terms(
        worldwide=WORLDWIDE in scope.territories,
        all_media=set(scope.media) >= set(Medium) - {Medium.CLASSROOM},
        training=Action.TRAIN in scope.actions,
        approval=False,
        paid=not free or offer.royalty_bp > 0,
        earns_revenue=bool(scope.purposes & {Purpose.COMMERCIAL, Purpose.ADVERTISING}),
        exclusive=offer.exclusivity is not None,
        minimum=not free,
        minor=minor,
        guardian_signs=bool(guardians) and guardians <= set(offer.offered_by),
        likeness_includes_voice=Modality.VOICE in scope.modalities,
        voice_named=Modality.VOICE in scope.modalities,
        political=Purpose.POLITICAL in scope.purposes,
    )


def _msgid(message: str) -> str:
    """Mark a sentence for the catalogues; `Flag` looks it up."""
    return message


_SENTENCES: Final = {
    "minor_without_guardian": (
        _msgid("The person is under 18, and not all guardians sign."),
        _msgid("A minor cannot give this consent alone, so the licence would be worth nothing to either side."),
        _msgid("Ask for the signature of every guardian, a period of a year at most, and no voice and no training."),
    ),
    "irrevocable": (
        _msgid("The licence cannot be taken back."),
        _msgid(
            "What you agree to today may shame or endanger you later. The law lets people withdraw consent to the use of "
            "their data; a contract that says otherwise relies on your not knowing that."
        ),
        _msgid("Ask for a right to revoke at any time, with the unused days of the fee as the only price."),
    ),
    "training": (
        _msgid("Models may be trained on the face or the voice."),
        _msgid(
            "A model cannot forget one person, and it can make new clips without asking again. Training is the one use "
            "that a revocation does not reach."
        ),
        _msgid('Ask for "no training, no voice or face model", or for a contract and a fee of its own for it.'),
    ),
    "hidden_voice": (
        _msgid('The voice is hidden in the definition of "likeness".'),
        _msgid("Someone who agreed to a picture would find sentences spoken that they never said."),
        _msgid("Ask for the voice to be struck out, or to be agreed to in a clause and with a fee of its own."),
    ),
    "perpetual": (
        _msgid("The licence has no end."),
        _msgid("You will change and so will what the clip is taken to mean, but the price was set once."),
        _msgid("Ask for an end, such as 12 months, and for a new fee with each renewal."),
    ),
    "worldwide_all_media": (
        _msgid("The licence is for the whole world and for all media."),
        _msgid("It pays once for markets that nobody has named, and leaves nothing that you could license to others."),
        _msgid("Ask for the countries and media of this campaign, with a price for each one that is added."),
    ),
    "sublicensing": (
        _msgid("The licensee may pass the licence on to others."),
        _msgid("You would not know who uses your face, and a revocation would have to find them all."),
        _msgid("Ask for no sublicensing, or for a list of names that you agree to one by one."),
    ),
    "unilateral_change": (
        _msgid("The licensee may change the terms alone."),
        _msgid("Whatever is fair in the contract today can be gone tomorrow."),
        _msgid("Ask for changes in writing that both sides sign; silence is not agreement."),
    ),
    "no_approval": (
        _msgid("There is no right to see a use before it is shown and to refuse it."),
        _msgid("A generated clip can put you anywhere, beside any product, in any company."),
        _msgid("Ask to approve each clip before it is shown, with no answer counting as no."),
    ),
    "moral_rights": (
        _msgid("The right to be named and to object to distortion is given up."),
        _msgid("You could not object to a clip that makes you ridiculous, nor to one that leaves your name out."),
        _msgid("Ask for the waiver to be struck out, and list what you must never be shown with."),
    ),
    "no_fee_for_revenue": (
        _msgid("The licensee earns money with the likeness, and pays nothing."),
        _msgid('"Exposure" has no price and pays no rent.'),
        _msgid("Ask for a fee, or for a share of the revenue with the right to see the accounts."),
    ),
    "exclusive_without_minimum": (
        _msgid("The licence is exclusive, and no minimum is paid."),
        _msgid("You could be kept from all other work by someone who never uses the licence."),
        _msgid("Ask for a minimum fee, a short period, and exclusivity for one kind of product only."),
    ),
    "political": (
        _msgid("The licence allows political use."),
        _msgid("Being made to speak for a party can follow a person for years, whatever the fee was."),
        _msgid("Ask for political use to be excluded by name."),
    ),
    "liability": (
        _msgid("You pay if somebody sues over what others made with your likeness."),
        _msgid("You would carry the risk of a clip that you neither made nor approved."),
        _msgid("Ask for the licensee to carry the risk of what the licensee makes."),
    ),
}  # fmt: skip

CODES: Final = tuple(_SENTENCES)
"""Every code, the gravest first."""
