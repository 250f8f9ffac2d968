"""Offer the command line: `qa COMMAND`. Errors become exit codes here alone (2 the user's, 1 ours).

Commands ask the running service when there is one. Heavy imports stay inside the commands that need them, so
`qa --help` and everything beside a running service load no model library.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click

from qa import __version__
from qa.cli import printing as out
from qa.cli.add import add, edit, refetch, refresh, remove
from qa.cli.connection import opened, reader, running_service, settings_of
from qa.cli.users import user
from qa.core.display import progress_bar
from qa.core.errors import GroundwireError, QuestionError, ServiceError, StorageError, UserError
from qa.core.parts import PARTS
from qa.core.types import Filters


class _Group(click.Group):
    """Turn our errors into one clear line and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GroundwireError as error:
            click.echo(f"qa: {error}", err=True)
            ctx.exit(2 if isinstance(error, UserError) else 1)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(1)
        except OSError as error:
            click.echo(f"qa: {StorageError(f'The system refused: {error}. Nothing acknowledged is lost.')}", err=True)
            ctx.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--home", metavar="DIR", help="The folder that holds corpus/ and index/ (default: QA_HOME, or here).")
@click.version_option(__version__, prog_name="qa")
@click.pass_context
def main(ctx: click.Context, home: str | None) -> None:
    """Ask a collection of articles; get answers in their own sentences, each with an exact citation."""
    ctx.obj = home


def _filter_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each filter."""
    for option in (
        click.option("--to", "published_to", metavar="DATE", help="Only articles published on or before this day."),
        click.option("--from", "published_from", metavar="DATE", help="Only articles published on or after this day."),
        click.option("--article", "articles", metavar="ID", multiple=True, help="Only this article (repeatable)."),
        click.option("--outlet", "outlets", metavar="NAME", multiple=True, help="Only this outlet (repeatable)."),
    ):
        command = option(command)
    return command


def _ip_address(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    """Return an address in its plain form. Raises BadParameter."""
    try:
        return str(ip_address(value)) if value else ""
    except ValueError:
        raise click.BadParameter(f"{value!r} is no IP address; expected one such as 127.0.0.1.") from None


@main.command()
@click.argument("question", nargs=-1)
@_filter_options
@click.option("--after", "history", metavar="QUESTION", multiple=True, help="An earlier question (repeatable).")
@click.option("--today", metavar="DATE", help='The day from which "yesterday" counts (default: the clock\'s).')
@click.option("--without", metavar="PART", multiple=True, help=f"Leave out what was understood: {', '.join(PARTS)}.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for programs.")
@click.pass_obj
def ask(
    home: str | None,
    /,
    question: tuple[str, ...],
    history: tuple[str, ...],
    today: str | None,
    without: tuple[str, ...],
    as_json: bool,
    **filters: Any,
) -> None:
    """Answer QUESTION from the articles, or say that they hold no answer.

    Without a QUESTION a terminal asks for one after the other and keeps the conversation; an empty line ends it.
    """
    if not question and not sys.stdin.isatty():
        raise click.UsageError("Missing argument 'QUESTION...'.")
    asked = list(history)
    with reader(home) as service:
        for text in [" ".join(question)] if question else _typed():
            try:
                answer = service.ask(text, Filters(**filters), history=asked, today=today, without=without)
            except QuestionError as error:
                if question:
                    raise
                click.echo(str(error))
                continue
            click.echo(json.dumps(asdict(answer), ensure_ascii=False) if as_json else out.answer_text(answer))
            asked.append(text)


def _typed() -> Iterator[str]:
    """Return the questions that are typed at a terminal, until an empty line or the end of the input."""
    while True:
        try:
            text = click.prompt("Ask", default="", show_default=False, prompt_suffix="> ").strip()
        except click.Abort:
            return
        if not text:
            return
        yield text


@main.command()
@click.argument("question", nargs=-1, required=True)
@_filter_options
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 100), help="Number of passages.")
@click.option("--json", "as_json", is_flag=True, help="A JSON list for programs.")
@click.pass_obj
def search(home: str | None, /, question: tuple[str, ...], k: int, as_json: bool, **filters: Any) -> None:
    """Show the passages that match QUESTION best."""
    with reader(home) as service:
        found = service.search(" ".join(question), Filters(**filters), k)
    click.echo(json.dumps([asdict(p) for p in found], ensure_ascii=False) if as_json else out.passages_text(found))


@main.command("list")
@click.option("--json", "as_json", is_flag=True, help="A JSON list for programs.")
@click.option("--search", default="", help="Only articles with these words in id, title, outlet, author or text.")
@click.pass_obj
def list_articles(home: str | None, as_json: bool, search: str) -> None:
    """List the articles."""
    with reader(home) as service:
        rows = service.articles(search=search)
    click.echo(json.dumps([asdict(r) for r in rows], ensure_ascii=False) if as_json else out.articles_text(rows))


@main.command()
@click.argument("id")
@click.option("--at", metavar="START-END", help="Mark these characters, as a citation names them.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object with text and sentence spans.")
@click.pass_obj
def show(home: str | None, id: str, at: str | None, as_json: bool) -> None:
    """Show the article ID, or the place that a citation names."""
    with reader(home) as service:
        article, sentences = service.article(id)
    if as_json:
        whole = {**asdict(article), "version": article.version, "sentences": [asdict(s) for s in sentences]}
        click.echo(json.dumps(whole, ensure_ascii=False))
    else:
        click.echo(out.article_text(article, out.parse_span(at, article) if at is not None else None))


@main.command()
@click.option("--rebuild", is_flag=True, help="Make the index anew from the corpus; every article is embedded again.")
@click.pass_obj
def index(home: str | None, rebuild: bool) -> None:
    """Bring the index up to date with corpus/."""
    settings = settings_of(home)
    running = running_service(settings)
    if running is not None:
        if rebuild:
            raise ServiceError(f"The service at {running.address} holds the index. Stop it, then rebuild.")
        click.echo(out.report_text(running.sync()))
        return
    with opened(settings, "qa index", rebuild=rebuild) as qa, progress_bar("indexing") as progress:
        report = qa.sync(progress)
        chroma = qa.attach_chroma()
        qa.fill_in()
    click.echo(f"{out.report_text(report)}\n{chroma}.")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="A JSON list for programs.")
@click.pass_obj
def doctor(home: str | None, as_json: bool) -> None:
    """Check the index, and name the command that mends what is wrong."""
    settings = settings_of(home)
    running = running_service(settings)
    if running is not None:
        findings = running.examine()
    else:
        from qa.quality.doctor import examine

        with opened(settings, "qa doctor") as qa:
            findings = examine(qa)
    click.echo(
        json.dumps([asdict(f) for f in findings], ensure_ascii=False) if as_json else out.findings_text(findings)
    )
    if not all(finding.sound for finding in findings):
        raise ServiceError("Not everything is sound. The commands above mend it.")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=7860, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes any.")
@click.option("--allow-host", "allowed", metavar="NAME", multiple=True, help="Answer to this name too (repeatable).")
@click.option(
    "--behind-proxy", "proxy", metavar="ADDRESS", default="", callback=_ip_address,
    help="Believe what the proxy at this address says about who asks (X-Forwarded-For, X-Forwarded-Proto).",
)  # fmt: skip
@click.option(
    "--public", is_flag=True,
    help="Serve other machines without a login: anyone who can reach the address can read, add and delete articles.",
)  # fmt: skip
@click.pass_obj
def serve(home: str | None, host: str, port: int, allowed: tuple[str, ...], proxy: str, public: bool) -> None:
    """Serve the chat page and the JSON routes. Once there are users (qa user add), everything needs a login."""
    from qa.web.server import serve as start

    start(settings_of(home), host, port, public=public, allowed=allowed, proxy=proxy)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--limit", type=click.IntRange(1), help="Ask only so many questions, drawn at random.")
@click.option("--seed", default=0, show_default=True, help="Seed of the draw.")
@click.pass_obj
def evaluate(home: str | None, folder: Path, as_json: bool, limit: int | None, seed: int) -> None:
    """Measure answers on a set of questions, and print the figures.

    FOLDER/corpus.jsonl is indexed in a place of its own, FOLDER/questions.jsonl is asked.
    """
    from qa.quality.evaluate import evaluate_folder

    figures, _ = evaluate_folder(folder, settings_of(home), limit=limit, seed=seed)
    click.echo(json.dumps(figures) if as_json else out.figures_text(figures))


for command in (add, edit, refetch, refresh, remove, user):
    main.add_command(command)
