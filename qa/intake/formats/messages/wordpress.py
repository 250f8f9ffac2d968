"""What a WordPress export (WXR) says beside its feed, and the text that its editors write.

An export is a feed whose items are also drafts, menus and pictures; its texts have blank lines where paragraphs end,
comments between blocks, and shortcodes in brackets that the site's plugins would draw.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

PUBLISHED = ("publish", "")  # posts with another status nobody has seen
_NO_TEXTS = set(
    "attachment nav_menu_item revision custom_css customize_changeset oembed_cache wp_block wp_template acf-field"
    " acf-field-group wp_global_styles wp_navigation wp_template_part user_request".split()
)
_BLOCK_COMMENT = re.compile(r"<!--\s*/?wp:[^>]{0,2000}-->")
_CAPTION = re.compile(r"\[(caption|wp_caption)\b[^\]]{0,500}\].{0,4000}?\[/\1\]", re.DOTALL)
_WITHOUT_TEXT = (
    "gallery embed video audio playlist contact-form-7 youtube vimeo twitter instagram soundcloud rev_slider"
)
_EMPTY = re.compile(
    rf"\[({'|'.join(map(re.escape, _WITHOUT_TEXT.split()))})\b[^\]]{{0,500}}\](?:[^\[\]]{{0,500}}\[/\1\])?"
)
_SHORTCODE = re.compile(
    r"\[/?[a-z][\w-]{2,40}+(?:\s++[\w-]++\s*+=\s*+"
    r"(?:\"[^\"\]]*+\"|'[^'\]]*+'|[^\s\[\]\"'][^\s\[\]]*+))*+\s*+/?\]"
)
_PAIRED = re.compile(r"\[/([a-z][\w-]{2,40})\]")
_HAS_BLOCKS = re.compile(r"<(?:p|div|h[1-6]|ul|ol|blockquote|table|pre|figure|hr)\b", re.IGNORECASE)
_BLANK = re.compile(r"\n\s*\n")


def is_export(feed: Mapping[str, Any]) -> bool:
    return bool(feed.get("wp_wxr_version"))


def is_text(entry: Mapping[str, Any]) -> bool:
    """Return True if an item is a text that the site shows."""
    kind = str(entry.get("wp_post_type") or "")
    return (
        str(entry.get("wp_status") or "") in PUBLISHED and kind not in _NO_TEXTS and not entry.get("wp_post_password")
    )


def unshown(entries: Sequence[Mapping[str, Any]]) -> str:
    """Count the texts of an export that its site does not show, as a note; empty where it shows all."""
    texts = [entry for entry in entries if str(entry.get("wp_post_type") or "") not in _NO_TEXTS]
    count = sum(not is_text(entry) for entry in texts)
    if not count:
        return ""
    return (
        f"{count:,} of the export's texts are drafts, private or protected, and were left out: publish what you want."
    )


def paragraphs(markup: str) -> str:
    """Make the markup that the site makes of an editor's text: blank lines are paragraphs, shortcodes are drawn."""
    markup = _EMPTY.sub("", _CAPTION.sub("", _BLOCK_COMMENT.sub("\n\n", markup.replace("\r\n", "\n"))))
    ended = set(_PAIRED.findall(markup))
    markup = _SHORTCODE.sub(lambda m: "" if "=" in m[0] or _name(m[0]) in ended else m[0], markup)
    parts = [part.strip() for part in _BLANK.split(markup) if part.strip()]
    return "\n".join(p if _HAS_BLOCKS.match(p) or p.startswith("</") else f"<p>{_broken(p)}</p>" for p in parts)


def _name(shortcode: str) -> str:
    return re.split(r"[\s\]/]", shortcode.strip("[/"), maxsplit=1)[0]


def _broken(paragraph: str) -> str:
    """Return a paragraph with its line breaks as WordPress shows them, unless it is markup that breaks anywhere."""
    return paragraph if _HAS_BLOCKS.search(paragraph) else paragraph.replace("\n", "<br>\n")
