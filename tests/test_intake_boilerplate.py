"""What pages put around a story, in the forms in which they put it there, does not become text; what looks alike does.

Each block is put into a small page, among the paragraphs of its story and behind them; the text is the story's alone.
"""

from __future__ import annotations

import pytest
from test_intake_page import STORY, draft, html


def text_with(block: str, place: str, head: str = "") -> list[str]:
    return draft(html(head=head, **{place: block})).text.split("\n\n")


TO = '<a href="/x">The last lighthouse keeper of the coast goes home</a>'
WAYS = {
    "label": f"<p><b>In pictures:</b> {TO}</p>",
    "label and stop": f"<p>In case you missed it: {TO}.</p>",
    "label in a division": f"<div><span>Our standards:</span><span>{TO}</span></div>",
    "portuguese": '<p>Leia mais: <a href="/x">O último faroleiro da costa volta para casa</a></p>',
    "russian": '<p>Читайте также: <a href="/x">Последний смотритель маяка возвращается домой</a></p>',
    "arabic": '<p>اقرأ أيضا: <a href="/x">آخر حارس منارة على الساحل يعود إلى بيته</a></p>',
    "chinese": '<p>延伸阅读：<a href="/x">海岸最后的灯塔看守人四十年后终于回家了</a></p>',
}
TWEET = '<a href="https://t.example/intent/tweet?text=A&amp;url=http%3A%2F%2Fa">T</a>'
POST = '<a href="//f.example/sharer.php?u=http%3A%2F%2Fa">F</a>'
BARS = {
    "japanese": f'<section class="article-x"><h2>このニュースをシェア</h2><div>{TWEET}{POST}</div></section>',
    "list": f"<ul><li>Share this story with your friends</li><li>{TWEET}</li><li>{POST}</li></ul>",
    "paragraph": f"<p>Teilen Sie diesen Artikel mit Ihren Freunden: {TWEET} {POST}</p>",
    "one link": '<div><p>Send it to somebody you know</p><a href="mailto:?subject=A&amp;body=B">Mail</a></div>',
}
RULES = '<a href="/guidelines.html">conduct</a>, <a href="/privacy">privacy</a> and <a href="/terms-of-use">use</a>'
HOUSE_RULES = {
    "alone": f"<p>We like a lively debate about all that we print, so please read what we say on {RULES} first.</p>",
    "among others": f"<div><p>Debate is welcome here, within reason, and what we say on {RULES} is the reason.</p>"
    "<p>What stands below is what readers think.</p></div>",
    "whole address": '<p>Nous protégeons vos données : <a href="https://www.x.example/confidentialite">lesquelles</a>, '
    '<a href="https://x.example/mentions-legales">qui nous sommes</a>.</p>',
}


@pytest.mark.parametrize("block", [*WAYS.values(), *BARS.values(), *HOUSE_RULES.values()])
@pytest.mark.parametrize("place", ["inside", "after"])
def test_where_its_links_go_shows_that_a_block_is_not_the_story(block: str, place: str):
    assert text_with(block, place, '<link rel="canonical" href="https://x.example/ferry">') == list(STORY)


@pytest.mark.parametrize(
    "told",
    [
        '<p>Master: <a href="/x">Greta Holm</a></p>',
        '<p>Harbour office: <a href="tel:+4755501234">+47 555 01 234 by day</a></p>',
        f"<p>The owners named one witness: {TO}, said the coast guard, is a story about him.</p>",
        '<p>The network changed its <a href="https://n.example/terms">terms</a> and its '
        '<a href="https://n.example/privacy">privacy policy</a> after the accident was filmed on board.</p>',
        '<p>Our <a href="/terms">terms</a> say nothing of a ferry, and neither does '
        '<a href="/2024/the-law-of-the-sea-explained">the law of the sea</a>.</p>',
        f"<p>“We were asleep when it hit the rocks, all of us, and woke on the floor of the cabin.” {TWEET}</p>",
    ],
)
def test_a_paragraph_of_the_story_may_have_such_links(told: str):
    text = text_with(told, "inside")
    assert len(text) == len(STORY) + 1
    assert set(STORY) < set(text)
