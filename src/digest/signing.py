"""The keys that sign messages (DKIM), in the data folder: made once, never written over.

`keys/dkim-SELECTOR.pem` is a private key, PKCS #8 without a passphrase, for its owner alone. A new key is a new
selector, so that mail on its way still finds the record it was signed for.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from digest.errors import SettingsError
from digest.files import create
from digest.render.dkim import PrivateKey, Seal, Signer, SigningKey
from digest.settings import Dkim
from digest.subscribers.keys import make_folder, only_owner

RSA, ED25519 = "rsa", "ed25519"
BITS: Final = 2048
"""Of an RSA key: what RFC 8301 advises; receivers need not take longer ones than 4096, and they sign slower."""
_EXPONENT: Final = 65537


def key_file(folder: Path, selector: str) -> Path:
    """Return where the key of a selector lies in a folder of keys."""
    return folder / f"dkim-{selector}.pem"


def read_signer(folder: Path, dkim: Dkim) -> Signer:
    """Return what signs by the settings: nothing where they name no domain.

    Raises SettingsError naming the file and the cure for a key that is missing, damaged, too weak or open to others.
    """
    return Signer(tuple(read_key(folder, dkim.domain, selector) for selector in dkim.selectors))


def sealed(folder: Path, seals: tuple[Seal, ...]) -> Signer | None:
    """Return what signs as an issue was frozen to be signed; None where one of those keys is gone or another now."""
    try:
        signer = Signer(tuple(read_key(folder, seal.domain, seal.selector) for seal in seals))
    except SettingsError:
        return None
    return signer if signer.seals == seals else None


def read_key(folder: Path, domain: str, selector: str) -> SigningKey:
    """Return the key of a selector; raises SettingsError as `read_signer`."""
    path = key_file(folder, selector)
    if not path.exists():
        cure = f"put it back from a backup, or run: digest dkim keygen {selector}"
        raise SettingsError(f"[dkim] names {selector!r}, which has no key here; {cure}", where=str(path))
    only_owner(path, "0600")
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as e:
        raise SettingsError(f"the key cannot be read: {e.strerror}", where=str(path)) from e
    except (ValueError, TypeError, UnsupportedAlgorithm):  # which say what the file holds, so their words stay here
        raise SettingsError(
            "no private key in PEM without a passphrase; put it back from a backup", where=str(path)
        ) from None
    if not isinstance(private, RSAPrivateKey | Ed25519PrivateKey):
        raise SettingsError("neither an RSA nor an Ed25519 key, and DKIM knows no other", where=str(path))
    if isinstance(private, RSAPrivateKey) and private.key_size < BITS:
        cure = "take another selector and run: digest dkim keygen SELECTOR"
        raise SettingsError(f"an RSA key of {private.key_size} bits is too weak (RFC 8301); {cure}", where=str(path))
    return SigningKey(domain, selector, private)


def make_key(folder: Path, selector: str, kind: str) -> Path:
    """Make a key, `rsa` or `ed25519`, and return its file; SettingsError where the selector has one already."""
    make_folder(folder)
    path = key_file(folder, selector)
    made: PrivateKey = Ed25519PrivateKey.generate() if kind == ED25519 else generate_private_key(_EXPONENT, BITS)
    try:
        put = create(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    except OSError as e:
        raise SettingsError(f"the key cannot be written: {e.strerror}", where=str(path)) from e
    if not put:
        raise _taken(path, selector)
    return path


def require_new(folder: Path, selectors: Iterable[str]) -> None:
    """Refuse selectors of which one has a key; raises SettingsError."""
    for selector in selectors:
        if key_file(folder, selector).exists():
            raise _taken(key_file(folder, selector), selector)


def _taken(path: Path, selector: str) -> SettingsError:
    told = f"{selector!r} has a key already, and mail on its way needs it; take a selector that was never used"
    return SettingsError(told, where=str(path))
