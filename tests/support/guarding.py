"""A `qa serve` of its own behind its guard, and what a test of it looks at."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from places import ROOT, put_starter

JOIN = "/gradio_api/queue/join"
GROWTH = 64 * 2**20  # bytes of memory that one refused body may cost the service


class Served:
    """A `qa serve` of its own and what it takes to look at it."""

    def __init__(self, home: Path, *options: str) -> None:
        self.home, self.uploads = home, home / "index" / "uploads"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("QA_")}
        environment |= {"PYTHONUNBUFFERED": "1"}
        self._log = (home / "serve.log").open("w+")
        command = [
            sys.executable,
            "-c",
            "from qa.cli.commands import main; main()",
            "--home",
            str(home),
            "serve",
            "--port",
            "0",
        ]
        self.process = subprocess.Popen(
            [*command, *options], cwd=ROOT, env=environment, stdout=self._log, stderr=subprocess.STDOUT
        )
        self.until(lambda: "Groundwire: " in self.log(), "announced")
        self.url = re.search(r"Groundwire: (\S+)", self.log())[1]
        self.port = int(self.url.rpartition(":")[2])
        self.own = {"authorization": f"Bearer {(home / 'index' / 'token').read_text('ascii')}"}
        self.until(lambda: self.get("/api/health", headers=self.own).json()["state"] == "ready", "ready")

    def log(self) -> str:
        return (self.home / "serve.log").read_text()

    def get(self, path: str, **options) -> httpx.Response:
        return httpx.get(self.url + path, trust_env=False, timeout=120, **options)

    def post(self, path: str, **options) -> httpx.Response:
        return httpx.post(self.url + path, trust_env=False, timeout=120, **options)

    def left_over(self) -> list[Path]:
        return [p for p in self.uploads.rglob("*") if p.is_file()]

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """Its memory never grows by GROWTH meanwhile, no upload is left behind, and it goes on answering."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")  # the peak is what it is now
        before, files = self._peak(), self.left_over()
        yield
        self.until(lambda: self.left_over() == files, "rid of its uploads")
        assert self._peak() - before < GROWTH, "its memory grew"
        assert self.get("/api/health", headers=self.own).status_code == 200

    def until(self, true, what: str) -> None:
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"the service ended: {self.log()}"
            try:
                if true():
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the service was not {what} in time: {self.log()}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()

    def _peak(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def home_of(tmp_path_factory, name: str) -> Path:
    return put_starter(tmp_path_factory.mktemp(name))
