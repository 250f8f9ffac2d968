"""Laws of turns: a few questions at a time, every one in the end, and adding behind all of them."""

from __future__ import annotations

import threading
import time

import pytest

from qa.core import priority
from qa.core.errors import NotReady
from qa.core.priority import AT_ONCE, PATIENCE, Priority

LONG = 60.0  # seconds that nothing here takes, however busy the machine is


def test_a_few_questions_are_worked_on_at_once_and_every_one_has_its_turn():
    turns, lock, now, most, done = Priority(), threading.Lock(), 0, 0, 0

    def ask():
        nonlocal now, most, done
        with turns.question():
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.005)
            with lock:
                now -= 1
                done += 1

    people = [threading.Thread(target=ask) for _ in range(8 * AT_ONCE)]
    for person in people:
        person.start()
    for person in people:
        person.join(2 * LONG)
    assert done == len(people)
    assert most == AT_ONCE


def test_a_question_that_fails_gives_its_turn_back(monkeypatch):
    monkeypatch.setattr(priority, "PATIENCE", LONG)
    turns = Priority()
    for _ in range(3 * AT_ONCE):
        with pytest.raises(ValueError, match="no"), turns.question():
            raise ValueError("no")
    began = time.monotonic()
    turns.step_aside()
    assert time.monotonic() - began < LONG


def test_adding_waits_for_questions_that_wait_too_and_not_for_ever(monkeypatch):
    turns, free = Priority(), threading.Event()

    def ask():
        with turns.question():
            free.wait(2 * LONG)

    people = [threading.Thread(target=ask) for _ in range(AT_ONCE + 1)]
    for person in people:
        person.start()
    began = time.monotonic()
    turns.step_aside()
    assert time.monotonic() - began >= PATIENCE
    monkeypatch.setattr(priority, "PATIENCE", LONG)
    threading.Timer(PATIENCE / 4, free.set).start()
    began = time.monotonic()
    turns.step_aside()
    assert PATIENCE / 8 < time.monotonic() - began < LONG
    for person in people:
        person.join(2 * LONG)


def test_when_all_must_end_adding_ends():
    turns = Priority()
    turns.close()
    with pytest.raises(NotReady):
        turns.step_aside()
