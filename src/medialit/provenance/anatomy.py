"""Where in a signed JPEG what stands, and what a forger can repair: for teaching, on files of our own.

Three hashes hold a signed picture together. The *hard binding* keeps the hash of all bytes outside the manifest
store; the *claim* keeps the hash of each assertion, the hard binding among them; the *signature* is made over the
claim. Whoever changes a picture can write the new hash into the binding, and the binding's new hash into the
claim; the signature he cannot make.

Only what `medialit.provenance.signing` writes is understood: one manifest store in one segment. Strangers' files
belong to `medialit.provenance.reading`.

References
----------
C2PA Technical Specification 2.2, sections 11 (manifests) and 13.1 (hashing); ISO/IEC 19566-5 (JUMBF).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from medialit.errors import ProvenanceError

PartName = Literal["picture", "assertion", "claim", "signature", "padding", "frame"]
BINDING: Final = "c2pa.hash.data"
_SEGMENT: Final = b"\xff\xeb"
_BEFORE_BOX: Final = 12  # marker, length, "JP", box number and packet number
_HEAD: Final = 8  # length and type of a box
_MIN_PADDING: Final = 64
_CLAIM, _SIGNATURE, _ASSERTIONS = "c2pa.claim", "c2pa.signature", "c2pa.assertions"


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes that belong together.

    Parameters
    ----------
    name : str
        ``picture`` (all that a viewer shows, outside the store), ``assertion``, ``claim``, ``signature``,
        ``padding`` (room that was left beside the signature) or ``frame`` (the boxes that hold these).
    start, end : int
        The end is the first byte that no longer belongs to it.
    """

    name: PartName
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Anatomy:
    """The parts of one file.

    Parameters
    ----------
    parts : tuple of Part
        Without gaps, in the order of the bytes.
    excluded : (int, int)
        Start and length of what the hard binding leaves out: the store itself.
    binding : (int, int)
        Start and end of what the claim hashes of the hard binding.
    """

    parts: tuple[Part, ...]
    excluded: tuple[int, int]
    binding: tuple[int, int]

    def part_at(self, position: int) -> Part:
        """Return the part that a byte belongs to."""
        return next(part for part in self.parts if part.start <= position < part.end)


def anatomy(data: bytes) -> Anatomy:
    """Return where what stands in a JPEG that was signed here.

    Raises
    ------
    ProvenanceError
        If it is no such file.
    """
    start = data.find(_SEGMENT)
    length = int.from_bytes(data[start + 2 : start + 4], "big")
    if start < 0 or data[:2] != b"\xff\xd8" or not data[start + 4 : start + 6] == b"JP":
        raise ProvenanceError("This is no JPEG with a manifest store: sign one first.")
    store_end = start + 2 + length
    parts: list[Part] = []
    binding = (0, 0)
    for name, label, begin, end in _contents(data, start + _BEFORE_BOX, store_end):
        if label == BINDING:
            binding = (data.rfind(b"jumb", start, begin) + 4, end)  # its description box is hashed too
        parts += _split(data, Part(name, begin, end))
    if not parts or binding == (0, 0):
        raise ProvenanceError("The manifest store of this file is built otherwise than the ones signed here.")
    return Anatomy(
        parts=tuple(_without_gaps(parts, store=(start, store_end), end=len(data))),
        excluded=(start, store_end - start),
        binding=binding,
    )


def binding_hash(data: bytes, *, start: int, length: int) -> bytes:
    """Return the SHA-256 of all bytes but the excluded ones, as the hard binding keeps it."""
    return hashlib.sha256(data[:start] + data[start + length :]).digest()


def forge(original: bytes, position: int, *, repairs: int = 0) -> bytes:
    """Return a copy with one byte changed, and the hashes that hang on it repaired, as far as a forger can.

    Parameters
    ----------
    original : bytes
        A JPEG that `anatomy` understands.
    position : int
        Of the byte.
    repairs : int
        0 for none; 1 writes the picture's new hash into the hard binding; 2 also writes the binding's new hash into
        the claim. Beyond that there is only another signature.

    Raises
    ------
    ProvenanceError
        If the file, the position or the number is none of these, or a byte outside the picture is to be repaired.
    """
    form = anatomy(original)
    if not 0 <= position < len(original) or repairs not in (0, 1, 2):
        raise ProvenanceError(
            f"There is no byte {position} with {repairs} repairs in a file of {len(original)} bytes: "
            "take 0, 1 or 2 repairs."
        )
    if repairs and form.part_at(position).name != "picture":
        raise ProvenanceError(
            "Only a change of the picture can be repaired here: choose a byte of the picture."
        )
    start, length = form.excluded
    data = bytearray(original)
    data[position] ^= 1  # a letter stays a letter, so that what was changed can still be read
    if repairs:
        old = binding_hash(original, start=start, length=length)
        data = data.replace(old, binding_hash(bytes(data), start=start, length=length))
    if repairs == 2:
        begin, end = form.binding
        old = hashlib.sha256(original[begin:end]).digest()
        data = data.replace(old, hashlib.sha256(data[begin:end]).digest())
    return bytes(data)


def _contents(data: bytes, start: int, end: int, label: str = "") -> Iterator[tuple[PartName, str, int, int]]:
    """Yield what the boxes hold: name, label of the box around it, start and end."""
    while start < end:
        length = int.from_bytes(data[start : start + 4], "big")
        kind = data[start + 4 : start + 8]
        if length < _HEAD or start + length > end:
            raise ProvenanceError(
                "The manifest store of this file is cut or damaged: sign the picture again."
            )
        if kind == b"jumb":
            head = int.from_bytes(data[start + _HEAD : start + _HEAD + 4], "big")
            own = (
                data[start + 2 * _HEAD + 17 : start + _HEAD + head].split(b"\0")[0].decode("utf-8", "replace")
            )
            yield from _contents(data, start + _HEAD, start + length, own)
        elif kind != b"jumd":
            yield _name_of(label), label, start + _HEAD, start + length
        start += length


def _name_of(label: str) -> PartName:
    if label.startswith(_CLAIM):
        return "claim"
    return "signature" if label == _SIGNATURE else "assertion"


def _split(data: bytes, part: Part) -> list[Part]:
    """Cut the room that was left beside a signature out of it: the first long run of zeros."""
    begin = data.find(bytes(_MIN_PADDING), part.start, part.end) if part.name == "signature" else -1
    if begin < 0:
        return [part]
    end = begin
    while end < part.end and data[end] == 0:
        end += 1
    cut = [
        Part("signature", part.start, begin),
        Part("padding", begin, end),
        Part("signature", end, part.end),
    ]
    return [one for one in cut if one.start < one.end]


def _without_gaps(parts: list[Part], *, store: tuple[int, int], end: int) -> Iterator[Part]:
    """Yield the parts with the picture around the store and frames between them."""
    yield Part("picture", 0, store[0])
    at = store[0]
    for part in parts:
        if at < part.start:
            yield Part("frame", at, part.start)
        yield part
        at = part.end
    if at < store[1]:
        yield Part("frame", at, store[1])
    yield Part("picture", store[1], end)
