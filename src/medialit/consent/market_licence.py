"""A licence as a file that both sides keep: the offer, who accepted it, and the permission as ODRL terms.

It is JSON, and whoever holds it can change it. So it is read with suspicion: the permission is worked out anew from the
contract, and a file that says anything more, or anything else, is refused. Nothing signs it. That a licence was
truly agreed on these terms, only the market in which it was made can say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from medialit.consent.market_codec import moment_data, offer_data, offer_of
from medialit.consent.market_money import Currency
from medialit.consent.market_terms import Contract
from medialit.consent.odrl import Duty, DutyKind, policy_of
from medialit.errors import MedialitError, ReceiptError
from medialit.language import translator

FORMAT: Final = "medialit-licence/1"
MAX_BYTES: Final = 256 * 1024
"""A licence has about 3,000."""


def write_licence(contract: Contract) -> bytes:
    """Return a contract as the file that `read_licence` reads."""
    text = json.dumps(licence_data(contract), ensure_ascii=False, indent=1, sort_keys=True)
    return text.encode() + b"\n"


def licence_data(contract: Contract) -> dict[str, Any]:
    """Return a contract as plain data, with its ODRL terms."""
    return {
        "format": FORMAT,
        "contract": {
            "id": contract.id,
            "licensee": contract.licensee,
            "at": moment_data(contract.at),
            "ended": None if contract.ended is None else moment_data(contract.ended),
        },
        "offer": offer_data(contract.offer) | {"at": moment_data(contract.offer.at)},
        "terms": odrl_terms(contract),
    }


def odrl_terms(contract: Contract) -> dict[str, Any]:
    """Return the permission of a contract as an ODRL 2.2 agreement; a fee in dirhams is its duty.

    ODRL as `medialit.consent.odrl` writes it has no word for a royalty, an exclusivity or a refund: those stand in the
    offer.
    """
    price = contract.offer.price
    paid = price.centimes > 0 and price.currency is Currency.MAD
    duties = (Duty(kind=DutyKind.COMPENSATE, centimes=price.centimes),) if paid else ()
    return policy_of(contract.grant, duties=duties)


def read_licence(data: bytes) -> Contract:
    """Return the contract that a file holds.

    Parameters
    ----------
    data : bytes
        Anything at all.

    Raises
    ------
    ReceiptError
        With the code ``too_large``, ``malformed`` (no licence), ``version``, or ``altered`` (parts that do not fit each
        other, or more than a licence holds). `licence_trouble` says each in a reader's language.
    """
    if len(data) > MAX_BYTES:
        raise ReceiptError(
            f"The file has {len(data)} bytes; a licence has at most {MAX_BYTES}. Choose another.",
            code="too_large",
        )
    plain = _object(data)
    if plain.get("format") != FORMAT:
        code = "version" if str(plain.get("format")).startswith("medialit-licence/") else "malformed"
        raise ReceiptError(
            f"Only files of the format {FORMAT} are read. Choose a file that was saved as a licence.",
            code=code,
        )
    try:
        found = _contract(plain)
        same = licence_data(found) == plain
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        OverflowError,
        RecursionError,
        MedialitError,
    ) as error:
        raise ReceiptError(
            f"The file holds no licence that could have been made here ({str(error)[:200]}). Ask for it again.",
            code="altered",
        ) from error
    if not same:
        raise ReceiptError(
            "The parts of the file do not fit each other: something was changed or added. Ask for it again.",
            code="altered",
        )
    return found


def licence_trouble(error: ReceiptError, *, lang: str) -> str:
    """Return why `read_licence` refused a file, and what to do, in a language of `medialit.language`."""
    _ = translator(lang)
    said = {
        "too_large": _("This file is far larger than any licence, so it was not read. Choose another one."),
        "version": _("This licence is of a newer kind than this program reads. Ask for an update."),
        "altered": _(
            "This looks like a licence, but its parts do not fit each other: something was changed, added or lost. "
            "Do not rely on it, and ask the other side for the file again."
        ),
    }
    return said.get(
        error.code, _("This is no licence file. Choose one that was saved with “Save the licence as a file”.")
    )


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        plain = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ReceiptError(f"The file is not JSON ({str(error)[:100]}). Choose another.") from error
    if not isinstance(plain, dict):
        raise ReceiptError("The file holds no JSON object, so it is no licence. Choose another.")
    return plain


def _contract(plain: Mapping[str, Any]) -> Contract:
    offer, made = plain["offer"], plain["contract"]
    ended = made["ended"]
    return Contract(
        id=made["id"],
        offer=offer_of(offer, id=offer["id"], at=datetime.fromisoformat(offer["at"])),
        licensee=made["licensee"],
        at=datetime.fromisoformat(made["at"]),
        ended=None if ended is None else datetime.fromisoformat(ended),
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is no number")
