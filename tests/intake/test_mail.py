"""Mails and newsletters: the message and who sent it when; not what it quotes, not its footer."""

from __future__ import annotations

import time
from email.message import EmailMessage

import pytest
from documents import WORDS, mail
from hypothesis import given
from hypothesis import strategies as st

from qa.core.errors import ArticleError
from qa.intake.formats.messages.mail import parse
from qa.intake.formats.messages.mhtml import parse as parse_mhtml
from qa.intake.kinds import kind_of


def text(plain: str | None = None, html: str | None = None, **headers: str) -> str:
    (draft,) = parse(mail(plain, html, **headers), "x.eml")
    return draft.text


def metadata(**headers: str) -> dict[str, str]:
    return {k: v.value for k, v in parse(mail(WORDS, **headers), "x.eml")[0].metadata.items()}


def test_a_newsletters_sender_is_an_outlet_and_a_persons_mail_has_an_author() -> None:
    date = "Tue, 07 May 2024 10:00:00 +0200"
    known = {"title": "The harbour", "published": "2024-05-07T10:00:00+02:00"}
    assert metadata(Date=date) == {**known, "author": "Marta Dahl"}
    assert metadata(Date=date, List_Unsubscribe="<mailto:x@vesk.example>") == {**known, "outlet": "Marta Dahl"}
    (draft,) = parse(mail(WORDS, Date=date), "x.eml")
    assert {v.origin for v in draft.metadata.values()} == {"mail headers"}


def test_headers_in_any_charset_are_decoded() -> None:
    assert metadata(Subject="=?iso-8859-1?Q?F=E4hre?= =?utf-8?B?IPCfmqI=?=")["title"] == "Fähre 🚢"
    assert metadata(Subject="=?no-such-charset?Q?F=E4hre?=")["title"]


def test_what_is_missing_or_broken_stays_unknown() -> None:
    assert "published" not in metadata(Date="")
    assert b"Date: tomorrow" in (raw := mail(WORDS).replace(b"Subject:", b"Date: tomorrow\nSubject:"))
    assert "published" not in parse(raw, "x.eml")[0].metadata


def test_the_html_part_is_read_and_the_plain_one_where_there_is_no_other() -> None:
    assert text("See the web version", f"<h1>News</h1><p>{WORDS}</p>") == f"News\n\n{WORDS}"
    assert text(WORDS) == WORDS
    assert text(WORDS, "<img src=x>") == WORDS


def test_replies_quoted_below_are_out() -> None:
    assert (
        text(f"{WORDS}\n\nOn Tue, 7 May 2024 at 10:00, Jan <jan@vesk.example> wrote:\n\n> Dredge it?\n> Really?\n")
        == WORDS
    )
    assert text(f"{WORDS}\n\n-----Original Message-----\nFrom: Jan\n\nDredge it?") == WORDS
    assert text(f"{WORDS}\n\n-- \nMarta Dahl\nHarbour Office") == WORDS
    quoted = '<div class="gmail_quote">On Tue Jan wrote:<blockquote type="cite">Dredge it?</blockquote></div>'
    assert text(None, f"<p>{WORDS}</p>{quoted}") == WORDS


@pytest.mark.parametrize(
    "below",
    [
        "From: Jan <jan@vesk.example>\nSent: Tuesday\nTo: Marta\nSubject: Harbour\n\nDredge it?",
        "On 05/07/2024 10:00 AM, Jan wrote:\n> Dredge it?",
        "--- On Tue, 5/7/24, jan@vesk.example <jan@vesk.example> wrote:\n\n> Dredge it?",
        "Sent from my iPhone",
        "--\nMarta Dahl",
    ],
)
def test_what_mailers_put_below_is_out_in_plain_text_and_in_html(below: str) -> None:
    assert text(f"{WORDS}\n\n{below}") == WORDS
    html = f"{WORDS}\n\n{below}".replace("<", "&lt;").replace("\n", "<br>\n")
    assert text(None, html) == WORDS


def test_what_a_story_quotes_stays() -> None:
    story = f"{WORDS}\n\nOn Tuesday the mayor wrote:\n\nFrom: here on, the harbour is closed.\n\n--\n\n{WORDS * 3}"
    assert text(story) == story


def test_a_mail_that_only_forwards_is_what_it_forwards() -> None:
    assert WORDS in text(None, f'<div class="gmail_quote"><p>{WORDS}</p></div>')


def test_the_footer_and_the_link_to_the_web_version_are_out() -> None:
    html = (
        '<p><a href="x">View this email in your browser</a></p>'
        f"<h1>News</h1><p>{WORDS}</p><p>You are receiving this email because you signed up.</p>"
        "<p>Quay 7, Vesk</p><p>Unsubscribe | Update your preferences</p>"
    )
    assert text(None, html, List_Unsubscribe="<mailto:x@vesk.example>") == f"News\n\n{WORDS}"


def test_a_story_about_unsubscribing_stays() -> None:
    story = f"The law lets people unsubscribe with one click. {WORDS}"
    assert text(f"{story}\n\n{WORDS}") == f"{story}\n\n{WORDS}"


def test_attachments_are_not_followed() -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@vesk.example", "x"
    message.set_content(WORDS)
    message.add_attachment("Minutes of the meeting", filename="../minutes.txt")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="a.pdf")
    assert parse(message.as_bytes(), "x")[0].text == WORDS


def test_a_page_that_a_browser_saved_is_read_as_the_page_and_not_by_the_day_of_saving() -> None:
    page = f"<nav><a href=/>Home</a></nav><article><h1>The harbour</h1><p>{WORDS}</p></article>"
    headers = {"Snapshot_Content_Location": "https://vesk.example/a", "Date": "Tue, 07 May 2024 10:00:00 -0000"}
    saved = mail(None, page, From="<Saved by Blink>", **headers)
    assert kind_of(saved, "x.mhtml") == kind_of(saved, "x.txt") == "mhtml"
    (draft,) = parse_mhtml(saved, "x.mhtml")
    assert draft.text == WORDS
    assert {k: v.value for k, v in draft.metadata.items()} == {"title": "The harbour", "url": "https://vesk.example/a"}


@pytest.mark.parametrize("charset", ["latin-1", "cp1252", "utf-8", "iso2022_jp", "shift_jis", "koi8-r", "utf-16"])
def test_the_charset_that_a_part_states_is_believed(charset: str) -> None:
    body = {"iso2022_jp": "橋を閉鎖する。", "shift_jis": "橋を閉鎖する。", "koi8-r": "Мост закрыт."}.get(
        charset, "Die Fähre fährt."
    )
    header = f"From: a@b\nMessage-ID: <1>\nSubject: x\nContent-Type: text/plain; charset={charset}\n\n"
    assert parse(header.encode() + body.encode(charset), "x")[0].text == body


def test_a_charset_that_is_unknown_or_wrong_is_replaced_by_what_the_bytes_say() -> None:
    for charset in ("no-such", "ascii", "utf-8"):
        header = f"From: a@b\nMessage-ID: <1>\nContent-Type: text/plain; charset={charset}\n\n"
        assert (
            parse(header.encode() + "Die Fähre fährt später.".encode("cp1252"), "x")[0].text
            == "Die Fähre fährt später."
        )


def test_too_many_parts_and_too_deep_ones_are_refused() -> None:
    part = b"--x\nContent-Type: text/plain\n\nw\n"
    head = b'From: a@b\nMessage-ID: <1>\nContent-Type: multipart/mixed; boundary="x"\n\n'
    with pytest.raises(ArticleError, match="parts"):
        parse(head + part * 1_200 + b"--x--\n", "x")
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3_000))
    with pytest.raises(ArticleError):
        parse(b"From: a@b\nMessage-ID: <1>\n" + deep + b"\nwords", "x")


def test_endless_headers_cost_little() -> None:
    begun = time.thread_time()
    (draft,) = parse(mail(WORDS).replace(b"Subject: ", b"Subject: " + b"=?utf-8?q?=41?= (((" * 100_000), "x")
    assert draft.text == WORDS
    assert "title" not in draft.metadata
    assert time.thread_time() - begun < 5


def test_a_mail_without_words_is_refused() -> None:
    with pytest.raises(ArticleError, match="words"):
        parse(mail("\n"), "x")


header_text = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=80)


@given(header_text, header_text, header_text)
def test_any_header_ends_in_a_draft(sender: str, subject: str, date: str) -> None:
    raw = f"From: {sender}\nSubject: {subject}\nDate: {date}\nMessage-ID: <1>\n\n{WORDS}".encode()
    assert parse(raw, "x")[0].text == WORDS
