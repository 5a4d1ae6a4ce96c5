"""Reads the certificate by which the app proves who it is in runs that nobody watches."""

from __future__ import annotations

from pathlib import Path

from app.errors import Refused


def read_certificate(path: Path, passphrase: str = "") -> dict[str, object]:
    """The certificate in the words of msal's `client_credential`.

    A .pfx file, or PEM with both the certificate and its key. Raises Refused
    CERTIFICATE_UNREADABLE.
    """
    # Late: only runs that nobody watches need it.
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

    word = passphrase.encode() or None
    try:
        raw = path.read_bytes()
        if path.suffix.casefold() in (".pfx", ".p12"):
            key, certificate, _ = pkcs12.load_key_and_certificates(raw, word)
            found: dict[str, object] = {"private_key_pfx_path": str(path)}
        else:
            text = raw.decode("ascii")
            key = load_pem_private_key(raw, word)
            certificate = x509.load_pem_x509_certificate(raw)
            found = {"private_key": text, "public_certificate": text}
    except (OSError, ValueError, TypeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _unreadable(path, why) from None
    if not isinstance(key, RSAPrivateKey) or certificate is None:
        raise _unreadable(path, "Microsoft Entra takes an RSA key, together with its certificate.")
    if certificate.public_key() != key.public_key():
        raise _unreadable(path, "The key is not the one of the certificate.")
    return {**found, "passphrase": passphrase} if passphrase else found


def _unreadable(path: Path, why: str) -> Refused:
    return Refused(
        "CERTIFICATE_UNREADABLE",
        "The certificate cannot be read",
        f"{path}: {why}",
        "Name a .pfx file, or a .pem file that holds both the certificate and its private key;"
        " the passphrase goes with it.",
    )
