"""Whatever goes wrong while the status is saved: the old file or the new one, never a third."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from app.errors import WorkbookBusy, WorkbookError
from app.workbook.atomic import fingerprint_of
from app.workbook.backups import FOLDER
from app.workbook.faults import explained
from app.workbook.save import save_status
from wave_book import make_book, names, order, statuses, table

if sys.platform == "win32":
    pytest.skip("limits, mounts and SIGKILL are POSIX's", allow_module_level=True)

KILLS = int(os.environ.get("FERRY_TEST_KILLS", "30"))
MANY = tuple((f"p{n}@contoso.com", f"p{n}@northwind.com") for n in range(300))


def environment() -> dict[str, str]:
    found = os.pathsep.join([str(Path.cwd()), str(Path(__file__).parent)])
    return {**os.environ, "PYTHONPATH": found}


def in_child(script: str, *arguments: object) -> str:
    """What a Python process of its own prints."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# No room


UNDER_LIMITS = """
import json, resource, sys
from pathlib import Path
from wave_book import order
from app.errors import WorkbookError
from app.workbook.save import save_status

book, said = Path(sys.argv[1]), []
before = book.read_bytes()
# SIGXFSZ is ignored by Python: a write past the limit fails, as on a full disk.
for limit in range(0, len(before) + 4000, 500):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        save_status(book, order(backup=True))
        code = "saved"
    except WorkbookError as error:
        code = error.code
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    folder = book.parent / "Tenant Ferry backups"
    left = [one.name for one in (*book.parent.iterdir(), *folder.glob("*")) if one.is_file()]
    said.append([code, book.read_bytes() == before, sorted(left)])
    if code == "saved":
        break
print(json.dumps(said))
"""


def test_a_file_that_cannot_grow_at_any_point_leaves_the_old_one_and_nothing_else(
    tmp_path: Path,
) -> None:
    book = make_book(tmp_path / "plan.xlsx")
    said = json.loads(in_child(UNDER_LIMITS, book))
    *refused, saved = said
    assert len(refused) > 8
    assert all(one == ["DISK_FULL", True, ["plan.xlsx"]] for one in refused)
    assert (saved[0], saved[1], len(saved[2])) == ("saved", False, 2)
    assert set(statuses(book).values()) == {"Success"}


def run_mount(*arguments: object) -> bool:
    mount = shutil.which("mount")
    return (
        mount is not None
        and not subprocess.run(
            [mount, *map(str, arguments)], check=False, capture_output=True
        ).returncode
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    if not run_mount("-t", "tmpfs", "-o", "size=256k", "tmpfs", disk):
        pytest.skip("this process may not mount a file system")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_leaves_the_old_file_and_nothing_else(small_disk: Path) -> None:
    book = make_book(small_disk / "plan.xlsx")
    before = book.read_bytes()
    filler = small_disk / "filler"
    codes = []
    for free_pages in range(12):
        filler.unlink(missing_ok=True)
        free = shutil.disk_usage(small_disk).free
        filler.write_bytes(bytes(free - free_pages * 4096))
        try:
            save_status(book, order(backup=True))
        except WorkbookError as error:
            codes.append(error.code)
            assert book.read_bytes() == before
            assert names(small_disk) - {FOLDER} == {"plan.xlsx", "filler"}
            assert not list(small_disk.glob(f"{FOLDER}/*"))
        else:
            break
    assert len(codes) >= 3
    assert set(codes) == {"DISK_FULL"}
    assert set(statuses(book).values()) == {"Success"}


def test_a_disk_mounted_for_reading_only_is_said(small_disk: Path) -> None:
    book = make_book(small_disk / "plan.xlsx")
    listing = small_disk / "list.csv"
    listing.write_text("SourceUPN,TargetUPN\n")
    assert run_mount("-o", "remount,ro", small_disk)
    for path in (book, listing):
        with pytest.raises(WorkbookError) as caught:
            save_status(path, order(backup=True))
        assert caught.value.code == "READ_ONLY"
    assert names(small_disk) == {"plan.xlsx", "list.csv"}


# No rights


SAVE_AS_ANYBODY = """
import os, sys
from pathlib import Path
from wave_book import order
from app.errors import WorkbookError
from app.workbook.save import save_status

# The program may lie where nobody else can read it, so it is used, and loaded, once before.
save_status(Path(sys.argv[2]), order(backup=True))
# For the superuser nothing is forbidden.
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    save_status(Path(sys.argv[1]), order(backup=True))
    print("saved")
except WorkbookError as error:
    print(error.code)
"""


@pytest.mark.parametrize(
    ("folder_mode", "file_mode", "code"),
    [(0o555, 0o666, "NOT_WRITABLE"), (0o777, 0o644, "READ_ONLY"), (0o777, 0o666, "saved")],
)
def test_rights_of_the_folder_and_of_the_file(
    tmp_path: Path, folder_mode: int, file_mode: int, code: str
) -> None:
    # The folder of the fixture is closed to other users; and an own file is not a foreign one.
    if os.geteuid() != 0 and code == "READ_ONLY":
        file_mode = 0o444
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "plans"
        folder.mkdir()
        book = make_book(folder / "plan.xlsx")
        before = book.read_bytes()
        book.chmod(file_mode)
        folder.chmod(folder_mode)
        said = in_child(SAVE_AS_ANYBODY, book, make_book(tmp_path / "first.xlsx")).strip()
        folder.chmod(0o755)
        assert said == code
        assert (book.read_bytes() == before) == (code != "saved")
        assert names(folder) - {FOLDER} == {"plan.xlsx"}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "DISK_FULL"),
        (errno.EDQUOT, "DISK_FULL"),
        (errno.EFBIG, "DISK_FULL"),
        (errno.ENAMETOOLONG, "NAME_TOO_LONG"),
        (errno.ESTALE, "OUT_OF_REACH"),
        (errno.EIO, "OUT_OF_REACH"),
        (errno.EHOSTDOWN, "OUT_OF_REACH"),
        (errno.ENOENT, "NOT_FOUND"),
        (errno.EROFS, "READ_ONLY"),
        (errno.EACCES, "NOT_WRITABLE"),
        (errno.EMFILE, "NOT_WRITABLE"),
    ],
)
def test_every_refusal_of_the_system_has_a_remedy(number: int, code: str) -> None:
    said = explained(Path("/plans/wave.xlsx"), OSError(number, os.strerror(number)))
    assert said.code == code
    assert not isinstance(said, WorkbookBusy)
    assert "/plans" in said.detail
    assert said.title
    assert said.remedy


def test_a_path_longer_than_the_system_takes_is_said(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError) as caught:
        save_status(tmp_path / f"{'x' * 300}.xlsx", order())
    assert caught.value.code == "NAME_TOO_LONG"


# Killed


SAVING = """
import os, signal, sys
from pathlib import Path
from wave_book import order
from app.workbook.save import save_status

book = Path(sys.argv[1])
people = tuple((f"p{n}@contoso.com", f"p{n}@northwind.com") for n in range(300))
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        for number in range(int(line), int(line) + 1000):
            save_status(book, order(f"version {number}", people, backup=number % 5 == 0))
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""


def test_killed_at_any_moment_the_old_file_or_the_new_one_is_there(tmp_path: Path) -> None:
    book = make_book(tmp_path / "plan.xlsx", MANY)
    save_status(book, order("version 0", MANY))
    others = other_parts(book)
    dice = random.Random(20261205)
    nursery = subprocess.Popen(
        [sys.executable, "-c", SAVING, str(book)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    version = 0
    seen = set()
    with nursery:
        for kill in range(KILLS):
            before = fingerprint_of(book)
            nursery.stdin.write(f"{version + 1}\n")
            nursery.stdin.flush()
            saving = int(nursery.stdout.readline())
            began = time.monotonic()
            # Every other kill comes behind a first save, however slow the machine is.
            while kill % 2 and fingerprint_of(book) == before:
                assert time.monotonic() < began + 60
            end = time.monotonic() + dice.uniform(0.0, 0.25)
            while time.monotonic() < end:
                pass
            os.kill(saving, signal.SIGKILL)
            assert nursery.stdout.readline() == "ended\n"
            assert other_parts(book) == others
            found = set(statuses(book).values())
            assert len(found) == 1, f"a mixture of {found}"
            now = int(str(found.pop()).removeprefix("version "))
            assert now >= version
            seen.add(now)
            version = now
        nursery.stdin.close()
    assert len(seen) > KILLS // 2, "the kills came too early to prove anything"
    save_status(book, order("Success", MANY, backup=True))
    assert names(tmp_path) == {"plan.xlsx", FOLDER}
    assert all(name.startswith("plan (backup ") for name in names(tmp_path / FOLDER))
    for backup in (tmp_path / FOLDER).iterdir():
        assert other_parts(backup) == others


def other_parts(book: Path) -> dict[str, bytes]:
    """What is not ours of a package, whose checksums are all right."""
    with zipfile.ZipFile(book) as package:
        assert package.testzip() is None
        ours = {"xl/worksheets/sheet1.xml", "xl/styles.xml"}
        return {name: package.read(name) for name in package.namelist() if name not in ours}


# Somebody else saves


EDITS = 12
ADMIN = """
import sys
from pathlib import Path
import openpyxl

book = Path(sys.argv[1])
for edit in range(int(sys.argv[2])):
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["Mine"]
    if sheet["B1"].value != (edit or None):
        sys.exit(f"lost: I wrote {edit} and find {sheet['B1'].value}")
    sheet["B1"] = edit + 1
    if sys.argv[3] == "in place":
        workbook.save(book)
    else:
        workbook.save(book.with_name("~admin.xlsx"))
        book.with_name("~admin.xlsx").replace(book)
"""


@pytest.mark.parametrize("way", ["in place", "by a new file"])
def test_an_edit_of_the_admins_during_our_saves_is_never_lost(tmp_path: Path, way: str) -> None:
    book = make_book(tmp_path / "plan.xlsx", MANY)
    said: list[str] = []
    with subprocess.Popen([sys.executable, "-c", ADMIN, str(book), str(EDITS), way]) as admin:
        while admin.poll() is None:
            try:
                save_status(book, order(f"version {len(said)}", MANY))
                said.append("saved")
            except WorkbookBusy as error:
                said.append(error.code)
            except WorkbookError:
                admin.kill()
                raise
    assert admin.returncode == 0
    assert said
    assert set(said) <= {"saved", "CHANGED_ON_DISK"}
    save_status(book, order("Success", MANY))
    workbook = openpyxl.load_workbook(book)
    assert workbook["Mine"]["B1"].value == EDITS
    assert set(statuses(book).values()) == {"Success"}
    assert table(book)[7]["Notes"] == "note p7@contoso.com"
    assert names(tmp_path) == {"plan.xlsx"}
