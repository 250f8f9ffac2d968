"""Members of a ZIP file, read within bounds, and XML from strangers, read without entities or network.

Nothing is unpacked to a disk, so a member's name is never a path. Archives inside an archive are never opened.
"""

from __future__ import annotations

import lzma
import zlib
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from lxml import etree

from qa.core.errors import ArticleError

MAX_MEMBERS = 10_000  # a picture book has a thousand; each costs memory in the list
MAX_UNPACKED = 400 * 2**20  # bytes of all members as declared: pictures of a large book
MAX_MEMBER = 40 * 2**20  # bytes of one that is read: four times the text of the longest article, as markup
MAX_RATIO = 200  # XML packs to a tenth or a thirtieth; what DEFLATE can at most is 1,032
RATIO_COUNTS = 4 * 2**20  # a small member that packs well is no bomb
_CHUNK = 2**16

_DAMAGED = (BadZipFile, EOFError, OSError, RuntimeError, ValueError, NotImplementedError, zlib.error, lzma.LZMAError)


class Archive:
    """A ZIP file in memory. What its directory declares is checked first; what is unpacked is counted as well."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = ZipFile(BytesIO(data))
            self._members = {info.filename: info for info in self._zip.infolist()}
        except _DAMAGED as error:
            raise ArticleError(f"Its archive is damaged ({_reason(error)}). Save or download it again.") from error
        _check(self._zip.infolist(), len(data))
        self._left = MAX_UNPACKED

    def __contains__(self, name: str) -> bool:
        return name in self._members

    @property
    def names(self) -> list[str]:
        return list(self._members)

    def read(self, name: str) -> bytes:
        """Return a member's bytes. Raises ArticleError when it is missing, damaged or too large."""
        info = self._members.get(name)
        if info is None:
            raise ArticleError(f"Its archive lacks {name!r}. Save or download it again.")
        parts: list[bytes] = []
        room = min(MAX_MEMBER, self._left)
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    room -= len(chunk)
                    if room < 0:
                        raise ArticleError(f"{name!r} in it unpacks to more than {MAX_MEMBER:,} bytes. Split it.")
                    parts.append(chunk)
        except _DAMAGED as error:
            raise ArticleError(f"{name!r} in it is damaged ({_reason(error)}). Save or download it again.") from error
        data = b"".join(parts)
        self._left -= len(data)
        return data


def parse_xml(data: bytes) -> etree._Element:
    """Return the root of an XML document. Raises ArticleError when it is malformed or declares entities of its own."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise ArticleError(f"Its XML is damaged ({_reason(error)}). Save or download it again.") from error
    if root is None:
        raise ArticleError("Its XML is empty. Save or download it again.")
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        raise ArticleError("Its XML declares entities of its own, which no article needs and attacks are made of.")
    return root


def _check(members: list[ZipInfo], packed: int) -> None:
    total = sum(info.file_size for info in members)
    if len(members) > MAX_MEMBERS:
        raise ArticleError(f"Its archive has {len(members):,} members; at most {MAX_MEMBERS:,} are read.")
    if any(info.flag_bits & 1 for info in members):
        raise ArticleError("Its archive is protected by a password. Save it without one and add it again.")
    if total > MAX_UNPACKED or (total > RATIO_COUNTS and total > MAX_RATIO * packed):
        raise ArticleError(
            f"Its archive of {packed:,} bytes unpacks to {total:,}, as no document does; "
            f"at most {MAX_UNPACKED:,} and {MAX_RATIO} times its size are read."
        )


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
