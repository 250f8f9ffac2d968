"""Runs pytest in forks of a process that has imported every library: a run does not begin with seconds of imports.

The process knows nothing of our own code, which each fork imports anew, from the folder that it runs in. It reads one
task a line and answers each with a line; it ends when its input does.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

OURS = ("qa", "tests")
ENVIRONMENT = {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False", "PYTHONDONTWRITEBYTECODE": "1"}


class Forks:
    """The process, from outside. One run at a time."""

    def __init__(self, folder: Path, paths: list[Path]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-B", __file__],
            cwd=folder,
            env={**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(map(str, paths))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def pytest(
        self, options: list[str], told: dict[str, str], seconds: float, log: Path, keeps: bool = False
    ) -> int | None:
        """Return pytest's exit code, None where it took longer. `told` is added to the environment.

        `keeps` keeps byte code, of the tests too: only where no source is broken.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        task = {"options": options, "told": told, "seconds": seconds, "log": str(log), "keeps": keeps}
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        if not (line := self._process.stdout.readline()):
            raise SystemExit(f"The process that runs the tests has ended ({self._process.poll()}).")
        answer: dict[str, int | None] = json.loads(line)
        return answer["code"]

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def libraries(folder: Path) -> list[str]:
    """Return the modules of installed libraries that the code and its tests import."""
    found: set[str] = set()
    for path in [path for top in OURS for path in (folder / top).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module)
    tops = {name.partition(".")[0] for name in found} - sys.stdlib_module_names
    installed = {top for top in tops if (spec := find_spec(top)) and "site-packages" in str(spec.origin)}
    return sorted(name for name in found if name.partition(".")[0] in installed)


def main() -> None:
    """Import the libraries, then run a fork for each task."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # a library that prints does not answer
    for name in libraries(Path.cwd()):
        with suppress(Exception):
            importlib.import_module(name)
    if threading.active_count() > 1:  # such a thread would be missing in the forks
        print("A library has started a thread:", threading.enumerate(), file=sys.stderr)
    for line in sys.stdin:
        task = json.loads(line)
        child = os.fork()
        if not child:
            _run(task)
        answers.write(json.dumps({"code": _code(child, task["seconds"])}) + "\n")
        answers.flush()


def _run(task: dict[str, Any]) -> NoReturn:
    """Run pytest as a process that has just begun would."""
    import pytest

    os.setsid()
    os.environ.update(task["told"])
    sys.dont_write_bytecode = not task["keeps"]
    log = os.open(task["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number, file in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
        os.dup2(file, number)
    code = 1
    try:
        code = int(pytest.main(task["options"]))
    finally:
        sys.stdout.flush()
        os._exit(code)


def _code(child: int, seconds: float) -> int | None:
    """Return a fork's exit code, or None when it has not ended after some seconds; what it started is killed."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            with suppress(OSError):
                os.killpg(child, signal.SIGKILL)
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


if __name__ == "__main__":
    main()
