"""Forty answers, hostile texts among them, and everything that the page makes of them: what the markup is held to.

python tests/support/rendered.py    # record it anew, after a change of the markup that is meant
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from qa.core.errors import NotReady, UnknownArticle
from qa.core.reports import ArticleSummary, Holdings, Outcome
from qa.core.types import Answer, AnswerSentence, Article, Citation, Copy, Filters, Sentence, SourcePassage
from qa.service.conversations import ConversationSummary, Turn
from qa.web.guard.login_page import login_page
from qa.web.page.chat import chat_html, sources_html
from qa.web.page.chat.bar import bar
from qa.web.page.chat.messages import messages, refused
from qa.web.page.chat.sources import Sources
from qa.web.page.chat.tokens import Token
from qa.web.page.library import library_html, reports
from qa.web.page.library.library_html import View
from qa.web.page.library.reports import Result
from qa.web.page.page import who_is_logged_in

FILE = Path(__file__).parents[1] / "web" / "fixtures" / "markup.json"
ANSWERS = 40
LONGEST = 1_200  # characters of markup that are kept; of longer ones the hash
HOSTILE = (
    "<script>window.hit=1</script> & \"double\" 'single' `tick`",
    "<img src=http://x.invalid/i.png onerror=window.hit=1>",
    "![](http://x.invalid/a.png) [link](javascript:window.hit=1)",
    "${window.hit=1} {{7*7}} {% raw %} {# none #} $$y^2$$",
    "**bold** _em_ &amp; &lt;b&gt; # head > quote",
    "é, 中文, \u202e, \x07, \u00a0 and a rocket 🚀",
    '</p></article></mark></button>" onmouseover="hit()" \'><svg/onload=hit()>',
    "\\ backslash \\\\ and 1. a list 2) another + - *",
    "ordinary words about a bridge",
)
PUBLISHED = ("2024-05-17", None, "2023-12-01T10:00:00+02:00", "n.d. <b>", "1999-01")


def _hostile(n: int) -> str:
    return HOSTILE[n % len(HOSTILE)]


def _article(n: int) -> tuple[Article, list[Sentence]]:
    """The n-th article and its sentences, two of which share a line."""
    text, spans = "", []
    for i in range(9):
        text += ("", "\n\n", " ")[0 if i == 0 else 1 + i % 2]
        sentence = f"Sentence {i} of article {n} holds {_hostile(n + i)}."
        spans.append(Sentence(len(text), len(text) + len(sentence)))
        text += sentence
    odd = n % 2 == 1
    article = Article(
        f"article-{n}",
        text,
        title=f"Title {n} {_hostile(n + 3)}" if n % 5 else None,
        outlet=_hostile(n + 1) if n % 3 else None,
        url=f"https://example.invalid/{n}?a='1'&b=\"2\"" if odd else None,
        author=_hostile(n + 2) if n % 4 else None,
        published=PUBLISHED[n % 5],
        added="2024-06-01T12:00:00+00:00" if odd else None,
        language="en" if n % 3 else None,
        origins={"title": "og:title <b>", "outlet": "given"} if odd else {},
    )
    return article, spans


ARTICLES = {article.id: (article, spans) for article, spans in map(_article, range(12))}


def _look_up(id: str) -> tuple[Article, list[Sentence]]:
    if id == "article-3":
        raise UnknownArticle("gone")
    if id == "article-5":
        raise NotReady("Groundwire is <starting>.")
    if id == "article-7":
        return replace(ARTICLES[id][0], text="Changed."), []
    return ARTICLES[id]


SERVICE = SimpleNamespace(
    article=_look_up, articles=lambda **_: [], article_count=lambda: 1, later=lambda _: [ARTICLES["article-2"][0]]
)
SOURCES = Sources(SimpleNamespace(qa=SERVICE))  # type: ignore[arg-type]


def _copies(n: int, count: int) -> tuple[Copy, ...]:
    return tuple(
        Copy(
            f"copy-{i}", "0" * 12, i, i + 9, f"Copy {_hostile(n + i)}", _hostile(i) if i % 2 else None, PUBLISHED[i % 5]
        )
        for i in range(count)
    )


def _cited(n: int, article: int, sentence: int, answered: bool) -> tuple[AnswerSentence, SourcePassage]:
    found, spans = ARTICLES[f"article-{article}"]
    at = spans[sentence]
    words = (at.start + 9, at.start + 22) if answered else None
    quote = found.text[at.start : at.end]
    citation = Citation(
        n, found.id, found.version, at.start, at.end, quote, found.shown_title, found.outlet, found.published, words,
        _copies(n, (0, 0, 3, 11)[(article + sentence) % 4]),
    )  # fmt: skip
    first, last = spans[max(0, sentence - 1)].start, spans[min(8, sentence + 2)].end
    passage = SourcePassage(
        found.id, found.version, first, last, found.text[first:last], found.shown_title, found.outlet, found.published,
        0.5, ((at.start, at.end), (spans[min(8, sentence + 2)].start, last))[: 1 + sentence % 2],
    )  # fmt: skip
    return AnswerSentence(quote, (citation,)), passage


def _answer(n: int) -> Answer | None:
    if n % 10 == 9:
        return None
    found = [_cited(i + 1, (n + i * 5) % 12, (n + i) % 9, (n + i) % 3 > 0) for i in range(1 + n % 4)]
    sentences, passages = zip(*found, strict=True)
    if n % 7 == 4:
        nearest = passages if n % 2 else ()
        return Answer(_hostile(n), True, 0.1, (), tuple(replace(p, marks=()) for p in nearest), (), {}, n % 3)
    notes = (f"A note: {_hostile(n + 4)}",) if n % 4 == 1 else ()
    return Answer(_hostile(n), False, 0.9, sentences, (), passages, {}, n % 3, notes)


def _turn(n: int) -> Turn:
    filters = (
        Filters(),
        Filters(outlets=(_hostile(n), "The Example")),
        Filters(articles=("a",), published_from="2024-05-01"),
        Filters(articles=("a", "b"), published_from="2024-05-01", published_to="2024-06-30"),
        Filters(published_to="2024-06-30"),
    )[n % 5]
    answer = _answer(n)
    state, message = ("failed", f"Wrong: {_hostile(n)}") if answer is None else ("answered", "")
    if n % 11 == 3:
        state, message = "stopped", ""
    elif n % 6 == 5 and answer:
        message = "Indexing goes on."
    return Turn(n + 1, "2024-06-01T12:00:00+00:00", f"Question {n}: {_hostile(n)}?", filters, state, answer, message)


TURNS = tuple(map(_turn, range(ANSWERS)))


def _chat() -> Iterator[tuple[str, str]]:
    for turn in TURNS:
        yield f"reply {turn.n}", chat_html.reply(turn, f"con'v\"{turn.n}")
        yield f"reply, not the last, {turn.n}", chat_html.reply(turn, "conversation", last=False)
    yield "pending", chat_html.pending(f"Waiting… {_hostile(0)}")
    yield "notice", chat_html.notice(f"  No: {_hostile(6)} ")
    yield "refused", json.dumps(refused(_hostile(1) * 20, _hostile(2)))
    yield "messages", json.dumps(messages([*TURNS[:5], replace(TURNS[5], state="asked", answer=None)], "c"))
    yield "placeholder", chat_html.placeholder(HOSTILE[:4])
    yield "placeholder without examples", chat_html.placeholder(())


def _sources() -> Iterator[tuple[str, str]]:
    yield "no sources", SOURCES.panel(None)
    yield "panel notice", sources_html.panel_notice(_hostile(0))
    for turn in TURNS:
        tokens = [Token.of(turn.n, c) for s in turn.answer.sentences for c in s.citations] if turn.answer else []
        yield f"panel {turn.n}", SOURCES.panel(turn)
        yield f"panel opened {turn.n}", SOURCES.panel(turn, tokens[-1] if tokens else Token(turn.n, 0))
        for token in tokens[:2]:
            for what, see in (("article", SOURCES.article), ("alone", SOURCES.opened)):
                try:
                    yield f"{what} {token.n} of {turn.n}", see(token, () if what == "alone" else [turn])
                except (UnknownArticle, NotReady) as error:
                    yield f"{what} {token.n} of {turn.n}", sources_html.panel_notice(str(error))
    found, spans = ARTICLES["article-2"]
    long = replace(found, text=f"{found.text}\n" * 300)
    at = (len(long.text) // 2, len(long.text) // 2 + 50)
    assert len(long.text) > sources_html.LONGEST / 2
    for times in (1, 4):
        marks = {at: "1", (spans[0].start, spans[0].end): "2"}
        long = replace(long, text=long.text * times)
        yield f"long article, {times}", sources_html.article(long, marks, at, Token(1, 1, long.id, long.version, *at))


def _row(n: int) -> ArticleSummary:
    a, _ = ARTICLES[f"article-{n % 12}"]
    id = f"{a.id}-{n}-'\"<&/é"
    return ArticleSummary(id, a.version, a.shown_title, a.outlet, a.url, a.author, a.published, a.added, 1000 * n, n, n)


def library_page(rows: int = 25) -> str:
    """A page of the library's table, with an article opened in it and another one about to be removed."""
    listed = [_row(n) for n in range(rows)]
    found, spans = ARTICLES["article-1"]
    view = View(order="outlet", descending=True, page=2, opened=listed[1].id, confirming=listed[2].id)
    return library_html.library(view, listed, 1234, library_html.preview(found, len(spans)))


def _library() -> Iterator[tuple[str, str]]:
    rows = [_row(n) for n in range(12)]
    yield "library", library_page()
    yield "library, one article", library_html.library(View(), rows[:1], 1)
    yield "library, searched", library_html.library(View(search=_hostile(0), page=1), rows[:2], 2)
    yield "library, last page", library_html.library(View(order="added", page=3), rows[:9], 109)
    yield "library, nothing found", library_html.library(View(search=_hostile(1)), (), 0)
    yield "library, empty", library_html.library(View(), (), 0)
    held = Holdings(9, tuple((_hostile(n), n) for n in range(9)), (("2024", 5),), undated=4)
    narrowed = View(_hostile(2), outlet=_hostile(3), year="undated")
    yield "library, narrowed", library_html.library(narrowed, (), 0, held=held)
    yield (
        "library, opened apart",
        library_html.library(View(opened="x"), rows[:1], 1, library_html.preview(*_one()), held),
    )
    yield "preview, edited", library_html.preview(*_one(), View(editing=True), {"title": _hostile(1)}, _hostile(2))
    yield "library, closed", library_html.problem(_hostile(6))
    for id, (article, spans) in ARTICLES.items():
        yield f"preview {id}", library_html.preview(article, len(spans))
    found, _ = ARTICLES["article-4"]
    yield "preview, one sentence", library_html.preview(Article("one", "One sentence."), 1)
    yield "preview, long", library_html.preview(replace(found, text=f"{found.text}\n" * 60), 12_345)


def _one() -> tuple[Article, int]:
    article, sentences = ARTICLES["article-1"]
    return article, len(sentences)


def _reports() -> Iterator[tuple[str, str]]:
    statuses = ("added", "replaced", "updated", "unchanged", "duplicate", "removed", "refused")
    results = [
        Result(
            Outcome(f"{_hostile(i)}\udcff.md", s, f"id-{i}" if i % 3 else None, _hostile(i + 2) if i % 2 else ""),
            _hostile(i + 1) if i % 3 else "",
        )
        for i, s in enumerate(statuses)
    ]
    yield "outcomes", reports.outcomes(results, f"Adding {_hostile(0)}")
    yield "outcomes, done", reports.outcomes(results[:1])
    yield "outcomes, none", reports.outcomes(())
    status = {"articles": 1234, "sentences": 56789, "passages": 4321, "pending": 12, "dense": "chroma"}
    refused = {f"{_hostile(i)}.md": _hostile(i + 1) for i in range(3)}
    yield "index", reports.index_state("ready", _hostile(0), status, refused, [_hostile(3)], _hostile(4))
    yield "index, exact", reports.index_state("ready", "", {**status, "pending": 0, "dense": "exact"}, {"a": "b"})
    for state in ("starting", "reading", "indexing", "ready", "failed", "other"):
        for detail in ("", _hostile(2)):
            yield f"index {state}, {bool(detail)}", reports.index_state(state, detail)
            yield f"index {state}, {bool(detail)}, status", reports.index_state(state, detail, status)


def _frames() -> Iterator[tuple[str, str]]:
    listed = [ConversationSummary(f"id'{i}\"<", _hostile(i) * 3, i + 1, "2024-06-01T12:00:00+00:00") for i in range(5)]
    yield "bar, empty", bar("", False, ())
    yield "bar", bar(listed[0].id, True, listed, _hostile(1))
    yield "bar, nothing asked", bar("new", False, listed[:1])
    yield "login", login_page("/?q=1&'\"<b>")
    yield "login, failed", login_page("/", _hostile(0), _hostile(6))
    yield "guest", who_is_logged_in("guest:1/2")
    yield "user", who_is_logged_in("user:<b>'A\"/2")


def recorded(markup: str) -> str:
    """Return what the recording keeps of a text."""
    return markup if len(markup) <= LONGEST else hashlib.sha256(markup.encode("utf-8", "surrogatepass")).hexdigest()


def same(markup: str) -> str:
    """Return markup as a browser reads it: white space folded, quotes by one of their two references."""
    folded = re.sub(r"\s+", " ", markup.replace("&#x27;", "&#39;").replace("&quot;", "&#34;"))
    return folded.replace("> <", "><").strip()


def rendered() -> dict[str, str]:
    """Return all that is rendered, by name. Chat Markdown keeps its white space, which says where paragraphs end."""
    chat = {name: markup.replace("&#x27;", "&#39;").replace("&quot;", "&#34;") for name, markup in _chat()}
    html = [*_sources(), *_library(), *_reports(), *_frames()]
    return {**chat, **{name: same(markup) for name, markup in html}}


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    kept = {name: recorded(markup) for name, markup in rendered().items()}
    FILE.write_text(json.dumps(kept, indent=0, ensure_ascii=True) + "\n", "ascii")
