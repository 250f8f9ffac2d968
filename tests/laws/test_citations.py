"""One law over every kind of question: each citation is the article's text at its place, however it is handed on."""

from __future__ import annotations

import json

import pytest
from fakes import open_fake, write_article

from qa.corpus.folder import Corpus
from qa.service.codec import answer_from_dict, answer_to_dict
from qa.service.conversations import Turn
from qa.service.transcript import conversation_values
from qa.web.api.tools import Tools
from qa.web.running import RunningService

TODAY = "2024-06-12"
HISTORY = ["Who heads the Harbour Board?"]
ASKED = {
    "plain": "Who opened the crane in Dunmere?",
    "latest": "Who is the head of the Harbour Board now?",
    "time": "What did the Harbour Board decide last week?",
    "as of": "What did the crane cost in May 2024?",
    "follow-up": "And what did the crane cost?",
    "keywords": "Dunmere crane cost",
    "misspelling": "Who opened the crane in Dunmeer?",
    "acronym": "What does DHB stand for?",
    "why": "Why was the crane closed?",
    "heading": "Is the crane loud?",
    "correction": "How many containers were lost?",
    "overview": "Tell me about the crane in Dunmere.",
    "timeline": "How did the crane in Dunmere develop?",
    "list": "Which things happened to the crane?",
    "count": "How many articles mention the crane?",
    "comparison": "Which is older, the crane or the ferry Ida?",
    "yes/no": "Is it true that the crane was closed?",
    "attribution": "What did Ida Holm say about the crane?",
    "several": "Who opened the crane, and what did the crane cost?",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("kinds")
    write_article(
        home, "crane",
        "By Lea Roth\n\nThe Dunmere Harbour Board (DHB) opened a crane in Dunmere on Monday. The crane cost 9 million "
        "euros.\n\nIS THE CRANE LOUD?\n\nIt hums like a fridge. “We can hardly hear it,” said Ida Holm, who heads the "
        "Harbour Board.\n\nAt least 14 containers were lost, the Board said.",
        title="A crane for Dunmere", outlet="Gazette", published="2024-05-14",
    )  # fmt: skip
    write_article(
        home, "closed",
        "The crane in Dunmere was closed on Tuesday. A bolt had come loose 𝔸.\n\nThe Harbour Board decided "
        "to close it, and Jonas Kern takes over as head of the Harbour Board from Ida Holm. In the end 12 containers "
        "were lost and not 14.",
        title="Crane closed", outlet="Herald", published="2024-06-05",
    )  # fmt: skip
    write_article(
        home, "ferry", "The ferry Ida was built in 1931. The crane was built in 2024.", published="2024-06-06"
    )
    return home


@pytest.fixture(scope="module")
def served(home):
    with open_fake(home) as qa:
        qa.sync()
        host = RunningService(lambda: qa)
        host._qa, host.state = qa, "ready"
        yield qa, Tools(host)


def is_exact(home, places):
    """Every place that names an article, a start and an end has the quote there; those that are copies too."""
    corpus = Corpus(home / "corpus")
    texts = {file.id: corpus.read(file).text for file in corpus.files()}
    return all(texts[p["article"]][p["start"] : p["end"]] == p["quote"] for p in places)


@pytest.mark.model
@pytest.mark.parametrize("kind", ASKED)
def test_every_citation_is_exact_as_answer_json_export_and_over_mcp(home, served, kind):
    qa, tools = served
    answer = qa.ask(ASKED[kind], history=HISTORY, today=TODAY)
    data = json.loads(json.dumps(answer_to_dict(answer)))
    assert answer_from_dict(data) == answer
    assert is_exact(home, [c for s in data["sentences"] for c in s["citations"]])
    assert all(s["text"] == s["citations"][0]["quote"] for s in data["sentences"])

    turn = Turn(1, "2024-06-12T12:00:00+00:00", ASKED[kind], state="answered", answer=answer)
    (exported,) = json.loads(json.dumps(conversation_values("x", [turn])))["turns"]
    assert is_exact(home, [c for s in exported["sentences"] for c in s["citations"]])

    reply = tools.ask(ASKED[kind], history=HISTORY, today=TODAY)
    assert is_exact(home, [q.model_dump() for q in reply.sentences])


@pytest.mark.model
def test_the_questions_of_this_law_are_answered_in_sentences_but_for_a_few(served):
    qa, _ = served
    silent = [kind for kind, text in ASKED.items() if not qa.ask(text, history=HISTORY, today=TODAY).sentences]
    assert len(silent) <= 4, silent
