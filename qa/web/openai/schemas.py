"""The values of OpenAI's API that are read and written here. What else a request holds is ignored."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

from qa.web.api.schemas import Responses

MODEL = "groundwire"
ROLES = Literal["system", "developer", "user", "assistant", "tool", "function"]


class Part(BaseModel):
    """A part of a message. Text is read; pictures, sounds and files are not."""

    type: StrictStr
    text: StrictStr = ""


def _parts(content: object) -> object:
    """Return content as a list of parts, as which it may be given."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    if content is None:  # of an assistant that called a tool
        return []
    if not isinstance(content, list):
        raise PydanticCustomError("content_type", "Input should be a text or a list of parts")
    return content


Content = Annotated[list[Part], BeforeValidator(_parts, json_schema_input_type=str | list[Part] | None)]


class Message(BaseModel):
    """A message of a conversation."""

    role: ROLES
    content: Content = Field(default=[], description="A text, or a list of parts of type text")

    @property
    def text(self) -> str:
        """The message's text, its parts on lines of their own."""
        return "\n".join(part.text for part in self.content if part.text)


class StreamOptions(BaseModel):
    """What is wanted of a stream."""

    include_usage: StrictBool | None = False


class Chat(BaseModel):
    """A conversation, the last message of a user in it being the question."""

    model: StrictStr = Field(examples=[MODEL])
    messages: list[Message] = Field(min_length=1, examples=[[{"role": "user", "content": "Who is Hugh Griffiths?"}]])
    stream: StrictBool | None = False
    stream_options: StreamOptions | None = None
    n: StrictInt | None = Field(default=1, description="One answer is given, and no more can be asked for")
    metadata: dict[str, Any] | None = Field(
        default=None,
        description="Filters: outlets, articles (a name, or a JSON list of names), published_from, published_to, and "
        "today, the day from which relative words count. Other keys are ignored",
        examples=[{"outlets": "Gazette", "published_from": "2024-05-01"}],
    )


class CitedPlace(BaseModel):
    """Where a sentence stands: the article's text from start to end, in code points, is the quote."""

    n: int = Field(description="The number of its footnote")
    article: str
    version: str
    title: str
    outlet: str | None
    date: str | None
    start: int
    end: int
    quote: str
    url: str = Field(description="Opens the article with the sentence marked")


class Reply(BaseModel):
    """The answer as Markdown with footnotes, and its citations as values."""

    role: Literal["assistant"] = "assistant"
    content: str
    citations: list[CitedPlace] = []
    declined: bool = Field(default=False, description="True where the articles do not hold the answer")


class Choice(BaseModel):
    """The one answer there is."""

    index: int = 0
    message: Reply
    finish_reason: Literal["stop"] = "stop"


class Usage(BaseModel):
    """Words, separated by white space: there are no tokens here."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Completion(BaseModel):
    """An answer to a conversation."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: list[Choice]
    usage: Usage


class Model(BaseModel):
    """A way of answering."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int
    owned_by: str = MODEL


class Models(BaseModel):
    """The ways of answering there are."""

    object: Literal["list"] = "list"
    data: list[Model]


class ErrorObject(BaseModel):
    """What is wrong; `param` names the field of the request."""

    model_config = ConfigDict(json_schema_extra={"description": "What is wrong, as OpenAI's clients read it"})

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorAnswer(BaseModel):
    """An error as OpenAI's clients read it."""

    error: ErrorObject


def problems(*statuses: int | str) -> Responses:
    """Return the error answers with these statuses, as the OpenAPI document describes them."""
    return {status: {"model": ErrorAnswer, "description": _PROBLEMS[status]} for status in statuses}


_PROBLEMS: dict[int | str, str] = {
    400: "A field of the request cannot be used; `param` names it",
    401: "There is a login, and no token of a user was sent as the key",
    403: "Refused: unknown host or foreign origin",
    404: "There is no such model",
    413: "The body is too large",
    429: "Too many wrong tokens",
    503: "The service is starting, or could not start",
    "default": "Any other error",
}
