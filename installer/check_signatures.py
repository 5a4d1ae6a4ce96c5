"""Run by the tools' own Python: who signed each of these Windows files, and whether that holds."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any


def _reader() -> Any:
    # WORKAROUND oscrypto's pattern takes one digit of OpenSSL's patch level only:
    # https://github.com/wbond/oscrypto/issues/78
    real = re.search

    def search(pattern: Any, text: Any, flags: int = 0) -> Any:
        if isinstance(pattern, str):
            pattern = pattern.replace(r"\d\.\d\.\d[a-z]*", r"\d\.\d\.\d+[a-z]*")
        return real(pattern, text, flags)

    search_of_re: Any = search
    re.search = search_of_re
    try:
        from signify.authenticode import AuthenticodeFile
    finally:
        re.search = real
    return AuthenticodeFile


def main(paths: list[str]) -> int:
    """Print a JSON object: path -> [verdict, reason, signer]."""
    reader = _reader()
    found = {}
    for path in paths:
        with Path(path).open("rb") as file:
            signed = reader.from_stream(file, file_name=path)
            verdict, reason = signed.explain_verify()
            found[path] = [verdict.name, str(reason or ""), _signer(signed)]
    json.dump(found, sys.stdout)
    return 0


def _signer(signed: Any) -> str:
    for one in signed.signatures:
        serial = one.signer_info.serial_number
        for certificate in one.certificates:
            if certificate.serial_number == serial:
                match = re.search(r"(?:^|, *)O=\"?([^,\"]+)", certificate.subject.dn)
                return match[1] if match else str(certificate.subject.dn)
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
