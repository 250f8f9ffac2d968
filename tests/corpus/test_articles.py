"""Articles as files: what canonical text is, what a file gives back, and that writing is all or nothing."""

from __future__ import annotations

import errno
import os
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from strategies import any_text

from qa.core.dates import parse_date
from qa.core.errors import ArticleError, StorageError
from qa.core.types import METADATA, Article
from qa.corpus import article_file as articles
from qa.corpus import canonical
from qa.corpus import folder as folder
from qa.corpus.article_file import decode, parse_article, read_article, render
from qa.corpus.canonical import canonical_text, slug
from qa.corpus.folder import Corpus

REMOVED = "\x00\x01\x07\x08\x0e\x1b\x1f\x7f\x80\x9f\u00ad\u200b\ufeff\u202a\u202e\u2066\u2069\U000e0001\U000e0041"
REMOVED += "\u180e\u2060\u2061\u2064\u206a\u3164\uffa0\ufff9\U0001d173\U000e0100"
VARIANT = "(?<=[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])\U000e0100"
KEPT = {"ZWJ": "\u200d", "ZWNJ": "\u200c", "LRM": "\u200e", "RLM": "\u200f", "VS16": "\ufe0f"}


def canonical_line(raw: str) -> str:
    return " ".join(canonical_text(raw).split())


lines = any_text.map(canonical_line).map(lambda s: s[:200].strip()).map(lambda s: s or None)
days = st.none() | st.dates().map(str) | st.datetimes().map(lambda d: d.isoformat(timespec="seconds"))
languages = st.none() | st.sampled_from(["en", "de-AT", "zh-Hant-TW", "sr-Latn"])
origins_of_any_kind = st.dictionaries(
    st.sampled_from(METADATA), any_text.map(lambda t: articles._origin(t)), max_size=6
)
bodies = any_text.map(canonical_text).filter(lambda s: any(c.isalnum() for c in s))
articles_of_any_kind = st.builds(
    lambda origins, **known: Article(**known, origins={k: v for k, v in origins.items() if v and known[k]}),
    origins_of_any_kind,
    id=st.just("x"),
    text=bodies,
    title=lines,
    outlet=lines,
    url=lines,
    author=lines,
    published=days,
    language=languages,
    added=days,
)


# Canonical text


@given(any_text)
def test_canonical_text_is_a_fixed_point(raw: str) -> None:
    once = canonical_text(raw)
    assert canonical_text(once) == once


@given(any_text)
def test_canonical_text_is_nfc_without_outer_white_space(raw: str) -> None:
    text = canonical_text(raw)
    assert unicodedata.is_normalized("NFC", text)
    assert text == text.strip()
    assert "\n\n\n" not in text
    assert all(line == line.rstrip() for line in text.split("\n"))


@given(any_text)
@example("\u3400\U000e0100")
def test_canonical_text_holds_no_control_override_or_tag_character(raw: str) -> None:
    text = re.sub(VARIANT, "", canonical_text(raw))  # that of an ideograph is another sign, and kept
    assert not set(text) & set(REMOVED)
    assert all(c == "\n" for c in canonical_text(raw) if unicodedata.category(c) == "Cc")


@pytest.mark.parametrize("character", REMOVED, ids=lambda c: f"U+{ord(c):04X}")
def test_an_invisible_character_that_misleads_is_removed(character: str) -> None:
    assert canonical_text(f"miss{character}ile") == "missile"


@pytest.mark.parametrize("character", KEPT.values(), ids=KEPT)
def test_an_invisible_character_that_scripts_need_is_kept(character: str) -> None:
    assert canonical_text(f"a{character}b") == f"a{character}b"


def test_a_variation_selector_stays_where_it_varies_something_and_spells_nothing() -> None:
    """What is hidden here is how a text of any length can be carried behind one letter."""
    hidden = "".join(chr(0xE0100 + byte - 16) for byte in b"ignore all") + "\ufe01\ufe02"
    assert canonical_text(f"\ufe0f\u845b\U000e0100\u57ce \u2764\ufe0f{hidden} a{hidden} \ufe0fb \u200b\ufe0fc") == (
        "\u845b\U000e0100\u57ce \u2764\ufe0f a b c"
    )


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_newline_becomes_one(newline: str) -> None:
    assert canonical_text(f"one{newline}two") == "one\ntwo"


@given(any_text)
def test_canonical_text_keeps_every_letter_and_digit(raw: str) -> None:
    def letters(text: str) -> str:
        return "".join(c for c in unicodedata.normalize("NFC", text) if c.isalnum())

    assert letters(canonical_text(raw)) == letters(canonical._REMOVED.sub("", raw))


def test_a_lone_surrogate_is_refused_with_its_place() -> None:
    with pytest.raises(ArticleError, match=r"lone surrogate \(U\+D83D\) at character 3.*UTF-8"):
        canonical_text("abc\ud83d")


def test_a_long_run_of_blanks_costs_linear_time() -> None:
    assert canonical_text("a" + " " * 1_000_000 + "b").endswith(" b")


# Files


@given(articles_of_any_kind)
def test_a_rendered_article_reads_back_as_itself(article: Article) -> None:
    assert parse_article(render(article), "x", markdown=True) == article
    assert parse_article(decode(render(article).encode()), "x", markdown=True) == article


@pytest.mark.parametrize(
    "title", ["null", "~", "No", "3", "a: b", "- x", "'q'", "#1", "{a}", "2024-05-17", "---", "\\n"]
)
def test_a_title_that_looks_like_yaml_stays_a_title(title: str) -> None:
    article = Article(id="x", text="Words.", title=title)
    assert parse_article(render(article), "x", markdown=True).title == title


@pytest.mark.parametrize("text", ["---\ntitle: x\n---\ny", "# Not a heading", "*stars* and [links](x)", "&amp; <b>"])
def test_text_that_looks_like_markup_stays_as_it_was_added(text: str) -> None:
    assert parse_article(render(Article(id="x", text=text)), "x", markdown=True).text == text


def test_a_markdown_file_placed_by_hand_loses_its_markup() -> None:
    raw = "---\ntitle: T\npublished: 2024-05-17\n---\n# Head\n\nA **bold** [link](http://x.example)."
    article = parse_article(raw, "x", markdown=True)
    assert (article.title, article.published, article.text) == ("T", "2024-05-17", "Head\n\nA bold link.")


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("# The *Big* Day\n\nIt was.", "The Big Day"),
        ("---\noutlet: X\n---\n\n# The Big Day\nIt was.", "The Big Day"),
        ("## A part\n\nIt was.", None),
        ("It was.\n\n# Later", None),
        (f"# {'x' * 501}\n\nIt was.", None),
    ],
)
def test_a_markdown_file_without_a_title_has_that_of_the_heading_it_begins_with(raw: str, title: str | None) -> None:
    article = parse_article(raw, "x", markdown=True)
    assert (article.title, article.origins) == (title, {"title": "first heading"} if title else {})
    assert parse_article(raw, "x", markdown=False).title is None
    assert parse_article(render(article), "x", markdown=True) == article


def test_a_plain_file_keeps_what_looks_like_markup() -> None:
    assert parse_article("2 * 3 * 4 is _not_ emphasis", "x", markdown=False).text == "2 * 3 * 4 is _not_ emphasis"


@pytest.mark.parametrize("value", ["", "~", "null", '""', '"  "'])
def test_an_empty_field_is_unknown(value: str) -> None:
    assert parse_article(f"---\ntitle: {value}\n---\nWords", "x", markdown=True).title is None


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("title: a: b", r"not valid YAML at line 3: mapping values.*Quote"),
        ("title: ok\noutlet: [a", r"not valid YAML"),
        ("title: [a, b]", r"field 'title'.*list or mapping.*one line"),
        ("author:\n  name: X", r"field 'author'.*list or mapping"),
        ("author: &a [*a]", r"not valid YAML"),
        ('title: "\\UFFFFFFFF"', r"not valid YAML"),
        ('title: "\\ud800"', r"not valid YAML"),
        ("title: " + "[" * 2000, r"not valid YAML at line 3: it is nested too deeply"),
        ("title: " + "x" * 501, r"'title' has 501 characters; at most 500"),
        ("published: yesterday", r"'published' is 'yesterday'; expected a date such as 2024-05-17"),
        ("published: 2024-02-30", r"a date such as"),
        ("added: 17/05/2024", r"'added'.*a date such as"),
    ],
)
def test_bad_front_matter_that_groundwire_wrote_is_refused_by_name(front: str, message: str) -> None:
    with pytest.raises(ArticleError, match=message):
        parse_article(f"---\nformat: plain\n{front}\n---\nWords", "x", markdown=True)


@pytest.mark.parametrize(
    ("front", "known", "noted"),
    [
        ("title: Harbour: fish market\nauthor: Jo", {"title": "Harbour: fish market", "author": "Jo"}, "read line by"),
        ("author:\n\t- Jo\ntitle: T", {"author": "Jo", "title": "T"}, "read line by"),
        ("author: [Jonas Berg, Ida Holm]", {"author": "Jonas Berg, Ida Holm"}, ""),
        ("author:\n  name: Jo", {"author": "Jo"}, ""),
        ("Title: T\nauthors: [Jo]\ndate: 2024-05-14", {"title": "T", "author": "Jo", "published": "2024-05-14"}, ""),
        ("published: true\ndate: 2024-05-14", {"published": "2024-05-14"}, ""),
        ("source: https://a.example/b", {"url": "https://a.example/b", "outlet": None}, ""),
        ("source: Harbour News", {"url": None, "outlet": "Harbour News"}, ""),
        ("published: yesterday\ntitle: T", {"published": None, "title": "T"}, "published was left out.*a date such as"),
        ("language: German\ntitle: T", {"language": None, "title": "T"}, "language was left out.*a tag such as en"),
        ("added: 17/05/2024", {"added": None}, "added was left out"),
        ("title: " + "x" * 501, {"title": None}, "501 characters; at most 500"),
        ("title: [a\nsummary: b", {"title": "[a"}, "read line by"),
    ],
)
@pytest.mark.parametrize("markdown", [True, False])
def test_a_field_that_people_wrote_and_nobody_reads_costs_that_field_with_a_note(
    front: str, known: dict[str, str | None], noted: str, markdown: bool
) -> None:
    article, notes = read_article(f"---\n{front}\n---\nWords.", "x", markdown=markdown)
    assert {name: getattr(article, name) for name in known} == known
    assert article.text == "Words."
    assert re.search(noted, " ".join(notes)) if noted else not notes


def test_front_matter_of_which_no_line_is_a_field_is_refused() -> None:
    with pytest.raises(ArticleError, match="not valid YAML"):
        parse_article("---\n[a\n---\nWords", "x", markdown=True)


def test_what_is_known_is_written_into_a_file_whose_front_matter_is_no_yaml(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("---\ntitle: Harbour: fish\nmood: good\n---\nWords.\n")
    corpus = Corpus(tmp_path)
    (file,) = corpus.files()
    corpus.restate(replace(corpus.read(file), outlet="Harbour News"))
    article, notes = corpus.read_with_notes(next(corpus.files()))
    assert (article.title, article.outlet, article.text, notes) == ("Harbour: fish", "Harbour News", "Words.", ())
    assert "mood: good" in (tmp_path / "x.md").read_text()


def test_hyphens_that_enclose_no_fields_are_text() -> None:
    assert "A quiet day" in parse_article("---\nA quiet day\n---\nMore", "x", markdown=False).text


@given(any_text)
def test_a_file_becomes_an_article_or_a_clear_refusal(raw: str) -> None:
    for markdown in (True, False):
        try:
            article = parse_article(raw, "x", markdown=markdown)
        except ArticleError:
            continue
        assert article.text == canonical_text(article.text)


@given(any_text)
def test_a_date_is_read_or_refused(value: str) -> None:
    try:
        day = parse_date(value)
    except ValueError:
        return
    assert parse_date(day.isoformat()) == day
    assert f"{day.year:04d}" in value


@pytest.mark.parametrize(
    "value", ["2024-05-17", "2024-05-17T08:30:00Z", "2024-05-17 08:30", "2024-05-17T08:30:00+05:30"]
)
def test_iso_dates_and_times_give_their_day(value: str) -> None:
    assert str(parse_date(value)) == "2024-05-17"


@pytest.mark.parametrize(
    ("raw", "got"),
    [
        ("", "white space"),
        (" \n\t\u200b ", "white space"),
        ("?! … —", "no letter or digit"),
        ("---\n---\n", "white space"),
    ],
)
def test_a_text_without_words_is_refused(raw: str, got: str) -> None:
    with pytest.raises(ArticleError, match=got):
        parse_article(raw, "x", markdown=True)


def test_utf8_with_and_utf16_with_a_byte_order_mark_are_read() -> None:
    assert parse_article(decode("\ufeffKyiv – Київ".encode()), "x", markdown=False).text == "Kyiv – Київ"
    for order in ("utf-16-le", "utf-16-be"):
        assert parse_article(decode("\ufeffKyiv – Київ".encode(order)), "x", markdown=False).text == "Kyiv – Київ"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("café".encode("windows-1252"), r"not UTF-8 text \(byte 0xe9 at offset 3\).*iconv"),
        (b"\xed\xa0\xbd", r"not UTF-8"),
        (b"\xff\xfea", r"not UTF-16 text \(byte 0x61 at offset 2\)"),
        ("\ufeffx".encode("utf-32-le"), r"NUL bytes"),
        (b"GIF89a\x00\x01", r"NUL bytes.*binary"),
        (b"x" * (canonical.MAX_BYTES + 1), r"more than 10,485,760 bytes.*Split"),
    ],
)
def test_bytes_that_are_no_text_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(ArticleError, match=message):
        decode(data)


@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        text = decode(data)
    except ArticleError:
        return
    assert "\x00" not in text


# Names


@given(any_text)
def test_a_slug_is_a_safe_stem_and_its_own_slug(words: str) -> None:
    stem = slug(words)
    assert slug(stem) == stem
    assert 0 < len(stem) <= canonical.MAX_ID
    assert len(stem.encode()) <= canonical.MAX_STEM_BYTES
    assert not set(stem) & set("/\\.:\x00 \n")
    assert stem == Path(stem).name


@pytest.mark.parametrize(
    ("words", "stem"),
    [
        ("Missile hits Kyiv: 12 dead", "missile-hits-kyiv-12-dead"),
        ("../../etc/passwd", "etc-passwd"),
        ("Crème brûlée", "creme-brulee"),
        ("हिन्दी समाचार", "हिन्दी-समाचार"),
        ("…", "article"),
    ],
)
def test_slugs_are_readable(words: str, stem: str) -> None:
    assert slug(words) == stem


@pytest.mark.parametrize(
    "id", ["../secret", "a/b", "/etc/passwd", "..", ".", "", ".hidden", "a\x00b", "README", "\ud800"]
)
def test_an_id_never_leads_out_of_the_folder(tmp_path: Path, id: str) -> None:
    (tmp_path / "secret.md").write_text("Keep me.")
    (tmp_path / "corpus" / "a").mkdir(parents=True)
    (tmp_path / "corpus" / "a" / "b.md").write_text("Keep me.")
    (tmp_path / "corpus" / "README.md").write_text("Keep me.")
    corpus = Corpus(tmp_path / "corpus")
    before = sorted(tmp_path.rglob("*"))
    assert corpus.path_of(id) is None
    with corpus.removing(id) as there:
        assert there is False
    with pytest.raises(ArticleError, match="cannot name an article"):
        corpus.write(Article(id=id, text="Words."))
    assert sorted(tmp_path.rglob("*")) == before


@given(any_text)
def test_a_free_id_is_new_and_lies_in_the_folder(wanted: str) -> None:
    corpus = Corpus(Path("/nonexistent"))
    assume(slug(wanted) != "readme")
    assert corpus.free_id(wanted) == slug(wanted)


def test_a_taken_id_is_counted_on(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    (tmp_path / "kyiv.txt").write_text("x")
    (tmp_path / "kyiv-2.md").symlink_to("elsewhere")
    assert corpus.free_id("Kyiv") == "kyiv-3"
    assert corpus.free_id("ReadMe") == "readme-2"


def test_an_overlong_id_is_no_crash(tmp_path: Path) -> None:
    assert Corpus(tmp_path).path_of("x" * 5000) is None
    with pytest.raises(StorageError, match="Nothing was added"):
        Corpus(tmp_path).write(Article(id="x" * 5000, text="Words."))
    assert list(tmp_path.iterdir()) == []


# The folder


def test_files_come_in_the_order_of_ids_and_without_what_is_no_article(tmp_path: Path) -> None:
    for name in ("b.md", "a-b.md", "a.txt", "a.md", "README.md", ".hidden.md", "notes.pdf"):
        (tmp_path / name).write_text("Words.")
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "link.md").symlink_to(tmp_path / "b.md")
    (tmp_path / "up.md").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.md")  # whoever opened it would wait for ever
    assert [f.path.name for f in Corpus(tmp_path).files()] == ["a.md", "a.txt", "a-b.md", "b.md"]
    assert list(Corpus(tmp_path / "missing").files()) == []


def test_a_file_whose_name_is_no_text_is_left_out_and_said(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md")).write_text("Words.")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    assert list(Corpus(tmp_path).files()) == []
    assert list(Corpus(tmp_path).misnamed()) == ["caf\\udce9.md"]


@given(article=articles_of_any_kind)
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, article: Article) -> None:
    corpus = Corpus(tmp_path_factory.mktemp("corpus"))
    stamped = replace(article, added=article.added or "2024-05-17T00:00:00+00:00")
    assert corpus.read(corpus.write(stamped)) == stamped
    assert [f.id for f in corpus.files()] == ["x"]


def test_an_oversize_file_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(1 << 40)
    [big] = Corpus(tmp_path).files()
    with pytest.raises(ArticleError, match="more than 10,485,760 bytes"):
        Corpus(tmp_path).read(big)


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    corpus = Corpus(tmp_path)
    corpus.write(Article(id="x", text="Old words."))
    before = (tmp_path / "x.md").read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(StorageError, match=r"No space left on device\. Nothing was added; make room"):
        corpus.write(Article(id="x", text="New words."))
    assert [p.name for p in tmp_path.iterdir()] == ["x.md"]
    assert (tmp_path / "x.md").read_bytes() == before


def test_a_write_that_the_disk_does_not_confirm_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(folder, "settle_folder", broken)
    with pytest.raises(StorageError, match=r"Input/output error\. The article is complete, but"):
        Corpus(tmp_path).write(Article(id="x", text="New words."))
    assert (tmp_path / "x.md").is_file()


def test_an_interrupted_write_leaves_nothing_that_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Corpus(tmp_path)
    (tmp_path / f"{folder.TEMPORARY}abc").write_text("half an art")
    assert list(corpus.files()) == []
    corpus.sweep()
    assert list(tmp_path.iterdir()) == []

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        corpus.write(Article(id="x", text="Words."))
    assert list(tmp_path.iterdir()) == []


def test_writing_over_a_plain_file_leaves_one_file(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("Old words.")
    Corpus(tmp_path).write(Article(id="x", text="New words."))
    assert [p.name for p in tmp_path.iterdir()] == ["x.md"]


def test_a_deleted_article_does_not_come_back_from_its_other_file(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    for suffix in folder.SUFFIXES:
        (tmp_path / f"x{suffix}").write_text("Words.")
    with corpus.removing("x") as found:
        assert found
    assert list(tmp_path.iterdir()) == []
    with corpus.removing("x") as found:
        assert not found


# What is known about an article


def test_origins_are_one_readable_line_that_is_read_back() -> None:
    found = {"published": "json-ld", "title": "og:title"}
    article = Article("x", "Words.", title="A", published="2024-05-17", language="de-AT", origins=found)
    written = render(article)
    assert "origins: 'title: og:title; published: json-ld'\n" in written
    assert "language: de-AT\n" in written
    assert parse_article(written, "x", markdown=True) == article


@pytest.mark.parametrize("line", ["", "nonsense", "colour: blue", "title", "title:", "[a, b]", "{a: b}", "title: ;;"])
def test_an_origins_line_that_says_nothing_is_no_reason_to_refuse_a_file(line: str) -> None:
    quoted = line if line.startswith(("[", "{")) else f"'{line}'"
    article = parse_article(f"---\ntitle: A\norigins: {quoted}\n---\nWords.", "x", markdown=True)
    assert (article.title, article.text) == ("A", "Words.")
    assert set(article.origins) <= {"title"}


def test_an_origin_of_a_value_that_is_not_there_is_none() -> None:
    assert parse_article("---\norigins: 'title: og:title'\n---\nWords.", "x", markdown=True).origins == {}


@pytest.mark.parametrize("tag", ["en", "de-AT", "zh-Hant-TW", "sl-rozaj-biske"])
def test_a_language_is_a_tag(tag: str) -> None:
    assert parse_article(f"---\nformat: plain\nlanguage: {tag}\n---\nWords.", "x", markdown=True).language == tag


@pytest.mark.parametrize("tag", ["German", "e", "en-", "0", "en US"])
def test_a_language_that_is_no_tag_is_refused_by_name(tag: str) -> None:
    with pytest.raises(ArticleError, match=r"'language'.*de-AT"):
        parse_article(f"---\nformat: plain\nlanguage: {tag}\n---\nWords.", "x", markdown=True)


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ("2024-05-17T23:30:00-08:00", "2024-05-17"),
        ("2024-05-18T00:30:00+13:00", "2024-05-18"),
        ("2024-05-17T23:59:59Z", "2024-05-17"),
        ("20240517T2330+0000", "2024-05-17"),
    ],
)
def test_the_day_of_a_time_is_the_day_stated_in_its_own_offset(stated: str, day: str) -> None:
    assert parse_date(stated).isoformat() == day


@given(old=articles_of_any_kind, new=articles_of_any_kind, markdown=st.booleans(), bom=st.booleans())
def test_restating_changes_what_is_known_and_no_letter_of_the_text(tmp_path_factory, old, new, markdown, bom) -> None:
    corpus = Corpus(tmp_path_factory.mktemp("corpus"))
    path = corpus.folder / f"x{'.md' if markdown else '.txt'}"
    extra = "tags: [a, b]\nlayout: post\n"
    path.write_text(("\ufeff" if bom else "") + f"---\n{extra}---\n{old.text}", "utf-8", newline="")
    before = corpus.read(corpus.file(path.name))
    file = corpus.restate(replace(new, id="x", text=before.text))
    after = corpus.read(file)
    assert after == replace(new, id="x", text=before.text)
    assert "tags:\n- a\n- b\nlayout: post\n" in path.read_text("utf-8")
    assert [p.name for p in corpus.folder.iterdir()] == [path.name]


def test_a_file_without_front_matter_gets_some_and_one_that_is_gone_is_none(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    (tmp_path / "x.txt").write_text("A story.\n")
    corpus.restate(Article("x", "A story.", title="T"))
    assert (tmp_path / "x.txt").read_text() == "---\ntitle: T\n---\n\nA story.\n"
    assert corpus.restate(Article("gone", "A story.")) is None


def test_one_file_is_listed_as_all_of_them_would_be(tmp_path: Path) -> None:
    for name in ("a.md", "README.md", ".hidden.md", "notes.pdf"):
        (tmp_path / name).write_text("Words.")
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "link.md").symlink_to(tmp_path / "a.md")
    corpus = Corpus(tmp_path)
    names = [
        "a.md",
        "README.md",
        ".hidden.md",
        "notes.pdf",
        "folder.md",
        "link.md",
        "gone.md",
        "../a.md",
        "",
        "\ud800.md",
    ]
    assert [f for n in names if (f := corpus.file(n))] == list(corpus.files())


def test_the_pages_of_a_pdf_stand_in_its_file_until_somebody_changes_its_text() -> None:
    article = Article("harbour", canonical_text("It is deep.\n\nIt is old.\n\nIt is wide."), pages=(0, 13, 25))
    raw = render(article)
    assert "pages: [0, 13, 25]" in raw
    assert parse_article(raw, "harbour", markdown=True) == article
    assert [article.page_at(offset) for offset in (0, 12, 13, 30)] == [1, 1, 2, 3]
    assert parse_article(raw.replace("deep", "very deep"), "harbour", markdown=True).pages == ()


@pytest.mark.parametrize(
    "head",
    [
        '+++\ntitle = "Fish market to close"\nauthors = ["Jonas Berg", "Ida Holm"]\ndate = 2024-05-14\n+++\n',
        '{\n  "title": "Fish market to close",\n  "authors": ["Jonas Berg", "Ida Holm"],\n  "date": "2024-05-14"\n}\n',
        "Title: Fish market to close\nAuthor: Jonas Berg, Ida Holm\nDate: 2024-05-14\n",
        "% Fish market to close\n% Jonas Berg; Ida Holm\n% 2024-05-14\n",
    ],
    ids=["TOML", "JSON", "MultiMarkdown", "pandoc"],
)
def test_a_file_placed_by_hand_may_have_the_head_that_its_tool_writes(head: str) -> None:
    article = parse_article(f"{head}\nThe hall is ninety years old.\n", "fish", markdown=True)
    assert article.text == "The hall is ninety years old."
    assert (article.title, article.author, article.published) == (
        "Fish market to close",
        "Jonas Berg, Ida Holm",
        "2024-05-14",
    )
