"""Signs an evidence pack with a key of the organisation's, from a PEM or a PKCS#12 file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)

from app.errors import AppError

_LEAST_BITS = 2048


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that can sign, and what others need to check it; the key itself goes nowhere."""

    algorithm: str
    """`rsa-sha256`, `ecdsa-sha256` or `ed25519`, as openssl's dgst and pkeyutl verify them."""
    public_pem: bytes
    """The certificate, or the public key when there is none."""
    sign: Callable[[bytes], bytes]


def load_signer(key_file: Path, password: str = "", certificate: Path | None = None) -> Signer:
    """The signer in a PEM file (key, with or without certificate) or PKCS#12 (`.p12`, `.pfx`).

    Raises AppError KEY_NOT_READ, KEY_PASSWORD, KEY_KIND, KEY_OTHER.
    """
    given = password.encode("utf-8") or None
    try:
        content = key_file.read_bytes()
        if b"-----BEGIN" in content:
            key: object = load_pem_private_key(content, given)
            found = b"-----BEGIN CERTIFICATE" in content
            cert = x509.load_pem_x509_certificate(content) if found else None
        else:
            key, cert, _ = pkcs12.load_key_and_certificates(content, given)
        if certificate is not None:
            cert = x509.load_pem_x509_certificate(certificate.read_bytes())
    except OSError as error:
        raise _refusal("KEY_NOT_READ", key_file, str(error.strerror)) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        code = "KEY_PASSWORD" if "assword" in str(error) else "KEY_NOT_READ"
        raise _refusal(code, key_file, "") from error
    algorithm, sign, public = _way(key, key_file)
    if cert is not None and cert.public_key() != public:
        raise _refusal("KEY_OTHER", certificate or key_file, "")
    if cert is not None:
        return Signer(algorithm, cert.public_bytes(Encoding.PEM), sign)
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return Signer(algorithm, pem, sign)


def _way(
    key: object, key_file: Path
) -> tuple[
    str,
    Callable[[bytes], bytes],
    rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey,
]:
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _LEAST_BITS:
        rsa_key = key
        return (
            "rsa-sha256",
            lambda text: rsa_key.sign(text, padding.PKCS1v15(), hashes.SHA256()),
            key.public_key(),
        )
    if isinstance(key, ec.EllipticCurvePrivateKey):
        ec_key = key
        return (
            "ecdsa-sha256",
            lambda text: ec_key.sign(text, ec.ECDSA(hashes.SHA256())),
            key.public_key(),
        )
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519", key.sign, key.public_key()
    raise _refusal("KEY_KIND", key_file, "")


_WHY = {
    "KEY_NOT_READ": ("The key cannot be read", "Give a PEM file or a PKCS#12 file with a key."),
    "KEY_PASSWORD": ("The key needs its right password", "Give the password again."),
    "KEY_KIND": (
        "A key of this kind cannot sign a pack",
        f"Give an RSA key of {_LEAST_BITS} bits or more, an ECDSA key or an Ed25519 key.",
    ),
    "KEY_OTHER": (
        "The certificate is that of another key",
        "Give the certificate that was made for this key.",
    ),
}


def _refusal(code: str, path: Path, why: str) -> AppError:
    title, remedy = _WHY[code]
    return AppError(code, title, f"{path}{f': {why}' if why else ''}.", remedy)
