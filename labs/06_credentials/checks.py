# ruff: noqa: E501 - a sentence that is translated stays on one line
"""The visible checks of this lab: read them, they are meant to teach. Marks come from other, hidden cases."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from medialit.widgets.checking import Asking, NotYet, advising, compare, messages_of

_ = messages_of(Path(__file__).parent)

lang = _("en")  # translators: the code of the language, such as fr
ask = Asking(lang)


def _found(**told):
    """A file with a manifest in which nothing failed, but for what is told otherwise."""
    return {
        "manifest": True,
        "address": None,
        "failures": [],
        "ingredient_failures": [],
        "on_list": False,
        **told,
    }


def state(function):
    unknown = ["signingCredential.untrusted"]
    answer = ask.returned(function, _found(failures=unknown))
    if answer not in ("none", "remote", "invalid", "valid", "trusted"):
        raise NotYet(_("Return one of the five states, exactly as written there, in English."))
    compare(
        answer,
        expected="valid",
        slips=[
            ("invalid", _("`signingCredential.untrusted` is no broken file: it says that no list vouches for the signer. The state is valid.")),
            ("trusted", _("Nobody vouches for this signer: `on_list` is False. The state is valid, not trusted.")),
        ],
        otherwise=_("A manifest whose only failure is `signingCredential.untrusted` is valid."),
    )  # fmt: skip
    compare(
        ask(function, _found(failures=["assertion.dataHash.mismatch"], on_list=True)),
        expected="invalid",
        slips=[
            ("trusted", _("Look at the failures first: a known signer does not mend a changed file. The state is invalid.")),
            ("valid", _("A check failed, and it is not `signingCredential.untrusted`: the state is invalid.")),
        ],
        otherwise=_("A file that was changed after it was signed is invalid, whoever signed it."),
    )  # fmt: skip
    compare(
        ask(function, _found(ingredient_failures=["assertion.dataHash.mismatch"], on_list=True)),
        expected="trusted",
        slips=[("invalid", _("What failed in an ingredient is told beside the state, and does not change it: this file is trusted."))],
        otherwise=_("A file without failures of its own, whose signer is on the list, is trusted."),
    )  # fmt: skip
    compare(
        ask(function, _found(manifest=False, address="https://archive.example/1")),
        expected="remote",
        slips=[("none", _("There is an address: the credentials exist, elsewhere. The state is remote."))],
        otherwise=_("Without a manifest, but with an address, the state is remote."),
    )
    compare(
        ask(function, _found(manifest=False)),
        expected="none",
        slips=[
            ("invalid", _("Nothing failed, because there is nothing: the state is none, which says nothing."))
        ],
        otherwise=_("Without a manifest and without an address the state is none."),
    )


def binding(function):
    data = list(range(20, 60))
    made = lambda kept: sha256(bytes(kept)).hexdigest()  # noqa: E731
    answer = ask.returned(function, data, 10, 6)
    if isinstance(answer, (bytes, bytearray)):
        raise NotYet(_("This is the hash as bytes. Return it as hexadecimal text, with `.hexdigest()`."))
    compare(
        answer,
        expected=made(data[:10] + data[16:]),
        slips=[
            (made(data), _("You hash every byte. The manifest's own bytes, from `start` on, are left out.")),
            (made(data[:10] + data[6:]), _("`length` is a number of bytes, not a position: what comes after begins at `start + length`.")),
            (made(data[:10] + [0] * 6 + data[16:]), _("You put zeros in the place of the excluded bytes. Leave them out altogether.")),
            (made(data[:10]), _("What comes after the excluded bytes belongs to the picture, too.")),
            (made(data[10:16]), _("You hash what is excluded. Hash the rest.")),
        ],
        otherwise=_("Take `data[:start]` and `data[start + length:]`, put them together, and hash the bytes."),
    )  # fmt: skip


def breaks(function):
    parts = [["picture", 0, 10], ["assertion", 10, 20], ["claim", 20, 30], ["signature", 30, 40], ["padding", 40, 90], ["picture", 90, 200]]  # fmt: skip
    compare(
        ask.returned(function, parts, 150, 0),
        expected="assertion.dataHash.mismatch",
        slips=[],
        otherwise=_(
            "A byte of the picture was changed, and nothing repaired: `assertion.dataHash.mismatch` fails."
        ),
    )
    compare(
        ask.returned(function, parts, 10, 0),
        expected="assertion.hashedURI.mismatch",
        slips=[("assertion.dataHash.mismatch", _("`end` is the first byte that no longer belongs to a part: byte 10 is the assertion's. A byte of an assertion breaks `assertion.hashedURI.mismatch`."))],
        otherwise=_("A byte of an assertion breaks the hash that the claim holds: `assertion.hashedURI.mismatch`."),
    )  # fmt: skip
    compare(
        ask.returned(function, parts, 150, 2),
        expected="claimSignature.mismatch",
        slips=[("assertion.dataHash.mismatch", _("Two links were repaired: the break moves two places along CHAIN, to the signature."))],
        otherwise=_("The picture and two repairs: begin at place 0 of CHAIN and go two along, to `claimSignature.mismatch`."),
    )  # fmt: skip
    late = _("After the last link more repairs change nothing: it stays at `signingCredential.untrusted`.")
    answer = ask(function, parts, 25, 3, stops={IndexError: late})
    compare(answer, expected="signingCredential.untrusted", slips=[], otherwise=late)
    for repairs in (0, 1):
        compare(
            ask(function, parts, 60, repairs),
            expected=None,
            slips=[],
            otherwise=_("Byte 60 is padding, which no check covers: return None, whatever the repairs."),
        )


def says_ai(function):
    compare(
        ask.returned(function, "trusted", ["digitalCapture", "trainedAlgorithmicMedia"]),
        expected=True,
        slips=[
            (False, _("One part that AI made is enough: the credentials say AI, so return True.")),
        ],
        otherwise=_("Return True, False or None, nothing else."),
    )  # fmt: skip
    compare(
        ask(function, "valid", ["trainedAlgorithmicMedia", "digitalCapture"]),
        expected=True,
        slips=[
            (False, _("Look at all parts, not only at the newest: the first one was made by AI.")),
            (
                None,
                _(
                    "Valid is enough to say what the signer says. Only none, remote and invalid leave it open."
                ),
            ),
        ],
        otherwise=_("Return True, False or None, nothing else."),
    )
    compare(
        ask(function, "trusted", ["digitalCapture", "humanEdits"]),
        expected=False,
        slips=[(None, _("Every part has an origin, and none of them is AI: return False."))],
        otherwise=_("Every part has an origin, and none of them is AI: return False."),
    )
    unsaid = _(
        "A part whose origin is not told, or of a type on neither list, leaves it open: return None, not False."
    )
    compare(
        ask(function, "trusted", ["digitalCapture", None]),
        expected=None,
        slips=[(False, unsaid)],
        otherwise=unsaid,
    )
    compare(
        ask(function, "valid", ["screenCapture"]), expected=None, slips=[(False, unsaid)], otherwise=unsaid
    )
    empty = _("Without any part nothing is said: return None.")
    compare(ask(function, "valid", []), expected=None, slips=[], otherwise=empty)
    lost = _("What an invalid file says does not count: return None, neither True nor False.")
    compare(ask(function, "invalid", ["trainedAlgorithmicMedia"]), expected=None, slips=[], otherwise=lost)


def truthful(function):
    def report(state, failures=(), ai=None):
        return dict(zip(("state", "failures", "ai"), (state, list(failures), ai), strict=True))

    compare(
        ask.returned(function, report("none"), [["is fake"], ["elsewhere"], ["no credentials"]]),
        expected=2,
        slips=[
            (0, _("No file can bear out “is fake”, and an absence least of all. Return 2, “no credentials”.")),
            (["no credentials"], _("This is the sentence. Return its position, counted from 0.")),
        ],
        otherwise=_("The state is none: of these three sentences only “no credentials” is borne out. Return 2."),
    )  # fmt: skip
    compare(
        ask.returned(function, report("invalid", failures=["signingCredential.expired"]), [["is fake"], ["unreliable", "changed"], ["unreliable"]]),
        expected=2,
        slips=[
            (0, _("Invalid is not fake: a careless tool, an expired certificate and a forger look alike. Return 2.")),
            (1, _("The certificate has expired, and nothing was changed: no failure ends in `.mismatch`. Return 2.")),
        ],
        otherwise=_("An invalid file with an expired certificate is “unreliable”, and no more. Return 2."),
    )  # fmt: skip
    compare(
        ask.returned(function, report("valid"), [["as signed", "known signer"], ["as signed", "is real"], ["as signed"]]),
        expected=2,
        slips=[
            (0, _("The state is valid: no list vouches for the signer, so “known signer” is not borne out. Return 2.")),
            (1, _("No file can bear out “is real”, signed or not. Return 2.")),
        ],
        otherwise=_("The state is valid: “as signed” is borne out, and nothing more. Return 2."),
    )  # fmt: skip
    compare(
        ask.returned(function, report("trusted"), [["known signer", "is real"], ["as signed", "says no AI"], ["as signed", "known signer"]]),
        expected=2,
        slips=[
            (0, _("Trusted is not true: we know who speaks, not whether it is so. “is real” is never borne out. Return 2.")),
            (1, _("`ai` is None: the credentials leave it open, which is not “says no AI”. Return 2.")),
        ],
        otherwise=_("The state is trusted and nothing is said about AI: “as signed” and “known signer” are borne out. Return 2."),
    )  # fmt: skip
    compare(
        ask.returned(function, report("trusted", ai=True), [["known signer", "is fake"], ["says AI", "is real"], ["known signer", "says AI"]]),
        expected=2,
        slips=[(0, _("Made by AI, and said so with a signature, is no fake: nobody was deceived. Return 2."))],
        otherwise=_("The signer is known and says AI: return 2."),
    )  # fmt: skip


check = advising(lang, state=state, binding=binding, breaks=breaks, says_ai=says_ai, truthful=truthful)
