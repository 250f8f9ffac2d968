"""Rich Text files (.rtf) to a draft: striprtf reads the text, this module what the file says of itself."""

from __future__ import annotations

import re

from qa.core.errors import ArticleError
from qa.core.types import Draft, Found
from qa.intake.drafts import drafted, stated, stem_of
from qa.intake.formats.office.tools import real_author, real_title

MAX_FIELD = 2_000  # characters of a field's markup
_PICTURE = re.compile(
    rb"(?<=[0-9a-fA-F\s])[0-9a-fA-F\r\n]{2000,}"
)  # hexadecimal bytes, which a reader would walk through
_LINES = re.compile(r"\n(?:[ \t]*\n)*")


def parse(data: bytes, name: str) -> list[Draft]:
    """Return one draft. Raises ArticleError for what cannot be read, and for a file without words."""
    from striprtf.striprtf import rtf_to_text

    source = _PICTURE.sub(b"", data).decode("latin-1")
    try:
        text = rtf_to_text(source, errors="replace")
    except Exception as error:  # it meets a group that is not as expected with whatever Python raises there
        raise ArticleError(
            f"Its Rich Text cannot be read ({type(error).__name__}). Open it and save it as .docx or .odt."
        ) from error
    return [drafted(_LINES.sub("\n\n", text), _information(source, rtf_to_text), stem_of(name))]


def _information(source: str, to_text: object) -> dict[str, Found]:
    """Return title and author of the information group."""

    def field(name: str) -> str | None:
        match = re.search(rf"\{{\\{name} ([^{{}}]{{0,{MAX_FIELD}}})\}}", source[:200_000])
        return str(to_text(f"{{\\rtf1 {match[1]}}}")).strip() if match and callable(to_text) else None

    return stated("document properties", title=real_title(field("title")), author=real_author(field("author")))
