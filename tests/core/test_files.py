"""A file is written whole or not at all, whatever step fails; secrets are readable by their user only."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from qa.core import files
from qa.core.files import PRIVATE, settle_folder, write_file


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_was_written_stands_there_and_nothing_beside_it(tmp_path: Path) -> None:
    write_file(tmp_path / "a", b"\x00\xff")
    write_file(tmp_path / "b", "Zürich\n")
    assert (tmp_path / "a").read_bytes() == b"\x00\xff"
    assert (tmp_path / "b").read_bytes() == "Zürich\n".encode()
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


@pytest.mark.parametrize("step", ["open", "fsync", "chmod", "replace"])
@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()], ids=repr)
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, fault: BaseException
) -> None:
    path = tmp_path / "settings"
    write_file(path, "old", mode=0o640)

    def fails(*_: object) -> None:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(os, step, fails)
        with pytest.raises(type(fault)):
            write_file(path, "new")
    assert os.listdir(tmp_path) == ["settings"]
    assert (path.read_text(), mode_of(path)) == ("old", 0o640)


def test_the_contents_are_on_the_disk_before_the_name_and_the_name_before_the_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real_fsync, real_replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        real_fsync(descriptor)

    def replace(source: Path, target: Path) -> None:
        steps.append("rename")
        real_replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    write_file(tmp_path / "x", "words")
    assert steps == ["file", "rename", "folder"]
    write_file(tmp_path / "y", "words", settle=False)
    assert steps == ["file", "rename", "folder", "file", "rename"]
    settle_folder(tmp_path)
    assert steps[5:] == ["folder"]


def test_the_mode_is_the_one_asked_for_or_that_of_the_file_before(tmp_path: Path) -> None:
    path = tmp_path / "x"
    before = os.umask(0o077)
    try:
        write_file(path, "1", mode=0o644)
        assert mode_of(path) == 0o644, "whatever the process's mask"
        write_file(path, "2")
        assert mode_of(path) == 0o644, "kept"
        write_file(path, "3", mode=PRIVATE)
        assert mode_of(path) == 0o600
        write_file(tmp_path / "y", "4")
        assert mode_of(tmp_path / "y") == 0o600, "a new file's is as the mask has it"
    finally:
        os.umask(before)


def test_a_secret_is_at_no_moment_readable_by_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    write_file(tmp_path / "secret", "token", mode=PRIVATE, settle=False)
    assert seen == [0o600]


def test_a_link_is_replaced_and_what_it_leads_to_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("theirs")
    (tmp_path / "x").symlink_to(tmp_path / "elsewhere")
    write_file(tmp_path / "x", "mine", mode=PRIVATE)
    assert not (tmp_path / "x").is_symlink()
    assert ((tmp_path / "x").read_text(), (tmp_path / "elsewhere").read_text()) == ("mine", "theirs")


def test_what_lies_aside_under_a_chosen_prefix_can_be_swept_after_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    real = os.replace

    def replace(source: Path, target: Path) -> None:
        names.append(Path(source).name)
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    write_file(tmp_path / "x", "words", prefix=".incoming-")
    assert names[0].startswith(".incoming-")


def test_no_other_module_renames_a_file_that_it_wrote_aside() -> None:
    """One atomic write: others rename only what stands already (an article that is being removed)."""
    package = Path(files.__file__).parents[1]
    renaming = {str(p.relative_to(package)) for p in package.rglob("*.py") if "os.replace(" in p.read_text("utf-8")}
    assert renaming == {"core/files.py", "corpus/folder.py"}
