"""Where the files that visitors send wait: in a private folder, by ids, within quotas, not for ever."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from fakes import open_fake
from starlette.requests import ClientDisconnect

from qa.core.errors import ArticleError, QuotaExceeded, StorageError
from qa.web.page.library.library import Library
from qa.web.running import RunningService
from qa.web.uploads import Quota, Uploads

TEXT = b"The bridge was built in 1887."


async def _chunks(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def _broken() -> AsyncIterator[bytes]:
    yield TEXT
    raise ClientDisconnect


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index" / "uploads"


def _files(folder) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _sent(uploads: Uploads, visitor: str, *chunks: bytes) -> str:
    with ThreadPoolExecutor(1) as apart:  # a browser that tests share leaves a loop running in this thread
        return apart.submit(asyncio.run, uploads.receive(visitor, _chunks(*chunks))).result()


def test_the_folder_is_the_services_own_and_nobody_elses_to_look_into(folder):
    folder.mkdir(parents=True, mode=0o755)
    uploads = Uploads(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert uploads.read("ana", _sent(uploads, "ana", TEXT[:9], TEXT[9:])) == TEXT


@pytest.mark.parametrize("id", ["", ".", "/etc/hosts", "../token", "\0", "x" * 5_000, "0" * 32])
def test_an_id_that_was_not_given_out_names_nothing(folder, id):
    uploads = Uploads(folder)
    (folder.parent / "token").write_text("secret")
    _sent(uploads, "ana", TEXT)
    with uploads.claimed("ana", [id]), pytest.raises(ArticleError, match="no longer there"):
        uploads.read("ana", id)
    uploads.drop("ana", id)
    assert len(_files(folder)) == 1
    assert (folder.parent / "token").exists()


def test_only_who_sent_a_file_reads_or_drops_it(folder):
    uploads = Uploads(folder)
    id = _sent(uploads, "ana", TEXT)
    assert re.fullmatch("[0-9a-f]{32}", id)
    for other in ("", "eva", "ana "):
        with uploads.claimed(other, [id]), pytest.raises(ArticleError, match="no longer there"):
            uploads.read(other, id)
        uploads.drop(other, id)
    with uploads.claimed("ana", [id]):
        assert uploads.read("ana", id) == TEXT
    assert _files(folder) == set()


def test_what_breaks_off_leaves_nothing_and_takes_nothing_of_the_quota(folder):
    uploads = Uploads(folder, mine=Quota(2 * len(TEXT), 1))
    for _ in range(3):
        with pytest.raises(ClientDisconnect):
            asyncio.run(uploads.receive("ana", _broken()))
        assert _files(folder) == set()
    _sent(uploads, "ana", TEXT)


@pytest.mark.parametrize("quota", [Quota(3 * len(TEXT), 100), Quota(2**30, 3)], ids=["bytes", "files"])
@pytest.mark.parametrize("whose", ["mine", "all"])
def test_beyond_the_quota_of_a_visitor_or_of_all_nothing_is_kept_until_something_is_added(folder, quota, whose):
    uploads = Uploads(folder, **{whose: quota})
    first, *_ = [_sent(uploads, "ana", TEXT) for _ in range(3)]
    for visitor in ("ana",) if whose == "mine" else ("ana", "eva"):
        with pytest.raises(QuotaExceeded, match="of yours" if whose == "mine" else "too much waits"):
            _sent(uploads, visitor, TEXT)
    if whose == "mine":
        _sent(uploads, "eva", TEXT)
        uploads.drop("eva", "")
    assert len(_files(folder)) == 3 + (whose == "mine")
    uploads.drop("ana", first)
    _sent(uploads, "ana", TEXT)


def test_what_nobody_adds_is_gone_and_what_is_being_added_is_not(folder):
    async def wait_for(uploads: Uploads) -> None:
        claimed, other, late = [await uploads.receive("ana", _chunks(TEXT)) for _ in range(3)]
        with uploads.claimed("ana", [claimed]):
            while _files(folder) & {other, late}:
                await asyncio.sleep(0.001)
            assert uploads.read("ana", claimed) == TEXT
        assert _files(folder) == set()

    asyncio.run(asyncio.wait_for(wait_for(Uploads(folder, kept_seconds=0.05)), 20))


def test_what_a_service_that_was_killed_has_left_goes_and_nothing_else_does(folder):
    _sent(Uploads(folder), "ana", TEXT)
    (folder / "notes.txt").write_text("mine")
    Uploads(folder)
    assert _files(folder) == {"notes.txt"}


def test_a_folder_that_cannot_be_written_is_said_without_its_path(folder):
    folder.parent.mkdir()
    uploads = Uploads(folder)
    folder.rmdir()
    folder.write_text("a file")
    with pytest.raises(StorageError) as error:
        _sent(uploads, "ana", TEXT)
    assert str(folder) not in str(error.value)


@pytest.mark.process
def test_a_file_is_added_for_the_visitor_who_sent_it_and_for_nobody_else(home):
    with open_fake(home) as qa:
        host = RunningService(lambda: qa)
        host._qa, host.state = qa, "ready"
        id = _sent(host.uploads, "guest:ana", TEXT)
        event = SimpleNamespace(_data={"files": [{"name": "a.txt", "id": id}, {"name": "b.txt", "id": "/etc/passwd"}]})

        def statuses(visitor: str) -> list[str]:
            request = SimpleNamespace(state=SimpleNamespace(visitor=visitor))
            return [result.outcome.status for result in list(Library(host).upload((), event, request))[-1][1]]

        assert statuses("guest:eva") == ["refused", "refused"]
        assert statuses("guest:ana") == ["added", "refused"]
        assert statuses("guest:ana") == ["refused", "refused"]
        assert _files(qa.settings.uploads) == set()
        host.close()
