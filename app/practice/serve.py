"""Serves the practice tenants on this machine until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import secrets
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from app.practice.access import Side
from app.practice.address import Address, forget_address, keep_address
from app.practice.clock import FASTEST, PracticeClock, is_speed
from app.practice.crowd import invent, settle
from app.practice.directory import Directory, PeopleError, read_people
from app.practice.engine import QUEUE_LIMIT, SLOTS, Engine
from app.practice.practice_calls import keep_anchor, kept_anchor
from app.practice.scenario import OPEN, Scenario, ScenarioError, find_scenario
from app.practice.store import Store, StoreError
from app.practice.tenancy import Tenancy
from app.practice.web import PracticeWeb, Tokens

HOST = "127.0.0.1"
DEFAULT_SPEED = 240.0
_DEFAULT_SEED = 1
_BACKLOG = 2048
_TOKENS = ("source_token", "target_token")


def main(argv: Sequence[str]) -> int:
    """Serve until SIGTERM or SIGINT, or until nobody has called for a while.

    Prints one line of JSON on stdout, with base_url, source_token and target_token, once it can be
    called. Returns 0 at an orderly end, 1 when the port or the state file is not to be had.
    """
    ending = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ending.set()

    # From the very start: whoever starts us may change their mind before we serve.
    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        options = _options(argv)
        with _state_file(options.state) as path:
            return _serve(options, path, ending)
    except (StoreError, PeopleError, ScenarioError, OSError) as error:
        print(f"practice: {error}", file=sys.stderr)
        return 1
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass(frozen=True, slots=True)
class _Options:
    port: int
    state: Path | None
    speed: float | None
    exit_when_idle: float
    seed: int | None
    people: Path | None
    slots: int | None
    queue_limit: int | None
    scenario: str | None
    crowd: int | None
    sign_in: Path | None


def _options(argv: Sequence[str]) -> _Options:
    parser = argparse.ArgumentParser(
        prog="practice serve",
        description="Practice tenants on this machine: nothing real is ever touched.",
    )
    parser.add_argument("--port", type=_port, default=0, help="0: a free one")
    parser.add_argument("--state", type=Path, metavar="FILE", help="kept there; else forgotten")
    parser.add_argument(
        "--speed",
        type=_speed,
        metavar="X",
        help=f"practice seconds in a second (default {DEFAULT_SPEED:g}, or as before); "
        "0: stepped only",
    )
    parser.add_argument(
        "--exit-when-idle",
        type=_seconds,
        default=0.0,
        metavar="SECONDS",
        help="end when no call came for so long; 0: never",
    )
    parser.add_argument("--seed", type=int, metavar="N", help="makes the people and their drives")
    parser.add_argument("--people", type=Path, metavar="FILE", help="what is special of whom, JSON")
    parser.add_argument(
        "--slots",
        type=_positive,
        metavar="N",
        help=f"run at a time (default: as the scenario says, or {SLOTS})",
    )
    parser.add_argument(
        "--queue-limit",
        type=_positive,
        metavar="N",
        help=f"pending at most (default: as the scenario says, or {QUEUE_LIMIT})",
    )
    parser.add_argument(
        "--scenario",
        metavar="NAME",
        help='what goes wrong, such as throttled-morning (default: as before); "": nothing',
    )
    parser.add_argument(
        "--crowd", type=_positive, metavar="N", help="make up so many people and their groups"
    )
    parser.add_argument(
        "--sign-in",
        type=Path,
        metavar="PEM",
        help="let people sign in at https://localhost, with this certificate and its key",
    )
    return _Options(**vars(parser.parse_args(list(argv))))


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError(text)
    return port


def _positive(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 10**6:
        raise ValueError(text)
    return number


def _seconds(text: str) -> float:
    seconds = float(text)
    if not (math.isfinite(seconds) and seconds >= 0):
        raise ValueError(text)
    return seconds


def _speed(text: str) -> float:
    speed = float(text)
    if not is_speed(speed):
        raise argparse.ArgumentTypeError(f"a number from 0 to {FASTEST:g}")
    return speed


@contextlib.contextmanager
def _state_file(wished: Path | None) -> Generator[Path, None, None]:
    if wished is not None:
        yield wished
        return
    with tempfile.TemporaryDirectory(prefix="practice-") as folder:
        yield Path(folder) / "practice.db"


def _serve(options: _Options, path: Path, ending: threading.Event) -> int:
    people = read_people(options.people) if options.people else {}
    with contextlib.closing(Store(path)) as store:
        clock = PracticeClock(kept_anchor(store))
        scenario = _scenario(options, store)
        _catch_up(store, clock, scenario)
        _apply(options, store, clock)
        directory = _directory(store, scenario)
        directory.add(people)
        if options.crowd is not None:
            domain = Tenancy(store, directory).tenant(Side.SOURCE).initial_domain
            settle(store, directory, invent(directory.seed, options.crowd, domain))
        engine = Engine(
            store,
            directory,
            scenario=scenario,
            slots=options.slots,
            queue_limit=options.queue_limit,
        )
        engine.begin_scenario(clock.now_ms())
        with contextlib.ExitStack() as sockets:
            listener = sockets.enter_context(_listen(options.port, store.meta("port")))
            port = listener.getsockname()[1]
            tokens = _remember(store, port, engine.slots)
            web = PracticeWeb(store, engine, directory, clock, tokens, port, engine.refuse)
            said = {
                "base_url": f"http://{HOST}:{port}",
                "source_token": tokens.source,
                "target_token": tokens.target,
            }
            keep_address(path, Address(**said))
            servers = [(_server(web), listener)]
            if options.sign_in is not None:
                # Late: few have a sign-in, and its cryptography takes time to load.
                from app.practice.openid_web import SignInWeb

                second = sockets.enter_context(_listen(0, store.meta("sign_in_port")))
                second_port = second.getsockname()[1]
                store.set_meta("sign_in_port", str(second_port))
                tenancy = Tenancy(store, directory)
                sign_in = SignInWeb(store, tenancy, clock, web.access, second_port)
                servers.append((_server(sign_in, options.sign_in), second))
                said["sign_in"] = f"https://localhost:{second_port}"
            print(json.dumps(said), flush=True)
            try:
                asyncio.run(_run(web, servers, ending, options.exit_when_idle))
            finally:
                forget_address(path)
    return 0


def _scenario(options: _Options, store: Store) -> Scenario:
    """Raises ScenarioError."""
    former = store.meta("scenario") or ""
    return find_scenario(former if options.scenario is None else options.scenario)


def _directory(store: Store, scenario: Scenario) -> Directory:
    return Directory(
        store,
        int(store.meta("seed") or _DEFAULT_SEED),
        mishaps=scenario.people,
        everybody_exists=scenario.tenants.everybody_exists,
    )


def _catch_up(store: Store, clock: PracticeClock, scenario: Scenario) -> None:
    """What happened while nobody served is played by the settings of that time."""
    try:
        former = find_scenario(store.meta("scenario") or "")
    except ScenarioError:
        former = OPEN  # its file is gone
    directory = _directory(store, former)
    slots = store.meta("slots")
    engine = Engine(store, directory, scenario=former, slots=None if slots is None else int(slots))
    clock.not_before(engine.advanced_to)
    begins_anew = store.meta("clock") is None
    if not begins_anew:
        engine.advance(clock.now_ms())
    if begins_anew or scenario.name != former.name:
        clock.step((scenario.first_ms(clock.now_ms()) - clock.now_ms()) / 1000)
        engine.advance(clock.now_ms())
        if not begins_anew:  # a new clock is kept once its speed is known
            keep_anchor(store, clock)


def _apply(options: _Options, store: Store, clock: PracticeClock) -> None:
    """The settings of this start, over those of the last one."""
    speed = options.speed
    if speed is None and store.meta("clock") is None:
        speed = DEFAULT_SPEED
    with store.transaction():
        if speed is not None:
            clock.run_at(speed)
            keep_anchor(store, clock)
        if options.seed is not None:
            store.set_meta("seed", str(options.seed))
        # New settings count from now on, not from the last time that something happened.
        store.set_meta("advanced_to", str(clock.now_ms()))


def _listen(wished: int, former: str | None) -> socket.socket:
    """A free port; without a wish the former one, so that clients find us again."""
    for port in (wished,) if wished else (int(former or 0), 0):
        # Named as TCP: asyncio switches Nagle's delay off only then, 40 ms a call.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if sys.platform != "win32":  # there it would let two servers share the port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, port))
            # Calls that come before the event loop runs wait in line.
            listener.listen(_BACKLOG)
        except OSError as error:
            listener.close()
            last = error
            continue
        return listener
    raise OSError(f"no port to listen on: {last}")


def _remember(store: Store, port: int, slots: int) -> Tokens:
    with store.transaction():
        store.set_meta("port", str(port))
        store.set_meta("slots", str(slots))
        for name in _TOKENS:
            if store.meta(name) is None:
                store.set_meta(name, secrets.token_urlsafe(32))
    return Tokens(*(str(store.meta(name)) for name in _TOKENS))


class _Server(uvicorn.Server):
    """Leaves the signals to `main`; uvicorn would raise them again after an orderly end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def _server(web: ASGIApp, certificate: Path | None = None) -> _Server:
    return _Server(
        uvicorn.Config(
            web,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
            ssl_certfile=certificate,
        )
    )


async def _run(
    web: PracticeWeb,
    servers: Sequence[tuple[_Server, socket.socket]],
    ending: threading.Event,
    idle: float,
) -> None:
    ours = [server for server, _ in servers]
    watch = asyncio.create_task(_watch(ours, web, ending, idle))
    try:
        await asyncio.gather(*(server.serve(sockets=[listener]) for server, listener in servers))
    finally:
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch


async def _watch(
    servers: Sequence[_Server], web: PracticeWeb, ending: threading.Event, idle: float
) -> None:
    web.last_request = time.monotonic()
    while not any(server.should_exit for server in servers):
        await asyncio.sleep(0.1)
        if ending.is_set() or (idle and time.monotonic() - web.last_request > idle):
            break
    for server in servers:
        server.should_exit = True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
