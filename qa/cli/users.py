"""Offer `qa user`: who may come in. Asks for passwords where nobody sees them, prints a token once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from qa.service.users import Users

_STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from standard input, for scripts.")


@click.group()
def user() -> None:
    """Manage who may use the page and the routes. As soon as there is a user, everything needs a login."""


@user.command()
@click.argument("name")
@_STDIN
@click.pass_obj
def add(home: str | None, name: str, password_stdin: bool) -> None:
    """Add the user NAME with a password of at least 8 characters."""
    users = _users(home)
    first = not users.all()
    users.add(name, _password(password_stdin))
    click.echo(f"added: {name}" + (". From now on everything needs a login." if first else ""))


@user.command("list")
@click.pass_obj
def list_users(home: str | None) -> None:
    """List the users, the day each was added and who has a token."""
    for found in _users(home).all().values():
        click.echo(f"{found.name}\t{found.created}" + ("\ttoken" if found.token else ""))


@user.command()
@click.argument("name")
@click.pass_obj
def remove(home: str | None, name: str) -> None:
    """Remove the user NAME; their sessions and their token end at once."""
    users = _users(home)
    users.remove(name)
    click.echo(f"removed: {name}" + ("" if users.all() else ". No user is left: there is no login any more."))


@user.command()
@click.argument("name")
@click.pass_obj
def token(home: str | None, name: str) -> None:
    """Print a new token for programs of NAME, once; the old one stops working. Send it as "Authorization: Bearer"."""
    click.echo(_users(home).new_token(name))


@user.command()
@click.argument("name")
@_STDIN
@click.pass_obj
def password(home: str | None, name: str, password_stdin: bool) -> None:
    """Give NAME a new password; their sessions end."""
    users = _users(home)
    users.get(name)  # before anyone types
    users.set_password(name, _password(password_stdin))
    click.echo(f"changed: {name}")


def _users(home: str | None) -> Users:
    """Return the users of a home folder."""
    from qa.core.settings import Settings
    from qa.service.users import Users

    return Users(Settings.from_environment(home).users)


def _password(from_stdin: bool) -> str:
    """Read a password, twice where a person types it."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt="The same again"))
