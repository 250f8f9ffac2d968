"""Serving: binds the port, starts the service behind the page, tells other processes where it is."""

from __future__ import annotations

import asyncio
import atexit
import errno
import faulthandler
import logging
import os
import secrets
import shutil
import socket
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn

from qa.core.display import progress_bar
from qa.core.errors import IndexHeld, StorageError, UserError
from qa.core.files import PRIVATE, write_file
from qa.core.settings import Settings
from qa.index.lock import Holder
from qa.service.client import RemoteQA
from qa.service.conversations import FILE, Conversations
from qa.service.users import Users
from qa.web.guard.connections import Connections, raise_limit
from qa.web.guard.login import Login
from qa.web.running import RunningService

if TYPE_CHECKING:
    from fastapi import FastAPI

    from qa.service.service import QA

TOKEN_FILE = "token"  # noqa: S105  (a file name)
PORTS_TRIED = 20
GRACE_SECONDS = 2  # for answers under way when the service is told to stop
CLOSE_SECONDS = 5  # for an article that is being added; what takes longer is made up for at the next start
HUNG_SECONDS = GRACE_SECONDS + CLOSE_SECONDS + 2  # after the signal: nothing hangs longer than that
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (every address of this machine, and the one it has for itself)

_NO_LOGIN = (
    "{} can be reached from other machines and there is no login. Serve on 127.0.0.1 without a proxy, add a user "
    "(qa user add NAME), or say --public: then anyone who can reach it can read, add and delete articles."
)


def serve(
    settings: Settings, host: str, port: int, *, public: bool = False, allowed: Sequence[str] = (), proxy: str = ""
) -> None:
    """Serve until interrupted. Other machines need a login, unless `public`; `allowed` are names to answer to.

    `proxy` is the one address whose word on who asks, and whether by TLS, is taken (X-Forwarded-For, -Proto).
    Raises IndexHeld when a service for this folder runs already, UserError, UsersDamaged.
    """
    users, reachable = Users(settings.users), host not in _LOOPBACK
    private = not public and (reachable or bool(proxy))
    if private and not users.all():
        raise UserError(_NO_LOGIN.format(host if reachable else "A proxy"))
    running = RemoteQA.find(settings.index)
    if running is not None:
        raise IndexHeld(f"Groundwire serves this folder already: {running.address}")
    listener, bound = bind(host, port)
    here = _ANY.get(host, host)  # where this machine reaches it
    address = f"http://{here if ':' not in here else f'[{here}]'}:{bound}"
    if bound != port and port:
        print(f"Port {port} is taken by another program; serving on {bound} instead.", file=sys.stderr)
    token = service_token(settings.index)
    conversations = Conversations(settings.home / FILE)
    service = RunningService(lambda: _open(settings, address, token, conversations), lambda: _read(settings))
    os.environ["GRADIO_TEMP_DIR"] = str(_private_folder(settings))  # never the system's shared one
    from qa.web.app import build_app  # the page knows the service; the service never knows the page

    login = Login(users, token, required=private)
    names = [here, *allowed, *([socket.gethostname()] if reachable else [])]
    app = build_app(service, conversations, token, names, any_address=reachable, login=login)
    print(f"Groundwire: {address}", flush=True)
    if reachable:
        print(_warning(host, bound, bool(users.all())), file=sys.stderr, flush=True)
    with progress_bar("indexing") as progress, ExitStack() as closing:
        for part in (listener, conversations, service):
            closing.callback(part.close)
        service.start(progress, then=_report)
        _Server(_config(app, proxy), closing.close).run(sockets=[listener])


def _config(app: FastAPI, proxy: str) -> uvicorn.Config:
    """Return how connections are served."""
    return uvicorn.Config(
        app,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws="none",
        proxy_headers=bool(proxy),  # from anybody else they would be a way around the throttle
        forwarded_allow_ips=proxy,
        http=Connections(raise_limit(), proxy=proxy).protocol(),
    )


class _Server(uvicorn.Server):
    """Ends within seconds whoever is connected and whatever hangs, and closes what it serves first.

    SIGTERM leaves no time afterwards.
    """

    def __init__(self, config: uvicorn.Config, close: Callable[[], None]) -> None:
        super().__init__(config)
        self._down = threading.Event()  # the event loop has come as far as to close
        self._closing = threading.Thread(target=close, name="groundwire-close", daemon=True)
        self._once = threading.Lock()
        self._watching: threading.Thread | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to shut down, with a watchdog."""
        super().handle_exit(sig, frame)
        if self._watching is None:
            self._watching = threading.Thread(target=self._watch, args=(sig,), name="groundwire-watchdog", daemon=True)
            self._watching.start()
            with suppress(ValueError, OSError, RuntimeError):  # no standard error to say what hung
                faulthandler.dump_traceback_later(HUNG_SECONDS + 1, exit=True)  # whoever holds the interpreter

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End gradio's streams, then the connections, and close what is served."""
        logging.getLogger("uvicorn.error").addFilter(_not_cancelled)
        for route in getattr(self.config.app, "routes", ()):
            if stop := getattr(getattr(route, "app", None), "stop_event", None):
                stop.set()  # gradio's streams to open pages, which otherwise never end
        await super().shutdown(sockets)
        self._down.set()
        self._close()

    def _watch(self, sig: int) -> None:
        """End the process when the event loop does not, as a call in it that hangs keeps it from doing."""
        end = time.monotonic() + HUNG_SECONDS
        if not self._down.wait(HUNG_SECONDS - CLOSE_SECONDS):
            self._close()
        else:
            time.sleep(max(0.0, end - time.monotonic()))
        os._exit(128 + sig)

    def _close(self) -> None:
        """Close what is served, in time or never."""
        with self._once:
            if self._closing.ident is None:
                self._closing.start()
        self._closing.join(CLOSE_SECONDS)


def _not_cancelled(record: logging.LogRecord) -> bool:
    """Return True if a line of the log is news: requests cut off by a shutdown are not."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def _warning(host: str, port: int, login: bool) -> str:
    """Return what it means that other machines can reach this."""
    reached = f"Other machines reach it at http://{socket.gethostname() if host in _ANY else host}:{port} . "
    if not login:
        return reached + "There is no login: anyone who can reach it can read, add and delete articles."
    return reached + "Passwords and articles travel in the clear, unless a proxy that speaks TLS stands in front."


def bind(host: str, port: int) -> tuple[socket.socket, int]:
    """Return a socket that listens on the port, or on the first free one of the next. Raises UserError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, port + PORTS_TRIED) if port else [0]:
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(128)
        except OSError as error:
            listener.close()
            reason = error.strerror or str(error)
            continue
        return listener, int(listener.getsockname()[1])
    raise UserError(
        f"No port from {port} to {port + PORTS_TRIED - 1} is free on {host} ({reason}). Choose one: --port N"
    )


def service_token(index: Path) -> str:
    """Return the token that opens the writing routes. It is made once, so open pages survive a restart.

    It is kept for this user only: one that others could have read, made or led elsewhere is replaced; where none can be
    written, it is kept nowhere.
    """
    path = index / TOKEN_FILE
    if known := _own_secret(path):
        return known
    token = secrets.token_urlsafe(24)
    try:
        index.mkdir(parents=True, exist_ok=True)
        write_file(path, token, mode=PRIVATE)
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise StorageError(f"The index folder {index} cannot be written: {error}. Mend its permissions.") from error
    return token


def _own_secret(path: Path) -> str:
    """Return what stands in a file that is this user's and that nobody else can read or write; nothing otherwise."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            info = os.fstat(file.fileno())
            sound = stat.S_ISREG(info.st_mode) and info.st_uid == os.geteuid() and not info.st_mode & 0o077
            token = file.read(1_000).decode("ascii").strip() if sound and info.st_nlink == 1 else ""
    except (OSError, UnicodeDecodeError):
        return ""
    return token if len(token) >= 24 else ""


def _private_folder(settings: Settings) -> Path:
    """Return a folder for gradio that nobody else can look into; of this process alone where the home is read-only."""
    folder = settings.uploads / "gradio"
    try:
        settings.uploads.mkdir(0o700, parents=True, exist_ok=True)
        folder.mkdir(0o700, exist_ok=True)
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="groundwire-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _open(settings: Settings, address: str, token: str, conversations: Conversations) -> QA:
    """Open the service for writing, and tell other processes where it is."""
    from qa.service.service import QA  # seconds of imports: in the thread, behind a page that is up

    qa = QA.open(settings=settings, command="qa serve")
    qa.announce(Holder(os.getpid(), "qa serve", address, token))
    conversations.tidy()
    return qa


def _read(settings: Settings) -> QA:
    """Open the service for reading."""
    from qa.service.service import QA

    return QA.read(settings=settings)


def _report(service: RunningService) -> None:
    """Print what the start came to."""
    if service.state == "failed":
        print(f"qa: {service.failure or service.detail}", file=sys.stderr, flush=True)
        return
    counts = service.qa.status()
    articles = "1 article" if counts["articles"] == 1 else f"{counts['articles']:,} articles"
    print(f"Ready: {articles}, {counts['passages']:,} passages. {service.detail}.", flush=True)
    for name, reason in (service.report.refused if service.report else {}).items():
        print(f"Refused: {name}: {reason}", file=sys.stderr, flush=True)
