"""The certificates of a class: three tiers, with the profile that the C2PA asks for; `keys` keeps them.

References
----------
C2PA Technical Specification 2.2, section 14.5 "X.509 Certificates" (the profile); RFC 5280.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# A signature without a time stamp turns invalid when its certificate expires, and a classroom that works
# offline has no time-stamp authority: what a class signs must stay readable for as long as it is kept.
ROOT_LIFE = timedelta(days=365 * 40)
ISSUING_LIFE = timedelta(days=365 * 35)
LEAF_LIFE = timedelta(days=365 * 30)
CLOCK_SKEW = timedelta(days=1)

_C2PA_SIGNING = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
_COORDINATE_BYTES = 32  # of P-256


@dataclass(frozen=True)
class SigningKey:
    """A private ES256 key and the certificates that speak for it.

    Parameters
    ----------
    chain : tuple of x509.Certificate
        The leaf first, then the issuing certificate. The root is not part of it: it comes from the
        reader's trust list, or not at all.
    private_key : EllipticCurvePrivateKey
        On P-256, belonging to the leaf.
    stand_in : x509.Certificate, optional
        Only for a leaf that is not in force, with which the C2PA library refuses to sign: one for the same
        key, and of the same length, that is. Signing takes it and then puts the leaf in its place.
    """

    chain: tuple[x509.Certificate, ...]
    private_key: ec.EllipticCurvePrivateKey = field(repr=False)
    stand_in: x509.Certificate | None = field(default=None, repr=False, kw_only=True)

    @property
    def name(self) -> str:
        """The common name that a reader will be shown."""
        value = self.chain[0].subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        return value if isinstance(value, str) else value.decode()

    @property
    def serial_number(self) -> int:
        """The leaf's serial number, by which a revocation list names it."""
        return self.chain[0].serial_number

    @property
    def chain_pem(self) -> str:
        """The certificates in PEM, leaf first."""
        return "".join(certificate_pem(certificate).decode() for certificate in self.chain)

    def sign(self, data: bytes) -> bytes:
        """Return the ES256 signature of `data` as r || s.

        Parameters
        ----------
        data : bytes
            What is signed; hashed with SHA-256.

        Returns
        -------
        bytes
            64 bytes, the raw form that COSE uses, not DER.

        References
        ----------
        RFC 9053, section 2.1.
        """
        r, s = decode_dss_signature(self.private_key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")


def issue_ca(
    common_name: str, organisation: str, *, begin: datetime, end: datetime, issuer: SigningKey | None
) -> SigningKey:
    """Issue a CA certificate: self-signed without an issuer, with path length 0 under one."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject(common_name, organisation)
    constraints = x509.BasicConstraints(ca=True, path_length=None if issuer is None else 0)
    builder = (
        _certificate(subject, key, begin=begin, end=end, issuer=issuer)
        .add_extension(constraints, critical=True)
        .add_extension(_key_usage(ca=True), critical=True)
    )
    signer = key if issuer is None else issuer.private_key
    certificate = builder.sign(signer, hashes.SHA256())
    return SigningKey((certificate,) if issuer is None else (certificate, issuer.chain[0]), key)


def issue_leaf(
    issuing: SigningKey,
    common_name: str,
    *,
    begin: datetime,
    end: datetime,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> SigningKey:
    """Issue a certificate that may sign claims and nothing else, for a new key where none is given."""
    organisation = issuing.chain[0].subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value
    key = key or ec.generate_private_key(ec.SECP256R1())
    uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, _C2PA_SIGNING])
    certificate = (
        _certificate(_subject(common_name, str(organisation)), key, begin=begin, end=end, issuer=issuing)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(ca=False), critical=True)
        .add_extension(uses, critical=False)
        .sign(issuing.private_key, hashes.SHA256())
    )
    return SigningKey((certificate, issuing.chain[0]), key)


def _certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *,
    begin: datetime,
    end: datetime,
    issuer: SigningKey | None,
) -> x509.CertificateBuilder:
    """Begin a certificate with what all three tiers share."""
    issuing_key = key if issuer is None else issuer.private_key
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.chain[0].subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing_key.public_key()), critical=False
        )
    )


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _subject(common_name: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        ]
    )


def revoked_entry(key: SigningKey, now: datetime) -> x509.RevokedCertificate:
    """Return the line of a revocation list that names a leaf."""
    return x509.RevokedCertificateBuilder().serial_number(key.serial_number).revocation_date(now).build()


def crl_pem(issuing: SigningKey, revoked: list[x509.RevokedCertificate], *, now: datetime) -> bytes:
    """Return a revocation list, signed by the issuing key."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuing.chain[0].subject)
        .last_update(now)
        .next_update(now + LEAF_LIFE)
    )
    for entry in revoked:
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(issuing.private_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def der(key: SigningKey) -> bytes:
    """Return the leaf as it stands in a signature."""
    return key.chain[0].public_bytes(serialization.Encoding.DER)


def certificate_pem(certificate: x509.Certificate) -> bytes:
    """Return a certificate as text."""
    return certificate.public_bytes(serialization.Encoding.PEM)
