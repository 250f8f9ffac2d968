"""Breaks the code in one place at a time, in a copy of the tree, and lists what no test notices.

Of the kept tools mutmut wants to run the whole suite first to learn which test reaches what, and cosmic-ray has neither
a seeded sample nor tests by package; both would take days here, where this takes hours. Each result is a line of the
result file as soon as it is known, and what stands there is not tried again: the command can be interrupted.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from mutations import Mutation, mutations

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "build" / "mutants.jsonl"
# A package: its folder, and the tests that look at it, those that notice most first.
PACKAGES: dict[str, tuple[str, list[str]]] = {
    "answer": ("qa/answer", ["answer", "laws/test_golden.py", "service/test_examples.py", "index/test_writer.py"]),
    "corpus": ("qa/corpus", ["corpus", "service/test_adding.py", "laws/test_golden.py", "index/test_writer.py"]),
    "index": ("qa/index", ["index", "laws/test_storage.py", "laws/test_crash.py", "web/test_listing.py"]),
    "guard": ("qa/web/guard", [f"web/test_{name}.py" for name in "login uploads connections api gradio guard".split()]),
}
# The quick tests first; what they let through has to pass those that start processes or load weights.
STAGES = ("not (browser or process or model or clock or long)", "(process or model) and not (browser or clock or long)")
NO_TESTS = 5  # pytest's exit code
PATIENCE = 5  # times as long as the whole code's tests take
LEAST = 120  # seconds


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mutation of a file."""

    package: str
    file: str
    mutation: Mutation
    digest: str  # of the file's source, so that a result counts for that source only

    @property
    def id(self) -> str:
        m = self.mutation
        return f"{self.file}:{m.line}:{m.start}-{m.end}:{m.kind}:{hashlib.sha256(m.new.encode()).hexdigest()[:6]}"

    def diff(self) -> str:
        """Return what it changes, without context."""
        before = (ROOT / self.file).read_text("utf-8")
        after = self.mutation.apply(before)
        lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
        return "\n".join(line for line in lines if line[:3] not in ("---", "+++") and not line.startswith("@@"))


class Copy:
    """A copy of the tree to break."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        list_files = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(list_files, cwd=ROOT, capture_output=True, check=True)
        for name in listed.stdout.decode().split("\0"):
            if name and (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        compiled = [sys.executable, "-m", "compileall", "-q", "qa", "tests"]  # no run writes byte code of its own
        subprocess.run(compiled, cwd=folder, check=False)

    def noticed(self, mutant: Mutant, seconds: float) -> str:
        """Return "noticed", "timeout" or "survived"."""
        path = self.folder / mutant.file
        source, stat = path.read_text("utf-8"), path.stat()
        path.write_text(mutant.mutation.apply(source), "utf-8")
        try:
            for stage in STAGES:
                code = self.tested(mutant.package, stage, seconds)
                if code is None:
                    return "timeout"
                if code not in (0, NO_TESTS):
                    return "noticed"
            return "survived"
        finally:
            path.write_text(source, "utf-8")
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # its byte code is good again

    def tested(self, package: str, stage: str, seconds: float) -> int | None:
        """Return pytest's exit code over the tests of a package, None where it took too long."""
        tests = [f"tests/{name}" for name in PACKAGES[package][1]]
        command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", stage, *tests]
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        with (self.folder / "tests.log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=self.folder, env=environment, stdout=log, stderr=log, start_new_session=True
            )
            try:
                return process.wait(seconds)
            except subprocess.TimeoutExpired:
                return None
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()


def all_mutants(packages: Iterable[str]) -> list[Mutant]:
    """Return every mutant of these packages."""
    found = []
    for package in packages:
        for path in sorted((ROOT / PACKAGES[package][0]).rglob("*.py")):
            source = path.read_text("utf-8")
            digest = hashlib.sha256(source.encode()).hexdigest()[:12]
            name = path.relative_to(ROOT).as_posix()
            found += [Mutant(package, name, mutation, digest) for mutation in mutations(source)]
    return found


def known(results: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the results that a file holds, by mutant and source."""
    lines = results.read_text("utf-8").splitlines() if results.is_file() else []
    return {(row["id"], row["digest"]): row for row in map(json.loads, lines)}


def try_out(mutants: list[Mutant], results: Path, jobs: int) -> None:
    """Try mutants, `jobs` at a time, and append what becomes of each."""
    results.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, results.open("a", encoding="utf-8") as file:
        copies: SimpleQueue[Copy] = SimpleQueue()
        first = Copy(Path(folder) / "0")
        patience = {package: _patience(first, package) for package in dict.fromkeys(m.package for m in mutants)}
        for copied in (first, *(Copy(Path(folder) / str(n)) for n in range(1, jobs))):
            copies.put(copied)

        def one(mutant: Mutant) -> None:
            copied, began = copies.get(), time.monotonic()
            try:
                status = copied.noticed(mutant, patience[mutant.package])
            finally:
                copies.put(copied)
            row = {"id": mutant.id, "digest": mutant.digest, "package": mutant.package, "status": status}
            row |= {"seconds": round(time.monotonic() - began, 1), "diff": mutant.diff()}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
            print(f"{status:9} {row['seconds']:7.1f} s  {mutant.id}", flush=True)

        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(one, mutants))


def _patience(copied: Copy, package: str) -> float:
    """Return how long the tests of a package may take. Raises SystemExit where the whole code does not pass them."""
    began = time.monotonic()
    for stage in STAGES:
        if copied.tested(package, stage, 3_600) not in (0, NO_TESTS):
            tail = (copied.folder / "tests.log").read_text("utf-8", "replace")[-3_000:]
            raise SystemExit(f"The tests of {package} fail before anything is broken ({stage}):\n{tail}")
    return max(LEAST, PATIENCE * (time.monotonic() - began))


def report(rows: list[dict[str, Any]]) -> str:
    """Return the table of what was noticed, and what each survivor changed."""
    lines = [
        "| package | mutants | noticed | by a timeout | survived | share noticed |",
        "|---|---|---|---|---|---|",
    ]
    for package in (*PACKAGES, "all"):
        count = Counter(row["status"] for row in rows if package in (row["package"], "all"))
        if total := count.total():
            seen = total - count["survived"]
            share = f"{100 * seen / total:.0f} %"
            lines.append(f"| {package} | {total} | {seen} | {count['timeout']} | {count['survived']} | {share} |")
    survivors = [f"\n{row['id']}\n{row['diff']}" for row in rows if row["status"] == "survived"]
    return "\n".join([*lines, *survivors])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sample", type=int, default=300, help="how many mutants, drawn at random")
    parser.add_argument("--seed", type=int, default=0, help="seed of the draw")
    parser.add_argument("--packages", nargs="+", choices=PACKAGES, default=list(PACKAGES))
    parser.add_argument("--match", default="", help="only mutants whose id or change has this text")
    parser.add_argument("--jobs", type=int, default=1, help="mutants tried at a time")
    parser.add_argument("--results", type=Path, default=RESULTS, help="result file, appended to")
    options = parser.parse_args()
    everything = all_mutants(options.packages)
    if options.match:
        everything = [m for m in everything if options.match in m.id or options.match in m.diff()]
    drawn = random.Random(options.seed).sample(everything, min(options.sample, len(everything)))
    done = known(options.results)
    left = [m for m in drawn if (m.id, m.digest) not in done]
    print(
        f"{len(everything)} mutants, {len(drawn)} drawn with seed {options.seed}, {len(left)} not tried yet", flush=True
    )
    if left:
        try_out(left, options.results, options.jobs)
    done = known(options.results)
    print(report([done[m.id, m.digest] for m in drawn]))


if __name__ == "__main__":
    main()
