"""Key files: read whole, written whole, kept from other accounts."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from medialit.errors import KeyStoreError
from medialit.provenance._certificates import SigningKey


def dump(key: SigningKey) -> bytes:
    """Return the private key and its certificates in one piece."""
    private = key.private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + key.chain_pem.encode()


def load(path: Path) -> SigningKey:
    """Read what `dump` wrote.

    Raises
    ------
    KeyStoreError
        If it cannot be read, is damaged, or holds parts that do not belong together.
    """
    data = read(path)
    try:
        private_key = serialization.load_pem_private_key(data, password=None)
        chain = tuple(x509.load_pem_x509_certificates(data))
    except ValueError as error:
        raise KeyStoreError(f"The key file {path} is damaged. Restore it from a copy.") from error
    if not isinstance(private_key, ec.EllipticCurvePrivateKey):
        raise KeyStoreError(f"The key file {path} holds another kind of key than ES256.")
    if private_key.public_key() != chain[0].public_key():
        raise KeyStoreError(f"The key and the certificate in {path} do not belong together.")
    return SigningKey(chain, private_key)


def read(path: Path) -> bytes:
    """Return a file's bytes, or raise `KeyStoreError`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyStoreError(f"The key file {path} cannot be read: {error.strerror}.") from error


def write_once(path: Path, data: bytes) -> None:
    """Write a new file whole; keep the one that another process wrote first."""
    temporary = _write_beside(path, data)
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def replace(path: Path, data: bytes) -> None:
    """Write a file whole, in the place of one that is there."""
    _write_beside(path, data).replace(path)
    sync_folder(path.parent)


def _write_beside(path: Path, data: bytes) -> Path:
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # 0600
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise KeyStoreError(f"The key file {path} cannot be written: {error.strerror}.") from error
    return Path(name)


def sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder against another process that also reads, adds and writes."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
