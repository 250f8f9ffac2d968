"""A home that an older version made opens as it is: nothing is made anew, nothing is embedded, everything is there.

`fixtures/0.1.0.tar.gz` was made by commit 70a23bd, the last before the modules moved into packages, with the packaged
model: three articles, the index with its catalog and Chroma, two conversations, and a user.
"""

from __future__ import annotations

import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from qa.core.types import DECLINED
from qa.index.embedding import PackagedEmbedding
from qa.index.freshness import is_fresh
from qa.quality.doctor import examine
from qa.service.conversations import FILE as CONVERSATIONS
from qa.service.conversations import Conversations
from qa.service.service import QA
from qa.service.users import Users

FIXTURES = Path(__file__).parent / "fixtures"
QUESTIONS = {
    "How many people were on board the ferry?": (
        "All 212 people on board were rescued by the coast guard.", "Ferry aground off Vesk", "Harbour Gazette",
    ),
    "How many hives did beekeepers in Lindau count?": (
        "Beekeepers in Lindau counted 41 hives in spring.", "Bees return", "Meadow Post",
    ),
}  # fmt: skip


@pytest.fixture
def old_home(tmp_path: Path) -> Path:
    with tarfile.open(FIXTURES / "0.1.0.tar.gz") as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that the model reads from now on."""
    texts: list[str] = []
    real = PackagedEmbedding.encode_with_spans

    def counting(self, given, spans):
        texts.extend(given)
        return real(self, given, spans)

    monkeypatch.setattr(PackagedEmbedding, "encode_with_spans", counting)
    return texts


def rows(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that the catalog held then but the stamps of files and how often it changed."""
    with closing(sqlite3.connect(home / "index" / "catalog.sqlite3")) as db:
        articles = [c[1] for c in db.execute("PRAGMA table_info (articles)") if c[1] not in ("stamp", "pages")]
        return {
            "articles": db.execute(f"SELECT {', '.join(articles)} FROM articles ORDER BY key").fetchall(),
            **{t: db.execute(f"SELECT * FROM {t} ORDER BY key").fetchall() for t in ("sentences", "passages")},
            **{t: db.execute(f"SELECT * FROM {t}").fetchall() for t in ("pending", "refused", "bands")},
            "manifest": db.execute("SELECT * FROM manifest WHERE key <> 'format'").fetchall(),
        }


def chroma_folders(home: Path) -> set[str]:
    return {path.name for path in (home / "index").glob("chroma-*")}


def test_an_old_index_answers_from_its_own_files_and_only_the_questions_are_embedded(
    old_home: Path, model, embedded: list[str], quick_probe: None
) -> None:
    before, catalog, folders = (
        rows(old_home),
        (old_home / "index" / "catalog.sqlite3").stat().st_ino,
        chroma_folders(old_home),
    )
    with QA.open(old_home, model=model) as qa:
        report = qa.sync()
        assert (report.unchanged, report.changed, report.passages, report.notes) == (3, False, 0, [])
        assert qa.attach_chroma() == "Chroma is sound"
        for question, (said, title, outlet) in QUESTIONS.items():
            answer = qa.ask(question)
            cited = answer.sentences[0].citations[0]
            assert (answer.sentences[0].text, cited.title, cited.outlet) == (said, title, outlet)
        assert qa.dense.answered_by_chroma == len(QUESTIONS)
        assert embedded == list(QUESTIONS)
        assert [f for f in examine(qa) if not f.sound] == []
    assert rows(old_home) == before
    assert (old_home / "index" / "catalog.sqlite3").stat().st_ino == catalog
    assert chroma_folders(old_home) == folders
    assert embedded == list(QUESTIONS)


def test_boilerplate_that_an_old_index_marked_is_still_none_of_the_story(old_home: Path, model) -> None:
    with QA.open(old_home, model=model) as qa:
        article, sentences = qa.article("ferry")
        assert [article.text[s.start : s.end] for s in sentences if s.boilerplate] == ["All rights reserved."]


def test_an_old_index_that_was_opened_once_is_fresh(old_home: Path, model) -> None:
    with QA.open(old_home, model=model) as qa:
        qa.sync()
        settings = qa.settings
    assert is_fresh(settings)


def test_old_conversations_are_shown_as_they_were(old_home: Path) -> None:
    conversations = Conversations(old_home / CONVERSATIONS)
    assert not conversations.problem
    conversations.tidy()
    listed = conversations.listed("user:ana")
    assert {c.title for c in listed} == set(QUESTIONS)
    for conversation in listed:
        [turn] = conversations.turns("user:ana", conversation.id)
        assert turn.state == "answered"
        assert turn.answer is not None
        assert turn.answer.sentences[0].text == QUESTIONS[conversation.title][0] != DECLINED
    conversations.close()


def test_an_old_user_comes_in_with_the_old_password(old_home: Path) -> None:
    ana = Users(old_home / "users.json").get("ana")
    assert ana.password.matches("correct horse battery")
    assert not ana.password.matches("correct horse")
