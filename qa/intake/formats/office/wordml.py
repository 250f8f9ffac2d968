"""WordprocessingML made plain before mammoth reads it: what it would stumble over or leave out in silence.

Pictures go, since nothing of them is text; ruby keeps its base, a formula becomes a line of letters, a text box stands
where it is anchored, hidden text goes, and references to what the document lacks lead nowhere any more. Knows the
markup, not the file around it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from lxml import etree

_NO_TEXT = ("proofErr", "bookmarkStart", "bookmarkEnd", "lastRenderedPageBreak", "commentReference", "annotationRef")
_PICTURES = ("blip", "imagedata", "hlinkClick")
_OFF = {"0", "false", "off", "none"}


def plain_markup(root: etree._Element, notes: Collection[str], hidden_styles: Collection[str] = ()) -> dict[str, int]:
    """Rewrite a part in place. `notes` are the ids of the notes there are, `hidden_styles` those that hide their text.

    Returns how many pieces of each kind a reader of the text misses.
    """
    lost = {"hidden": _drop_hidden(root, hidden_styles)}
    etree.strip_elements(root, *(f"{{*}}{name}" for name in (*_NO_TEXT, *_PICTURES)), with_tail=False)
    for box in list(root.iter("{*}drawing", "{*}AlternateContent")):
        _surface_boxes(box)
    for ruby in list(root.iter("{*}ruby")):
        _replace(ruby, [run for base in ruby.iterchildren("{*}rubyBase") for run in base])
    for formula in list(root.iter("{*}oMath")):
        _replace(formula, [_run(root, _linear(formula))])
    etree.strip_tags(root, "{*}oMathPara")
    _drop_dead_references(root, notes)
    merge_runs(root)
    return lost


def merge_runs(root: etree._Element) -> None:
    """Make one run of neighbours that hold text only, however their letters look."""
    for run in list(root.iter("{*}r")):
        before = run.getprevious()
        if before is not None and _is_text(run) and _is_text(before):
            before[-1].text = f"{before[-1].text or ''}{''.join(t.text or '' for t in run.iter('{*}t'))}"
            run.getparent().remove(run)


def hidden_styles(styles: etree._Element) -> set[str]:
    """Return the ids of the styles whose text Word hides."""
    return {
        value(style, "styleId")
        for style in styles.iter("{*}style")
        if any(_is_on(mark) for properties in style.iterchildren("{*}rPr") for mark in properties.iter("{*}vanish"))
    }


def paragraph(root: etree._Element, text: str) -> etree._Element:
    """Return a paragraph of the same vocabulary as `root`."""
    made = root.makeelement(_like(root, "p"))
    made.append(_run(root, text))
    return made


def value(element: etree._Element, name: str = "val") -> str:
    """Return an attribute, whatever namespace its writer has given it."""
    return next((v for k, v in element.attrib.items() if str(k).rpartition("}")[2] == name), "")


def local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _drop_hidden(root: etree._Element, styles: Collection[str]) -> int:
    count = 0
    for run in list(root.iter("{*}r")):
        properties = next(run.iterchildren("{*}rPr"), None)
        if properties is not None and run.getparent() is not None and _hides(properties, styles, "rStyle"):
            count += any((t.text or "").strip() for t in run.iter("{*}t"))
            run.getparent().remove(run)
    for one in list(root.iter("{*}p")):
        properties = next(one.iterchildren("{*}pPr"), None)
        if properties is not None and any(value(s) in styles for s in properties.iterchildren("{*}pStyle")):
            count += 1
            one.getparent().remove(one)
    return count


def _hides(properties: etree._Element, styles: Collection[str], style: str) -> bool:
    marks = list(properties.iterchildren("{*}vanish"))
    if marks:
        return _is_on(marks[-1])
    return any(value(s) in styles for s in properties.iterchildren(f"{{*}}{style}"))


def _is_on(mark: etree._Element) -> bool:
    return value(mark).lower() not in _OFF


def _surface_boxes(box: etree._Element) -> None:
    """Let the text of a box stand where mammoth looks for it; it reads what older programs would draw."""
    if box.getparent() is None:
        return
    if local(box) == "AlternateContent":
        fallback = next(box.iterchildren("{*}Fallback"), None)
        if fallback is not None and _letters(fallback):
            return
    elif next(box.iterancestors("{*}AlternateContent"), None) is not None:
        return
    texts = list(box.iter("{*}txbxContent"))
    if texts and _letters(box):
        _replace(box, texts)


def _letters(element: etree._Element) -> bool:
    return any((t.text or "").strip() for t in element.iter("{*}t"))


def _replace(old: etree._Element, new: list[etree._Element]) -> None:
    parent = old.getparent()
    if parent is None:
        return
    at = parent.index(old)
    parent[at : at + 1] = new


_JOINED: dict[str, Callable[[list[str]], str]] = {
    "f": lambda parts: "/".join(p if len(p) < 2 or p.isalnum() else f"({p})" for p in parts),
    "sSup": lambda parts: "^".join(parts),
    "sSub": lambda parts: "_".join(parts),
    "sSubSup": lambda parts: "{}_{}^{}".format(*parts) if len(parts) == 3 else " ".join(parts),
    "rad": lambda parts: f"√({parts[-1]})" if parts else "",
    "d": lambda parts: f"({', '.join(parts)})",
}


def _linear(element: etree._Element) -> str:
    """Return a formula as people type it on one line."""
    if local(element) == "t":
        return element.text or ""
    parts = [text for child in element if isinstance(child.tag, str) and (text := _linear(child))]
    return _JOINED.get(local(element), "".join)(parts)


def _drop_dead_references(root: etree._Element, notes: Collection[str]) -> None:
    """Take out what leads to something that the document does not have, and values that are none."""
    for link in root.iter("{*}hyperlink"):
        for name in [k for k in link.attrib if str(k).rpartition("}")[2] == "id"]:
            del link.attrib[name]
    for mark in list(root.iter("{*}footnoteReference", "{*}endnoteReference")):
        if f"{local(mark).removesuffix('Reference')} {value(mark, 'id')}" not in notes:
            _replace(mark, [])
    for symbol in list(root.iter("{*}sym")):
        if not _is_hex(value(symbol, "char")):
            _replace(symbol, [])
    for span in list(root.iter("{*}gridSpan")):
        if not value(span).isdecimal():
            _replace(span, [])


def _is_hex(text: str) -> bool:
    return 0 < len(text) <= 8 and all(c in "0123456789abcdefABCDEF" for c in text)


def _is_text(run: etree._Element) -> bool:
    names = [local(child) for child in run]
    return local(run) == "r" and names[-1:] == ["t"] and set(names) <= {"t", "rPr"}


def _run(root: etree._Element, text: str) -> etree._Element:
    run = root.makeelement(_like(root, "r"))
    words = etree.SubElement(run, _like(root, "t"))
    words.text = text
    return run


def _like(root: etree._Element, name: str) -> str:
    return f"{{{etree.QName(root).namespace}}}{name}"
