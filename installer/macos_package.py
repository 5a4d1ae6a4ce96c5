"""The command `package macos`: app bundle and disk image; it needs a Mac and was not run yet."""

from __future__ import annotations

import argparse
import platform
import plistlib
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from installer import icon, version
from installer.archives import write_tarball
from installer.freeze import NAME, freeze
from installer.sbom import write_sbom
from installer.tools import BUILD, run
from installer.windows_setup import files_of

IDENTIFIER = "app.tenantferry.TenantFerry"
_ICON_SIZES = (16, 32, 128, 256, 512)


def package(options: argparse.Namespace, say: Callable[[str], None]) -> list[Path]:
    """Freeze, make the bundle and the image, sign when an identity is given, run the self-test."""
    if platform.system() != "Darwin":
        raise SystemExit(
            "Stopped: an app bundle is made on a Mac only; .github/workflows/release.yml does it."
        )
    pictures = BUILD / f"{NAME}.icns"
    make_icns(pictures)
    frozen = BUILD / "macos" / NAME
    more = ("--icon", str(pictures), "--osx-bundle-identifier", IDENTIFIER)
    packages, installed = freeze(frozen, say, options.feed, more)
    bundle = BUILD / "macos" / f"{version.NAME}.app"
    shutil.rmtree(bundle, ignore_errors=True)
    shutil.move(BUILD / "freeze" / "dist" / f"{NAME}.app", bundle)
    shutil.copytree(frozen / "licences", bundle / "Contents" / "Resources" / "licences")
    information = bundle / "Contents" / "Info.plist"
    information.write_bytes(with_own_information(information.read_bytes()))
    identity = options.sign or "-"  # an Apple silicon Mac runs nothing without any signature
    sign = ["codesign", "--force", "--deep", "--options", "runtime", "--timestamp", "--sign"]
    if identity == "-":
        sign.remove("--timestamp")
    run([*sign, identity, bundle])
    run(["codesign", "--verify", "--deep", "--strict", bundle])
    if not options.no_trial:
        for line in run([bundle / "Contents" / "MacOS" / NAME, "--self-test"]).splitlines():
            say(f"    {line}")
    image = options.output / f"TenantFerry-{version.VERSION}.dmg"
    _make_image(bundle, image)
    archive = options.output / f"TenantFerry-{version.VERSION}-macos.tar.xz"
    write_tarball(bundle, archive)
    bill = options.output / f"TenantFerry-{version.VERSION}-macos.cdx.json"
    runtime = "{}.{}.{}".format(*sys.version_info[:3])
    write_sbom(bill, packages, "macOS", runtime, installed)
    size = sum(path.stat().st_size for path in files_of(bundle))
    say(f"{image.name}: {image.stat().st_size / 1e6:.1f} MB, installed {size / 1e6:.0f} MB")
    return [image, archive, bill]


def make_icns(target: Path) -> None:
    """The program's picture in the sizes that macOS wants, by its own tool."""
    folder = BUILD / f"{NAME}.iconset"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for size in _ICON_SIZES:
        (folder / f"icon_{size}x{size}.png").write_bytes(icon.png(size))
        (folder / f"icon_{size}x{size}@2x.png").write_bytes(icon.png(2 * size))
    run(["iconutil", "--convert", "icns", "--output", target, folder])


def with_own_information(plist: bytes) -> bytes:
    """PyInstaller's Info.plist with the release's name and version."""
    information = plistlib.loads(plist)
    information |= {
        "CFBundleDisplayName": version.NAME,
        "CFBundleName": version.NAME,
        "CFBundleShortVersionString": version.VERSION,
        "CFBundleVersion": version.VERSION,
        "LSApplicationCategoryType": "public.app-category.business",
        "LSMinimumSystemVersion": "13.0",
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": version.PUBLISHER,
    }
    return plistlib.dumps(information)


def _make_image(bundle: Path, image: Path) -> None:
    """The disk image: the bundle, and the folder into which it is dragged."""
    folder = BUILD / "image"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copytree(bundle, folder / bundle.name, symlinks=True)
    (folder / "Applications").symlink_to("/Applications")
    image.unlink(missing_ok=True)
    command = ["hdiutil", "create", "-volname", version.NAME, "-srcfolder", folder]
    run([*command, "-fs", "HFS+", "-format", "UDZO", "-ov", image])
