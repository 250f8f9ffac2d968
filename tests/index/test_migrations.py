"""A catalog of an older format is led on to today's: nothing is embedded, nothing is lost, whenever it is killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from fakes import FakeEmbedding, exact, fake_settings, open_fake, write_article
from places import SUPPORT

from qa.index.catalog import catalog as catalogs
from qa.index.catalog.acronyms import read_definitions
from qa.index.catalog.catalog import Catalog
from qa.index.catalog.migrations import OLDEST
from qa.index.catalog.schema import FORMAT
from qa.index.embedding import lazy_embedding
from qa.service.service import QA

ARTICLES = 40  # more than one batch
ASKED = "What does HBA stand for?"
LONG = "Harbour Bridge Authority"


def older(home: Path) -> None:
    """Take away from a catalog what the format before the first migration had not."""
    with closing(sqlite3.connect(home / "index" / "catalog.sqlite3", isolation_level=None)) as db:
        db.execute("DROP TABLE acronyms")
        db.execute("DROP TABLE underived")
        db.execute("ALTER TABLE articles DROP COLUMN pages")
        db.execute("UPDATE manifest SET value = ? WHERE key = 'format'", (json.dumps(OLDEST),))


def kept(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """What must be the same after a migration: articles, spans, ids, vectors."""
    with closing(sqlite3.connect(home / "index" / "catalog.sqlite3")) as db:
        return {t: db.execute(f"SELECT * FROM {t} ORDER BY key").fetchall() for t in ("sentences", "passages")} | {
            "articles": db.execute(
                "SELECT key, id, version, text, signature, story FROM articles ORDER BY key"
            ).fetchall()
        }


def derived(home: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "index" / "catalog.sqlite3")) as db:
        assert db.execute("SELECT count(*) FROM underived").fetchone() == (0,)
        return db.execute("SELECT * FROM acronyms ORDER BY 1, 2, 3").fetchall()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An index of today's with its derived rows, made old again by the test."""
    for n in range(ARTICLES - 1):
        write_article(tmp_path, f"a{n:02}", f"The HBA met on day {n}. The Coast Rescue Service (CRS) was there.")
    write_article(tmp_path, "z", f"The {LONG} (HBA) was founded in May.")
    with open_fake(tmp_path) as qa:
        qa.sync()
    return tmp_path


def test_an_older_index_is_led_on_without_embedding_and_fills_in_what_a_new_one_has(home: Path) -> None:
    before, today = kept(home), derived(home)
    assert len(today) > 1
    older(home)
    fake = FakeEmbedding()
    with open_fake(home, fake) as qa:
        report = qa.sync()
        assert (report.unchanged, report.changed, report.notes) == (ARTICLES, False, [])
        assert qa.catalog.manifest().format == FORMAT
        assert qa.ask(ASKED).understood.acronyms == (), "until it is filled in, questions do without"
        assert qa.fill_in() == ARTICLES
        assert qa.fill_in() == 0
        answer = qa.ask(ASKED)
        assert answer.understood.acronyms == (("HBA", LONG),)
        exact(qa, answer)
    assert fake.embedded == 0
    assert kept(home) == before
    assert derived(home) == today


def test_an_older_index_that_nobody_may_write_answers_without_what_is_new(home: Path) -> None:
    older(home)
    with QA.read(settings=fake_settings(home), model=lazy_embedding("fake", FakeEmbedding())) as qa:
        answer = qa.ask(ASKED)
    assert answer.understood.acronyms == ()
    assert answer.sentences


def test_what_comes_and_goes_while_it_is_filled_in_is_right_at_the_end(home: Path) -> None:
    older(home)
    with open_fake(home) as qa:
        qa.sync()
        qa.catalog.fill_in(3)
        qa.add("The Harbour Bakers Association (HBA) bakes.", id="new")
        qa.remove("a38")
        qa.add(f"The {LONG} (HBA) was founded in June.", id="z")
        qa.fill_in()
        with qa.catalog.snapshot() as snapshot:
            articles = list(snapshot.articles())
            known = {a.id: snapshot.article(a.id) for a in articles}
    wanted = {pair for a in known.values() for pair in read_definitions(a.text)}
    assert {(row[0], row[3]) for row in derived(home)} == wanted


@pytest.mark.parametrize("step", range(1, 8))
def test_a_migration_that_fails_at_any_statement_is_undone_or_goes_on(home: Path, step: int, monkeypatch) -> None:
    """Each statement of the migration and of the first batch raises in turn."""
    before, today = kept(home), derived(home)
    older(home)
    real = {name: getattr(catalogs, name) for name in ("migrate", "fill_in")}
    count = 0

    class Failing:
        def __init__(self, db):
            self._db = db

        def __getattr__(self, name):
            return getattr(self._db, name)

        def execute(self, *given):
            nonlocal count
            count += 1
            if count == step:
                raise sqlite3.OperationalError("database or disk is full")
            return self._db.execute(*given)

    for name, function in real.items():
        monkeypatch.setattr(catalogs, name, lambda db, n, function=function: function(Failing(db), n))
    with pytest.raises(Exception, match="full"), open_fake(home) as qa:
        qa.fill_in()
    for name, function in real.items():
        monkeypatch.setattr(catalogs, name, function)
    with open_fake(home) as qa:
        qa.sync()
        qa.fill_in()
    assert (kept(home), derived(home)) == (before, today)


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from fakes import open_fake
from qa.index.catalog import catalog as catalogs
step, seen = int(sys.argv[2]), 0
def armed(real):
    def crossing(*given):
        global seen
        for side in (0, 1):
            seen += 1
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)
            if not side:
                result = real(*given)
        return result
    return crossing
for name in ("migrate", "fill_in"):
    setattr(catalogs, name, armed(getattr(catalogs, name)))
Catalog = catalogs.Catalog
for name in ("migrate", "fill_in"):
    setattr(Catalog, name, armed(getattr(Catalog, name)))
with open_fake(Path(sys.argv[1])) as qa:
    qa.fill_in()
print("whole")
"""


@pytest.mark.process
@pytest.mark.parametrize("step", [1, 2, 3, 4, 5, 6, 7, 8, 10, 12])
def test_killed_at_a_step_of_the_migration_the_next_start_goes_on(home: Path, step: int) -> None:
    before, today = kept(home), derived(home)
    older(home)
    command = [sys.executable, "-c", KILLED, str(home), str(step), str(SUPPORT)]
    ended = subprocess.run(command, capture_output=True, timeout=120, check=False, env=dict(os.environ))
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    fake = FakeEmbedding()
    with open_fake(home, fake) as qa:
        qa.sync()
        qa.fill_in()
    assert fake.embedded == 0
    assert (kept(home), derived(home)) == (before, today)


def test_what_is_filled_in_at_once_is_a_transaction(home: Path) -> None:
    older(home)
    catalog = Catalog.open(home / "index" / "catalog.sqlite3", writable=True)
    try:
        catalog.migrate()
        assert [catalog.fill_in(32), catalog.fill_in(32), catalog.fill_in(32)] == [32, ARTICLES - 32, 0]
    finally:
        catalog.close()
