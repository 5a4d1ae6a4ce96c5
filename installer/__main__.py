"""`python -m installer windows|linux|macos`: packs the program and tries what it packed."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from installer import linux_package, macos_package, version, windows_package
from installer.archives import write_checksums
from installer.version import ROOT

_SYSTEMS = {
    "windows": windows_package.package,
    "linux": linux_package.package,
    "macos": macos_package.package,
}


def parser() -> argparse.ArgumentParser:
    """The words of the command."""
    parser = argparse.ArgumentParser(prog="python3 dev.py package")
    parser.add_argument("system", choices=sorted(_SYSTEMS))
    parser.add_argument("--output", type=Path, default=ROOT / "dist", metavar="FOLDER")
    parser.add_argument(
        "--sign",
        default="",
        metavar="CERTIFICATE",
        help="Windows: CHAIN.pem,KEY.pem[,PHRASE-FILE], or `test`; macOS: the name of an identity",
    )
    parser.add_argument(
        "--runtime", type=Path, metavar="FOLDER", help="Windows: another unpacked runtime"
    )
    parser.add_argument(
        "--feed",
        default="",
        metavar="ADDRESS",
        help="where the program asks for newer versions, once its user has switched that on",
    )
    parser.add_argument(
        "--maintainer",
        default="",
        metavar="NAME <ADDRESS>",
        help="Linux: who answers for the Debian package",
    )
    parser.add_argument("--twice", action="store_true", help="build again and compare the bytes")
    parser.add_argument("--no-trial", action="store_true", help="do not install and try it")
    return parser


def main(arguments: list[str]) -> int:
    """Pack for one system; ends with SystemExit and a reason when anything does not hold."""
    options = parser().parse_args(arguments)
    begin = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - begin:6.0f} s  {line}", flush=True)

    options.output.mkdir(parents=True, exist_ok=True)
    say(f"{version.NAME} {version.VERSION} at {version.commit() or 'no commit'}")
    files = _SYSTEMS[options.system](options, say)
    text = version.release_text((ROOT / "CHANGELOG.md").read_text("utf-8"))
    (options.output / "RELEASE.md").write_text(text, "utf-8")
    write_checksums(files, options.output / f"SHA256SUMS-{options.system}")
    say(f"done: {len(files)} files in {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
