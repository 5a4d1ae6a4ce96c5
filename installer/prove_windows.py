"""Tries the Windows packages under Wine as a user and an admin would, and takes pictures of it."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from installer import version
from installer.screen import PATIENCE, Screen, virtual_screen, wait
from installer.windows_setup import files_of, kilobytes
from installer.windows_tree import COMMAND, PROGRAM
from installer.wine import Wine

_ARP = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\TenantFerry"
_BOOK = "Contoso to Northwind"
_RUNS, _NEWER = 3, 4
"""Exit codes of the setup: the program runs; a newer version is installed."""
_UNTOUCHED = re.compile(
    r"(?i)explorer|recentdocs|\\ShellNoRoam|WineDbg|Internet Settings|\\Shell Folders|Direct3D"
    r"|User Shell|MuiCache|Installer\\UserData|Windows NT\\CurrentVersion\\ProfileList|\\Fonts"
    r"|PendingFileRenameOperations"
    r"|^\[Software\\+Classes$|^\[Software\\+Microsoft\\+Windows\\+CurrentVersion\\+App Paths$"
)
"""What Wine itself keeps writing in its registry while programs run, what goes at a restart, and
two keys that every Windows has for all programs together: values and keys in them are compared."""


def prove_setup(
    wine: Wine, setup: Path, tree: Path, pictures: Path, say: Callable[[str], None]
) -> None:
    """Install, try, run, upgrade, repair, refuse, close and uninstall; SystemExit at a fault."""
    wine.make()
    before = _state(wine)
    home = wine.user / "AppData" / "Local" / "Programs" / version.NAME
    with virtual_screen() as screen:
        _install(wine, setup)
        _same_files(tree, home)
        say(f"installed in silence: {len(files_of(home))} files, each as it was built")
        entry = wine.user / "AppData/Roaming/Microsoft/Windows/Start Menu/Programs"
        shortcut = entry / f"{version.NAME}.lnk"
        _must(shortcut.is_file(), "the Start menu has no entry")
        _must((wine.user / "Desktop" / shortcut.name).is_file(), "the desktop has no entry")
        _told_to_windows(wine, tree)
        self_test(wine, home / PROGRAM, screen, say)
        _same_files(tree, home)
        say("self-test of the installed program passed, and wrote nothing beside the program")
        _window_from_shortcut(wine, shortcut, screen, pictures)
        say("window opened from the Start menu's entry, and closed by the setup's own closer")
        _finished_moves(wine, home, screen, setup, pictures)
        say("sample workbook with finished practice moves seen; setup refused, then closed it")
        _offers_to_close(wine, setup, home, screen, pictures)
        say("setup's pages offered to close the program, closed it and repaired")
        _faults_told(wine, home, screen, pictures)
        say("damaged on purpose: told in a box before there is a window, and in the log")
        _replaced(wine, setup, tree, home)
        say("upgraded from an older version, repaired, and kept from putting an older one in place")
        # Wine's desktop, which Windows starts by itself, is a child of the program: it has the
        # program's log open for some seconds more.
        wine.settle()
        _uninstall(wine, home)
        _nothing_left(wine, before, say)
        _pages(wine, setup, home, screen, pictures)
        say("installer's pages clicked through, program uninstalled by its own pages")
        _for_all(wine, setup)
        say("installed and uninstalled for all users, with the user's data when that is asked for")
    wine.stop()


def prove_msi(wine: Wine, msi: Path, tree: Path, say: Callable[[str], None]) -> None:
    """Deploy the MSI in silence, try it, and take it away. SystemExit at a fault."""
    wine.make()
    place = wine.drive / "msi.msi"
    shutil.copyfile(msi, place)
    done = wine.run("msiexec", "/i", "C:\\msi.msi", "/qn", timeout=600)
    _must(done.returncode == 0, f"msiexec ended with {done.returncode}")
    home = wine.drive / "Program Files" / version.NAME
    _same_files(tree, home)
    with virtual_screen() as screen:
        self_test(wine, home / PROGRAM, screen, say)
    _same_files(tree, home)
    done = wine.run("msiexec", "/x", "C:\\msi.msi", "/qn", timeout=600)
    _must(done.returncode == 0, f"msiexec ended with {done.returncode}")
    wine.settle()
    left = [path.name for path in home.rglob("*")] if home.exists() else []
    _must(not left, f"the MSI left {left[:5]}")
    wine.stop()


def self_test(wine: Wine, program: Path, screen: Screen, say: Callable[[str], None]) -> None:
    """Run the program's own self-test. SystemExit when it does not pass."""
    done = wine.run(program, "--self-test", timeout=600, display=screen.display)
    for line in done.stdout.splitlines():
        say(f"    {line.rstrip()}")
    _must(done.returncode == 0, f"the self-test ended with {done.returncode}\n{done.stderr}")


def _install(wine: Wine, setup: Path, *more: str, code: int = 0) -> None:
    (wine.drive / "setup.log").unlink(missing_ok=True)
    done = wine.run(setup, "/S", "/LOG=C:\\setup.log", *more, timeout=600)
    log = (wine.drive / "setup.log").read_text("utf-16")
    _must(done.returncode == code, f"the setup ended with {done.returncode}, not {code}\n{log}")
    _must(log.splitlines()[-1].endswith("done") or code != 0, f"the setup's log is odd:\n{log}")


def _uninstall(wine: Wine, home: Path, *more: str) -> None:
    (wine.drive / "un.log").unlink(missing_ok=True)
    done = wine.run(home / "uninstall.exe", "/S", "/LOG=C:\\un.log", *more)
    _must(done.returncode == 0, f"the uninstaller ended with {done.returncode}")
    wait(lambda: not home.exists(), 300, f"{home.name} was not taken away")
    wine.settle()


def _same_files(tree: Path, home: Path) -> None:
    wanted, there = ({**_digests(one)} for one in (tree, home))
    there.pop("uninstall.exe", None)
    odd = sorted(name for name in {*wanted, *there} if wanted.get(name) != there.get(name))
    _must(not odd, f"{len(odd)} installed files are not as they were built: {odd[:5]}")


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files_of(folder)
    }


def _window_from_shortcut(wine: Wine, shortcut: Path, screen: Screen, pictures: Path) -> None:
    wine.start("start", wine.windows_path(shortcut), display=screen.display).wait(PATIENCE)
    window = screen.drawn_window(version.NAME)
    screen.picture(pictures / "windows-first-start.png")
    screen.key(window, "alt+F4")
    wait(lambda: screen.is_gone(version.NAME), PATIENCE, "the window did not close")
    wine.settle()


def _finished_moves(wine: Wine, home: Path, screen: Screen, setup: Path, pictures: Path) -> None:
    sample = home / "program" / "resources" / "samples" / f"{_BOOK}.xlsx"
    book = wine.user / "Documents" / sample.name
    book.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(sample, book)
    place = wine.windows_path(wine.user) + "\\Documents\\" + sample.name
    words = ("run", place, "--practice", "--yes", "--speed", "7200", "--accept-corrections")
    done = wine.run(home / COMMAND, *words, timeout=600)
    _must(done.returncode in (0, 1), f"the run ended with {done.returncode}\n{done.stderr}")
    _must("people moved" in done.stdout, f"the run said nothing of moves\n{done.stdout}")
    process = wine.start(home / PROGRAM, place, "--practice", display=screen.display)
    screen.drawn_window(version.NAME)
    screen.window("Rehearsal")  # the practice tenants are connected
    wait(lambda: screen.colours("root") > 200, PATIENCE, "the workbook was not shown")
    screen.settled_picture(pictures / "windows-finished-moves.png")
    _install(wine, setup, code=_RUNS)
    _install(wine, setup, "/CLOSE")
    process.wait(PATIENCE)
    _must(screen.is_gone(version.NAME), "the setup did not close the program")


def _offers_to_close(wine: Wine, setup: Path, home: Path, screen: Screen, pictures: Path) -> None:
    process = wine.start(home / PROGRAM, display=screen.display)
    screen.drawn_window(version.NAME)
    log = wine.drive / "setup.log"
    log.unlink(missing_ok=True)
    installing = wine.start(setup, "/LOG=C:\\setup.log", display=screen.display)
    title = f"{version.NAME} {version.VERSION}"
    window = screen.window(title)
    screen.settled_picture(pictures / "setup-repair.png")
    screen.key(window, "alt+n")
    wait(lambda: _log_says(log, "the program runs"), PATIENCE, "the setup did not see the program")
    screen.settled_picture(pictures / "setup-program-runs.png")
    screen.key(screen.window(title), "Return")
    wait(lambda: process.poll() is not None, PATIENCE, "the setup did not close the program")
    wait(lambda: _log_says(log, "done"), 300, "the setup did not repair")
    screen.key(window, "space", "alt+f")
    installing.wait(PATIENCE)


def _log_says(log: Path, what: str) -> bool:
    lines = log.read_text("utf-16").splitlines() if log.is_file() else []
    return any(line.endswith(what) for line in lines)


def _faults_told(wine: Wine, home: Path, screen: Screen, pictures: Path) -> None:
    """Each file is damaged and put back; the program says what is wrong and is not just silent."""
    log = wine.user / "AppData" / "Local" / "TenantFerry" / "start.log"
    for name, picture in (
        ("program/ui/start.pyc", "windows-fault.png"),
        ("runtime/python313.zip", "windows-fault-of-the-runtime.png"),
        ("runtime/python313.dll", "windows-no-runtime.png"),
    ):
        damaged = home / name
        content = damaged.read_bytes()
        damaged.write_bytes(content[:200])
        process = wine.start(home / PROGRAM, display=screen.display)
        box = screen.window(version.NAME)
        screen.settled_picture(pictures / picture)
        screen.key(box, "Return")
        wait(lambda: screen.is_gone(version.NAME), PATIENCE, "the box did not close")
        process.wait(PATIENCE)
        damaged.write_bytes(content)
    told = log.read_text("utf-8", "replace")
    _must("EOFError: marshal data too short" in told, f"the log says nothing of it:\n{told}")


def _replaced(wine: Wine, setup: Path, tree: Path, home: Path) -> None:
    data = wine.user / "AppData" / "Local" / "TenantFerry"
    kept = sorted(path for path in data.rglob("*") if path.is_file())
    _must(bool(kept), "the runs above left no journal")
    stale = home / "program" / "app" / "gone.pyc"
    stale.write_bytes(b"of an older version")
    (home / "lib" / "httpx" / "__init__.pyc").unlink()
    _set_version(wine, "0.0.9")
    _install(wine, setup)
    _same_files(tree, home)
    told = _registered(wine)
    _must(f" {version.VERSION}\n" in told, f"the list of programs has another version:\n{told}")
    _must(all(path.is_file() for path in kept), "the upgrade took the user's own data")
    (home / "runtime" / "python313.dll").write_bytes(b"damaged")
    _install(wine, setup)
    _same_files(tree, home)
    _set_version(wine, "99.0.0")
    _install(wine, setup, code=_NEWER)
    _set_version(wine, version.VERSION)


def _set_version(wine: Wine, told: str) -> None:
    wine.run("reg", "add", f"HKCU\\{_ARP}", "/v", "DisplayVersion", "/d", told, "/f")


def _told_to_windows(wine: Wine, tree: Path) -> None:
    """The list of programs has size and commands; the file type is offered, not taken over."""
    told = _registered(wine)
    size = re.search(r"EstimatedSize\s+REG_DWORD\s+(0x[0-9a-f]+)", told)
    _must(size is not None and int(size[1], 16) == kilobytes(tree), f"the size is odd:\n{told}")
    for name in ("DisplayIcon", "Publisher", "UninstallString", "QuietUninstallString"):
        _must(name in told, f"the list of programs has no {name}:\n{told}")
    types = wine.run("reg", "query", r"HKCU\Software\Classes\.xlsx", "/s").stdout
    _must("TenantFerry.Workbook" in types, f"the program is not offered for .xlsx:\n{types}")
    taken = wine.run("reg", "query", r"HKCU\Software\Classes\.xlsx", "/ve").stdout
    _must("TenantFerry" not in taken, f"the file type was taken over:\n{taken}")


def _registered(wine: Wine) -> str:
    return wine.run("reg", "query", f"HKCU\\{_ARP}").stdout.replace("\r", "")


def _pages(wine: Wine, setup: Path, home: Path, screen: Screen, pictures: Path) -> None:
    title = f"{version.NAME} {version.VERSION}"
    process = wine.start(setup, display=screen.display)
    window = screen.window(title)
    for number, name in enumerate(("welcome", "options", "folder"), 1):
        screen.settled_picture(pictures / f"setup-{number}-{name}.png")
        screen.key(window, "alt+i" if name == "folder" else "alt+n")
    wait((home / "uninstall.exe").is_file, 900, "the pages did not install the program")
    screen.settled_picture(pictures / "setup-4-finish.png")
    screen.key(window, "space", "alt+f")
    process.wait(PATIENCE)
    removing = wine.start(home / "uninstall.exe", display=screen.display)
    window = screen.window(f"{version.NAME}.*Uninstall|Uninstall|{title}")
    screen.settled_picture(pictures / "uninstall-1-data.png")
    screen.key(window, "alt+u")
    wait(lambda: not (home / PROGRAM).exists(), 300, "the pages did not uninstall the program")
    screen.settled_picture(pictures / "uninstall-2-done.png")
    screen.key(window, "alt+c")
    removing.wait(PATIENCE)
    wine.settle()


def _for_all(wine: Wine, setup: Path) -> None:
    home = wine.drive / "Program Files" / version.NAME
    _install(wine, setup, "/AllUsers", "/NODESKTOP")
    menu = wine.drive / "ProgramData/Microsoft/Windows/Start Menu/Programs"
    _must((menu / f"{version.NAME}.lnk").is_file(), "the Start menu of all users has no entry")
    _uninstall(wine, home, "/DELETEDATA")
    data = wine.user / "AppData" / "Local" / "TenantFerry"
    _must(not data.exists(), "the user's data stayed, though its deletion was asked for")


def is_of_windows(key: str) -> bool:
    """A line of the registry that comes and goes whatever a program leaves."""
    return _UNTOUCHED.search(key) is not None


def _state(wine: Wine) -> tuple[set[str], set[str]]:
    """Files on the drive, and keys and values of the registry."""
    wine.settle()
    linked = [path for path in wine.user.iterdir() if path.is_symlink()]
    places = [wine.drive, *linked]
    files = {str(path) for place in places for path in place.rglob("*") if not path.is_dir()}
    keys = set()
    for name in ("user.reg", "system.reg"):
        here = ""
        for line in (wine.prefix / name).read_text("utf-8", "replace").splitlines():
            if line.startswith("["):
                here = line.partition("]")[0]
                keys.add(here)
            elif line.startswith(("@", '"')):
                keys.add(f"{here} {line.partition('=')[0]}")
    return files, {key for key in keys if not is_of_windows(key)}


def _nothing_left(
    wine: Wine, before: tuple[set[str], set[str]], say: Callable[[str], None]
) -> None:
    files, keys = (now - old for now, old in zip(_state(wine), before, strict=True))
    own = str(wine.user / "AppData" / "Local" / "TenantFerry")
    # An uninstaller runs from a copy of itself, which Windows takes away when it next starts.
    temporary = (str(wine.user / "AppData/Local/Temp"), str(wine.user / "Temp"))
    of_the_trial = (own, *temporary, str(wine.drive / "setup.log"))
    left = {path for path in files if not path.startswith(of_the_trial) and _BOOK not in path}
    left.discard(str(wine.drive / "un.log"))
    _must(not left, f"left on the disk: {sorted(left)[:8]}")
    _must(not keys, f"left in the registry: {sorted(keys)[:8]}")
    logs = [path for path in files if path.startswith(own) and path.endswith(".log")]
    kept = [path for path in files if path.startswith(own)]
    program_logs = [path for path in logs if Path(path).parent == Path(own)]
    _must(not program_logs, f"logs of the program stayed: {program_logs}")
    say(f"uninstalled: nothing left but {len(kept)} files of the user's own data")


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise SystemExit(f"Stopped: {otherwise}")


def version_of_wine() -> str:
    """For the record of a trial."""
    return subprocess.run(
        ["wine", "--version"], capture_output=True, text=True, check=False
    ).stdout.strip()
