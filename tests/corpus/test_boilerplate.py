"""Other outlets' boilerplate is recognised, whatever its wording, and no story's last word is."""

# ruff: noqa: E501  (a line here is a paragraph of a page)

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import any_text

from qa.corpus import boilerplate
from qa.corpus.boilerplate import MAX_EDGE_LINES, boilerplate_lines
from qa.corpus.canonical import canonical_text

STORY = """\
A ferry with 212 people on board ran aground off the island of Vesk early on Tuesday, and rescuers took everybody off alive.
“We felt a blow, and then the lights went out,” said Marta Dahl, who was travelling with her two sons.
The coast guard said the captain had reported a fault in the steering an hour before. An inquiry has been opened.
The company, which runs six ships, lost its licence for eleven days last year over missing life jackets."""

# Three outlets that do not exist, each with a footer of its own making.
DISCLAIMERS = {
    "opinion": """\
Disclaimer: The views and opinions expressed in this column are those of the writer alone and do not necessarily reflect the position of the Harbour Gazette.
Readers' contributions are published as received; the editors take no responsibility for their accuracy and cannot be held liable for any loss that arises from relying on them.""",
    "comments": """\
Comments are moderated. Posts that contain personal abuse, hate speech, obscene words or incitement against any faith, caste or nationality will be deleted and the user may be blocked.
Posting such content is a punishable offence under the country's cyber laws; the person who posts it will be solely responsible for the consequences.
By commenting you accept our Terms of Use and our community guidelines.""",
    "copyright": """\
© 2023 Northern Ledger Media Group. All rights reserved. No part of this article may be reproduced, stored or redistributed in any form without prior written permission.
Enjoyed this story? Sign up for our free morning newsletter and get the day's headlines delivered straight to your inbox.
Follow us on Facebook, X and Instagram, or join our WhatsApp channel for breaking news.
Download our app | Advertise with us | Privacy Policy | Contact us""",
}

# Kinds of lines that pages carry above and below their articles.
LINES = [
    "Opinions expressed here are the author's own and not those of the newspaper.",
    "The information in this article is provided for general information only and does not constitute financial advice.",
    "We do not endorse any of the views stated by our contributors.",
    "The publisher is not responsible for the content of external sites. Views shared here belong to their authors.",
    "The comments posted by readers do not represent the views of this website.",
    "Please keep comments civil. Abusive, defamatory or obscene remarks will be removed.",
    "Legal action may be taken against those who post insulting remarks, hate speech or threats in the comments section.",
    "Under the Information Technology Act, defamatory or vulgar remarks are a criminal offence.",
    "All Rights Reserved",
    "Copyright 2024 The Evening Example. All rights reserved.",
    "© Example News Agency 2024",
    "(c) 2024 Example Press",
    "This material may not be published, broadcast, rewritten or redistributed without permission.",
    "Reproduction of this article in whole or in part without our written consent is prohibited.",
    "This story has not been edited by our staff and is published from a syndicated feed.",
    "(Except for the headline, this report has not been edited by our staff and is auto-generated from an agency feed.)",
    "This article was originally published on Example. Read the original article here.",
    "Get our top stories delivered to your inbox every morning. Subscribe now.",
    "Subscribe to our newsletter and never miss a story. You can unsubscribe at any time.",
    "Sign up here to get the latest news straight to your phone.",
    "Follow us on Twitter and like our Facebook page.",
    "Join our Telegram channel for the latest updates.",
    "We use cookies to improve your experience. By continuing you accept our cookie policy.",
    "This post may contain affiliate links; we may earn a commission if you buy through them.",
    "Support independent journalism: become a member or donate to our newsroom today.",
    "You have reached your limit of free articles. Log in or subscribe to continue reading.",
    "Already a subscriber? Log in",
    "Advertisement",
    "ADVERTISEMENT - CONTINUE READING BELOW",
    "Story continues below this ad",
    "Also read: Floods cut off three villages in the north",
    "Read more: How the ferry ran aground",
    "READ ALSO | Minister resigns after vote",
    "Related Articles",
    "You may also like",
    "Recommended for you",
    "Trending Now",
    "Most Read",
    "Share this article",
    "Share on Facebook | Tweet | WhatsApp | Email | Print",
    "Leave a comment",
    "3 Comments",
    "Skip to main content",
    "Home | News | Sport | Opinion | Contact us",
    "About us · Privacy Policy · Terms of Service · Cookie Settings",
    "Tags: Ukraine, Russia, missiles",
    "Topics: war, North Korea",
    "Filed under: World News",
    "Last updated: 24 April 2025, 10:30 IST",
    "Published: April 24, 2025 10:30 am",
    "2 min read",
    "Photo: Example Agency",
    "Got a tip? Email our newsroom at tips@example.com",
    "To report a correction or an error in this story, contact us at corrections@example.com.",
    "Click here to join our channel and stay updated with the latest headlines.",
]

# What a story may well end or begin with. None of it is boilerplate.
STORY_LINES = [
    "Legal action will be taken against anyone who posts defamatory remarks, the police chief said.",
    "“The views expressed by the minister do not reflect those of the government,” a spokesman told reporters.",
    "The court ruled that the newspaper was not liable for defamatory comments posted by its readers.",
    "Obscene and vulgar language is a punishable offence under the new law, which parliament passed on Monday.",
    "Copyright law must change, the publishers argue, because artificial intelligence copies their articles without permission.",
    "The singer sued the studio for reproducing her songs without her written consent.",
    "He said that he was solely responsible for the opinions in the report and took full responsibility for its errors.",
    "The company said on Facebook that it would follow the police's advice and published a newsletter to its customers.",
    "She posted the video on Telegram and Instagram, where it was seen two million times.",
    "Users who post hate speech will be blocked, the social network announced; critics call its community guidelines weak.",
    "The bill would make it a criminal offence to publish obscene images, and platforms would be held liable for them.",
    "“We are not responsible for what others say about us,” the mayor told the council.",
    "Subscribers of the bankrupt magazine will not get their money back, according to the administrator.",
    "According to the ministry, insults against a religion are punishable offences; rights groups want the law gone.",
    "The regulator fined the firm $5 million because its website set cookies before visitors could accept or refuse them.",
    "The paper apologised and deleted the comments, which it called abusive and contrary to its house rules.",
    "Last updated rules from 2019 still apply to ferries.",
    "Home prices rose 3 percent in May.",
    "Sport and opinion were his life.",
    "Print sales fell while online subscriptions rose, and the group now has 300,000 readers who pay.",
    "Read more slowly, the teacher told the class, and the room fell silent.",
    "Photo evidence shows two vehicles.",
    "Comments by the central bank's governor moved the markets.",
    "The agency's app sends warnings straight to your phone, and 40,000 islanders have signed up for it.",
    "Police asked the public to share this information and to follow the instructions of the rescuers.",
    "Advertisement spending fell by a tenth.",
    "Related stories have circulated on the island for years, but no proof was ever found.",
    "Recommended speeds in the strait are below ten knots.",
    "The dead are Ana Roy, 24, and her brother Jan, 19.",
    "Hospital officials shared the names of the injured here on Monday, and the views of the families were heard.",
]


def marked(text: str) -> list[str]:
    return [text[a:b] for a, b in boilerplate_lines(text)]


@pytest.mark.parametrize("footer", DISCLAIMERS.values(), ids=DISCLAIMERS)
def test_every_line_of_another_outlets_disclaimer_is_marked_and_no_line_of_the_story(footer: str) -> None:
    assert marked(f"{STORY}\n{footer}") == footer.split("\n")


@pytest.mark.parametrize("footer", DISCLAIMERS.values(), ids=DISCLAIMERS)
def test_blank_lines_change_nothing(footer: str) -> None:
    text = f"{STORY}\n\n{footer}".replace("\n", "\n\n")
    assert marked(canonical_text(text)) == footer.split("\n")


def test_a_header_and_a_footer_are_both_marked() -> None:
    header, footer = "Skip to main content\nAdvertisement", DISCLAIMERS["copyright"]
    assert marked(f"{header}\n{STORY}\n{footer}") == [*header.split("\n"), *footer.split("\n")]


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_boilerplate_is_marked_at_either_edge(line: str) -> None:
    assert marked(f"{STORY}\n{line}") == [line]
    assert marked(f"{line}\n{STORY}") == [line]


@pytest.mark.parametrize("line", STORY_LINES)
def test_a_story_that_ends_or_begins_with_such_a_line_stays_unmarked(line: str) -> None:
    assert marked(f"{STORY}\n{line}") == []
    assert marked(f"{line}\n{STORY}") == []


@pytest.mark.parametrize("line", STORY_LINES)
def test_a_story_line_ends_the_run_of_boilerplate(line: str) -> None:
    text = f"{STORY}\nAll rights reserved.\n{line}\nAll rights reserved."
    assert boilerplate_lines(text) == [(len(text) - len("All rights reserved."), len(text))]


def test_boilerplate_inside_a_story_is_left_alone() -> None:
    assert marked(f"{STORY}\nAdvertisement\n{STORY}") == []


def test_an_article_about_terms_and_conditions_is_no_footer() -> None:
    assert marked("\n".join(DISCLAIMERS.values())) == []
    long = "\n".join([LINES[0]] * (MAX_EDGE_LINES + 1))
    assert marked(f"{STORY}\n{long}") == []


def test_no_rule_names_an_outlet() -> None:
    rules = (files(boilerplate.__package__) / "boilerplate.toml").read_text("utf-8").partition("[en]")[2]
    assert not re.search(
        r"daily|indian|gazette|ledger|\bcnn\b|\bbbc\b|reuters|guardian|\bpti\b|\bani\b|ndtv|\.com", rules, re.I
    )


@given(any_text)
def test_boilerplate_is_whole_lines_in_order_and_never_everything(raw: str) -> None:
    text = canonical_text(raw)
    spans = boilerplate_lines(text)
    lines = [m.span() for m in re.finditer(r"[^\n]+", text)]
    assert spans == sorted(set(spans))
    assert set(spans) <= set(lines)
    assert len(spans) < max(len(lines), 1)


@given(
    st.lists(st.sampled_from(STORY_LINES), min_size=1, max_size=8),
    st.lists(st.sampled_from(LINES), max_size=MAX_EDGE_LINES),
)
def test_any_footer_under_any_story_is_marked_line_by_line(story: list[str], footer: list[str]) -> None:
    assert marked("\n".join([*story, *footer])) == footer
