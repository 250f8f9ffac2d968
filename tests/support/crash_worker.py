"""What the crash tests run in processes of their own: live and be killed, or die at one step, then look what is left.

Each function ends up in a fresh child of a fork server that has imported the libraries and opened nothing. A child
writes what it does, line by line, to a file: a line that stands there is an acknowledgement.
"""

from __future__ import annotations

import json
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fakes

# Imported once by the fork server, not by every child.
import qa.index.vectors.chroma_store  # noqa: F401
from qa.corpus.folder import Corpus
from qa.index.catalog.catalog import Catalog
from qa.index.vectors import chroma_folder as chroma
from qa.index.vectors import probe
from qa.index.vectors.chroma_store import ChromaVectors
from qa.index.vectors.mirror import Mirror
from qa.quality.doctor import examine
from qa.service.service import QA

Say = Callable[..., None]


def live(home: Path, log: Path, seed: int) -> None:
    """Start, say what is there, then add, replace and remove for ever: the parent kills when it likes."""
    say, rng = _speaker(log), random.Random(seed)
    embedding = fakes.FakeEmbedding()
    with fakes.open_fake(home, embedding) as service:
        say(**state(service, embedding))
        ids = [a.id for a in service.articles()]
        for n in range(10_000):
            _one_change(service, rng, ids, f"s{seed}n{n}x", say)


def look(home: Path, log: Path, quick: bool = False) -> None:
    """Start, say what is there, end. `quick` probes Chroma in this process: the child takes seconds to import."""
    if quick:
        _probe_here()
    embedding = fakes.FakeEmbedding()
    with fakes.open_fake(home, embedding) as service:
        _speaker(log)(**state(service, embedding))


def die_at(home: Path, log: Path, step: int) -> None:
    """Add, replace, change metadata, remove and rebuild Chroma; kill this process when the n-th step is reached."""
    say = _speaker(log)
    _probe_here()
    with fakes.open_fake(home) as service:
        service.sync()
        service.attach_chroma()
        _arm(step, say)
        for op in (
            {"op": "put", "id": "new", "text": "A newword came. It stayed."},
            {"op": "put", "id": "a0", "text": "A changedword came. It went."},
            {"op": "put", "id": "a1", "outlet": "Elsewhere", "text": service.article("a1")[0].text},
            {"op": "remove", "id": "a2"},
        ):
            _do(service, op, say)
        (home / "index" / chroma.POINTER).unlink()
        service.attach_chroma()
        say(step="end")


def state(service: QA, embedding: fakes.FakeEmbedding) -> dict[str, Any]:
    """Bring the index back and describe it: what is there, what is wrong, what was embedded again."""
    service.sync()
    synced = embedding.embedded
    said = service.attach_chroma()
    rows = [service.article(a.id)[0] for a in service.articles()]
    wrong = [f"{f.check}: {p}" for f in examine(service) for p in f.problems]
    if service.dense.chroma is None:
        wrong.append(f"Chroma is not back: {said}")
    home = service.settings.home
    wrong += [f"left behind: {p.name}" for p in (home / "corpus").glob(".*")]
    wrong += ["folders left behind"] if len(list((home / "index").glob("chroma-*"))) != 1 else []
    for article in rows[:: max(1, len(rows) // 4)]:
        answer = service.ask(f"What of {article.text.split()[1]}?")
        fakes.exact(service, answer)
        if article.id not in [c.article for s in answer.sentences for c in s.citations]:
            wrong.append(f"{article.id} is not found by its own word")
    return {
        "state": [[a.id, a.text, a.outlet] for a in rows],
        "wrong": wrong,
        "chroma": said,
        "notes": service._index.notes if service._index else [],
        "embedded": synced,
        "embedded_for_chroma": embedding.embedded - synced,
    }


def _one_change(service: QA, rng: random.Random, ids: list[str], word: str, say: Say) -> None:
    # The second word is the article's own; several passages, so that half an article would be possible.
    text = f"The {word} came. " + " ".join(f"Sentence {i} of {word} says little." for i in range(rng.randint(1, 60)))
    kind = (
        rng.choice(["add", "add", "replace", "remove"]) if 5 < len(ids) < 40 else "add" if len(ids) <= 5 else "remove"
    )
    if kind == "add":
        ids.append(word)
        _do(service, {"op": "put", "id": word, "text": text}, say)
    elif kind == "replace":
        _do(service, {"op": "put", "id": rng.choice(ids), "text": text, "outlet": rng.choice(["A", "B"])}, say)
    else:
        _do(service, {"op": "remove", "id": ids.pop(rng.randrange(len(ids)))}, say)


def _do(service: QA, op: dict[str, Any], say: Say) -> None:
    say(**{"try": op})
    if op["op"] == "remove":
        service.remove(op["id"])
    else:
        service.add(op["text"], id=op["id"], outlet=op.get("outlet"))
    say(ack=op)


def _probe_here() -> None:
    chroma.probe = lambda folder, catalog, _: probe.compare(folder, catalog)


STEPS: tuple[tuple[type | Any, str], ...] = (
    (os, "replace"),  # an article's file, or Chroma's pointer, written aside and not yet in place
    (Corpus, "put"),
    (Corpus, "set_aside"),
    (Corpus, "drop"),
    (Catalog, "put"),
    (Catalog, "_bump"),  # inside the transaction
    (Catalog, "remove"),
    (Mirror, "drop"),
    (ChromaVectors, "put"),
    (Catalog, "settle"),
    (chroma, "fresh_folder"),
    (chroma, "make_current"),
)


def _arm(step: int, say: Say) -> None:
    """Kill this process when the n-th boundary, before or after one of STEPS, is crossed."""
    crossed = 0

    def boundary(name: str) -> None:
        nonlocal crossed
        crossed += 1
        if crossed == step:
            say(step=name)
            os.kill(os.getpid(), signal.SIGKILL)

    def armed(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            boundary(f"before {name}")
            result = real(*args, **kwargs)
            boundary(f"after {name}")
            return result

        return wrapper

    for owner, name in STEPS:
        kept = owner.__dict__[name]
        wrapped = armed(name, getattr(owner, name))
        setattr(owner, name, staticmethod(wrapped) if isinstance(kept, staticmethod) else wrapped)


def _speaker(log: Path) -> Say:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def say(**line: Any) -> None:
        os.write(descriptor, (json.dumps(line) + "\n").encode())

    return say
