"""Extraction on the 181 pages of scrapinghub's article-extraction-benchmark, beside trafilatura and newspaper4k.

The pages are not ours to copy: clone https://github.com/scrapinghub/article-extraction-benchmark and name the folder.

    python bench/extraction/public.py FOLDER [--show WORDS] [--write]

What is counted: recall and precision over words (a bag of them, in lower case) and over runs of four words, as that
benchmark has it, each the mean over pages. Its texts leave standfirsts out, which ours keep, so that precision is also
counted with the words of the standfirst that a page states neither way. A page is refused where a system gives no text.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from blocks import blocks
from run import SYSTEMS, Found, Page, arguments_of, flat, write_section

SECTION = "## Extraction of public pages"
LOW = 0.80  # recall of a page that is listed with its reason
RUN = 4  # words
SAME = 45  # characters in which a description and a block of the page are the same

_WORD = re.compile(r"\w+")

# Why a page's recall is low, where somebody has looked.
REASONS = {
    "nbcdfw.com": "the benchmark's text holds headlines of other stories between the paragraphs, and a caption twice",
    "my6sense.com": "the end matter of a press release (About ...), which other pages of the benchmark leave out",
    "bgr.com": "boxes of products with their prices, whose words are links",
}


@dataclass(frozen=True, slots=True)
class Score:
    """How much of a page's text is there, and how much of what is there is its text."""

    recall: float
    precision: float | None

    @classmethod
    def of(cls, wanted: Counter[object], given: Counter[object], neutral: Counter[object]) -> Score:
        right = (wanted & given).total()
        extra = ((given - wanted) - neutral).total()
        return cls(right / max(wanted.total(), 1), right / (right + extra) if right + extra else None)


def words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def runs(text: str) -> Counter[object]:
    tokens = _WORD.findall(text)
    return Counter(tuple(tokens[i : i + RUN]) for i in range(max(1, len(tokens) - RUN + 1)) if tokens)


def standfirst_of(page: Page, wanted: str) -> str:
    """Return the block of the page that its own description (JSON-LD, og:description) says again; empty for none.

    What is a title or stands in the wanted text is none.
    """
    from qa.intake.page.about.metadata import PageAbout
    from qa.intake.page.extract import _tree

    tree = _tree(page.html)
    said = [flat(one).casefold() for one in PageAbout(tree).descriptions]
    body = flat(wanted).casefold()
    titles = {flat(h.text_content()).casefold() for h in tree.iter("title", "h1", "h2", "h3", "h4", "h5", "h6")}
    found = (b for b in map(flat, blocks(page.html)) if b.casefold() not in titles and b[:SAME].casefold() not in body)
    return next((b for b in found if len(b) >= SAME and any(b[:SAME].casefold() == d[:SAME] for d in said)), "")


def pages_in(folder: Path) -> list[tuple[Page, str]]:
    """Return every page with its text and its address."""
    truth = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    pages = []
    for key, said in sorted(truth.items()):
        data = gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes())
        html = data.decode("utf-8", "replace")
        label = {"id": f"{key[:10]} {said.get('url', '')}"}
        pages.append((Page(label, data, html, (), (), (), ()), said.get("articleBody", "")))
    return pages


def row(name: str, pages: Sequence[tuple[Page, str]], texts: Sequence[str], neutral: Sequence[str]) -> str:
    """Return a system's line of the table."""
    nothing: Counter[object] = Counter()
    by_words = [
        Score.of(Counter(words(wanted)), Counter(words(text)), nothing)
        for (_, wanted), text in zip(pages, texts, strict=True)
    ]
    but = [
        Score.of(Counter(words(wanted)), Counter(words(text)), Counter(words(said)))
        for (_, wanted), text, said in zip(pages, texts, neutral, strict=True)
    ]
    by_runs = [Score.of(runs(wanted), runs(text), nothing) for (_, wanted), text in zip(pages, texts, strict=True)]
    means = [
        *(_mean([s.recall for s in scores]) for scores in (by_words,)),
        *(_mean([s.precision for s in scores]) for scores in (by_words, but)),
        _mean([s.recall for s in by_runs]),
        _mean([s.precision for s in by_runs]),
    ]
    refused = sum(not text.strip() for text in texts)
    return f"| {name} | {' | '.join(f'{m:.3f}' for m in means)} | {refused} |"


def _mean(values: Sequence[float | None]) -> float:
    known = [v for v in values if v is not None]
    return sum(known) / max(len(known), 1)


def text_of(system: Callable[[Page], Found], page: Page) -> str:
    """Return what a system makes of a page; nothing where it lacks data that no package has (newspaper4k's NLTK)."""
    try:
        return system(page).text
    except LookupError:
        return ""


def report(pages: Sequence[tuple[Page, str]], systems: dict[str, Callable[[Page], Found]]) -> list[str]:
    """Return the table, and the pages of which ours has less than LOW."""
    said = [standfirst_of(page, wanted) for page, wanted in pages]
    neutral = [
        line if said.count(line) == 1 else "" for line in said
    ]  # on several pages it is the site's word of itself
    lines = [
        "| | words: recall | precision | but for standfirsts | runs of four: recall | precision | refused |",
        "|---|---|---|---|---|---|---|",
    ]
    ours: list[str] = []
    for name, system in systems.items():
        texts = [text_of(system, page) for page, _ in pages]
        ours = ours or texts
        lines.append(row(name, pages, texts, neutral))
    stated = [(line, flat(text)) for line, text in zip(neutral, ours, strict=True) if line]
    kept = sum(line in text for line, text in stated)
    low = []
    for (page, wanted), text in zip(pages, ours, strict=True):
        score = Score.of(Counter(words(wanted)), Counter(words(text)), Counter())
        if score.recall < LOW:
            host = page.id.partition("://")[2].partition("/")[0].removeprefix("www.")
            low.append(f"- {page.id.split()[1]} ({score.recall:.2f}): {REASONS.get(host, 'not looked at yet')}")
    lines += ["", f"Standfirsts (blocks that a page's own description says again) in ours: {kept} of {len(stated)}."]
    return [*lines, "", f"Pages of which Groundwire has less than {LOW:.2f} of the words:", "", *low]


def main() -> None:
    arguments = arguments_of(__doc__, folder="a clone of the benchmark")
    arguments.add_argument("--show", metavar="WORDS", help="the text of the pages whose address has these words")
    given = arguments.parse_args()
    pages = pages_in(given.folder)
    if given.show:
        for page, _ in pages:
            if given.show in page.id:
                print(page.id, SYSTEMS["Groundwire"](page).text, sep="\n\n")
        return
    lines = report(pages, SYSTEMS)
    print("\n".join(lines))
    if given.write:
        made = "`python bench/extraction/public.py FOLDER --write`; the head of that script defines the columns."
        write_section(SECTION, ["", made, "", *lines])


if __name__ == "__main__":
    main()
