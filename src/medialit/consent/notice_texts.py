"""The words of notices. Ours, plain and polite; each is a whole message for the catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


def _msgid(message: str) -> str:
    """Mark a message for the catalogues."""
    return message


FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "name": (_msgid("My name:"), _msgid("Your name: as in your identity papers.")),
    "contact": (_msgid("How to reach me:"), _msgid("How to reach you: an e-mail address that you read.")),
    "address": (_msgid("My address:"), _msgid("Your postal address: street, number, town.")),
    "guardian": (
        _msgid("I act for a person under 18, as:"),
        _msgid("Who acts for the person under 18: name, and whether mother, father or guardian."),
    ),
    "platform": (_msgid("The platform:"), _msgid("The platform: its name, as its own pages give it.")),
    "controller": (
        _msgid("Who holds the data:"),
        _msgid("Who holds the data: the name of the company or person, from the page on privacy."),
    ),
    "court": (
        _msgid("The court of first instance:"),
        _msgid("The court of first instance: the one of the place where you live, or where it was done."),
    ),
    "urls": (
        _msgid("Where it is:"),
        _msgid("Where it is: the full address of each post or file, one on each line."),
    ),
    "description": (
        _msgid("What it shows:"),
        _msgid("What it shows: one or two sentences. Never attach or forward an intimate picture."),
    ),
    "why_illegal": (
        _msgid("Why it is unlawful:"),
        _msgid("Why it is unlawful: what was done without consent, and which law forbids it."),
    ),
    "no_consent": (
        _msgid("That nobody agreed to its publication:"),
        _msgid("That nobody agreed: how the platform can see it, for example that you never posted it."),
    ),
    "good_faith": (
        _msgid("I declare in good faith that it was published without the consent of the person shown:"),
        _msgid("Your declaration in good faith: write “yes” only if it is so."),
    ),
    "bona_fide": (
        _msgid("I believe in good faith that what I say here is accurate and complete:"),
        _msgid("Your declaration that it is accurate and complete: write “yes” only if it is so."),
    ),
    "identity": (
        _msgid("How you can know that it is me:"),
        _msgid(
            "How they can know that it is you: for example the account, or the receipt of your consent. No more."
        ),
    ),
    "revocation": (
        _msgid("When I took my consent back:"),
        _msgid("When you took your consent back: the date, and the number of the revocation or the receipt."),
    ),
    "steps": (
        _msgid("What I have already asked, and when:"),
        _msgid(
            "What you have already asked of whoever holds the data: the date, and the answer or the silence."
        ),
    ),
    "discovered": (_msgid("When I learned of it:"), _msgid("When you learned of it: day and hour.")),
    "evidence": (
        _msgid("What I kept as evidence:"),
        _msgid("What you kept as evidence: screenshots with address and date, links, a bailiff's record."),
    ),
    "signature": (
        _msgid("Signature:"),
        _msgid("Your signature: your full name, typed, or by hand on paper."),
    ),
}
"""What each field is called in a notice, and how to fill it; in the order in which a notice has them."""

SUBJECTS: Final[Mapping[str, str]] = {
    "take_it_down": _msgid("Request to remove an intimate image within 48 hours"),
    "dsa": _msgid("Notice of illegal content"),
    "gdpr": _msgid("Request to erase my personal data"),
    "law_09_08": _msgid("Request to erase my personal data, and objection to their use"),
    "cndp": _msgid("Complaint about the use of my personal data"),
    "prosecutor_ma": _msgid("Complaint for an offence against private life"),
    "platform": _msgid("Request to remove a publication"),
}

_MADAM_SIR: Final = _msgid("Madam, Sir,")
BODIES: Final[Mapping[str, tuple[str, ...]]] = {
    "take_it_down": (
        _MADAM_SIR,
        _msgid(
            "An intimate image of an identifiable person is published on your service without that person's consent. I "
            "ask you to remove it, and known identical copies of it, as soon as possible and within 48 hours ({law})."
        ),
    ),
    "dsa": (
        _MADAM_SIR,
        _msgid(
            "I notify you of content on your service that I consider illegal ({law}). Please confirm that you have "
            "received this notice, decide without delay, and tell me your decision and how it can be contested."
        ),
    ),
    "gdpr": (
        _MADAM_SIR,
        _msgid(
            "You process personal data of mine: my face, my voice or both. I ask you to erase them without undue delay, "
            "and to tell those to whom you disclosed them ({law})."
        ),
    ),
    "law_09_08": (
        _MADAM_SIR,
        _msgid(
            "You process personal data of mine: my face, my voice or both. I object to it, and ask you to erase or "
            "block them free of charge ({law})."
        ),
    ),
    "cndp": (
        _msgid("To the National Commission for the Control of the Protection of Personal Data (CNDP), Rabat"),
        _msgid(
            "My personal data, my face, my voice or both, are used without my consent. I ask the Commission to examine "
            "this complaint and to take the measures that the law gives it ({law})."
        ),
    ),
    "prosecutor_ma": (
        _msgid("To the King's Prosecutor at the court of first instance"),
        _msgid(
            "I complain of acts that I believe to be offences against private life ({law}), by a person whom I know or "
            "by persons unknown. I ask that they be investigated and that the spreading be ended."
        ),
    ),
    "platform": (
        _MADAM_SIR,
        _msgid(
            "A publication on your service uses my face or my voice without my consent. I ask you to remove it."
        ),
    ),
}
"""The beginning of a notice. `law` is the articles that it rests on."""

TERM_SENTENCES: Final[Mapping[str, str]] = {
    "hours": _msgid("I expect this to be done within {n} hours of your receiving this notice."),
    "clear_days": _msgid("I expect this to be done within {n} clear days of your receiving this request."),
    "months": _msgid("I expect your answer within a month of your receiving this request (months: {n})."),
    "none": _msgid("Please act without delay, and tell me what you have done."),
}
CLOSING: Final = _msgid(
    "With kind regards. This letter was prepared with a learning tool and is not legal advice."
)
LACKING: Final = _msgid("The notice is not complete; fields to fill: {n}. {what}")
ARTICLES: Final = (
    _msgid("TAKE IT DOWN Act, section 3(a)"),
    _msgid("Regulation (EU) 2022/2065, art. 16"),
    _msgid("Regulation (EU) 2016/679 (GDPR), art. 17(1)"),
    _msgid("art. 7(3)"),
    _msgid("art. 12(3)"),
    _msgid("Code pénal, art. 447-1"),
    _msgid("Code pénal, art. 447-2"),
    _msgid("Code pénal, art. 447-3"),
    _msgid("Loi 09-08, art. 8"),
    _msgid("Loi 09-08, art. 9"),
    _msgid("Loi 09-08, art. 28"),
)
"""Every article that a notice can name."""
