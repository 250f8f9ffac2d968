"""A parser may hang, crash, lie or eat memory: it is stopped at its limit, the file is named, the others go on."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from places import ROOT, SUPPORT

from qa.core.errors import ArticleError, ServiceError
from qa.core.types import Draft, Found, Refusal
from qa.intake import sandbox
from qa.intake.child import OUT_OF_MEMORY, watch_memory
from qa.intake.sandbox import Limits, Parsers

MB = 1 << 20
HOSTILE = "hostile_parsers:parse"
SHORT = Limits(seconds=20, computing=10, memory=512 * MB, drafts=50, output=4 * MB)


@pytest.fixture(scope="module")
def parsers():
    """One sandbox for all that follows, so that every test is also one of the others that go on."""
    with Parsers(HOSTILE, SHORT) as shared:
        yield shared


def limited(**limits):
    """Another, with other limits."""
    return Parsers(HOSTILE, replace(SHORT, **limits))


def texts(parsers, what, **more):
    return [draft.text for draft in parsers.parse(what.encode(), "a file", **more)]


def refused(parsers, what):
    """Return what came before, and the sentence that says why no more did."""
    found = []
    with pytest.raises(ArticleError) as caught:
        found.extend(d.text for d in parsers.parse(what.encode(), "a file"))
    assert type(caught.value) is ArticleError, "its name goes over the JSON routes"
    assert texts(parsers, "fine next") == ["next is a word."], "the next file is read"
    return found, str(caught.value)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")  # a process that has ended but is not reaped yet is there too
    return sys.platform != "linux" or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def gone(pid, seconds=20):
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


# --- what a parser finds arrives as it is -------------------------------------------------------------------------


def test_drafts_arrive_whole_and_in_their_order(parsers):
    found = list(parsers.parse(b"fine one two", "the name", "https://example.org/", "latin-1"))
    assert found == [
        Draft(f"{w} is a word.", {"title": Found(w, "the text")}, f"the name#{w}", ("https://example.org/ latin-1",))
        for w in ("one", "two")
    ]


def test_what_is_refused_inside_a_file_stands_where_it_was(parsers):
    assert list(parsers.parse(b"mixed", "")) == [
        Draft("The first."), Refusal("second", "It is empty."), Draft("The third.")
    ]  # fmt: skip


def test_a_parsers_own_refusal_is_told_in_its_own_words(parsers):
    assert refused(parsers, "refuse") == ([], "It is a picture. Add its text.")


def test_files_are_read_by_one_process_until_it_has_read_its_number():
    with limited(files=3) as parsers:
        pids = [texts(parsers, "process")[0] for _ in range(7)]
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 1]
    assert all(gone(int(pid)) for pid in pids)


def test_large_files_and_texts_pass(parsers):
    assert len(texts(parsers, "fine " + "x" * 3 * MB)[0]) > 3 * MB


def test_threads_share_a_sandbox_without_mixing_their_files(parsers):
    got = {}

    def read(n):
        got[n] = texts(parsers, f"fine {n}a {n}b")

    threads = [threading.Thread(target=read, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert got == {n: [f"{n}a is a word.", f"{n}b is a word."] for n in range(8)}


def test_a_caller_that_stops_half_way_or_is_slow_holds_nobody_up(parsers):
    slow = parsers.parse(b"fine one two", "")
    assert next(slow).text == "one is a word."
    assert texts(parsers, "fine three") == ["three is a word."]
    assert [d.text for d in slow] == ["two is a word."]
    abandoned = parsers.parse(b"fine four five", "")
    next(abandoned)
    del abandoned
    gc.collect()
    assert texts(parsers, "fine six") == ["six is a word."]


# --- row 18: it hangs, crashes, eats memory -----------------------------------------------------------------------


def test_a_parser_that_hangs_is_stopped_by_the_clock_and_what_it_found_before_is_kept():
    with limited(seconds=1) as parsers:
        began = time.monotonic()
        found, sentence = refused(parsers, "hang")
        assert time.monotonic() - began < 150
    assert found == ["Before it hung."]
    assert sentence == "Reading it took longer than 1 s. Split it, or save its text as a .txt file and add that."


def test_a_parser_that_computes_for_ever_is_stopped_by_the_kernel():
    with limited(computing=1) as parsers:
        assert "took more than 1 s of computing" in refused(parsers, "spin")[1]


def test_the_computing_time_of_earlier_files_is_not_charged_to_the_next():
    """Three files of 0.8 s each by one process, when each may take 1 s: together they are over any limit for one."""
    with limited(computing=1) as parsers:
        assert len({texts(parsers, "work 0.8")[0] for _ in range(3)}) == 1


def test_a_parser_that_eats_memory_is_stopped_at_its_limit(parsers):
    assert "needed more than 512 MB of memory" in refused(parsers, "eat")[1]


@pytest.mark.parametrize(("what", "how"), [("leave", "exit 3"), ("crash", "Segmentation fault")])
def test_a_crash_is_the_files_own_and_named(parsers, what, how):
    found, sentence = refused(parsers, what)
    assert "The parser crashed on it" in sentence, "in a process of its own, after it crashed one with others"
    assert how in sentence
    assert found == (["Before it crashed."] if what == "crash" else [])


@pytest.mark.parametrize(("before", "then", "text"), [("haunt", "fine x", "x is a word."), ("hoard", "need", "It n")])
def test_a_file_is_not_blamed_for_what_an_earlier_one_left_behind(before, then, text):
    """It is tried once more in a process that has read nothing else."""
    with limited(memory=(240 + 300) * MB) as parsers:
        texts(parsers, before)
        assert texts(parsers, then)[0].startswith(text)


def test_where_nothing_else_limits_memory_the_process_looks_at_its_own_peak():
    """The peak of this process is above 1 MB: it leaves at once, with the code that says why."""
    left = []
    watch_memory(MB, left.append)
    assert left == [OUT_OF_MEMORY]


def test_a_process_that_a_parser_started_dies_with_it():
    with limited(seconds=1) as parsers:
        found, _ = refused(parsers, "breed")
    assert int(found[0]) < 0 or gone(int(found[0]))  # below zero: the kernel let it start none


def test_threads_that_a_parser_leaves_behind_are_not_there_for_the_next_file(parsers):
    if os.geteuid() != 0:
        assert "can't start new thread" in refused(parsers, "threads")[1]
        return
    pid = int(texts(parsers, "threads")[0])
    assert texts(parsers, "process") != [str(pid)]
    assert gone(pid)


def test_a_process_that_dies_between_two_files_is_replaced_unnoticed(parsers):
    pid = int(texts(parsers, "process")[0])
    os.kill(pid, 9)
    gone(pid)
    assert texts(parsers, "fine on") == ["on is a word."]


# --- it says what it should not -----------------------------------------------------------------------------------


def test_what_a_parser_prints_disturbs_nothing(parsers, capfd):
    assert texts(parsers, "noise") == ["It was loud."]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("nothing", "TypeError"),
        ("number", "gave a int, not a draft"),
        ("fail", "failed on it (ValueError: no such box)"),
        ("quit", "SystemExit: enough"),
        ("verbose", "metadata take 100,"),
        ("unheard", "KeyError"),
    ],
)
def test_what_is_no_draft_is_a_failure_with_its_reason(parsers, what, sentence):
    found, said = refused(parsers, what)
    assert sentence in said
    assert "save its text as a .txt file" in said
    assert found == []


@pytest.mark.parametrize("what", ["junk", "claim", "head", "list", "deep", "draft", "short"])
def test_a_forged_answer_is_refused_and_makes_this_process_hold_nothing(parsers, what):
    found, said = refused(parsers, f"forge {what}")
    assert found == []
    assert "crashed on it" in said or "more than 4 MB of text" in said


def test_a_parser_that_closes_its_line_has_crashed(parsers):
    assert "crashed on it" in refused(parsers, "close")[1]


def test_articles_without_end_are_taken_up_to_a_number(parsers):
    found, said = refused(parsers, "endless")
    assert len(found) == 50
    assert said == "It holds more than 50 articles; no more are taken from one file. Split it."


def test_text_without_end_is_taken_up_to_a_size(parsers):
    found, said = refused(parsers, "huge")
    assert 0 < sum(map(len, found)) <= 4 * MB
    assert "more than 4 MB of text" in said


def test_half_a_character_becomes_a_question_mark(parsers):
    (draft,) = parsers.parse(b"half", "")
    assert draft.text == "half ? a character"
    assert draft.metadata["title"] == Found("?", "?")


# --- it reaches for what it should not ----------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["socket", "resolve", "program", "shell", "fork", "kill", "write", "append", "remove"])
def test_a_parser_opens_no_socket_starts_no_program_and_changes_no_file(parsers, tmp_path, what):
    file = tmp_path / "file"
    file.write_text("untouched")
    assert "PermissionError: a parser may not do this" in refused(parsers, f"reach {what} {file}")[1]
    assert file.read_text() == "untouched"
    assert list(tmp_path.iterdir()) == [file]


def test_c_code_that_passes_the_audit_hook_still_writes_nothing(parsers, tmp_path):
    assert texts(parsers, f"write {tmp_path}/new") == ["-1"]
    assert not (tmp_path / "new").exists() or (tmp_path / "new").read_bytes() == b""


def test_a_parser_sees_no_environment_and_no_folder_of_ours(monkeypatch, tmp_path):
    """Modules in the current folder, and variables that would bring some, are not looked at."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-stray")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for name in ("json", "socket", "qa", "hostile_parsers", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('hostile')")
    with limited() as parsers:
        seen = json.loads(texts(parsers, "surroundings")[0])
    assert set(seen["environment"]) <= {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LC_CTYPE"}
    assert seen["folder"] == "/"
    assert str(tmp_path) not in seen["path"]
    assert not {"", str(ROOT / "tests" / "support"), str(ROOT / "qa" / "intake")} & set(seen["path"])


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_kernel_holds_the_limits(parsers):
    (draft,) = parsers.parse(b"surroundings", "")
    limits = {line[:26].strip(): line[26:].split() for line in json.loads(draft.text)["limits"].splitlines()[1:]}
    assert limits["Max address space"][:2] == [str(512 * MB)] * 2
    assert limits["Max file size"][:2] == ["0", "0"]
    assert limits["Max core file size"][:2] == ["0", "0"]
    assert limits["Max processes"][:2] == ["0", "0"]
    assert limits["Max open files"][:2] == ["64", "64"]
    assert int(limits["Max cpu time"][0]) <= 60


# --- beginning and end --------------------------------------------------------------------------------------------


def test_no_process_starts_before_the_first_file_and_none_stays_after_the_last():
    parsers = limited()
    assert parsers._child is None
    with parsers:
        pid = int(texts(parsers, "process")[0])
        assert alive(pid)
    assert gone(pid)
    with pytest.raises(ServiceError, match="is stopping"):
        texts(parsers, "fine one")
    parsers.close()


def test_closing_ends_a_file_that_is_being_read_at_once():
    parsers, caught = limited(seconds=600), []
    texts(parsers, "fine one")

    def read():
        try:
            texts(parsers, "hang")
        except ServiceError as error:
            caught.append(str(error))

    thread = threading.Thread(target=read)
    thread.start()
    time.sleep(0.2)
    began = time.monotonic()
    parsers.close()
    thread.join(100)
    assert time.monotonic() - began < 100
    assert "Add the file again" in caught[0]


def test_after_an_interruption_the_next_file_gets_its_own_answer(monkeypatch):
    """As when somebody presses Ctrl-C while a file is read and goes on."""
    with limited() as parsers:
        texts(parsers, "fine one")

        def interrupted(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr(parsers._child, "_receive", interrupted)
        with pytest.raises(KeyboardInterrupt):
            texts(parsers, "fine two")
        assert texts(parsers, "fine three") == ["three is a word."]


def test_a_child_ends_with_its_parent_even_while_it_hangs(tmp_path):
    code = (
        "import sys, threading, time; from qa.intake.sandbox import *;"
        f"sys.path.append({str(SUPPORT)!r}); parsers = Parsers({HOSTILE!r});"
        "print(next(parsers.parse(b'process', '')).text, flush=True);"
        "threading.Thread(target=lambda: list(parsers.parse(b'hang', '')), daemon=True).start();"
        "time.sleep(0.3); import os; os.kill(os.getpid(), 9)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=200)
    assert gone(int(done.stdout))


@pytest.mark.parametrize(
    ("parser", "said"),
    [
        ("hostile_parsers:unheard_of", "AttributeError"),
        ("hostile_parsers.deeper:parse", "ModuleNotFoundError"),
        ("unheard_of:parse", "no module 'unheard_of'"),
    ],
)
def test_parsers_that_cannot_start_are_our_fault_not_the_files(parser, said):
    with Parsers(parser) as parsers, pytest.raises(ServiceError, match=said):
        texts(parsers, "fine one")


def test_a_machine_that_starts_no_process_is_our_fault_with_the_next_step(monkeypatch):
    def none(*_, **__):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(sandbox.subprocess, "Popen", none)
    with limited() as parsers, pytest.raises(ServiceError, match=r"No process can be started.*add them again"):
        texts(parsers, "fine one")
