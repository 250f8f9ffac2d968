"""Offer `qa add`, `edit`, `refetch`, `remove`: they change the corpus, through the running service if there is one."""

from __future__ import annotations

import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.cli import printing as out
from qa.cli.connection import settings_of, writer
from qa.core.display import progress_bar, shown
from qa.core.errors import ArticleError, UserError
from qa.core.reports import Outcome
from qa.core.types import Draft, Refusal
from qa.intake.folders import opened, walk
from qa.service.batches import Item

if TYPE_CHECKING:
    from qa.intake.importer import Importer
    from qa.service.protocol import Service

BLOCK = 1 << 20  # bytes in which lines are counted
FEW = 10  # articles that are told one by one; of more only what needs a look, below a bar
PARTLY, STOPPED = 3, 130  # exit codes: some were refused; interrupted, as shells have it
STDIN = "-"


def _metadata_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each thing that may be known about an article."""
    for option in (
        click.option("--language", metavar="TAG", help="Language, such as en or pt-BR."),
        click.option("--published", metavar="DATE", help="Day of publication, such as 2024-05-17."),
        click.option("--author", help="Author; several with commas between them."),
        click.option("--url", help="Address it was published at."),
        click.option("--outlet", help="Outlet."),
        click.option("--title", help="Title."),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("sources", nargs=-1, required=True)
@click.option("--replace", "id", metavar="ID", help="Put the text in place of the article with this id (one source).")
@_metadata_options
@click.pass_context
def add(ctx: click.Context, /, sources: tuple[str, ...], id: str | None, **given: str | None) -> None:
    """Add articles to the corpus.

    SOURCES are files, folders with all that is in them, web addresses, or "-" for standard input. A file may be a web
    page, PDF, Word document, e-book, mail, Markdown or text, and hold one article; or a feed or JSON lines, which hold
    many. What it is, is known by its content.

    What is given goes before what a source says. A text that is there already is not added twice, so that a command
    which was interrupted can be run again. Ends with 0 when everything is in, 3 when some were refused, 2 when all.
    """
    if id and (len(sources) > 1 or Path(sources[0]).is_dir()):
        raise click.UsageError("--replace takes one source.")
    from qa.intake.importer import Importer

    with Importer(settings_of(ctx.obj)) as intake, writer(ctx.obj) as service:
        source = _Sources(sources, intake)
        told = _told(ctx, source.add_to(service, id, given), lambda: source.total, "adding")
    if source.hidden:
        out.say(f"Left out {len(source.hidden)} hidden: {shown(', '.join(map(str, source.hidden[:5])))}", err=True)
    _end(ctx, told)


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.pass_context
def refetch(ctx: click.Context, /, ids: tuple[str, ...]) -> None:
    """Fetch articles again from the web addresses they were added from.

    With IDs, only these articles. Where a text has changed, that is the article's new version.
    """
    from qa.intake.fetch.cache import Visits
    from qa.intake.importer import Importer
    from qa.service.refetch import refetch

    settings = settings_of(ctx.obj)
    with Importer(settings) as intake, writer(ctx.obj) as service:
        outcomes = refetch(service, intake, Visits(settings.index), ids)
        told = _told(ctx, outcomes, lambda: 0, "fetching")
    if not told:
        out.say("No article was added from a web address. See: qa add https://...")
    _end(ctx, told)


@click.command(hidden=True)
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.pass_context
def refresh(ctx: click.Context, /, ids: tuple[str, ...]) -> None:
    """Do what `qa refetch` does: the name of before."""
    out.say("qa: `qa refresh` is called `qa refetch` now; the old name goes on working.", err=True)
    ctx.invoke(refetch, ids=ids)


@click.command()
@click.argument("id")
@_metadata_options
@click.pass_obj
def edit(home: str | None, /, id: str, **values: str | None) -> None:
    """Change what is known about the article ID.

    An empty value ("") takes one away. The text stays as it is.
    """
    if all(value is None for value in values.values()):
        raise click.UsageError("Nothing to change: give at least one of " + ", ".join(f"--{name}" for name in values))
    with writer(home) as service:
        out.say(out.outcome_text(service.edit(id, **values)))


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.pass_obj
def remove(home: str | None, ids: tuple[str, ...]) -> None:
    """Remove articles from the corpus for good."""
    with writer(home) as service:
        for id in ids:
            out.say(out.outcome_text(service.remove(id)))


class _Sources:
    """What people named, read one by one while it is added.

    `total` is how many articles it seems to be: lines of JSON are counted ahead, other files turn out to hold more.
    """

    def __init__(self, sources: Iterable[str], intake: Importer) -> None:
        from qa.intake.importer import is_address

        self._intake = intake
        self._todo: list[str | Path | Refusal] = []
        self._names: deque[str] = deque()  # of what is on its way in, as the person knows it
        self.hidden: list[Path] = []
        for source in sources:
            path = Path(source)
            if source == STDIN or is_address(source):
                self._todo.append(source)
            elif path.is_dir():
                listing = walk(path)
                self._todo += [*listing.refused, *listing.files]
                self.hidden += listing.hidden
            else:
                self._todo.append(path)
        self._expected = [_expected(source) for source in self._todo]
        self.total = sum(self._expected)
        if not self.total:
            raise UserError(f"There is no file to add in {', '.join(sources)}.")

    def add_to(self, service: Service, id: str | None, given: dict[str, str | None]) -> Iterator[Outcome]:
        """Add everything, or the one article in place of another; outcomes in order, under the names of the sources."""
        items: Iterable[Item] = map(Item, self._found())
        if id:
            items = list(items)
            if len(items) > 1:
                raise UserError(f"--replace takes one article; {self._names[0]} holds {len(items)}.")
            items = [replace(item, id=id) for item in items]
        for outcome in service.add_many(items, **given):
            yield replace(outcome, name=self._names.popleft())

    def _found(self) -> Iterator[Draft | Refusal]:
        """Yield what is in the sources, and keep `total` right meanwhile."""
        for source, expected in zip(self._todo, self._expected, strict=True):
            read = 0
            for read, found in enumerate(self._of(source), start=1):
                self.total += read > expected
                name = found.name if isinstance(found, Refusal) else _name(source)
                self._names.append(name)
                yield found
            self.total -= max(0, expected - read)

    def _of(self, source: str | Path | Refusal) -> Iterator[Draft | Refusal]:
        """Yield what is in one source."""
        if isinstance(source, Refusal):
            yield source
        elif source == STDIN:
            yield from self._intake.stream(sys.stdin.buffer, "standard input")
        elif isinstance(source, str):
            yield from self._intake.fetch(source).found
        else:
            try:
                with opened(source) as file:
                    for found in self._intake.stream(file, source.name):
                        named = isinstance(found, Refusal) and "://" not in found.name  # that is an address
                        yield replace(found, name=f"{source.parent / found.name}") if named else found
            except ArticleError as error:
                yield Refusal(str(source), str(error))


def _expected(source: str | Path | Refusal) -> int:
    """Guess how many articles are in it: as many as lines in a file of JSON lines, else one."""
    from qa.intake.formats.records.jsonl import JSON_LINES

    if isinstance(source, Path) and source.name.lower().endswith(JSON_LINES):
        with suppress(ArticleError, OSError), opened(source) as file:
            return max(1, sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK), b"")))
    return 1


def _name(source: str | Path | Refusal) -> str:
    """Return a source as the person knows it."""
    return "standard input" if source == STDIN else str(source)


def _told(ctx: click.Context, outcomes: Iterator[Outcome], total: Callable[[], int], doing: str) -> Counter[str]:
    """Say what became of each while it happens: all of few, of many what needs a look. Return the counts by status."""
    told = Counter[str]()
    with progress_bar(doing) as progress, closing(outcomes):  # type: ignore[type-var]  # they are generators
        try:
            for outcome in outcomes:
                told[outcome.status] += 1
                if total() > FEW:
                    progress(told.total(), total(), outcome.name)
                if total() <= FEW or outcome.status in ("refused", "replaced"):
                    out.say(out.outcome_text(outcome), err=outcome.status == "refused")
        except KeyboardInterrupt:
            there = told.total() - told["refused"]
            out.say(f"Stopped: {there:,} are in. The same command goes on with the rest.", err=True)
            ctx.exit(STOPPED)
    if total() > FEW:
        out.say(", ".join(f"{count:,} {status}" for status, count in told.items()))
    return told


def _end(ctx: click.Context, told: Counter[str]) -> None:
    """Leave with the exit code that says whether all, some or none is in."""
    if not told["refused"]:
        return
    message = f"{told['refused']:,} of {told.total():,} left out, each with its reason above."
    if told["refused"] == told.total():
        raise UserError(message)
    out.say(f"qa: {message}", err=True)
    ctx.exit(PARTLY)
