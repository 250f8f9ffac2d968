"""Whether an answer ever cites what the labels call boilerplate: every such sentence is asked, and nothing is declined.

One corpus holds all labelled pages as a system makes articles of them, and each boilerplate sentence of a page is a
question to it, which its own words answer best where they are in the corpus. The threshold is 0, so that the nearest
sentences are cited however little they answer. As a control, the same is done with the articles of trafilatura's
defaults: where boilerplate is in the text, it is cited, and the count sees it.

    python bench/extraction/citing.py CACHE [--own-pages-only] [--write]

A citation is of boilerplate when its quote holds a boilerplate sentence (five words or more) of the page whose article
it cites, or is such a part of one that stands in none of the page's paragraphs, titles and captions.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace

from run import (
    MIN_WORDS,
    Page,
    System,
    arguments_of_labelled,
    flat,
    labelled,
    of_trafilatura,
    ours,
    words,
    write_section,
)

from qa.core.lazy import Lazy
from qa.core.settings import Settings
from qa.index.embedding import SentenceEmbedding, lazy_embedding
from qa.service.service import QA

SECTION = "## Boilerplate cited"
MAX_QUESTION = 1000  # characters; the service takes no longer ones
SYSTEMS: dict[str, System] = {"Groundwire": ours, "trafilatura's text": of_trafilatura}


@dataclass(frozen=True, slots=True)
class Cited:
    """What came of all questions. `boilerplate` holds the id of a page and what was cited from its article."""

    articles: int
    questions: int
    citations: int
    boilerplate: tuple[tuple[str, str], ...]


def cited(pages: list[Page], system: System, model: Lazy[SentenceEmbedding]) -> Cited:
    """Every boilerplate sentence asked of a corpus of the articles that a system makes."""
    questions = list(dict.fromkeys(s[:MAX_QUESTION] for page in pages for s in page.boilerplate))
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(Settings.from_environment(folder), threshold=0.0)
        settings.corpus.mkdir()
        with QA.open(settings=settings, model=model) as qa:
            of_article = _added(qa, pages, system)
            quotes = [
                (of_article[c.article], c.quote)
                for question in questions
                for sentence in qa.ask(question).sentences
                for c in sentence.citations
            ]
    found = tuple((page.id, quote) for page, quote in quotes if is_boilerplate(page, quote))
    return Cited(len(of_article), len(questions), len(quotes), found)


def _added(qa: QA, pages: list[Page], system: System) -> dict[str, Page]:
    """The page of each article that was added."""
    added = {}
    for page in pages:
        if text := system(page).text.strip():
            id = qa.add(text, name=page.id).article
            added.update({id: page} if id else {})
    return added


def is_boilerplate(page: Page, quote: str) -> bool:
    """Whether a quote from a page's article is or holds a sentence of its boilerplate."""
    said = flat(quote)
    if any(sentence in said for sentence in page.boilerplate):
        return True
    story = " ".join([*page.paragraphs, *page.asides])
    return len(words(said)) >= MIN_WORDS and said not in story and any(said in s for s in page.boilerplate)


def main() -> None:
    given = arguments_of_labelled(__doc__).parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    pages = [page for page in labelled(given.cache, given.own_pages_only) if "body" in page.label]
    model = lazy_embedding(Settings.from_environment().model)
    rows = ["| | articles | questions | citations | boilerplate sentences cited |", "|---|---|---|---|---|"]
    for name, system in SYSTEMS.items():
        one = cited(pages, system, model)
        rows.append(f"| {name} | {one.articles} | {one.questions} | {one.citations} | {len(one.boilerplate)} |")
        print(f"{rows[-1]}\n", *(f"   {page}: {quote[:100]}\n" for page, quote in one.boilerplate[:10]))
    if given.write:
        said = "`python bench/extraction/citing.py CACHE --write`: each boilerplate sentence of the labelled pages\n"
        said += "asked of a corpus of their articles, nothing declined. The control: trafilatura's articles."
        write_section(SECTION, ["", said, "", *rows])


if __name__ == "__main__":
    main()
