"""`qa add` of files, folders and addresses, `qa refetch`, `qa edit`: what is in, what is left out and why."""

from __future__ import annotations

import gzip
import json
import os
import socket
import tracemalloc
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from documents import WORDS, docx, epub, mail, paragraph, pdf, rss, xhtml
from fakes import FakeEmbedding, fake_settings, open_fake
from serving import TOKEN, serving
from websites import Site, page

from qa.cli import add as add_commands
from qa.cli.commands import main
from qa.core.display import shown
from qa.core.reports import Outcome
from qa.core.settings import Settings
from qa.index.embedding import SentenceEmbedding
from qa.index.lock import Holder
from qa.intake.folders import walk
from qa.intake.formats.records.pieces import RECORDS
from qa.intake.importer import MAX_FILE, Importer
from qa.intake.sandbox import Limits, Parsers
from qa.service import service
from qa.web.page.library import reports

BAD = 10
STORY = (
    "<html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>The mayor of Lindby opened the new"
    " library on Monday, after four years of building and two of quarrels about the roof.</p><p>{text}</p></article>"
)

pytestmark = pytest.mark.process  # all that is added is read in a process apart


@pytest.fixture
def library(home, monkeypatch):
    """A home, and a command line that uses the fake model and may fetch from this machine."""
    monkeypatch.setenv("QA_MODEL", fake_settings(home).model)
    monkeypatch.setenv("QA_THRESHOLD", "0")
    monkeypatch.setenv("QA_ALLOW_PRIVATE", "127.0.0.1")
    monkeypatch.setattr(SentenceEmbedding, "load", lambda name: FakeEmbedding())
    return home


@pytest.fixture
def stories(tmp_path) -> Path:
    folder = tmp_path / "stories"
    folder.mkdir()
    return folder


@pytest.fixture
def site():
    started = []

    def start(**answers):
        started.append(Site({f"/{name}": answer for name, answer in answers.items()}))
        return started[-1]

    yield start
    for each in started:
        each.close()


def story(text: str, title: str = "The library") -> bytes:
    return STORY.format(title=title, text=text).encode()


def run(home, *arguments, input=None):
    return CliRunner().invoke(main, ["--home", str(home), *map(str, arguments)], input=input)


def fill(folder: Path, count: int, bad: int = 0) -> None:
    for n in range(count):
        place = folder / f"part-{n % 7}"
        place.mkdir(exist_ok=True)
        text = f"Story {n} is told here. The word{n}x came." if n >= bad else "…"
        (place / f"story-{n}.txt").write_text(text, "utf-8")


def articles(home) -> list[dict]:
    return json.loads(run(home, "list", "--json").stdout)


def test_of_a_folder_of_a_thousand_the_good_are_added_the_bad_named_and_a_rerun_adds_none(library, stories):
    fill(stories, 1_000, BAD)
    first = run(library, "add", stories)
    assert first.exit_code == add_commands.PARTLY, first.output
    assert sorted(first.stdout.strip().split(", ")) == ["10 refused", "990 added"]
    named = [line for line in first.stderr.splitlines() if line.startswith("refused: ")]
    assert len(named) == BAD
    for n in range(BAD):
        assert any(f"part-{n % 7}/story-{n}.txt: The text holds no letter or digit" in line for line in named)
    assert "10 of 1,000 left out" in first.stderr
    assert len(articles(library)) == 990
    again = run(library, "add", stories)
    assert again.exit_code == add_commands.PARTLY
    assert sorted(again.stdout.strip().split(", ")) == ["10 refused", "990 duplicate"]
    assert len(articles(library)) == 990


def test_what_is_no_file_of_the_folder_itself_is_skipped_and_listed(library, stories, tmp_path):
    (tmp_path / "outside.txt").write_text("A secret outside.")
    (stories / "good.txt").write_text("The tank is green.")
    (stories / "link.txt").symlink_to(tmp_path / "outside.txt")
    (stories / "up").symlink_to(stories)
    (stories / ".hidden").mkdir()
    (stories / ".hidden" / "x.txt").write_text("A hidden story.")
    (stories / ".DS_Store").write_bytes(b"\x00")
    os.mkfifo(stories / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(stories)  # a socket's path may have 108 bytes
        listener.bind("socket.txt")
        os.chdir(here)
    (stories / "picture.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(64))
    (stories / "deep").mkdir()
    (stories / "deep" / "plane.md").write_text("# A plane\n\nThe plane is white.")
    done = run(library, "add", stories)
    assert done.exit_code == add_commands.PARTLY
    for name, reason in {
        "link.txt": "a link", "up": "a link", "pipe.txt": "a pipe", "socket.txt": "a pipe, a socket",
        "picture.jpg": "an image",
    }.items():  # fmt: skip
        assert any(f"{stories / name}: " in line and reason in line for line in done.stderr.splitlines()), name
    assert "Left out 2 hidden" in done.stderr
    assert sorted(a["id"] for a in articles(library)) == ["a-plane", "good"]


def test_a_file_on_which_the_parser_hangs_or_fails_is_named_and_the_others_are_added(library, stories, monkeypatch):
    """Their parser does what the first word of a file says."""
    limits = Limits(seconds=20, computing=1)
    monkeypatch.setattr("qa.intake.importer.Parsers", lambda: Parsers("hostile_parsers:parse", limits))
    for n, words in enumerate(("fine one", "spin", "fine two", "fail", "fine three")):
        (stories / f"{n}.txt").write_text(words)
    done = run(library, "add", stories)
    assert done.exit_code == add_commands.PARTLY, done.output
    named = dict(line.removeprefix("refused: ").split(": ", 1) for line in done.stderr.splitlines()[:-1])
    assert list(named) == [f"{stories}/{n}.txt" for n in (1, 3)]
    assert "more than 1 s of computing" in named[f"{stories}/1.txt"]
    assert "no such box" in named[f"{stories}/3.txt"]
    assert sorted(a["title"] for a in articles(library)) == ["one", "three", "two"]


@pytest.mark.parametrize("name", ["long.txt", "long.jsonl"])
def test_of_a_file_of_200_megabytes_no_more_is_held_than_its_limit(library, stories, name):
    with open(stories / name, "wb") as file:
        file.truncate(200 << 20)  # of zeros, which take no room
        file.seek(0, os.SEEK_END)
        file.write(b'\n{"text": "The last line."}')
    tracemalloc.start()
    done = run(library, "add", stories / name)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MAX_FILE
    if name == "long.txt":
        assert "long.txt: It has more than 32 MB" in done.stderr
        assert articles(library) == []
    else:
        assert "long.jsonl: line 1: It has more than 20,971,520 bytes" in done.stderr
        assert [a["title"] for a in articles(library)] == ["The last line."]


def test_a_folder_that_cannot_be_read_is_named_and_the_rest_goes_on(stories, monkeypatch):
    fill(stories, 14)
    real = os.scandir

    def denied(path):
        if str(path).endswith("part-3"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", denied)
    listing = walk(stories)
    assert len(listing.files) == 12
    assert [(r.name, "Permission denied" in r.reason) for r in listing.refused] == [(str(stories / "part-3"), True)]


def test_every_format_is_known_by_its_content_whatever_its_name(library, stories):
    """The files have no endings."""
    item = "<title>{0}</title><link>https://vesk.example/{0}</link><description>{1}</description>"
    made = {
        "web": story("It is of oak.", "The page"),
        "pdf": pdf([f"{WORDS} The lock is of brass."], heading="The sheets"),
        "word": docx(paragraph(f"{WORDS} The quay is of granite.")),
        "book": epub({"one.xhtml": xhtml(f"<p>{WORDS} The mast is of pine.</p>", "One")}),
        "mail": mail(f"{WORDS} The crane is of iron."),
        "feed": rss(*(item.format(n, f"{WORDS} The {n} is of tin.") for n in ("first", "second"))),
        "lines": b'{"id": "r1", "text": "The bell is of bronze."}\n{"id": "r2", "text": "The rope is of hemp."}\n',
        "text": "Die Schüssel ist aus Ton.".encode("utf-16"),
    }
    for name, data in made.items():
        (stories / name).write_bytes(data)
    done = run(library, "add", stories)
    assert done.exit_code == 0, done.output
    with open_fake(library) as qa:
        texts = " ".join(qa.article(a.id)[0].text for a in qa.articles())
        assert qa.article_count() == 10
    for words in ("oak", "brass", "granite", "pine", "iron", "first is of tin", "second is of tin", "bronze", "hemp"):
        assert words in texts
    assert "Schüssel" in texts


def test_an_interrupted_command_says_how_far_it_came_and_the_same_one_goes_on(library, stories, monkeypatch):
    fill(stories, 350)
    real, batches = service.place_batch, []

    def interrupted(index, batch, given):
        batches.append(len(batch))
        if len(batches) == 3:
            raise KeyboardInterrupt
        return real(index, batch, given)

    with monkeypatch.context() as patch:
        patch.setattr(service, "place_batch", interrupted)
        stopped = run(library, "add", stories)
    assert stopped.exit_code == add_commands.STOPPED
    assert "Stopped: 200 are in. The same command goes on with the rest." in stopped.stderr
    assert len(articles(library)) == 200
    done = run(library, "add", stories)
    assert done.exit_code == 0
    assert sorted(done.stdout.strip().split(", ")) == ["150 added", "200 duplicate"]
    assert len(articles(library)) == 350


def test_beside_a_running_service_texts_are_sent_in_batches_and_no_paths(home, stories, monkeypatch):
    fill(stories, 250, bad=1)
    sent = []
    with open_fake(home) as qa, serving(qa) as address:
        qa.sync()
        qa.announce(Holder(os.getpid(), "qa serve", address, TOKEN))
        real = service.place_batch
        monkeypatch.setattr(
            service, "place_batch", lambda index, items, given: sent.append(items) or real(index, items, given)
        )
        done = run(home, "add", stories, "--outlet", "Gazette")
        assert done.exit_code == add_commands.PARTLY, done.output
        assert "249 added" in done.stdout
        assert f"refused: {stories}/part-0/story-0.txt: The text holds no letter" in done.stderr
        assert {a.outlet for a in qa.articles()} == {"Gazette"}
        assert run(home, "add", stories).exit_code == add_commands.PARTLY
        assert qa.article_count() == 249
    assert [len(items) for items in sent[:3]] == [99, 100, 50], "what is refused already stays here"
    assert str(stories) not in str(sent)


@pytest.mark.parametrize("bad", ["{broken", "broken", "[1, 2]", "<html>", "\x00"], ids=ascii)
def test_a_bad_line_of_a_large_file_costs_that_line_wherever_it_is_cut(library, stories, monkeypatch, bad):
    """Cut before the bad line, a piece could be taken for a text, a page or a binary file. The sandbox takes so many
    articles from one piece and no more: lines may be short."""
    assert Limits().drafts >= RECORDS
    monkeypatch.setattr("qa.intake.formats.records.pieces.PIECE", 500)
    monkeypatch.setattr("qa.intake.formats.records.pieces.RECORDS", 5)
    monkeypatch.setattr("qa.intake.importer.Parsers", lambda: Parsers(limits=Limits(drafts=5)))
    rows = [json.dumps({"id": f"r{n}", "text": f"Row {n} is about tank {n}."}) for n in range(60)]
    places = [1, *range(11, 31), 60]
    for n in places:
        rows[n - 1] = bad
    (stories / "rows.jsonl").write_text("\n".join(rows))
    done = run(library, "add", stories / "rows.jsonl")
    assert done.exit_code == add_commands.PARTLY, done.output
    assert "38 added" in done.stdout
    named = [int(line.split("rows.jsonl: line ")[1].split(":")[0]) for line in done.stderr.splitlines()[:-1]]
    assert named == places
    assert not any("{" in a["title"] for a in articles(library))


@pytest.mark.parametrize("encode", [gzip.compress, lambda data: data.decode().encode("utf-16")], ids=["gzip", "UTF-16"])
def test_lines_that_cannot_be_cut_are_read_as_a_whole(monkeypatch, encode):
    monkeypatch.setattr("qa.intake.formats.records.pieces.PIECE", 100)
    lines = encode(b"\n".join(b'{"text": "Row %d of %d."}' % (n, n * 7919) for n in range(200)))
    with Importer(Settings.from_environment(Path("."))) as intake:
        assert len([d.text for d in intake.stream(BytesIO(lines), "rows.jsonl")]) == 200
        assert [d.text for d in intake.stream(BytesIO(b'{"text": "One."}'), "rows.jsonl")] == ["One."]
        assert [d.reason[:12] for d in intake.stream(BytesIO(b""), "rows.jsonl")] == ["It is empty."]


def test_the_bar_knows_from_the_start_how_many_lines_there_are_and_in_the_end_how_many_articles(
    library, stories, monkeypatch
):
    told = []

    @contextmanager
    def bar(_):
        yield lambda done, of, name: told.append((done, of))

    monkeypatch.setattr("qa.cli.add.progress_bar", bar)
    lines = [json.dumps({"text": f"Row {n} is about tank {n}."}) for n in range(400)]
    (stories / "rows.jsonl").write_text("\n\n".join(lines))  # every second one is empty
    (stories / "one.txt").write_text("The tank is green.")
    assert run(library, "add", stories).exit_code == 0
    assert told[0] == (1, 799)  # 798 ends of lines and a file
    assert told[-1] == (401, 401)


def test_the_codes_say_all_some_or_none(library, stories):
    (stories / "good.txt").write_text("The tank is green.")
    assert run(library, "add", stories / "good.txt").exit_code == 0
    assert run(library, "add", stories / "good.txt").exit_code == 0, "it is there already"
    (stories / "bad.txt").write_bytes(b"...")
    assert run(library, "add", stories).exit_code == 3
    assert run(library, "add", stories / "bad.txt").exit_code == 2
    assert run(library, "add", stories / "good.txt", "--published", "soon").exit_code == 2
    assert run(library, "add", stories, "--replace", "good").exit_code == 2


@pytest.mark.parametrize(
    "name", ["a\nb.txt", "\x1b[31mred.txt", "\u202etxt.exe.txt", "-rf.txt", "\udcff.txt", "x" * 250]
)
def test_a_name_is_shown_so_that_it_moves_no_cursor_and_becomes_a_safe_id(library, stories, name):
    (stories / name).write_text("The tank is green.")
    done = run(library, "add", stories)
    assert done.exit_code == 0, done.output
    assert not set(done.output.replace("\n", "")) & {"\x1b", "\u202e", "\r"}
    assert len(done.output.splitlines()) == 1
    [article] = articles(library)
    assert (library / "corpus" / f"{article['id']}.md").exists()
    assert sorted(p.name for p in library.iterdir()) == ["corpus", "fake-model", "index", "stories"]


def test_a_name_inside_a_file_or_an_address_becomes_a_safe_id_and_is_shown_safely(library, stories, site):
    names = ["../../up", "/etc/passwd", "..", "a\nb", "\x00", "\u202egnp.x", "\x1b[2Jx", "-rf", "n" * 300, "\udcff", ""]
    rows = [json.dumps({"id": name, "text": f"Row {n} is about a tank."}) for n, name in enumerate(names)]
    rows += [json.dumps({"title": name, "text": f"Row {n} is about a ship."}) for n, name in enumerate(names)]
    (stories / "rows.jsonl").write_text("\n".join(rows))
    web = site(**{"..%2F..%2Fx%0A%00%E2%80%AE.txt": page(b"The plane is white.", type="text/plain")})
    done = run(library, "add", stories / "rows.jsonl", f"http://127.0.0.1:{web.port}/..%2F..%2Fx%0A%00%E2%80%AE.txt")
    assert done.exit_code == 0, done.output
    assert not set(done.output.replace("\n", "")) & {"\x1b", "\u202e", "\r", "\x00"}
    added = {a["id"] for a in articles(library)}
    assert len(added) == 2 * len(names) + 1
    assert {p.name for p in (library / "corpus").iterdir()} == {f"{id}.md" for id in added}
    assert not {c for id in added for c in id} & set("/\\.\n\x00\u202e\x1b")
    assert sorted(p.name for p in library.iterdir()) == ["corpus", "fake-model", "index", "stories"]


def test_on_the_page_too_a_name_reverses_nothing_beside_it():
    name = "\u202etxt.<b>exe"
    for html in (
        reports.outcomes([reports.Result(Outcome(name, "refused", None, "Why."))], f"Adding {name}"),
        reports.index_state("ready", "", {"articles": 1, "sentences": 1, "passages": 1, "pending": 0, "dense": "exact"},
                            {name: "Why."}),
    ):  # fmt: skip
        assert "\u202e" not in html
        assert "\\u202etxt.&lt;b&gt;exe" in html


def test_ordinary_names_are_shown_as_they_are():
    assert shown("stories/Größe 2.txt") == "stories/Größe 2.txt"
    assert shown("a\tb\u200b") == "a\\tb\\u200b"


# Web addresses


def test_an_address_is_fetched_with_what_its_page_says_and_fetched_again_only_for_what_is_new(library, site):
    web = site(story=page(story("It holds 40,000 books."), etag='"one"'))
    url = f"http://127.0.0.1:{web.port}/story"
    done = run(library, "add", url)
    assert (done.exit_code, done.stdout) == (0, f"added: {url} as the-library\n")
    with open_fake(library) as qa:
        article, _ = qa.article("the-library")
        assert (article.url, article.origins["url"]) == (url, "fetched, address")
        assert article.published is None, "unknown stays unknown"
    assert run(library, "refetch").stdout.startswith("unchanged: the-library")
    web.answers["/story"] = lambda line: line.sendall(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")
    assert "has not changed" in run(library, "refetch").stdout
    assert 'if-none-match: "one"' in web.heads[-1].lower()
    run(library, "edit", "the-library", "--outlet", "The Gazette")
    web.answers["/story"] = page(story("It holds 50,000 books."), etag='"two"')
    assert run(library, "refetch").stdout == "replaced: the-library\n"
    with open_fake(library) as qa:
        article, _ = qa.article("the-library")
        assert "50,000" in article.text
        assert article.outlet == "The Gazette", "a person's word outlives a new version"
        assert qa.article_count() == 1


def test_an_article_whose_page_is_gone_is_kept_and_that_is_said(library, site):
    web = site(story=page(story("It holds 40,000 books.")))
    run(library, "add", f"http://127.0.0.1:{web.port}/story")
    web.answers.clear()
    done = run(library, "refetch", "the-library")
    assert done.exit_code == 2
    assert "is not there" in done.stderr
    assert "It is kept as it was." in done.stderr
    assert [a["id"] for a in articles(library)] == ["the-library"]


def test_what_came_from_no_address_is_not_fetched(library, stories):
    (stories / "good.txt").write_text("The tank is green.")
    run(library, "add", stories / "good.txt", "--url", "https://vesk.example/tank")
    assert "No article was added from a web address" in run(library, "refetch").stdout
    (stories / "other.txt").write_text("The ship is blue.")
    run(library, "add", stories / "other.txt")
    assert "Its address is not known" in run(library, "refetch", "other").stderr


def test_an_entry_of_a_feed_has_its_own_address_and_the_feed_is_no_article(library, site):
    item = "<title>{0}</title><link>https://vesk.example/{0}</link><description>{1}</description>"
    web = site(
        feed=page(rss(item.format("one", WORDS), item.format("two", f"{WORDS} More.")), type="application/rss+xml")
    )
    done = run(library, "add", f"http://127.0.0.1:{web.port}/feed")
    assert done.exit_code == 0, done.output
    assert {a["url"] for a in articles(library)} == {"https://vesk.example/one", "https://vesk.example/two"}
    assert "No article was added from a web address" in run(library, "refetch").stdout


def test_a_private_address_is_refused_before_anybody_is_asked(library, site, monkeypatch):
    monkeypatch.delenv("QA_ALLOW_PRIVATE")
    web = site(story=page(story("It holds 40,000 books.")))
    done = run(library, "add", f"http://127.0.0.1:{web.port}/story")
    assert done.exit_code == 2
    assert "QA_ALLOW_PRIVATE" in done.stderr
    assert web.connections == 0


# What is known


def test_an_article_is_edited_and_shown_with_what_is_known(library, stories):
    (stories / "tank.md").write_text("---\ntitle: A tank\noutlet: Gazette\n---\nThe tank is green.")
    added = run(library, "add", stories / "tank.md", "--language", "en").stdout
    assert added == f"added: {stories}/tank.md as a-tank\n"
    done = run(library, "edit", "a-tank", "--published", "2024-05-17", "--outlet", "", "--title", "T")
    assert (done.exit_code, done.output) == (0, "updated: a-tank: published, outlet, title\n")
    told = run(library, "show", "a-tank").stdout
    for line in ("title: T (given)", "published: 2024-05-17 (given)", "language: en (given)"):
        assert line in told
    assert "Gazette" not in told
    assert run(library, "edit", "nothing", "--title", "T").exit_code == 2
    assert run(library, "edit", "a-tank").exit_code == 2
    assert "expected a tag such as en or de-AT" in run(library, "edit", "a-tank", "--language", "English").stderr


def test_the_old_name_of_refetch_goes_on_working_and_says_the_new_one(library, stories):
    (stories / "good.txt").write_text("The tank is green.")
    run(library, "add", stories / "good.txt")
    old, new = run(library, "refresh", "good"), run(library, "refetch", "good")
    assert (old.exit_code, old.stdout) == (new.exit_code, new.stdout)
    assert old.stderr == "qa: `qa refresh` is called `qa refetch` now; the old name goes on working.\n" + new.stderr
    shown = run(library, "--help").stdout
    assert "refetch" in shown
    assert "refresh" not in shown
