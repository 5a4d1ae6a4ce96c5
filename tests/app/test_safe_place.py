"""A sign-in is kept in the real key ring of the system, each registration alone, or not at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.signed_in import Kept
from desk import Keeper, desk_at

KEEP = """
import sys
import threading
from pathlib import Path
from app.safe_place import safe_place
from app.signed_in import Registration

folder, act, *texts = sys.argv[1:]
for tenant, text in zip(("source.com", "target.com"), texts, strict=True):
    place = safe_place(Path(folder), Registration(tenant, "1" * 36))
    if place is None:
        print("not kept")
    elif act == "save":
        print(place.save(text))
    else:
        print(place.load() == text)
"""
SESSION = """
printf 'a word' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 || exit 9
"$PYTHON" -c "$KEEP" "$STORE" save ours theirs
"$PYTHON" -c "$KEEP" "$STORE" load ours theirs
"$PYTHON" -c "$KEEP" "$OTHER" load ours '{}'
"""
TOOLS = ("dbus-run-session", "gnome-keyring-daemon")
linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems have their own stores")
key_ring = pytest.mark.skipif(
    not all(map(shutil.which, TOOLS)), reason="there is no key ring on this machine to try"
)


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    """A home of its own, and neither a screen nor a session of ours."""
    ours = {"DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "HOME": str(tmp_path), **more}


@linux
@key_ring
def test_what_is_kept_in_a_real_key_ring_is_read_by_another_process(tmp_path: Path) -> None:
    store, other = tmp_path / "store", tmp_path / "other"
    values = {"KEEP": KEEP, "PYTHON": sys.executable, "STORE": str(store), "OTHER": str(other)}
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", SESSION],
        capture_output=True,
        text=True,
        env=environment(tmp_path, **values),
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # Another folder is another program's: it finds nothing of it.
    assert done.stdout.split() == ["True"] * 4 + ["False", "True"], done.stderr
    assert not store.exists(), "nothing is written beside the key ring"


@linux
def test_without_a_key_ring_nothing_is_kept_and_nothing_written(tmp_path: Path) -> None:
    nowhere = environment(tmp_path, DBUS_SESSION_BUS_ADDRESS="unix:path=/nowhere")
    store = tmp_path / "store"
    done = subprocess.run(
        [sys.executable, "-c", KEEP, str(store), "save", "ours", "theirs"],
        capture_output=True,
        text=True,
        env=nowhere,
        timeout=60,
        check=True,
    )
    assert done.stdout.split("\n")[:2] == ["not kept"] * 2
    assert not store.exists()


def test_a_store_that_is_gone_in_the_middle_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_at(tmp_path, monkeypatch) as desk:
        known, place = desk.service.decide(), Keeper()
        sign_in = desk.person(known, place)
        page = desk.browser(known.upn("admin"), known.word)
        sign_in.by_browser(page, threading.Event())
        kept = [sign_in.kept]
        place.is_gone = True
        sign_in.by_browser(page, threading.Event())
        kept.append(sign_in.kept)
    assert kept == [Kept.ENCRYPTED, Kept.NOT_KEPT]
