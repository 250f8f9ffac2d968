"""Lists of pages to read later: every address is a link, which is fetched; what fails is named, nothing is lost."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from qa.core.errors import ArticleError
from qa.core.settings import Settings
from qa.core.types import Draft, Link, Refusal
from qa.intake.fetch import following
from qa.intake.importer import Arrival, Importer
from qa.intake.parsers import parse

A, B = "https://news.example.org/fish", "https://blog.example.org/a?b=c"
ROWS = [
    {"id": str(n), "title": "T", "url": url, "state": "Active", "savedAt": "2024-05-14"} for n, url in enumerate((A, B))
]

LISTS = {
    "pocket.csv": f"title,url,time_added,tags,status\nFish,{A},1715675400,,unread\nBlog,{B},1,x|y,archive\n",
    "instapaper.csv": f"URL,Title,Selection,Folder,Timestamp\n{A},Fish,,Unread,1715675400\n{B},Blog,,Archive,1\n",
    "reader.csv": "Title,URL,ID,Document tags,Saved date,Reading progress,Location,Seen\n"
    f"Fish,{A},1,,2024-05-14,0,new,True\n"
    f"Blog,{B},2,,2024-05-14,0.5,archive,False\n",
    "raindrop.csv": "id,title,note,excerpt,url,folder,tags,created,cover\n"
    f"1,Fish,,x,{A},Unsorted,,2024-05-14T08:30:00Z,\n"
    f"2,Blog,,x,{B},Unsorted,,2024-05-14T08:30:00Z,\n",
    "metadata_0_to_20.json": json.dumps(ROWS, indent=1),
    "links.json": json.dumps({"version": 1, "list": ROWS}, indent=1),
    "bookmarks.html": "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<TITLE>Bookmarks</TITLE>\n<H1>Bookmarks</H1>\n<DL><p>\n"
    f'<DT><H3>News</H3><DL><p><DT><A HREF="{A}" ADD_DATE="1715675400">Fish</A>\n<DT><A HREF="{B}">Blog</A></DL>\n'
    '<DT><A HREF="javascript:alert(1)">no page</A><DT><A HREF="place:sort=8">nor this</A>\n</DL>',
    "ril_export.html": "<!DOCTYPE html><html><head><title>Pocket Export</title></head><body><h1>Unread</h1><ul>\n"
    f'<li><a href="{A}" time_added="1715675400" tags="">Fish</a></li><li><a href="{B}" time_added="1">B</a></li></ul>',
    "instapaper.html": "<!DOCTYPE html><html><head><title>Instapaper: Export</title></head><body><h1>Unread</h1><ol>\n"
    f'<li><a href="{A}">Fish</a><li><a href="{B}">Blog</a></ol>',
}


@pytest.mark.parametrize(("name", "data"), LISTS.items(), ids=list(LISTS))
def test_a_list_of_pages_to_read_later_is_its_links(name: str, data: str) -> None:
    found = list(parse(data.encode(), name))
    assert all(isinstance(link, Link) for link in found)
    assert [link.address for link in found if isinstance(link, Link)] == [A, B]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("prices.csv", f"product,url,price\nFish,{A},3\n"),
        ("links.csv", f"site,url\nFish,{A}\n"),
        ("settings.json", json.dumps([{"name": "x", "url": A}] * 2, indent=1)),
    ],
)
def test_addresses_that_nobody_put_away_to_read_are_not_fetched(name: str, data: str) -> None:
    found: list[object] = []
    with contextlib.suppress(ArticleError):
        found = list(parse(data.encode(), name))
    assert not any(isinstance(one, Link | Draft) for one in found)


def test_a_page_about_bookmarks_is_a_page() -> None:
    story = "The library of Vesk lends bookmarks, and whoever loses one pays a crown for it at the desk. " * 4
    (draft,) = parse(
        f"<html><head><title>Lost bookmarks</title></head><body><p>{story}</p></body></html>".encode(), "x"
    )
    assert isinstance(draft, Draft)


@pytest.mark.process
def test_every_link_is_fetched_in_turn_and_each_failure_is_named(monkeypatch) -> None:
    asked = []

    def fetch(self: Importer, url: str) -> Arrival:
        asked.append(url)
        if url == A:
            return Arrival((Refusal(url, "is not there (404)."),))
        return Arrival(
            (Draft("The ferry is late."), Link("https://else.example/x", "a link in it", "https://else.example/x"))
        )

    monkeypatch.setattr(Importer, "fetch", fetch)
    with Importer(Settings.from_environment(Path("."))) as intake:
        found = list(intake.stream(io.BytesIO(LISTS["pocket.csv"].encode()), "pocket.csv"))
    assert asked == [A, B], "links in what was fetched are not followed"
    assert [type(one) for one in found] == [Refusal, Draft, Link]
    assert [one.name for one in found if isinstance(one, Refusal)] == [A, "https://else.example/x"]


def _bookmarks(addresses: int) -> bytes:
    links = "".join(f'<DT><A HREF="https://h{n}.example/a">T</A>' for n in range(addresses))
    return f"<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<TITLE>Bookmarks</TITLE>\n<DL><p>{links}</DL>".encode()


def test_of_one_list_no_more_is_fetched_than_its_limit_in_all_its_pieces_and_the_rest_is_said(
    monkeypatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(following, "MAX_FOLLOWED", 3)
    list_ = following.Following("list.csv", lambda address: (True, [Draft(asked.append(address) or "It is late.")]))
    links = [Link(url, "a link", url) for url in (f"https://h{n}.example/" for n in range(5))]
    found = [*list_.follow(links[:2]), *list_.follow(links[1:]), *list_.left()]
    assert asked == [link.address for link in links[:3]], "each once"
    assert isinstance(found[-1], Refusal)
    assert found[-1].name == "list.csv"
    assert found[-1].reason.startswith("2 addresses of it were not fetched: at most 3 ")
    assert len(found) == 4


@pytest.mark.process
def test_a_list_of_hosts_that_do_not_answer_is_given_up_and_the_rest_is_said(monkeypatch) -> None:
    clock = iter(range(0, 10_000_000, 200))
    monkeypatch.setattr(following, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    monkeypatch.setattr(Importer, "fetch", lambda self, url: Arrival((Refusal(url, "did not answer."),)))
    with Importer(Settings.from_environment(Path("."))) as intake:
        found = list(intake.read(_bookmarks(9), "marks.html"))
    assert [one.name for one in found[:-1] if isinstance(one, Refusal)] == [f"https://h{n}.example/a" for n in range(3)]
    assert isinstance(found[-1], Refusal)
    assert found[-1].reason.startswith("6 addresses of it were not fetched: 10 minutes ")
