"""`qa serve` with the fake model, in a process that records what it opens outside its home and whom it connects to.

The record sees what Python opens (`sys.addaudithook`); libraries in C or Rust that open by themselves pass unseen.
SIGUSR1 makes the process itself open CANARY and connect to nobody: so a test can show that the record sees it.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

RECORD, ROUTES, CANARY = "record", "routes.json", "canary"  # files beside the home
NOBODY = ("127.0.0.1", 9)
# Which arguments of which events are paths. `open` is raised by every way Python has to open a file.
NAMING = {
    "open": (0,), "os.listdir": (0,), "os.scandir": (0,), "os.rename": (0, 1), "os.link": (0, 1), "os.symlink": (0, 1),
    "os.remove": (0,), "os.mkdir": (0,), "os.rmdir": (0,), "os.truncate": (0,), "os.chmod": (0,),
    "shutil.copyfile": (0, 1), "shutil.move": (0, 1), "shutil.copytree": (0, 1), "shutil.rmtree": (0,),
}  # fmt: skip
HARMLESS = ("/dev/null", "/dev/urandom", "/proc/self", f"/proc/{os.getpid()}")


def watch(record: Path, home: Path) -> None:
    """Write a line for each path outside the home and the Python installation, and for each connection."""
    log = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    code = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    own = [
        os.path.realpath(p) for p in (home, *code, *HARMLESS, Path(__file__).parent, Path(__file__).parents[2] / "qa")
    ]
    listed = {os.path.realpath(p or ".") for p in sys.path}  # imports look what is in these folders

    def outside(event: str, name: Any) -> str:
        path = os.fsdecode(name) if isinstance(name, str | bytes | os.PathLike) else ""
        try:
            real = os.path.realpath(path)
        except ValueError:  # a NUL: nothing is opened
            return ""
        inside = any(real == p or real.startswith(f"{p}/") for p in own) or (event == "os.listdir" and real in listed)
        return "" if not path or inside else real

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        said = [outside(event, arguments[i]) for i in NAMING.get(event, ())]
        if event == "socket.connect":
            said = [repr(arguments[1])]
        for what in filter(None, said):
            os.write(log, (json.dumps([event, what]) + "\n").encode())

    sys.addaudithook(hook)


def trespass(canary: Path) -> Callable[..., None]:
    """What the record must see."""

    def now(*_: object) -> None:
        canary.read_bytes()
        os.close(os.open(canary, os.O_RDONLY))
        os.listdir(canary.parent)
        with socket.socket() as caller:
            caller.connect_ex(NOBODY)

    return now


def routes(application: Any) -> list[dict[str, Any]]:
    """Every route with its methods and the names that it reads from the address, those of mounted parts included."""
    from fastapi.routing import iter_route_contexts

    found = []
    for route in iter_route_contexts(application.routes):
        if hasattr(route, "dependant"):
            query = [field.alias for field in route.dependant.query_params]
            found.append({"path": route.path, "methods": sorted(route.methods), "query": query})
        elif hasattr(getattr(route.route, "app", None), "routes"):
            found += routes(route.route.app)
        else:
            found.append({"path": route.path, "methods": sorted(route.methods or ["POST"]), "query": []})
    return found


def serve(home: Path) -> None:
    """Serve the home until told to stop."""
    sys.modules["matplotlib"] = None  # type: ignore[assignment]  # gradio uses it where tests are run, nobody's service has it
    import fakes

    from qa.cli.commands import main
    from qa.index.embedding import lazy_embedding
    from qa.index.vectors import chroma_folder as chroma
    from qa.index.vectors import probe
    from qa.service.service import QA
    from qa.web import app

    opened, built = QA.open, app.build_app

    def with_fake(*, command: str, **_: object) -> QA:
        settings = fakes.fake_settings(home)
        model = lazy_embedding(settings.model, fakes.FakeEmbedding())
        return opened(settings=settings, model=model, command=command)

    def noted(*arguments: Any, **options: Any) -> Any:
        application = built(*arguments, **options)
        (home.parent / ROUTES).write_text(json.dumps(routes(application)))
        return application

    QA.open, app.build_app = with_fake, noted
    chroma.probe = lambda folder, catalog, _: probe.compare(
        folder, catalog
    )  # in this process: it is not what is tested
    signal.signal(signal.SIGUSR1, trespass(home.parent / CANARY))
    main(["--home", str(home), "serve", "--port", "0"])


if __name__ == "__main__":
    place = Path(sys.argv[1]).resolve()
    watch(place.parent / RECORD, place)
    serve(place)
