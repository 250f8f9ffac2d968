"""What is added is made canonical once, rendered once and not read back: the value that was written is indexed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from fakes import open_fake

from qa.core.types import Draft
from qa.corpus import article_file, canonical
from qa.corpus.folder import Corpus
from qa.service.batches import Item
from qa.service.service import QA

TEXT = "The {} tank is green.\r\n\r\n\r\nIt holds 12\u00adlitres of oil, they say."


class Counted:
    """Calls of `canonical_text` over a whole text, of `render`, and readings of an article's file."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.canonicalised = self.rendered = self.read = 0
        self._replace(monkeypatch, "canonical_text", canonical.canonical_text, self._canonical)
        self._replace(monkeypatch, "render", article_file.render, self._render)
        real_read = Corpus.read

        def read(corpus: Corpus, file: Any) -> Any:
            self.read += 1
            return real_read(corpus, file)

        monkeypatch.setattr(Corpus, "read", read)

    def _replace(self, monkeypatch: pytest.MonkeyPatch, name: str, real: Any, counting: Callable[..., Any]) -> None:
        for module in [m for n, m in sys.modules.items() if n.startswith("qa.") and getattr(m, name, None) is real]:
            monkeypatch.setattr(module, name, lambda value: counting(real, value))

    def _canonical(self, real: Callable[[str], str], raw: str) -> str:
        self.canonicalised += "they say." in raw
        return real(raw)

    def _render(self, real: Callable[[Any], str], article: Any) -> str:
        self.rendered += 1
        return real(article)


def add(qa: QA, texts: list[str]) -> None:
    qa.add(texts[0])


def add_markdown(qa: QA, texts: list[str]) -> None:
    qa.add(f"# Tanks\r\n\r\n{texts[0]}", name="tank.md", markdown=True)


def add_drafts(qa: QA, texts: list[str]) -> None:
    assert [outcome.status for outcome in qa.add_many([Item(Draft(text)) for text in texts])] == ["added"] * 3


@pytest.mark.parametrize(("way", "articles"), [(add, 1), (add_markdown, 1), (add_drafts, 3)])
def test_an_article_is_canonicalised_once_rendered_once_and_not_read_back(
    home, monkeypatch: pytest.MonkeyPatch, way: Callable[[QA, list[str]], None], articles: int
) -> None:
    with open_fake(home) as qa:
        counted = Counted(monkeypatch)
        way(qa, [TEXT.format(colour) for colour in ("first", "second", "third")])
        assert (counted.canonicalised, counted.rendered, counted.read) == (articles, articles, 0)
        monkeypatch.undo()
        corpus = Corpus(qa.settings.corpus)
        written = {file.id: corpus.read(file) for file in corpus.files()}
        assert len(written) == articles
        assert {id: qa.article(id)[0] for id in written} == written, "the index holds what a reading would have given"
