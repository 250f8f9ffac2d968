"""Makes a page's tree plain: paragraphs are `p`, tables hold data, and the part that holds the story is an `article`.

Pages write paragraphs as divisions, as text between line breaks, as cells of tables that only lay out the page.
Extractors are made for pages that do not. Knows HTML; judges nothing.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from qa.intake.page.tree import drop, running_text

STORY_SHARE = 0.8  # of the running text left: the smallest part with so much holds the story
MUCH = 0.08  # of the running text left: a part with so much is no box beside the story
MIN_STORY = 400  # characters of running text; an `article` with less is a heading or a card

_CONTAINERS = ("div", "section", "td", "article", "main", "center", "body", "blockquote", "dd")
_BLOCKS = frozenset("p blockquote pre ul ol dl h1 h2 h3 h4 h5 h6 figure".split())
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big br cite code del dfn em font i img ins kbd label mark q s samp small span strike "
    "strong sub sup time tt u var wbr amp-img".split()
)
_DISSOLVED = "abbr acronym bdi bdo big cite code dfn font ins kbd label mark samp small span tt u var wbr".split()
_RENAMED = {"dl": "div", "dt": "p", "dd": "p", "center": "div", "hgroup": "div", "address": "p"}


def make_plain(body: Any) -> None:
    """Rewrite the tree in place; its text stays as it is."""
    for table in list(body.iter("table")):
        if _only_lays_out(table):
            for part in _own_parts(table):
                part.tag = "div"
    etree.strip_tags(body, *_DISSOLVED)  # trafilatura breaks sentences at some
    for node in list(body.iter(*_RENAMED)):
        node.tag = _RENAMED[node.tag]
    for item in list(body.iter("li")):
        if item.getparent().tag not in ("ul", "ol", "menu"):
            item.tag = "p"
    for node in list(body.iter(*_CONTAINERS)):
        _wrap_runs(node)


def keep_story(body: Any, headline: Any | None) -> None:
    """Leave what stands from the story's heading to the end of the part that holds the story.

    That is the `article` around the heading, where it has running text, else the smallest part with most of it.
    """
    sizes = running_text(body)
    around = headline.iterancestors("article") if headline is not None else ()
    part = next((a for a in around if sizes.get(a, 0) >= MIN_STORY), body)
    while part.tag != "article" and (inner := [c for c in part if _may_hold(c, STORY_SHARE * sizes[body], sizes)]):
        part = inner[0]
    inside = set(part.iter())
    order = {node: n for n, node in enumerate(body.iter())}
    first = order[part]
    if headline in order and _begins(headline, part, order, sizes):
        first = order[headline]
    above = headline.iterancestors() if headline is not None and headline in order else ()
    kept = {body, *part.iterancestors(), *above}
    for node in list(body.iter()):
        if node not in kept and (order[node] < first or (order[node] > order[part] and node not in inside)):
            drop(node)


def _may_hold(node: Any, share: float, sizes: dict[Any, int]) -> bool:
    """Return True if a part with so much of the text is more than one block of it, which may be that long."""
    return node.tag not in _BLOCKS and sizes[node] >= share and sizes[node] > 0


def _begins(headline: Any, part: Any, order: dict[Any, int], sizes: dict[Any, int]) -> bool:
    """Return True if the heading stands before a part or, with little of its running text before it, in it."""
    path = [headline, *headline.iterancestors()]
    if part not in path:
        return order[headline] < order[part]
    before = sum(sizes[one] for node in path[: path.index(part)] for one in node.itersiblings(preceding=True))
    return before <= (1 - STORY_SHARE) * sizes[part]


def _only_lays_out(table: Any) -> bool:
    """Return True if its cells hold what cells of data do not, or it has one cell."""
    if next(table.iterdescendants("p", "h1", "h2", "h3", "div", "table", "ul"), None) is not None:
        return True
    cells = list(table.iter("td", "th"))
    return len(cells) <= 1 or any(len(cell.findall("br")) > 1 for cell in cells)


def _own_parts(table: Any) -> list[Any]:
    """Return the table and its parts, without those of tables within."""
    parts = table.iterdescendants("tbody", "thead", "tfoot", "tr", "td", "th", "caption", "colgroup", "col")
    return [table, *(p for p in parts if next(p.iterancestors("table"), None) is table)]


def _wrap_runs(node: Any) -> None:
    """Make paragraphs of text between blocks and double line breaks; a division of text alone becomes one itself."""
    if all(child.tag in _INLINE for child in node) and not _double_break(node):
        if node.tag in ("div", "section") and node.text_content().strip():
            node.tag = "p"
        return
    children, text = list(node), node.text
    for child in children:
        node.remove(child)
    node.text = None
    run = _Run(node)
    run.add_text(text)
    for child in children:
        tail, child.tail = child.tail, None
        if child.tag not in _INLINE:
            run.close()
            node.append(child)
        else:
            run.add(child)
        run.add_text(tail)
    run.close()


def _double_break(node: Any) -> bool:
    return any(_is_break(one) and not (one.tail or "").strip() and _is_break(one.getnext()) for one in node)


def _is_break(node: Any) -> bool:
    return node is not None and node.tag == "br"


class _Run:
    """A paragraph in the making at the end of a container; one with no words is left out."""

    def __init__(self, container: Any) -> None:
        self._container = container
        self._paragraph = container.makeelement("p")

    def add_text(self, text: str | None) -> None:
        last = self._paragraph[-1] if len(self._paragraph) else None
        if last is None:
            self._paragraph.text = (self._paragraph.text or "") + (text or "")
        else:
            last.tail = (last.tail or "") + (text or "")

    def add(self, inline: Any) -> None:
        last = self._paragraph[-1] if len(self._paragraph) else None
        if last is not None and _is_break(inline) and _is_break(last) and not (last.tail or "").strip():
            self.close()
        else:
            self._paragraph.append(inline)

    def close(self) -> None:
        if self._paragraph.text_content().strip():
            self._container.append(self._paragraph)
        self._paragraph = self._container.makeelement("p")


def unname(body: Any) -> None:
    """Take class, id and role from what holds much of the running text.

    Its names have been judged, and trafilatura's own lists would take parts of the story for clutter once more, or one
    of several parts for all of it.
    """
    sizes = running_text(body)
    for node in body.iter():
        if sizes[node] >= MUCH * sizes[body] and node.tag not in _INLINE:
            for name in ("class", "id", "role", "itemprop", "data-component", "data-testid"):
                node.attrib.pop(name, None)


def in_several_parts(tree: Any) -> bool:
    """Return True if parts of one name hold most of the running text, each much of it: advertisements cut the story."""
    sizes = running_text(tree)
    named: dict[str, list[int]] = {}
    for node in tree.iter("div", "section"):
        if (name := node.get("class") or "") and sizes[node] >= MUCH * sizes[tree]:
            named.setdefault(name, []).append(sizes[node])
    return any(len(parts) > 1 and sum(parts) >= STORY_SHARE * sizes[tree] for parts in named.values())


def as_article(body: Any) -> None:
    """Make one article of all that is left."""
    article = body.makeelement("article")
    article.text, body.text = body.text, None
    for child in list(body):
        article.append(child)
    body.append(article)
