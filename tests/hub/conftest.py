"""Two hubs that share their courses: people sign in to one with a password, and to the other, over TLS, from a learning
platform."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.hub.department import BY_PASSWORD, Department, free_ports, lay_out, lay_out_hub, missing, started
from tests.lti.platform import INSTRUCTOR, LEARNERS, Person, Platform

SALMA, YASSINE = LEARNERS
STRANGER = Person(id="9777", given="Nadia", family="Berrada", email="salma@example.org", locale="fr")
LTI = """
[lti]
issuer = "{one.issuer}"
client_id = "{one.client_id}"
deployment_id = "{one.deployment_id}"
authorize_url = "{one.authorize_url}"
jwks_url = "{one.jwks_url}"
instructors = {{ "{teacher}" = "amina" }}
"""
ROSTER = "id,first_name,last_name,lms_user_id\n"
ROWS = {
    name: f"{name},{one.given},{one.family},{one.id}\n"
    for name, one in (("salma", SALMA), ("yassine", YASSINE))
}
ROSTERS = {"fr": ROSTER + ROWS["yassine"] + ROWS["salma"], "ar": ROSTER + ROWS["salma"]}
OVER_TLS = """
c.JupyterHub.ssl_cert = "{state}/cert.pem"
c.JupyterHub.ssl_key = "{state}/key.pem"
"""

SCRIPT = """
cd "$BASE/lti"
"$PYTHON" -m jupyterhub -f "$BASE/lti/config.py" > "$BASE/lti.log" 2>&1 &
cd "$BASE/state"
exec "$PYTHON" -m jupyterhub -f "$BASE/state/config.py"
"""


@pytest.fixture(scope="package")
def platform() -> Iterator[Platform]:
    """A learning platform; one of its people is in no roster, and has the e-mail address of one who is."""
    with Platform(people=(*LEARNERS, INSTRUCTOR, STRANGER)) as one:
        yield one


@pytest.fixture(scope="package")
def department(platform: Platform) -> Iterator[Department]:
    """Two courses built by their own accounts, and two hubs on them."""
    if lacks := missing():
        pytest.skip(lacks)
    # Not among pytest's own folders, which it keeps closed to others.
    base = Path(tempfile.mkdtemp(prefix="medialit-hub-"))
    try:
        ports = free_ports(6)
        address, lti = f"http://127.0.0.1:{ports[0]}", f"https://127.0.0.1:{ports[3]}"
        _lay_out(base, ports, platform, lti)
        with started(base, SCRIPT, languages=ROSTERS, address=address, lti=lti) as made:
            yield made
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _lay_out(base: Path, ports: list[int], platform: Platform, hub: str) -> None:
    lay_out(base, ROSTERS)
    login = "/hub/lti13/oauth_login", "/hub/lti13/oauth_callback", "/hub"
    platform.register(
        login_url=hub + login[0], redirect_uris=[hub + login[1]], target_link_uri=hub + login[2]
    )
    lay_out_hub(base, "state", "etc", ports[:3], rosters=ROSTERS, scheme="http", more=BY_PASSWORD)
    tables = LTI.format(one=platform, teacher=INSTRUCTOR.id)
    lay_out_hub(
        base, "lti", "etc-lti", ports[3:], rosters=ROSTERS, scheme="https", more=OVER_TLS, tables=tables
    )
    _certify(base / "lti")


def _certify(folder: Path) -> None:
    """Write a certificate for this computer, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
