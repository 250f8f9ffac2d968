"""A web page as an article: its story as plain text, and what the page says about itself.

trafilatura finds the story (its precision mode; docs/intake.md says why), in a tree from which this package has taken
what is hidden or plainly not the story. It is given a tree and no address, so that nothing is fetched. Does not know
where a page comes from; scripts are never run, so a page that a script would draw has no text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit

from qa.core.errors import ArticleError
from qa.core.types import Draft, Found
from qa.corpus.boilerplate import is_boilerplate
from qa.corpus.canonical import canonical_text, storable
from qa.intake.encodings import decoded_page
from qa.intake.formats.documents.markup import fragment_text
from qa.intake.page.about.metadata import PageAbout
from qa.intake.page.about.titles import plain
from qa.intake.page.clutter import remove_clutter
from qa.intake.page.end_matter import is_formula, without_credits, without_signature
from qa.intake.page.heading_matter import is_heading_matter
from qa.intake.page.layout import as_article, in_several_parts, keep_story, make_plain, unname
from qa.intake.page.standfirst import opens_with, standfirst
from qa.intake.page.tree import running_text
from qa.intake.page.visibility import remove_unseen

MAX_ELEMENTS = 50_000  # a front page of three megabytes has 10,000
MAX_CELLS = 5_000  # trafilatura's time grows with the square of a table: this many take some seconds, 50,000 minutes
MIN_WORDS = 10  # a story has more; what a wall or an error page leaves has fewer
MIN_DENSE = 30  # characters, where words are not apart
TOO_LITTLE = 0.4  # of the running text that is left without clutter: trafilatura has lost the story, so all is taken
NEARLY_ALL = 0.9  # of the same: with less it is tried again without the page's names, by which it may have chosen
MORE = 1.15  # times the text of the first try that the second must have
MUCH = 800  # characters: several paragraphs more are no box beside the story
MAX_WALL = 1500  # characters of a request for consent that stands in place of a story
WALL_SHARE = 0.6  # of its lines
FULLER = 1.25  # times the words of the page's text that the text in its JSON-LD must have to stand for it
REPEATED = 3  # times that a line stands in the text, where it is no sentence: a label of the page
_LAST_WORD = re.compile(r"\w\W*$")
_STOPS = ".!?…。:;"
MAX_REPEATED = 4  # words of such a label; a longer one is what a list or a recipe says again

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")  # lxml refuses it in text that is decoded already
_BLOCKS = "p head quote list table code ab div ul ol blockquote h1 h2 h3 h4 h5 h6 pre figure section article"
_GAPS = {  # of trafilatura's tags and of HTML's
    **dict.fromkeys(_BLOCKS.split(), "\n\n"),
    **dict.fromkeys("item row lb li tr br figcaption".split(), "\n"),
    **dict.fromkeys("cell td th".split(), "  "),
}
_TAGGED = re.compile(r"<(?:p|br|div|h[1-6]|a|strong|em|ul|li)\b[^<>]*>", re.IGNORECASE)
_RANKS = ("", " ", "  ", "\n", "\n\n")
_SPACES = re.compile(r"[^\S\u00a0]+")
_WALL = re.compile(
    r"cookie|consent|zustimm|einwillig|datenschutz|tracking|werbung|partner|privacy|personal data|données personnelles|"
    r"captcha|access denied|verify (?:that )?you are|enable javascript|checking your browser|not found",
    re.IGNORECASE,
)


def parse(data: bytes, name: str, address: str | None = None, charset: str | None = None) -> list[Draft]:
    """Return the one article of an HTML page. `address` is where it was fetched, `charset` what the server said.

    Raises ArticleError when the page holds no story.
    """
    read = decoded_page(data, charset)
    html = read.text
    tree = _tree(html)
    about = PageAbout(tree, address)
    metadata = about.fields()  # before the story is cut out of the tree
    body = tree if tree.body is None else tree.body  # a page of frames has none
    remove_unseen(body)
    seen = " ".join(body.text_content().split())
    first = standfirst(body, about.headline, about.descriptions, about.language)
    text = _without_boilerplate(_story(tree, body, about, _host(metadata)), about, _authors(metadata))
    if first and text and not opens_with(text, first):
        text = canonical_text(f"{first}\n\n{text}")
    text = _fuller(text, about)
    if (len(text.split()) < MIN_WORDS and not _dense(text)) or _is_wall(text):
        raise ArticleError(_nothing(html, seen))
    return [Draft(text=text, metadata=metadata, name=name, notes=read.notes)]


def _tree(html: str) -> Any:
    """Return the page's tree. Raises ArticleError where the parser gives up before the end."""
    from lxml import etree  # here, since most commands read no page
    from lxml import html as lxml_html

    source = _DECLARATION.sub("", html).replace("\x00", "")
    if not source.strip():
        raise ArticleError("The page is empty. Save it again from the browser and add that.")
    parser = lxml_html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = lxml_html.document_fromstring(source, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ArticleError("The file holds no HTML that can be read. Save the page again and add that.") from error
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise ArticleError(
            "Its tags are nested thousands deep, which no article's are, so the rest of the page cannot be read. "
            "Copy the text from the browser and add that."
        )
    elements, cells = sum(1 for _ in tree.iter()), sum(1 for _ in tree.iter("td", "th"))
    if elements > MAX_ELEMENTS or cells > MAX_CELLS:
        raise ArticleError(
            f"The page has {elements:,} parts and {cells:,} cells of tables; an article has some hundreds, and at most "
            f"{MAX_ELEMENTS:,} and {MAX_CELLS:,} are read. Copy the text that you want from the browser and add that."
        )
    return tree


def _fuller(text: str, about: PageAbout) -> str:
    """Return the text that the page's JSON-LD holds, where it is the same story and the page shows much less of it."""
    stated = fragment_text(about.body) if _TAGGED.search(about.body) else about.body
    stated = canonical_text(stated) if storable(stated) else ""
    if not stated or _size(stated) < FULLER * _size(text) + MIN_WORDS:
        return text
    blocks = [plain(block) for block in text.split("\n\n") if len(block) >= MIN_DENSE]
    told = plain(stated)
    same = sum(block[:MIN_DENSE] in told for block in blocks) * 2 >= len(blocks)
    return stated if same or _size(text) < 2 * MIN_WORDS or _is_wall(text) else text


def _size(text: str) -> int:
    """Count words, or characters of scripts that put no space between them."""
    return max(len(text.split()), sum(ord(c) > 0x2E7F for c in text) // 2)


def _story(tree: Any, body: Any, about: PageAbout, host: str | None) -> str:
    """Return the canonical text of the story, as far as the page's tree shows what that is."""
    remove_clutter(body, about.headline, host)
    make_plain(body)
    keep_story(body, about.headline)
    as_article(body)
    left = deepcopy(tree)
    running = running_text(body)[body]
    text = _extracted(tree)
    if len(text) < NEARLY_ALL * running:
        nameless = deepcopy(left)
        unname(nameless)
        again = _extracted(nameless)
        more = len(again) - len(text)
        text = again if more > MUCH or (more > (MORE - 1) * len(text) and in_several_parts(left)) else text
    if len(text) < TOO_LITTLE * running:
        text = _text(left if left.body is None else left.body)
    return text


def _extracted(tree: Any) -> str:
    """Return what trafilatura takes for the story; the tree is used up."""
    from trafilatura import bare_extraction

    found = bare_extraction(tree, favor_precision=True, include_comments=False)
    return "" if found is None else _text(found.body)


def _host(metadata: dict[str, Found]) -> str | None:
    """Return the host that the page says it is of."""
    return urlsplit(metadata["url"].value).hostname if "url" in metadata else None


def _text(body: Any) -> str:
    return canonical_text("".join(_pieces(body)))


def _pieces(body: Any) -> Iterator[str]:
    """Return the text of a tree: blocks apart by an empty line, items and rows by a line break, cells by two spaces."""
    from lxml import etree

    gap = ""
    for event, node in etree.iterwalk(body, events=("start", "end")):
        gap = max(gap, _GAPS.get(node.tag, ""), key=_RANKS.index)
        text = _SPACES.sub(" ", (node.text if event == "start" else node.tail) or "")
        if text.strip():
            yield gap + (text.lstrip() if gap else text)
            gap = ""
        else:
            gap = gap or (text and " ")


def _authors(metadata: dict[str, Found]) -> list[str]:
    return metadata["author"].value.split(", ") if "author" in metadata else []


def _without_boilerplate(text: str, about: PageAbout, authors: list[str]) -> str:
    """Leave out the title and byline at its start, and the lines in which the page speaks of itself and its authors."""
    lines = [line for line in text.split("\n") if not (is_boilerplate(line) or is_formula(line))]
    often = {line for line, n in Counter(lines).items() if n >= REPEATED and _is_label(line)}
    lines = [line for line in lines if line not in often]
    told, language = plain(about.title or ""), about.language
    text_lines = (
        n for n, line in enumerate(lines) if line and plain(line) != told and not is_heading_matter(line, language)
    )
    story = next(text_lines, len(lines))
    return canonical_text("\n".join(without_credits(without_signature(lines[story:]), authors)))


def _is_label(line: str) -> bool:
    return bool(line) and len(line.split()) <= MAX_REPEATED and not _ends(line)


def _dense(text: str) -> bool:
    """Return True if it is a text in a script that puts no space between words."""
    return sum(ord(c) > 0x2E7F or "\u0e00" <= c <= "\u109f" or "\u1780" <= c <= "\u17ff" for c in text) >= MIN_DENSE


def _is_wall(text: str) -> bool:
    """Return True if it is short and most of its lines ask for consent or turn the reader away."""
    lines = [line for line in text.split("\n") if line]
    return len(text) <= MAX_WALL and sum(bool(_WALL.search(line)) for line in lines) > WALL_SHARE * len(lines)


def _nothing(html: str, seen: str) -> str:
    """Say why a page has no story, as far as can be told, and what to do. `seen` is all that its readers see."""
    advice = "Open it in a browser, save the page when the text is there, and add that file; or paste the text."
    if _WALL.search(seen) and len(seen) <= 2 * MAX_WALL:
        return f"The page shows a request for consent or a wall before the text, not the story. {advice}"
    if "<script" in html.lower():
        return f"The page holds no text of an article; a script may draw it, and scripts are never run. {advice}"
    return f"The page holds no text of an article. {advice}"


def _ends(line: str) -> bool:
    """Return True if a stop ends the line, or it has no word."""
    last = _LAST_WORD.search(line)
    return last is None or any(c in _STOPS for c in line[last.start() + 1 :])
