"""The JSON routes: what /api/openapi.json says of them is true, and many people at once get their own answers."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from dataclasses import asdict

import httpx
import psutil
import pytest
from fakes import open_fake, write_article
from fastapi import FastAPI
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from serving import TOKEN, application, serving

from qa.web.api.routes import error_answers, json_routes
from qa.web.guard.middleware import MAX_BODY
from qa.web.openai.routes import openai_routes
from qa.web.running import RunningService

OWN = {"authorization": f"Bearer {TOKEN}"}
TEXT = "The judge Karl Ode came late. The tank is green and it was in the hall with all of them on that day."


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    home = tmp_path_factory.mktemp("api")
    write_article(home, "tank", TEXT, title="A tank", outlet="Gazette", published="2024-05-17")
    write_article(home, "größe", "A tank of great size.", outlet="Zeitung")
    (home / "corpus" / "plain.txt").write_text("A plain story of the tank.", "utf-8")
    (home / "corpus" / 'a"; b.txt').write_text("A story with a name that wants to be a header.", "utf-8")
    with open_fake(home) as qa:
        qa.sync()
        yield qa


@pytest.fixture(scope="module")
def client(service):
    with TestClient(application(service), base_url="http://127.0.0.1:7860", raise_server_exceptions=False) as served:
        yield served


@pytest.fixture(scope="module")
def document(client):
    return client.get("/api/openapi.json").json()


def operations(document):
    return [(method, path, operation) for path, item in document["paths"].items() for method, operation in item.items()]


def valid(document, schema, value):
    """Whether a value is as a schema of the document says."""
    whole = Resource.from_contents({"$schema": "https://json-schema.org/draft/2020-12/schema", **document})
    registry = Registry().with_resource("urn:api", whole)
    absolute = json.loads(json.dumps(schema).replace('"#/', '"urn:api#/'))
    Draft202012Validator(absolute, registry=registry).validate(value)
    return True


def answer_schema(document, method, path, status="200"):
    return document["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]


# --- the document -------------------------------------------------------------------------------------------------


def test_every_route_is_in_the_document(client, document):
    served = {
        (method.lower(), route.path.replace(":path", ""))
        for routes in (json_routes, openai_routes)
        for route in routes(RunningService(lambda: None)).routes
        for method in route.methods
    }
    assert len(served) == 16
    assert {(method, path) for method, path, _ in operations(document)} == served


def test_every_operation_says_what_it_does_and_what_it_returns(document):
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(ids)) == len(ids)
    for _, path, operation in operations(document):
        assert operation["summary"], path
        assert len(operation["description"]) > 20, path
        assert operation["tags"], path
        content = operation["responses"]["200"]["content"]
        assert all(kind["schema"] for kind in content.values()), path
        assert operation["security"] == [{"HTTPBearer": []}], path


def test_every_operation_names_the_errors_that_it_can_answer_with(document):
    for method, path, operation in operations(document):
        if path.startswith("/v1"):
            continue
        wanted = {"200", "400", "403", "413", "503", "default"}
        wanted |= {"404"} if "{id}" in path or (method, path) == ("post", "/api/articles") else set()
        wanted |= {"409"} if (method, path) == ("post", "/api/articles") else set()
        assert set(operation["responses"]) == wanted, (method, path)
        for status in wanted - {"200"}:
            schema = answer_schema(document, method, path, status)
            assert schema == {"$ref": "#/components/schemas/Problem"}


def test_every_reference_of_the_document_leads_somewhere(document):
    assert document["openapi"].startswith("3.1")
    text = json.dumps(document)
    names = {part.split('"')[0].removeprefix("#/components/schemas/") for part in text.split('"$ref": "')[1:]}
    assert names == set(document["components"]["schemas"]), "none is missing, none is left over"
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
        assert schema["description"], schema


# --- what is served is what the document says ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "/api/health", None),
        ("post", "/api/ask", {"question": "Is the tank green?"}),
        ("post", "/api/ask", {"question": "Is it green?", "filters": {"outlets": ["Gazette"], "published_from": None}}),
        (
            "post",
            "/api/ask",
            {"question": "Is it green now?", "history": ["Is it old?"], "without": ["newest", "context"]},
        ),
        ("post", "/api/search", {"question": "tank", "k": 2}),
        ("get", "/api/examples", None),
        ("get", "/api/articles", None),
        ("post", "/api/index", None),
        ("post", "/api/doctor", None),
    ],
)
def test_a_real_answer_is_as_its_schema_says(client, document, method, path, body):
    if body:
        request = document["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"]
        assert valid(document, request, body)
    answer = client.request(method, path, json=body, headers=OWN)
    assert answer.status_code == 200, answer.text
    assert answer.json(), "an empty answer would fit any schema"
    assert valid(document, answer_schema(document, method, path), answer.json())


def test_a_real_article_is_as_its_schema_says(client, document):
    for id in ("tank", "größe", "plain"):
        answer = client.get(f"/api/articles/{id}").json()
        assert answer["id"] == id
        assert valid(document, answer_schema(document, "get", "/api/articles/{id}"), answer)


def test_adding_and_removing_answer_as_their_schemas_say(client, document):
    added = client.post("/api/articles", headers=OWN, json={"text": "A ship."})
    assert valid(document, answer_schema(document, "post", "/api/articles"), added.json())
    twice = client.post("/api/articles", headers=OWN, json={"text": "A ship."})
    assert twice.status_code == 409
    assert twice.json()["article"] == added.json()["article"]
    removed = client.delete(f"/api/articles/{added.json()['article']}", headers=OWN)
    assert valid(document, answer_schema(document, "delete", "/api/articles/{id}"), removed.json())


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("post", "/api/ask", {"question": "?"}, {}, 400),
        ("post", "/api/ask", {"question": "x" * 8_001}, {}, 400),
        ("post", "/api/ask", {"question": "Is it green?", "without": ["weather"]}, {}, 400),
        ("post", "/api/ask", {"question": "x" * 1_000_000}, {}, 400),
        ("post", "/api/search", {"question": "tank", "k": "many"}, {}, 400),
        ("get", "/api/articles?offset=-1", None, {}, 400),
        ("post", "/api/articles", {"text": "A ship."}, {}, 403),
        ("get", "/api/health", None, {"host": "evil.example"}, 403),
        ("get", "/api/articles/nothing", None, {}, 404),
        ("get", "/api/files/nothing", None, {}, 404),
        ("post", "/api/ask", {"question": "x" * MAX_BODY}, {}, 413),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_error_is_as_its_schema_says_and_in_words(client, document, method, path, body, headers, status):
    answer = client.request(method, path, json=body, headers=headers)
    assert answer.status_code == status
    assert valid(document, {"$ref": "#/components/schemas/Problem"}, answer.json())
    assert len(answer.json()["message"].split()) >= 4


def test_a_question_too_long_says_how_long_it_may_be(client):
    answer = client.post("/api/ask", json={"question": "why " * 2_001})
    assert answer.status_code == 400
    assert "at most 8,000" in answer.json()["message"]


def test_the_values_are_those_of_the_service_field_by_field(client, service):
    served = client.post("/api/ask", json={"question": "Is the tank green?"}).json()
    asked = json.loads(json.dumps(asdict(service.ask("Is the tank green?"))))
    assert list(served) == list(asked)
    assert {**served, "timings_ms": 0} == {**asked, "timings_ms": 0}
    assert client.get("/api/articles").json() == [asdict(a) for a in service.articles()]
    passages = service.search("tank", k=3)
    served = client.post("/api/search", json={"question": "tank", "k": 3}).json()
    assert served == json.loads(json.dumps([asdict(p) for p in passages]))


def test_a_part_of_what_is_understood_is_left_out_over_the_wire(client):
    question = {"question": "Is the tank green now?"}
    assert client.post("/api/ask", json=question).json()["understood"]["newest"] is True
    understood = client.post("/api/ask", json={**question, "without": ["newest"]}).json()["understood"]
    assert (understood["newest"], understood["without"]) == (False, ["newest"])


def test_a_service_that_is_still_starting_tells_its_state_and_no_counts():
    app = FastAPI()
    app.include_router(json_routes(RunningService(lambda: None)))
    error_answers(app)
    with TestClient(app) as starting:
        assert starting.get("/api/health").json() == {"state": "starting", "detail": "", "watching": ""}
        assert starting.get("/api/examples").status_code == 503


@pytest.mark.parametrize("order", ["id", "title", "outlet", "published", "added", "sentences"])
def test_the_library_comes_in_the_order_asked_for_either_way(client, service, order):
    for descending in (False, True):
        served = client.get("/api/articles", params={"order": order, "descending": descending}).json()
        assert [a["id"] for a in served] == [a.id for a in service.articles(order=order, descending=descending)]
    assert (
        len({tuple(a["id"] for a in client.get(f"/api/articles?order=id&descending={d}").json()) for d in (0, 1)}) == 2
    )


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "kind", "plain", "name"),
    [
        ("tank", "text/markdown", "tank.md", "tank.md"),
        ("größe", "text/markdown", "gr__e.md", "gr%C3%B6%C3%9Fe.md"),
        ("plain", "text/plain", "plain.txt", "plain.txt"),
        ('a"; b', "text/plain", "a___b.txt", "a%22%3B%20b.txt"),
    ],
)
def test_an_articles_file_is_downloaded_as_it_stands_in_the_corpus(client, service, id, kind, plain, name):
    answer = client.get(f"/api/files/{id}")
    assert answer.status_code == 200
    assert answer.content == next((service.settings.corpus).glob(f"{id}.*")).read_bytes()
    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
    assert answer.headers["content-disposition"] == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{name}"
    assert answer.headers.get_list("x-content-type-options", split_commas=True) == ["nosniff"]


@pytest.mark.parametrize(
    "id", ["nothing", "README", "..%2Findex%2Ftoken", "%2Fetc%2Fpasswd", "tank.md", "tank%00", "refused", "."]
)
def test_no_id_leads_to_a_file_that_is_no_article(client, service, id):
    corpus = service.settings.corpus
    (corpus / "README.md").write_text("not an article")
    (corpus / "refused.md").write_bytes(b"\x00\xff no text")
    service.sync()
    answer = client.get(f"/api/files/{id}")
    assert answer.status_code == 404
    assert "no article" in answer.json()["message"] or "Not Found" in answer.json()["message"]


def test_an_article_that_lost_its_file_is_not_found(client, service):
    path = write_article(service.settings.home, "lost", "A lost story of the tank.")
    service.sync()
    path.unlink()
    assert client.get("/api/articles/lost").status_code == 200, "it is indexed still"
    assert client.get("/api/files/lost").status_code == 404
    service.sync()


# --- many at once -------------------------------------------------------------------------------------------------

PEOPLE = 50
ROUNDS = 5
SLOWEST = 60.0  # seconds, for 95 of 100; a tenth of it on a machine with nothing else to do
LEAK = 0.03  # share of the memory after the second round that the last may have more, and
LEAK_BYTES = 8 * 2**20


def story(person: int) -> str:
    """A story in words of its own, so that nobody else's answers a question about it."""
    draw = random.Random(person)
    words = [
        "".join(draw.choices("bdfgklmnprstvz", k=1) + draw.choices("aeiou", k=1)) * 3 + str(person) for _ in "abcde"
    ]
    return f"{words[0]} {words[1]} token{person}. {words[2]} {words[3]}. {words[4]} {words[0]}."


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """A service with a story for each of PEOPLE, and what it answers each when nobody else asks."""
    home = tmp_path_factory.mktemp("crowd")
    for person in range(PEOPLE):
        write_article(home, f"story-{person}", story(person))
    with open_fake(home) as qa:
        qa.sync()
        with serving(qa) as address:
            yield address


def asked_at_once(address: str, question) -> tuple[list[httpx.Response], list[float]]:
    """What PEOPLE get who all ask at the same moment, and how long each waited."""
    answers: list = [None] * PEOPLE
    waited = [0.0] * PEOPLE
    start = threading.Barrier(PEOPLE)

    def ask(person: int) -> None:
        start.wait()
        began = time.monotonic()
        answers[person] = browser.post("/api/ask", json={"question": question(person)})
        waited[person] = time.monotonic() - began

    everybody = httpx.Limits(max_connections=PEOPLE, max_keepalive_connections=0)
    with httpx.Client(base_url=address, trust_env=False, timeout=60, limits=everybody) as browser:
        people = [threading.Thread(target=ask, args=(person,)) for person in range(PEOPLE)]
        for person in people:
            person.start()
        for person in people:
            person.join()
    return answers, sorted(waited)


@pytest.mark.clock
def test_fifty_people_at_once_each_get_the_answer_they_would_get_alone(crowd):
    process, memory, times = psutil.Process(), [], []
    for turn in range(ROUNDS):
        answers, waited = asked_at_once(crowd, lambda person, turn=turn: f"Where is token{(person + turn) % PEOPLE}?")
        times += waited
        memory.append(process.memory_info().rss)
        for person, answer in enumerate(answers):
            own = (person + turn) % PEOPLE
            assert answer.status_code == 200, answer.text
            cited = [c for s in answer.json()["sentences"] for c in s["citations"]]
            assert {c["article"] for c in cited} == {f"story-{own}"}
            assert f"token{own}" in cited[0]["quote"].rstrip(".").split()
            assert answer.json()["question"] == f"Where is token{own}?"
    assert sorted(times)[int(0.95 * len(times))] < SLOWEST
    assert memory[-1] <= memory[1] * (1 + LEAK) + LEAK_BYTES, [m >> 20 for m in memory]


def test_fifty_impossible_questions_at_once_are_refused_and_never_a_failure(crowd):
    kinds = ["", "x" * 9_000, "?!", "why " * 100_000]
    answers, _ = asked_at_once(crowd, lambda person: kinds[person % len(kinds)])
    assert {answer.status_code for answer in answers} == {400}
    assert all(answer.json()["message"] for answer in answers)


def test_a_body_that_is_too_large_is_refused_while_others_are_answered(crowd):
    answers: list = []
    crowded = threading.Thread(target=lambda: answers.extend(asked_at_once(crowd, lambda person: f"token{person}?")[0]))
    crowded.start()
    refused = []
    for _ in range(5):
        connection = http.client.HTTPConnection(crowd.removeprefix("http://"), timeout=60)
        connection.putrequest("POST", "/api/ask")
        connection.putheader("content-length", str(MAX_BODY + 1))
        connection.endheaders()  # and no body: it is refused by what it announces
        refused.append(connection.getresponse().status)
        connection.close()
    crowded.join()
    assert refused == [413] * 5
    assert [answer.status_code for answer in answers] == [200] * PEOPLE
