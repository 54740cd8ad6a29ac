"""Commands that write consent down for others: receipts that people keep, and terms that machines read."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from medialit.cli_words import LANG, listed, moment, now
from medialit.errors import NoticeError, ReceiptError, RecordError
from medialit.language import translator

if TYPE_CHECKING:
    from medialit.consent.ledger_state import State
    from medialit.consent.notices import Route
    from medialit.consent.records import Grant, Prohibition
    from medialit.consent.sdjwt import PublicKey
    from medialit.provenance.keys import SigningKey

_KEY = "receipts"
_GIVEN = click.Path(path_type=Path, exists=True, dir_okay=False)
_OUT = click.option("--out", type=click.Path(path_type=Path, dir_okay=False),
                    help="Write it to this file instead of printing it.")  # fmt: skip


@click.command("terms")
@click.argument("grant")
@_OUT
def terms(grant: str, out: Path | None) -> None:
    """Print the permission or the prohibition GRANT as an ODRL 2.2 policy, for machines of others."""
    from medialit.consent.odrl import policy_of

    state = _state()
    record: Grant | Prohibition | None = next((one for one in state.grants if one.id == grant), None)
    record = record or next((one for one in state.prohibitions if one.id == grant), None)
    if record is None:
        raise RecordError(f"There is no permission {grant!r}. `medialit consent show` lists them.")
    _put(json.dumps(policy_of(record), ensure_ascii=False, indent=2), out)


@click.command("receipt")
@click.argument("grant")
@click.option(
    "--controller", "name", required=True, help="Who keeps the consent and answers for it: the school."
)
@click.option("--contact", required=True, help="An address that a person can write to.")
@click.option("--authority", required=True, help="To whom a person can complain, such as the CNDP.")
@click.option(
    "--jurisdiction", required=True, metavar="CODE", help="The country whose law applies, such as MA."
)
@click.option(
    "--notice", required=True, help="Which version of which notice the person read before agreeing."
)
@click.option("--ask", help="Where to ask whether it still holds, and to take it back. Default: the contact.")
@_OUT
@LANG
def receipt(
    grant: str,
    name: str,
    contact: str,
    authority: str,
    jurisdiction: str,
    notice: str,
    ask: str | None,
    out: Path | None,
    lang: str,
) -> None:
    """Print a signed receipt for the permission GRANT: what was agreed, for the person to keep.

    It is an SD-JWT, signed by this computer's authority. Whether the consent still holds, only the register knows.
    """
    from medialit.consent.receipts import Controller, issue_receipt, make_receipt

    state = _state()
    record = next((one for one in state.grants if one.id == grant), None)
    principal = None if record is None else state.principal(record.principal)
    if record is None or principal is None:
        raise RecordError(f"There is no permission {grant!r}. `medialit consent show` lists them.")
    revoked = [
        one
        for one in state.revocations
        if one.principal == principal.id and one.grant in (None, grant) and one.at >= record.at
    ]
    controller = Controller(id="course", name=name, contact=contact, ask=ask or contact, authority=authority)
    made = make_receipt(
        record, id=f"receipt-{secrets.token_hex(8)}", principal=principal, controller=controller, notice=notice,
        lang=lang, jurisdiction=jurisdiction, now=now(), names=state.names(),
        revocation=revoked[0] if revoked else None,
    )  # fmt: skip
    key = _own_key()
    _put(issue_receipt(made, key=key.private_key, issuer=key.name, now=now()), out)


@click.command("check-receipt")
@click.argument("file", type=_GIVEN)
@click.option("--key", "key_file", type=_GIVEN,
              help="PEM file with the signer's certificate or public key. Default: this computer's own.")  # fmt: skip
@LANG
def check_receipt(file: Path, key_file: Path | None, lang: str) -> None:
    """Say what the receipt in FILE proves, and what it does not.

    Exit status: 0 where it was signed with that key and is unaltered, 3 where it was not.
    """
    from medialit.consent.receipt_page import receipt_text
    from medialit.consent.receipts import verify_receipt

    key = _own_key().private_key.public_key() if key_file is None else _public_key(key_file)
    text = file.read_text(encoding="utf-8", errors="replace").strip()
    checked = verify_receipt(text, key, now=now(), lang=lang)
    click.echo(receipt_text(checked, lang=lang), nl=False)
    sys.exit(0 if checked.ok else 3)


def _state() -> State:
    from medialit.consent.ledger import Ledger

    with Ledger() as ledger:
        return ledger.state()


def _own_key() -> SigningKey:
    from medialit.home import medialit_home
    from medialit.provenance.keys import open_authority, signing_key

    return signing_key(open_authority(medialit_home() / "keys", now=now()), _KEY, now=now())


def _public_key(path: Path) -> PublicKey:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    data = path.read_bytes()
    certified = b"BEGIN CERTIFICATE" in data
    try:
        key: object = (
            x509.load_pem_x509_certificate(data).public_key() if certified else load_pem_public_key(data)
        )
    except ValueError as error:
        raise ReceiptError(f"{path} holds neither a certificate nor a public key in PEM.") from error
    if not isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey):
        raise ReceiptError(f"The key in {path} is neither P-256 nor Ed25519.")
    return key


def _put(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text)
        return
    if out.exists():
        raise RecordError(f"{out} is there already. Choose another name; nothing was overwritten.")
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise RecordError(f"{out} cannot be written ({error.strerror}). Choose another place.") from error
    click.echo(str(out))


_HARMS = ("intimate", "montage", "private", "defamation", "revoked")


@click.command("notice")
@click.option("--harm", "harms", type=click.Choice(_HARMS), multiple=True, required=True,
              help="What happened: revoked is a consent that was taken back; repeat for more.")  # fmt: skip
@click.option("--country", required=True, metavar="CODE", help="Where the person lives, such as MA.")
@click.option("--minor", is_flag=True, help="The person shown is under 18.")
@click.option(
    "--close", is_flag=True, help="It was done by a spouse, a relative or somebody with authority over them."
)
@click.option("--platform-us", is_flag=True, help="The platform serves people in the United States.")
@click.option("--platform-eu", is_flag=True, help="The platform serves people in the European Union.")
@click.option(
    "--to", "channel", metavar="CHANNEL", help="Write the notice for this way. Default: list the ways."
)
@click.option(
    "--fact", "facts", multiple=True, metavar="FIELD=TEXT", help="What a field says; repeat for each field."
)
@click.option(
    "--received", metavar="DAY", help="When the other side has it, for the day by which it must answer."
)
@_OUT
@LANG
def notice(
    harms: Sequence[str],
    country: str,
    minor: bool,
    close: bool,
    platform_us: bool,
    platform_eu: bool,
    channel: str | None,
    facts: Sequence[str],
    received: str | None,
    out: Path | None,
    lang: str,
) -> None:
    """List whom one can write to about a clip, and on which ground; or, with --to, write the notice.

    It is not legal advice, and nothing is sent.
    """
    from medialit.consent.notices import Case, Harm, build_notice, routes

    open_ways = routes(
        Case(harms=frozenset(map(Harm, harms)), minor=minor, country=country, close=close,
             platform_serves_us=platform_us, platform_serves_eu=platform_eu)
    )  # fmt: skip
    if channel is None:
        for route in open_ways:
            _say_route(route, lang=lang)
        return
    chosen = next((route for route in open_ways if route.channel.value == channel), None)
    if chosen is None:
        known = ", ".join(route.channel.value for route in open_ways)
        raise NoticeError(f"{channel!r} is no way in this case. Open are: {known}.")
    at = None if received is None else moment(received, last=False)
    made = build_notice(chosen, dict(map(_fact, facts)), lang=lang, received=at)
    _put(f"{made.subject}\n\n{made.body}", out)
    if made.due is not None:
        _ = translator(lang)
        click.echo(
            _("An answer is due by {moment} UTC.").format(moment=f"{made.due:%Y-%m-%d %H:%M}"), err=True
        )


def _say_route(route: Route, *, lang: str) -> None:
    from medialit.consent.notices import how_to_fill

    _ = translator(lang)
    click.echo(f"{route.channel.value}: {listed(route.articles, lang=lang)}")
    if route.deadline is not None:
        terms = {
            "hours": _("They have {n} hours."),
            "clear_days": _("They have {n} clear days."),
            "months": _("They have {n} month(s)."),
        }
        click.echo("  " + terms[route.deadline.unit.value].format(n=route.deadline.n))
    for key in route.required:
        click.echo(f"  {key}: {how_to_fill(key, lang=lang)}")


def _fact(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise NoticeError(f"{text[:60]!r} is not FIELD=TEXT, such as name='Amina Idrissi'.")
    return key.strip(), value


COMMANDS: Sequence[click.Command] = (receipt, check_receipt, terms, notice)
