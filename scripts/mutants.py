"""Breaks the code in one place at a time, in a copy of the tree, and lists what no test notices.

Of the kept tools mutmut wants to run the whole suite, browser included, and cosmic-ray has neither a seeded sample nor
tests by package. Here a mutant meets only tests that reach its line, which is learnt first, and of those the quickest.
Each result is a line of the result file as soon as it is known, and what stands there is not tried again: the command
can be interrupted.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import os
import random
import shutil
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

from forked import Forks
from mutations import Mutation, mutations
from reach import CHOSEN, LEARNT, Reach, read_reach

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
PATIENCE = 5  # times as long as the tests of the whole code take
LEAST = 60  # seconds
HOUR = 3_600


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
        self._forks = Forks(folder, [folder, folder / "scripts"])

    def learn(self, package: str, stage: str) -> Reach:
        """Return which tests reach what, and print which fail. Raises SystemExit where they cannot be run."""
        data, learnt = self.folder / ".coverage", self.folder / "learnt.json"
        measured = [f"--cov={PACKAGES[package][0]}", "--cov-context=test", "--cov-report="]
        told = {"COVERAGE_FILE": str(data), LEARNT: str(learnt)}
        tests = [f"tests/{name}" for name in PACKAGES[package][1]]
        code = self.tested([*measured, "-m", stage, *tests], told, HOUR, keeps=True)
        if code not in (0, NO_TESTS):
            print((self.folder / "tests.log").read_text("utf-8", "replace")[-2_000:], flush=True)
        if code not in (0, 1, NO_TESTS):
            raise SystemExit(f"The tests of {package} cannot be run ({stage}).")
        return read_reach(data, learnt, self.folder)

    def noticed(self, mutant: Mutant, stages: Iterable[Reach], seconds: float) -> str:
        """Return "noticed", "timeout" or "survived" after tests that take some seconds a stage."""
        path = self.folder / mutant.file
        source, stat = path.read_text("utf-8"), path.stat()
        path.write_text(mutant.mutation.apply(source), "utf-8")
        try:
            for reach in stages:
                if chosen := reach.of(mutant.file, source, mutant.mutation, seconds):
                    patience = LEAST + PATIENCE * sum(reach.seconds[test] for test in chosen)
                    if (code := self.chosen_tested(chosen, patience)) != 0:
                        return "timeout" if code is None else "noticed"
            return "survived"
        finally:
            path.write_text(source, "utf-8")
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # its byte code is good again

    def chosen_tested(self, tests: list[str], seconds: float) -> int | None:
        """Return pytest's exit code over some tests in their order, None where they took too long."""
        listed = self.folder / "chosen.json"
        listed.write_text(json.dumps(tests), "utf-8")
        files = dict.fromkeys(test.partition("::")[0] for test in tests)
        return self.tested(["-x", "-p", "no:pytest_cov", *files], {CHOSEN: str(listed)}, seconds)

    def tested(self, options: list[str], told: dict[str, str], seconds: float, keeps: bool = False) -> int | None:
        """Return pytest's exit code, None where it took longer."""
        plain = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "reach", "--hypothesis-profile", "quick"]
        return self._forks.pytest([*plain, *options], told, seconds, self.folder / "tests.log", keeps)

    def close(self) -> None:
        """End what runs the tests."""
        self._forks.close()


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


def try_out(mutants: list[Mutant], results: Path, jobs: int, seconds: float) -> None:
    """Try mutants, `jobs` at a time, with tests that take some seconds a stage, and append what becomes of each."""
    results.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, results.open("a", encoding="utf-8") as file:
        copies: SimpleQueue[Copy] = SimpleQueue()
        every = [Copy(Path(folder) / str(n)) for n in range(jobs)]
        for copied in every:
            copies.put(copied)

        def one(mutant: Mutant, stages: list[Reach]) -> None:
            copied, began = copies.get(), time.monotonic()
            try:
                status = copied.noticed(mutant, stages, seconds)
            finally:
                copies.put(copied)
            row = {"id": mutant.id, "digest": mutant.digest, "package": mutant.package, "status": status}
            row |= {"seconds": round(time.monotonic() - began, 1), "diff": mutant.diff()}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
            print(f"{status:9} {row['seconds']:7.1f} s  {mutant.id}", flush=True)

        with ThreadPoolExecutor(jobs) as pool:
            for package in dict.fromkeys(mutant.package for mutant in mutants):
                stages = [every[0].learn(package, stage) for stage in STAGES]
                list(pool.map(lambda m, s=stages: one(m, s), [m for m in mutants if m.package == package]))
        for copied in every:
            copied.close()


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
    parser.add_argument(
        "--seconds", type=float, default=60, help="of tests, quickest first, that a mutant meets a stage"
    )
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
        try_out(left, options.results, options.jobs, options.seconds)
    done = known(options.results)
    print(report([done[m.id, m.digest] for m in drawn]))


if __name__ == "__main__":
    main()
