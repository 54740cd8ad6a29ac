"""Commands that write consent down for others: receipts that people keep, and terms that machines read."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from medialit.cli_words import LANG, now
from medialit.errors import ReceiptError, RecordError

if TYPE_CHECKING:
    from medialit.consent.ledger_state import State
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


COMMANDS: Sequence[click.Command] = (receipt, check_receipt, terms)
