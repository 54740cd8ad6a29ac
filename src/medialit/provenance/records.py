"""What a file's Content Credentials say, as plain data.

The words are the C2PA's: a *manifest* is one signed statement, the *active* manifest is the newest, and its
*ingredients* are the files that it was made from, each of which may bring a manifest of its own.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from medialit.provenance.trust import TrustList

State = Literal["none", "invalid", "valid", "trusted", "remote", "unreadable"]
IdentityState = Literal["trusted", "valid", "invalid"]

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"

# IPTC NewsCodes "Digital Source Type". Types that are on neither side (a screen capture, an algorithmic
# enhancement, a composite of unnamed things) leave the question open.
AI_SOURCES = frozenset(
    {"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "trainedAlgorithmicData"}
)
HUMAN_SOURCES = frozenset(
    {
        "digitalCapture",
        "computationalCapture",
        "compositeCapture",
        "negativeFilm",
        "positiveFilm",
        "print",
        "digitalCreation",
        "digitalArt",
        "humanEdits",
        "minorHumanEdits",
    }
)


@dataclass(frozen=True)
class Failure:
    """One check that a validator made and that did not pass.

    Parameters
    ----------
    code : str
        As the C2PA specification names it, ``assertion.dataHash.mismatch`` for example.
    explanation : str
        The validator's own sentence, in English.
    manifest : str or None
        The label of the manifest that it is about.
    """

    code: str
    explanation: str = ""
    manifest: str | None = None


@dataclass(frozen=True)
class Signer:
    """Who signed, as the certificate says it.

    Parameters
    ----------
    name, organisation, authority : str or None
        Common name and organisation of the certificate, and common name of who issued it.
    algorithm : str or None
        "Es256" for example.
    serial_number : str or None
        Of the certificate, in decimal: it has more digits than a JSON number keeps.
    valid_from, valid_until : str or None
        ISO 8601.
    signed_at : str or None
        From a time-stamp authority; None means that nobody else vouches for a moment.
    """

    name: str | None
    organisation: str | None
    authority: str | None
    algorithm: str | None
    serial_number: str | None
    valid_from: str | None
    valid_until: str | None
    signed_at: str | None


@dataclass(frozen=True)
class Action:
    """One entry of the history: what somebody says was done.

    Parameters
    ----------
    manifest : str
        The label of the manifest that says so.
    action : str
        ``c2pa.created``, ``c2pa.edited`` and so on.
    when, software, description : str or None
        As stated.
    source_type : str or None
        The last part of the IPTC digital source type.
    """

    manifest: str
    action: str
    when: str | None = None
    software: str | None = None
    description: str | None = None
    source_type: str | None = None


@dataclass(frozen=True)
class Ingredient:
    """A file that another was made from.

    Parameters
    ----------
    title, format, relationship : str or None
        As stated; the relationship is ``parentOf``, ``componentOf`` or ``inputTo``.
    used_by : str
        The label of the manifest that names it.
    manifest : str or None
        The label of its own manifest; None where it came without.
    failures : tuple of Failure
        What did not pass, when it was added or now.
    """

    title: str | None
    format: str | None
    relationship: str | None
    used_by: str
    manifest: str | None
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class SoftBinding:
    """A mark in the picture itself by which a stripped copy finds its manifest again.

    Parameters
    ----------
    algorithm : str
        Its registered or reverse-domain name.
    value : str
        The payload of a watermark, or a fingerprint, as text.
    """

    algorithm: str
    value: str


@dataclass(frozen=True)
class Identity:
    """A person or an organisation named beside the signer, in a CAWG identity assertion.

    Parameters
    ----------
    name, organisation : str or None
        As the certificate, or whoever collected the claims, says.
    kind : str
        ``cawg.x509.cose`` for a certificate of their own, ``cawg.identity_claims_aggregation`` for accounts that
        a third party checked.
    roles : tuple of str
        What they are said to have done: ``cawg.creator`` for example.
    state : {"trusted", "valid", "invalid"} or None
        Whether their signature holds, and whether a list of identities that was given vouches for it. None
        in the manifest of an ingredient, where it was not checked anew.
    failures : tuple of Failure
        What did not pass.
    """

    name: str | None
    organisation: str | None
    kind: str
    roles: tuple[str, ...] = ()
    state: IdentityState | None = None
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """One signed statement.

    Parameters
    ----------
    label : str
        Its name in the store.
    title, generator : str or None
        As stated; the generator with its version.
    signer : Signer or None
        None where the signature could not be read.
    source_types : tuple of str
        Every digital source type that it states, last parts only.
    soft_bindings : tuple of SoftBinding
        Marks that it names.
    training : tuple of (str, str)
        What may be trained or mined: an entry such as ``cawg.ai_generative_training`` and its use, one of
        ``allowed``, ``notAllowed``, ``constrained``.
    consent_grants : tuple of str
        Ids of the grants under which likenesses were used.
    identities : tuple of Identity
        Who is named beside the signer.
    """

    label: str
    title: str | None
    generator: str | None
    signer: Signer | None
    actions: tuple[Action, ...] = ()
    source_types: tuple[str, ...] = ()
    soft_bindings: tuple[SoftBinding, ...] = ()
    training: tuple[tuple[str, str], ...] = ()
    consent_grants: tuple[str, ...] = ()
    identities: tuple[Identity, ...] = ()


@dataclass(frozen=True)
class Credentials:
    """All that was read from one file.

    Parameters
    ----------
    state : str
        ``none``: no Content Credentials are in the file, which says nothing about it.
        ``invalid``: they are there, and the file is not what was signed, or its signature does not hold.
        ``valid``: the bytes are those that were signed, by somebody whom no given list vouches for.
        ``trusted``: valid, and a given list vouches for the signer. It does not say that a claim is true.
        ``remote``: they are kept at `remote`, which was not visited.
        ``unreadable``: the file is damaged, hostile, too large or no media.
    reason : str or None
        Why, for ``none``, ``remote`` and ``unreadable``; an English sentence for the log.
    ai : bool or None
        Whether the credentials say that AI made the content or a part of it. False only where every part's
        origin is stated and none is AI. None where they do not say, and wherever they are not at least valid.
    manifests : tuple of Manifest
        Those that the active one leads to, oldest first; the last is the active one.
    ingredients : tuple of Ingredient
        Of all these manifests.
    failures : tuple of Failure
        Of the active manifest; those of an identity stand with the identity.
    trusted_by : TrustList or None
        The list that vouches for the signer.
    trust_lists : tuple of TrustList
        All lists that were asked, found or not.
    remote : str or None
        Where a manifest is kept elsewhere.
    """

    state: State
    reason: str | None = None
    ai: bool | None = None
    manifests: tuple[Manifest, ...] = ()
    ingredients: tuple[Ingredient, ...] = ()
    failures: tuple[Failure, ...] = ()
    trusted_by: TrustList | None = None
    trust_lists: tuple[TrustList, ...] = ()
    remote: str | None = None

    @property
    def active(self) -> Manifest | None:
        """The newest statement, whose signature covers this file."""
        return self.manifests[-1] if self.manifests else None

    @property
    def signer(self) -> Signer | None:
        """Who signed the active manifest."""
        return self.active.signer if self.active else None

    @property
    def generator(self) -> str | None:
        """The program that made the active manifest, with its version."""
        return self.active.generator if self.active else None

    @property
    def history(self) -> tuple[Action, ...]:
        """Every action of every manifest, oldest first."""
        return tuple(action for manifest in self.manifests for action in manifest.actions)

    @property
    def soft_bindings(self) -> tuple[SoftBinding, ...]:
        """Marks that the manifests name, each once."""
        return tuple(dict.fromkeys(b for manifest in self.manifests for b in manifest.soft_bindings))

    @property
    def consent_grants(self) -> tuple[str, ...]:
        """Ids of consent grants that the manifests name, each once."""
        return tuple(dict.fromkeys(g for manifest in self.manifests for g in manifest.consent_grants))

    @property
    def ingredient_failures(self) -> tuple[Failure, ...]:
        """What did not pass in the files that this one was made from: it can be trusted all the same."""
        return tuple(dict.fromkeys(f for ingredient in self.ingredients for f in ingredient.failures))

    def as_dict(self) -> dict[str, Any]:
        """Return everything in JSON types, with the keys that `medialit inspect` prints."""
        return {
            "state": self.state,
            "reason": self.reason,
            "signer": _plain(self.signer),
            "generator": self.generator,
            "ai": self.ai,
            "history": _plain(self.history),
            "manifests": _plain(self.manifests),
            "ingredients": _plain(self.ingredients),
            "failures": _plain(self.failures),
            "ingredient_failures": _plain(self.ingredient_failures),
            "soft_bindings": _plain(self.soft_bindings),
            "consent_grants": list(self.consent_grants),
            "trusted_by": self.trusted_by.as_dict() if self.trusted_by else None,
            "trust_lists": [one.as_dict() for one in self.trust_lists],
            "remote": self.remote,
        }


def _plain(value: object) -> Any:
    """Turn dataclasses and tuples into JSON's types."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date | datetime) else value
