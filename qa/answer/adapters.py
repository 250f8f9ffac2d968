"""Parts of Groundwire as llama-index knows them, so that its query engines and indexes can be made of them.

Nothing else in Groundwire goes this way. Knows nothing of what llama-index does with the parts.
"""

from __future__ import annotations

from typing import Any, Protocol

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.node_parser.interface import TextSplitter
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from qa.answer.evidence.retrieve import TOP
from qa.core.types import Filters, SourcePassage
from qa.corpus.passages import PASSAGE_PIECES, SPECIAL_PIECES, make_passages
from qa.corpus.sentences import segment
from qa.index.embedding import SentenceEmbedding


class Searcher(Protocol):
    """What finds passages: `QA.answerer` does."""

    def search(self, question: str, filters: Filters, k: int) -> list[SourcePassage]: ...


class GroundwireRetriever(BaseRetriever):
    """Retrieve passages of the articles, the best first; each node names its article, version and exact offsets."""

    def __init__(self, searcher: Searcher, filters: Filters | None = None, top: int = TOP) -> None:
        super().__init__()
        self._searcher = searcher
        self._filters = filters or Filters()
        self._top = top

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._searcher.search(query_bundle.query_str, self._filters, self._top)
        return [NodeWithScore(node=_node(passage), score=passage.score) for passage in found]


class GroundwireEmbedding(BaseEmbedding):
    """Embed texts with the model that the index was made with."""

    _embedding: SentenceEmbedding = PrivateAttr()

    @classmethod
    def of(cls, embedding: SentenceEmbedding) -> GroundwireEmbedding:
        """Return the embedding for llama-index that a loaded model makes."""
        self = cls(model_name="groundwire")
        self._embedding = embedding
        return self

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [[float(x) for x in row] for row in self._embedding.encode(texts)]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class PassageSplitter(TextSplitter):
    """Cut documents into passages of whole sentences, as articles are cut; the words stay as they are."""

    _embedding: SentenceEmbedding = PrivateAttr()

    @classmethod
    def of(cls, embedding: SentenceEmbedding) -> PassageSplitter:
        """Return the splitter for the window of a loaded model."""
        self = cls()
        self._embedding = embedding
        return self

    def split_text(self, text: str) -> list[str]:
        """Return the passages of a text."""
        budget = min(PASSAGE_PIECES, self._embedding.window - SPECIAL_PIECES)
        passages = make_passages(text, segment(text), self._embedding.pieces, budget)
        return [text[passage.start : passage.end] for passage in passages]


def _node(passage: SourcePassage) -> TextNode:
    """Return a passage as a node, what a person reads of it in the metadata."""
    shown: dict[str, Any] = {"title": passage.title, "outlet": passage.outlet, "published": passage.published}
    metadata = {"article": passage.article, "version": passage.version, **{k: v for k, v in shown.items() if v}}
    node = TextNode(id_=f"{passage.article}:{passage.version}:{passage.start}", text=passage.text, metadata=metadata)
    node.start_char_idx, node.end_char_idx = passage.start, passage.end
    return node
