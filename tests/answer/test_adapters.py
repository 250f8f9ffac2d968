"""llama-index's own query paths run over the parts of Groundwire."""

from __future__ import annotations

import pytest
from fakes import FakeEmbedding, open_fake, write_article
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine

from qa.answer.adapters import GroundwireEmbedding, GroundwireRetriever, PassageSplitter
from qa.core.types import Filters, version_of

STORY = "The tank is green. It holds twelve litres.\n\n" + "A crowd stood about the harbour all day. " * 40


@pytest.fixture
def qa(home):
    write_article(home, "tank", STORY, title="The tank", outlet="Gazette", published="2024-05-17")
    write_article(home, "ship", "The ship is blue. It sails on Monday.", outlet="Post", published="2024-05-18")
    with open_fake(home) as opened:
        opened.sync()
        yield opened


def engine(qa, **options) -> RetrieverQueryEngine:
    retriever = GroundwireRetriever(qa.answerer, **options)
    return RetrieverQueryEngine.from_args(retriever, llm=MockLLM(), response_mode="compact")


def test_a_query_engine_answers_from_passages_that_say_where_they_stand(qa):
    said = engine(qa, top=2).query("Which ship sails on Monday?")
    assert "The ship is blue. It sails on Monday." in str(said)  # the language model of the test repeats its prompt
    best = said.source_nodes[0].node
    assert len(said.source_nodes) == 2
    for found in said.source_nodes:
        text = qa.article(found.node.metadata["article"])[0].text
        assert text[found.node.start_char_idx : found.node.end_char_idx] == found.node.text
        assert found.node.metadata["version"] == version_of(text)
    assert best.metadata["outlet"] == "Post"
    assert len({found.node.node_id for found in said.source_nodes}) == 2


def test_a_query_engine_sees_only_what_its_filters_let_through(qa):
    said = engine(qa, filters=Filters(outlets=("Gazette",))).query("Which ship sails on Monday?")
    assert {found.node.metadata["article"] for found in said.source_nodes} == {"tank"}


def test_an_index_of_llama_index_is_made_of_the_embedding_and_the_passages():
    fake = FakeEmbedding()
    documents = [Document(text=STORY, doc_id="tank"), Document(text="The ship is blue. It sails on Monday.")]
    index = VectorStoreIndex.from_documents(
        documents, embed_model=GroundwireEmbedding.of(fake), transformations=[PassageSplitter.of(fake)]
    )
    nodes = list(index.docstore.docs.values())
    assert len(nodes) > 2
    for node in nodes:
        whole = STORY if node.ref_doc_id == "tank" else documents[1].text
        assert whole[node.start_char_idx : node.end_char_idx] == node.text
        assert len(fake.pieces(node.text)) <= 128
    (best,) = index.as_retriever(similarity_top_k=1).retrieve("The ship sails on Monday")
    assert best.node.text == "The ship is blue. It sails on Monday."
    assert best.score == pytest.approx(
        float(fake.encode([best.node.text])[0] @ fake.encode(["The ship sails on Monday"])[0])
    )
