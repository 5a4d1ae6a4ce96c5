"""Signs Windows files with a certificate from outside, or with one made on the spot as a trial."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from installer import version
from installer.tools import BUILD, need, run

TEST = "test"
"""As the certificate: make one, which nobody trusts, to prove the step."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files of the certificate chain and of its key; the key's pass phrase is in a file too."""

    chain: Path
    key: Path
    phrase_file: Path | None = None
    time_stamp: str = ""
    """The address of a time stamp service; without a stamp, it ends with the certificate."""

    def command(self) -> list[str]:
        """The command that signs; the file's name and `-out` come behind it."""
        words = ["osslsigncode", "sign", "-certs", str(self.chain), "-key", str(self.key)]
        words += ["-h", "sha256", "-n", version.NAME]
        if self.phrase_file is not None:
            words += ["-readpass", str(self.phrase_file)]
        if self.time_stamp:
            words += ["-ts", self.time_stamp]
        return words


def certificate(given: str) -> Certificate:
    """The certificate of these words: `test`, or CHAIN.pem,KEY.pem[,PHRASE-FILE].

    The time stamp service is in the environment, as FERRY_TIME_STAMP. Raises SystemExit.
    """
    need("osslsigncode")
    if given == TEST:
        return _make_test_certificate()
    files = [Path(one) for one in given.split(",")]
    missing = [str(one) for one in files if not one.is_file()]
    if missing or len(files) not in (2, 3):
        raise SystemExit(f"Stopped: a certificate and its key are needed; missing: {missing}")
    phrase = files[2] if len(files) == 3 else None
    return Certificate(files[0], files[1], phrase, os.environ.get("FERRY_TIME_STAMP", ""))


def sign(path: Path, with_certificate: Certificate) -> None:
    """Sign the file in its place. Raises SystemExit."""
    signed = path.with_name(f"{path.name}.signed")
    signed.unlink(missing_ok=True)
    run([*with_certificate.command(), "-in", path, "-out", signed])
    signed.replace(path)


def check(path: Path, with_certificate: Certificate) -> None:
    """The file bears a signature that holds for this certificate. Raises SystemExit."""
    said = run(["osslsigncode", "verify", "-CAfile", with_certificate.chain, "-in", path])
    if "Signature verification: ok" not in said:
        raise SystemExit(f"{said}\nStopped: the signature of {path.name} does not hold.")


def script(with_certificate: Certificate, target: Path) -> str:
    """A command that signs the file named behind it, for the installer and its uninstaller.

    It works on a copy, because the installer's maker has the file open.
    """
    words = shlex.join(with_certificate.command())
    target.write_text(
        f'#!/bin/sh\nset -e\n{words} -in "$1" -out "$1.signed" >/dev/null\nmv "$1.signed" "$1"\n',
        "utf-8",
    )
    target.chmod(0o755)
    return str(target)


def _make_test_certificate() -> Certificate:
    need("openssl")
    folder = BUILD / "certificate"
    folder.mkdir(parents=True, exist_ok=True)
    chain, key = folder / "test.crt", folder / "test.key"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", f"/CN={version.NAME} test certificate", "-keyout", str(key)]
    command += ["-out", str(chain)]
    command += ["-addext", "extendedKeyUsage=codeSigning", "-addext", "keyUsage=digitalSignature"]
    run(command)
    return Certificate(chain, key)
