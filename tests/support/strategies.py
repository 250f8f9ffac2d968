"""Text as it comes: all of Unicode, and realistic mixes of what breaks text code."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = (
    "The missile struck at dawn",
    "Mr. J. K. Roy said",
    "“It is over,” she said.",
    'He asked: "Why?"',
    "U.S. officials",
    "3.5 million",
    "e.g. this",
    "Wait... what?",
    "No space.After the stop",
    "据报道，导弹袭击了基辅。",
    "死者十二人！",
    "हमले में बारह लोग मारे गए।",
    "قُتل اثنا عشر شخصًا؟",
    "می‌خواهم",
    "👩‍👩‍👧‍👦",
    "❤\ufe0f",
    "葛\U000e0100",
    "\U000e0101",
    "\ufe0e",
    "\u200b",
    "\u2060",
    "\u202eevil\u202c",
    "\U000e0041",
    "pаypаl",  # with Cyrillic letters
    "🇺🇦",
    "cafe\u0301",
    "a\u0327\u0301",
    "\u200f",
    "ﬁne",
    "½",
    "- item",
    "1) item",
    "HEADLINE",
    "©",
    "https://example.org/a.b?c=d.",
    "All rights reserved.",
    "...",
    "”",
    ")",
    "'",
)
GAPS = (" ", " ", " ", "  ", "\n", "\n\n", "", "\t", "\u00a0", "\u2028", "\r\n", "\u3000")

unicode_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
prose = st.lists(st.sampled_from(PIECES) | st.sampled_from(GAPS), max_size=60).map("".join)
any_text = unicode_text | prose | st.lists(unicode_text | prose, max_size=4).map("\n".join)
