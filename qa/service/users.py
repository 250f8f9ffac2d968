"""Keep users: names, hashed passwords and digests of tokens, in one file that only its owner can read.

There is a login exactly when the file names at least one user. A file that is there and cannot be understood is an
error, never an empty list: what cannot be read lets nobody in. Knows nothing of HTTP.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from qa.core.errors import StorageError, UserError, UsersDamaged
from qa.core.files import PRIVATE, write_file

VERSION = 1
MIN_PASSWORD = 8  # characters
MAX_PASSWORD = 1024  # characters; longer ones would only make hashing slow
COST = {"n": 2**14, "r": 8, "p": 5}  # OWASP's password storage cheat sheet; 16 MB, some 0.2 s
_MEMORY = 64 * 1024 * 1024  # bytes that scrypt may take
_NAME = re.compile(r"\w[\w.@-]{0,63}")


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """A password's scrypt hash, with all that is needed to compute it again. `salt` and `key` are hexadecimal."""

    salt: str
    key: str
    n: int
    r: int
    p: int

    @classmethod
    def of(cls, password: str) -> PasswordHash:
        """Hash a password with a new salt."""
        empty = cls(secrets.token_hex(16), "", **COST)
        return replace(empty, key=empty._scrypt(password))

    def matches(self, password: str) -> bool:
        """Return True if this is the password: slow on purpose, and as slow for a wrong one."""
        return hmac.compare_digest(self._scrypt(password[:MAX_PASSWORD]), self.key)

    def _scrypt(self, password: str) -> str:
        data = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
        cost = {"n": self.n, "r": self.r, "p": self.p}
        return hashlib.scrypt(data, salt=bytes.fromhex(self.salt), maxmem=_MEMORY, dklen=32, **cost).hex()


@dataclass(frozen=True, slots=True)
class User:
    """Someone who may come in.

    `created` is a day, `token` the SHA-256 of their bearer token or empty, `id` the account's own, since a name may go
    to somebody else one day; accounts of before have none.
    """

    name: str
    created: str
    password: PasswordHash = field(repr=False)
    token: str = field(default="", repr=False)
    id: str = ""

    @property
    def owner(self) -> str:
        """The name under which an account's conversations are kept: no other account ever has the same."""
        return f"{self.name}/{self.id}" if self.id else self.name


class Users:
    """The users of one home. Reading costs a `stat` while the file stays as it is; a change is whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, ...] | None = None
        self._users: Mapping[str, User] = {}

    def all(self) -> Mapping[str, User]:
        """Return every user by name, as the file says now. Raises UsersDamaged."""
        try:
            info = os.stat(self.path)
        except FileNotFoundError as error:
            if self.path.is_symlink():
                raise self._damaged(error) from error
            self._seen, self._users = None, {}
            return self._users
        except OSError as error:
            raise self._damaged(error) from error
        stamp = (info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns)
        if stamp != self._seen:
            self._users = self._read()
            self._seen = stamp
        return self._users

    def get(self, name: str) -> User:
        """Return the user of a name. Raises UserError when there is none, UsersDamaged."""
        users, name = self.all(), unicodedata.normalize("NFC", name)
        if name not in users:
            known = ", ".join(sorted(users)) or "none yet"
            raise UserError(f"There is no user {name!r} (users: {known}). Add one: qa user add NAME")
        return users[name]

    def by_token(self, token: str) -> User | None:
        """Return the user whose bearer token this is. Raises UsersDamaged."""
        digest = _digest(token)
        found = [u for u in self.all().values() if u.token and hmac.compare_digest(u.token, digest)]
        return found[0] if found else None

    def add(self, name: str, password: str) -> None:
        """Add a user. Raises UserError for a name or password that cannot be, UsersDamaged, StorageError."""
        name = unicodedata.normalize("NFC", name)
        if not _NAME.fullmatch(name):
            raise UserError(
                f"{name!r} cannot name a user; expected up to 64 letters, digits and . _ @ - such as 'ana'."
            )
        day, hashed = datetime.now(UTC).date().isoformat(), PasswordHash.of(_checked(password))
        user = User(name, day, hashed, id=secrets.token_hex(8))
        with self._changing() as users:
            if name in users:
                raise UserError(f"There is a user {name!r} already. For a new password: qa user password {name}")
            users[name] = user

    def remove(self, name: str) -> None:
        """Remove a user, whose sessions and token end. Raises UserError, UsersDamaged, StorageError."""
        with self._changing() as users:
            del users[self.get(name).name]

    def set_password(self, name: str, password: str) -> None:
        """Set a new password; sessions end, the token does not. Raises UserError, UsersDamaged, StorageError."""
        hashed = PasswordHash.of(_checked(password))
        self._change(name, lambda user: replace(user, password=hashed))

    def new_token(self, name: str) -> str:
        """Return a new token, kept nowhere; the one before ends. Raises UserError, UsersDamaged, StorageError."""
        token = secrets.token_urlsafe(32)
        self._change(name, lambda user: replace(user, token=_digest(token)))
        return token

    def _change(self, name: str, how: Callable[[User], User]) -> None:
        with self._changing() as users:
            user = self.get(name)
            users[user.name] = how(user)

    @contextmanager
    def _changing(self) -> Iterator[dict[str, User]]:
        """Give the users as they are and write them back at the end: one change at a time, in whatever process."""
        try:
            with FileLock(f"{self.path}.lock", mode=0o600):
                users = dict(self.all())
                yield users
                self._write(users)
        except OSError as error:
            raise StorageError(
                f"{self.path} cannot be written: {error.strerror or error}. Nothing was changed; mend the permissions "
                "or make room, then try again."
            ) from error

    def _read(self) -> dict[str, User]:
        try:
            content = json.loads(self.path.read_text("utf-8"))
            if content["version"] != VERSION:
                raise ValueError(f"it has version {content['version']!r}, expected {VERSION}")
            return {name: _user(name, values) for name, values in content["users"].items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise self._damaged(error) from error

    def _write(self, users: Mapping[str, User]) -> None:
        kept = {name: {k: v for k, v in asdict(user).items() if k != "name"} for name, user in sorted(users.items())}
        text = json.dumps({"version": VERSION, "users": kept}, ensure_ascii=False, indent=2) + "\n"
        write_file(self.path, text, mode=PRIVATE)

    def _damaged(self, error: Exception) -> UsersDamaged:
        reason = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        return UsersDamaged(
            f"{self.path} cannot be read ({reason}), so nobody is let in. Mend it, or remove it and add every user "
            "anew: qa user add NAME"
        )


def _checked(password: str) -> str:
    """Return the password, when it may be one. Raises UserError."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise UserError(
            f"The password has {len(password)} characters; expected {MIN_PASSWORD} to {MAX_PASSWORD:,}. Choose another."
        )
    return password


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _user(name: str, values: dict[str, Any]) -> User:
    """Return a user of the file. Raises ValueError and its kin for whatever could not have been written here."""
    password = PasswordHash(**values["password"])
    user = User(name, values["created"], password, values["token"], values.get("id", ""))
    sound = (
        _NAME.fullmatch(name)
        and all(isinstance(t, str) for t in (user.created, user.token, user.id))
        and re.fullmatch(r"[0-9a-f]{16}|", user.id)
        and len(bytes.fromhex(password.salt)) >= 16
        and len(bytes.fromhex(password.key)) == 32
        and len(bytes.fromhex(user.token)) in (0, 32)
        and all(type(c) is int and c > 0 for c in (password.n, password.r, password.p))
        and 128 * password.n * password.r < _MEMORY
    )
    if not sound:
        raise ValueError(f"the entry of {name!r} is none that was written here")
    return user
