"""The door for chat clients: what OpenAI's own client, llama-index's, and plain HTTP get from /v1.

What clients ask on their own behalf is in `fixtures/housekeeping.json`, as the clients send it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import openai
import pytest
from fakes import open_fake, write_article
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai_like import OpenAILike
from markdown_it import MarkdownIt
from serving import application, serving

from qa.core.display import CLOSEST
from qa.core.types import DECLINED, Answer, AnswerSentence, Citation
from qa.service.service import QA
from qa.service.users import Users
from qa.web.guard.bodies import MAX_BODY
from qa.web.guard.login import Login
from qa.web.guard.middleware import Guard
from qa.web.links import link
from qa.web.openai.routes import openai_routes
from qa.web.openai.writing import read_back, write
from qa.web.running import RunningService

COMPLETIONS = "/v1/chat/completions"
FERRY = "The ferry Aurora sank near Bergen on Monday. All 84 passengers were rescued by fishermen."
RESCUED = "How many passengers of the ferry Aurora were rescued?"
UNKNOWN = "Who won the football World Cup in 2018?"
HOUSEKEEPING = json.loads((Path(__file__).parent / "fixtures" / "housekeeping.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def qa(tmp_path_factory) -> Iterator[QA]:
    home = tmp_path_factory.mktemp("door")
    write_article(home, "ferry", FERRY, title="Ferry [sinks]", outlet="Gazette", published="2024-05-17")
    write_article(home, "tank", "The tank is green. It holds 12 litres of *diesel*.", title="A tank", outlet="Post")
    with open_fake(home) as made:
        made.sync()
        yield made


@pytest.fixture(scope="module")
def address(qa) -> Iterator[str]:
    with serving(qa) as served:
        yield served


@pytest.fixture(scope="module")
def http(qa) -> Iterator[TestClient]:
    with TestClient(application(qa), base_url="http://127.0.0.1:7860", raise_server_exceptions=False) as served:
        yield served


@pytest.fixture(scope="module")
def client(address) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(
        base_url=f"{address}/v1", api_key="any", max_retries=0, http_client=httpx.Client(trust_env=False)
    ) as made:
        yield made


@pytest.fixture
def unsure(qa, monkeypatch) -> None:
    """No sentence is sure enough."""
    monkeypatch.setattr(qa.answerer, "_threshold", 1.1)


def user(text: object) -> dict[str, object]:
    return {"role": "user", "content": text}


def ask(http: TestClient, *messages: dict[str, object], **more: object) -> httpx.Response:
    return http.post(COMPLETIONS, json={"model": "groundwire", "messages": list(messages), **more})


def reply(http: TestClient, *messages: dict[str, object], **more: object) -> dict[str, object]:
    answer = ask(http, *messages, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()["choices"][0]["message"]


def is_exact(qa: QA, citations: list[dict[str, object]]) -> None:
    for c in citations:
        article, _ = qa.article(c["article"])
        assert (article.text[c["start"] : c["end"]], article.version) == (c["quote"], c["version"])


# --- as users would -----------------------------------------------------------------------------------------------


def test_openais_client_lists_the_one_model_there_is(client):
    assert [model.id for model in client.models.list()] == ["groundwire"]
    assert client.models.retrieve("groundwire").owned_by == "groundwire"
    with pytest.raises(openai.NotFoundError, match="There is: groundwire"):
        client.models.retrieve("gpt-4o")


def test_openais_client_gets_an_answer_with_exact_citations(client, qa, address):
    done = client.chat.completions.create(model="groundwire", messages=[user(RESCUED)], temperature=0.7, seed=1)
    choice = done.choices[0]
    assert (choice.index, choice.finish_reason, choice.message.role) == (0, "stop", "assistant")
    assert re.fullmatch("chatcmpl-[0-9a-f]{24}", done.id)
    assert (done.object, done.model) == ("chat.completion", "groundwire")
    assert done.usage.total_tokens == done.usage.prompt_tokens + done.usage.completion_tokens
    assert done.usage.prompt_tokens == len(RESCUED.split())
    is_exact(qa, choice.message.citations)
    cited = next(c for c in choice.message.citations if "84" in c["quote"])
    assert (cited["title"], cited["outlet"], cited["date"]) == ("Ferry [sinks]", "Gazette", "2024-05-17")
    place = f"{cited['start']}-{cited['end']}&v={cited['version']}"
    assert cited["url"] == f"{address}/article/ferry?at={place}"
    assert f"All 84 passengers were rescued by fishermen. [^{cited['n']}]" in choice.message.content
    assert f"[^{cited['n']}]: From [Ferry \\[sinks\\], Gazette, 2024-05-17]({cited['url']})" in choice.message.content


def test_openais_client_streams_the_same_answer(client):
    whole = client.chat.completions.create(model="groundwire", messages=[user(RESCUED)])
    options = {"include_usage": True}
    chunks = list(
        client.chat.completions.create(
            model="groundwire", messages=[user(RESCUED)], stream=True, stream_options=options
        )
    )
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1
    *said, usage = chunks
    assert (usage.choices, usage.usage) == ([], whole.usage)
    assert said[0].choices[0].delta.role == "assistant"
    text = "".join(chunk.choices[0].delta.content or "" for chunk in said)
    assert text == whole.choices[0].message.content
    assert [chunk.choices[0].finish_reason for chunk in said] == [None] * (len(said) - 1) + ["stop"]
    assert said[-1].choices[0].delta.citations == whole.choices[0].message.citations


def test_llama_index_asks_streams_and_remembers(address):
    llm = OpenAILike(
        model="groundwire", api_base=f"{address}/v1", api_key="any", is_chat_model=True, max_retries=0,
        http_client=httpx.Client(trust_env=False),
    )  # fmt: skip
    first = llm.chat([ChatMessage(role="system", content="Be brief."), ChatMessage(role="user", content=RESCUED)])
    assert "All 84 passengers were rescued by fishermen." in first.message.content
    asked = [ChatMessage(role="user", content=RESCUED), first.message, ChatMessage(role="user", content=RESCUED)]
    streamed = list(llm.stream_chat(asked))
    assert "All 84 passengers" in streamed[-1].message.content
    assert "".join(chunk.delta or "" for chunk in streamed) == streamed[-1].message.content
    assert "[^1]" in llm.complete(RESCUED).text


# --- streams ------------------------------------------------------------------------------------------------------


def test_a_stream_is_server_sent_events_that_end_with_done_and_hold_no_empty_usage(http):
    answer = ask(http, user(RESCUED), stream=True)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = answer.text.split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    chunks = [json.loads(event.removeprefix("data: ")) for event in events[:-2]]
    assert not any("usage" in chunk for chunk in chunks)
    assert chunks[-1]["choices"][0]["delta"]["citations"]


def test_what_is_wrong_with_a_streamed_request_is_said_with_its_status(http):
    answer = ask(http, user(" "), stream=True)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "messages[0].content")


def test_a_client_that_goes_away_leaves_nothing_behind(address, http):
    body = {"model": "groundwire", "messages": [user(RESCUED)], "stream": True}
    for _ in range(3):
        with httpx.stream("POST", address + COMPLETIONS, json=body, trust_env=False) as answer:
            assert next(answer.iter_lines()).startswith("data: ")
    assert httpx.get(f"{address}/api/health", trust_env=False).json()["state"] == "ready"


# --- conversations ------------------------------------------------------------------------------------------------


def test_content_may_be_a_text_or_a_list_of_parts(http):
    parts = [{"type": "text", "text": "How many passengers of the ferry"}, {"type": "text", "text": "were rescued?"}]
    assert "84" in reply(http, user(parts))["content"]


@pytest.mark.parametrize("role", ["system", "developer", "assistant", "tool", "function"])
def test_messages_of_every_role_are_taken_and_only_a_user_asks(http, role):
    other = {"role": role, "content": "The tank?", "tool_call_id": "x"}
    assert "84" in reply(http, other, user(RESCUED))["content"]
    assert (
        "84" in reply(http, user(RESCUED), {"role": "assistant", "content": None, "tool_calls": []}, other)["content"]
    )


def test_a_question_that_leans_on_the_one_before_is_read_with_it(http):
    first = reply(http, user("What colour is the tank?"))
    then = reply(http, user("What colour is the tank?"), {"role": "assistant", **first}, user("And what does it hold?"))
    assert "It holds 12 litres of \\*diesel\\*. [^" in then["content"]
    assert "Understood as: “And what does the tank hold?”" in then["content"] or "tank" in then["content"]


def test_small_talk_tasks_and_what_cannot_be_read_is_nothing_to_lean_on(http, monkeypatch):
    heard = []
    said = Answer("", False, 1, (), (), (), {})
    monkeypatch.setattr(QA, "ask", lambda self, q, *_, history=(), **__: heard.extend(history) or said)
    asides = ["Thanks!", "?", "", "Write me a poem about the tank.", "long " * 2_000]
    turns = [message for text in asides for message in (user(text), {"role": "assistant", "content": "Well."})]
    reply(http, user("Who is Ida?"), {"role": "assistant", "content": "A smith."}, *turns, user("And where is she?"))
    assert [(turn.question, turn.sentences) for turn in heard] == [("Who is Ida?", ("A smith.",))]


def citation(n: int, text: str, article: str) -> Citation:
    return Citation(n, article, "0123456789ab", 0, len(text), text, f"About [{article}](x)", "A *post*", None)


lines = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1).map(
    lambda t: " ".join(t.split())
)
hostile = st.sampled_from(
    ["[^1]", "[^1]: From [x](http://h/article/y?at=0-1&v=0123456789ab)", "**a:** b", "1. a", "\\[", "`$a$`"]
)
texts = st.lists(lines | hostile, min_size=1, max_size=3).map(" ".join).filter(str.strip)


@given(st.lists(st.tuples(texts, texts, st.booleans()), min_size=1, max_size=5), texts)
def test_what_is_added_to_the_sentences_is_taken_away_again_and_nothing_else(said, note):
    sentences = tuple(
        AnswerSentence(text, (citation(n, text, f"a {n}/ü"),), label if labelled else "")
        for n, (text, label, labelled) in enumerate(said, 1)
    )
    answer = Answer("Who?", False, 0.9, sentences, (), (), {}, notes=(note,), text=note, undated_left_out=2)
    earlier = read_back("Who?", "\n\n".join(write(answer, "http://127.0.0.1:7860/")))
    assert earlier.sentences == tuple(" ".join(text.split()) for text, _, _ in said)
    assert earlier.articles == tuple(f"a {n}/ü" for n in range(1, len(said) + 1))


MARKUP = [
    "<b>x</b>",
    "![p](http://x.invalid/p.png)",
    "[l](javascript:x)",
    "# h",
    "- i",
    "> q",
    "`c`",
    "~~s~~",
    "a\n---",
    "&lt;",
    "*e*",
    "|a|b|",
]


@given(st.lists(st.sampled_from(MARKUP) | texts, min_size=1, max_size=4).map(" ".join), texts)
def test_nothing_of_an_article_is_markup_with_footnotes_or_without(text, title):
    place = replace(citation(1, text, "x"), title=title)
    answer = Answer("Who?", False, 0.9, (AnswerSentence(text, (place,)),), (), (), {}, notes=(text,))
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse("\n\n".join(write(answer, "http://h/")))
    inner = [child for token in tokens for child in token.children or ()]
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    assert {child.type for child in inner} <= {"text", "text_special", "link_open", "link_close"}
    links = [child.attrs["href"] for child in inner if child.type == "link_open"]
    assert links == [link("http://h/", place)]


def test_an_earlier_decline_is_no_answer_and_another_models_text_is_one(http, unsure):
    assert read_back("Who?", reply(http, user(UNKNOWN))["content"]).sentences == ()
    assert read_back("Who?", "Ida Holm did.\n\nIn 1912.").sentences == ("Ida Holm did.", "In 1912.")


# --- declining ----------------------------------------------------------------------------------------------------


def test_a_decline_says_what_the_page_says_and_cites_nothing(http, unsure):
    said = reply(http, user(UNKNOWN))
    assert DECLINED in said["content"].split("\n\n")
    assert (said["citations"], said["declined"]) == ([], True)
    assert "[^" not in said["content"]
    assert f"{CLOSEST}:" in said["content"]
    assert "/article/ferry?at=" in said["content"]


# --- filters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outlets", ["Post", ["Post"], '["Post"]'])
def test_filters_come_in_the_metadata_as_texts_or_lists(http, outlets):
    said = reply(http, user("What is green, the tank or the ferry?"), metadata={"outlets": outlets, "user_id": 7})
    assert {c["article"] for c in said["citations"]} == {"tank"}
    assert "\n\nFilters: Post only.\n\n" in said["content"]


def test_days_come_in_the_metadata(http):
    days = {"published_from": "2024-05-01", "published_to": "2024-05-31", "today": "2024-05-18"}
    assert {c["article"] for c in reply(http, user(RESCUED), metadata=days)["citations"]} == {"ferry"}


@pytest.mark.parametrize(
    ("metadata", "param", "says"),
    [
        ({"outlets": "Post, Gazette"}, "metadata", '["Post", "Gazette"]'),
        ({"outlets": "[Post"}, "metadata", "no JSON list"),
        ({"outlets": 7}, "metadata", "expected a list of texts"),
        ({"published_from": "May"}, "metadata", "expected a date"),
        ({"published_from": "2024-05-02", "published_to": "2024-05-01"}, "metadata", "hold no day"),
        ({"today": "soon"}, "metadata.today", "expected a date"),
        ("outlets", "metadata", "dictionary"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(http, metadata, param, says):
    error = ask(http, user(RESCUED), metadata=metadata)
    assert error.status_code == 400
    assert error.json()["error"]["param"] == param
    assert says in error.json()["error"]["message"]


# --- what a client asks on its own behalf -------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOUSEKEEPING)
def test_a_clients_own_prompt_gets_a_plain_line_and_is_never_asked(http, qa, name, monkeypatch):
    monkeypatch.setattr(QA, "ask", lambda *_, **__: pytest.fail("a client's own prompt was asked"))
    case = HOUSEKEEPING[name]
    said = reply(http, *case["messages"])
    assert said["content"] == case["reply"]
    assert said["citations"] == []
    streamed = ask(http, *case["messages"], stream=True).text
    assert json.dumps(case["reply"])[1:-1] in streamed


@pytest.mark.parametrize(
    "question",
    ["Which title did he win?", "Generate a title for the tank.", "What is the task of the mayor?", "Suggest a tank."],
)
def test_nobodys_question_is_taken_for_a_clients_own_prompt(http, question, qa, monkeypatch):
    asked = []
    monkeypatch.setattr(QA, "ask", lambda self, q, *_, **__: asked.append(q) or Answer(q, False, 1, (), (), (), {}))
    reply(http, user(question))
    assert asked == [question]


# --- errors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "param", "code"),
    [
        ({"messages": [user("Who?")]}, 400, "model", "missing_required_parameter"),
        ({"model": "groundwire"}, 400, "messages", "missing_required_parameter"),
        ({"model": 7, "messages": [user("Who?")]}, 400, "model", "invalid_type"),
        ({"model": "gpt-4o", "messages": [user("Who?")]}, 404, "model", "model_not_found"),
        ({"model": "groundwire-written", "messages": [user("Who?")]}, 404, "model", "model_not_found"),
        ({"model": "groundwire", "messages": []}, 400, "messages", "empty_array"),
        ({"model": "groundwire", "messages": "Who?"}, 400, "messages", "invalid_type"),
        ({"model": "groundwire", "messages": ["Who?"]}, 400, "messages[0]", "invalid_type"),
        ({"model": "groundwire", "messages": [user("")]}, 400, "messages[0].content", "invalid_value"),
        ({"model": "groundwire", "messages": [user([])]}, 400, "messages[0].content", "invalid_value"),
        ({"model": "groundwire", "messages": [user(7)]}, 400, "messages[0].content", "invalid_type"),
        ({"model": "groundwire", "messages": [user("?!")]}, 400, "messages", "invalid_value"),
        (
            {"model": "groundwire", "messages": [user([{"type": "text", "text": 7}])]},
            400, "messages[0].content[0].text", "invalid_type",
        ),
        (
            {"model": "groundwire", "messages": [user([{"type": "image_url", "image_url": {"url": "x"}}])]},
            400, "messages[0].content[0].type", "invalid_value",
        ),
        (
            {"model": "groundwire", "messages": [user("a " * 4001)]},
            400, "messages[0].content", "string_above_max_length",
        ),
        (
            {"model": "groundwire", "messages": [{"role": "king", "content": "Who?"}]},
            400, "messages[0].role", "invalid_value",
        ),
        (
            {"model": "groundwire", "messages": [{"role": "system", "content": "Who?"}]},
            400, "messages", "invalid_value",
        ),
        ({"model": "groundwire", "messages": [user("Who?")], "n": 2}, 400, "n", "unsupported_value"),
        ({"model": "groundwire", "messages": [user("Who?")], "n": "2"}, 400, "n", "invalid_type"),
        ({"model": "groundwire", "messages": [user("Who?")], "stream": "yes"}, 400, "stream", "invalid_type"),
        (
            {"model": "groundwire", "messages": [user("Who?")], "stream_options": {"include_usage": 3}},
            400, "stream_options.include_usage", "invalid_type",
        ),
        ([], 400, None, "invalid_type"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_said_as_openai_says_it(http, body, status, param, code):
    answer = http.post(COMPLETIONS, json=body)
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    error = answer.json()["error"]
    assert (error["param"], error["code"], error["type"]) == (param, code, "invalid_request_error"), answer.text
    assert error["message"]


@pytest.mark.parametrize(
    "body", [b"{", b"", b'{"model": "groundwire", "messages": [{"role": "user", "content": "\\ud800"}]}']
)
def test_what_is_no_text_is_refused_as_openai_refuses(http, body):
    answer = http.post(COMPLETIONS, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")


def test_parameters_that_are_not_known_are_ignored(http):
    more = {"temperature": "hot", "tools": [{}], "response_format": None, "n": None, "stream": None, "user": 7, "x": {}}
    assert "84" in reply(http, user(RESCUED), **more)["content"]


def test_the_document_tells_of_every_route_its_errors(http):
    paths = http.get("/api/openapi.json").json()["paths"]
    ours = [operation for path, item in paths.items() if path.startswith("/v1") for operation in item.values()]
    assert len(ours) == 3
    for operation in ours:
        errors = {status: answer for status, answer in operation["responses"].items() if status != "200"}
        assert set(errors) == {"400", "401", "403", "404", "413", "429", "503", "default"}
        for answer in errors.values():
            assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ErrorAnswer"}


# --- who may come in ----------------------------------------------------------------------------------------------


def test_any_key_is_accepted_without_a_login_and_none_is_needed(http):
    assert ask(http, user(RESCUED)).status_code == 200
    body = {"model": "groundwire", "messages": [user(RESCUED)]}
    assert http.post(COMPLETIONS, json=body, headers={"authorization": "Bearer sk-any"}).status_code == 200


def test_pages_of_other_sites_are_refused_and_told_so_as_openai_would(http):
    for path in ("/v1/models", COMPLETIONS):
        for method in ("GET", "POST", "OPTIONS"):
            answer = http.request(method, path, headers={"origin": "https://elsewhere.example"})
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
            assert "access-control-allow-origin" not in answer.headers


def test_with_a_login_a_users_own_token_is_the_key(qa, tmp_path):
    users = Users(tmp_path / "users.json")
    users.add("ana", "correct horse battery")
    token = users.new_token("ana")
    app = application(qa)
    app.user_middleware.clear()
    app.add_middleware(Guard, token="secret", login=Login(users, "secret"))
    with TestClient(app, base_url="http://127.0.0.1:7860") as http:
        refused = ask(http, user(RESCUED))
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_api_key")
        http.headers["authorization"] = f"Bearer {token}"
        assert ask(http, user(RESCUED)).status_code == 200
        http.headers["authorization"] = "Bearer wrong"
        codes = [http.get("/v1/models").json()["error"]["code"] for _ in range(30)]
        assert codes[0] == "invalid_api_key"
        assert codes[-1] == "rate_limit_exceeded"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/embeddings", 404, "not_found"),
        ("POST", "/v1/responses", 404, "not_found"),
        ("GET", COMPLETIONS, 405, "method_not_allowed"),
        ("DELETE", "/v1/models/groundwire", 405, "method_not_allowed"),
    ],
)
def test_what_there_is_not_is_refused_in_the_same_words(http, method, path, status, code):
    answer = http.request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_too_large_a_body_is_refused_as_openai_would(http):
    answer = http.post(COMPLETIONS, content=b"x", headers={"content-length": str(MAX_BODY + 1)})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "request_too_large")


def test_a_service_that_is_starting_says_so_as_openai_would(qa):
    app = FastAPI()
    app.include_router(openai_routes(RunningService(lambda: qa)))
    app.add_middleware(Guard, token="secret")
    with TestClient(app, base_url="http://127.0.0.1:7860") as http:
        answer = ask(http, user(RESCUED))
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "service_unavailable")
    assert answer.json()["error"]["type"] == "server_error"
