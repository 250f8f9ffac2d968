"""Find the service that a command talks to: the running one, or the index opened here, which alone loads much."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import click

from qa.core.display import progress_bar
from qa.core.errors import IndexHeld, ReadOnly

if TYPE_CHECKING:
    from qa.core.settings import Settings
    from qa.service.client import RemoteQA
    from qa.service.protocol import Service
    from qa.service.service import QA


def settings_of(home: str | None) -> Settings:
    """Return the settings of a home folder."""
    from qa.core.settings import Settings

    return Settings.from_environment(home)


def running_service(settings: Settings) -> RemoteQA | None:
    """Return the client of the service that holds the index, if one runs."""
    from qa.service.client import RemoteQA

    return RemoteQA.find(settings.index)


@contextmanager
def opened(settings: Settings, command: str, *, rebuild: bool = False) -> Iterator[QA]:
    """Hold the index for writing."""
    from qa.service.service import QA

    with QA.open(settings=settings, command=command, rebuild=rebuild) as qa:
        yield qa


def reader(home: str | None) -> AbstractContextManager[Service]:
    """Give the running service; or the index read-only, brought up to date first when the corpus has changed."""
    settings = settings_of(home)
    return running_service(settings) or _read(settings)


def writer(home: str | None) -> AbstractContextManager[Service]:
    """Give the running service, or the index opened for writing and up to date with the corpus."""
    settings = settings_of(home)
    return running_service(settings) or _synced(settings)


@contextmanager
def _read(settings: Settings) -> Iterator[Service]:
    from qa.index.freshness import is_fresh

    if not is_fresh(settings):
        try:
            with _synced(settings) as qa:
                yield qa
                return
        except (IndexHeld, ReadOnly) as error:
            click.echo(f"qa: {error} Answering from what is indexed.", err=True)
    from qa.service.service import QA

    with QA.read(settings=settings) as qa:
        yield qa


@contextmanager
def _synced(settings: Settings) -> Iterator[Service]:
    with opened(settings, "qa") as qa:
        with progress_bar("indexing") as progress:
            qa.sync(progress)
        yield qa
