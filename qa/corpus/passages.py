"""Passages: runs of whole sentences that fit the embedding model's window together with the title.

Pure functions over spans. They see the tokenizer only as `pieces`, a function from text to the spans of its
word pieces, so they know neither a model nor llama-index.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from qa.core.types import Passage, Sentence

Span = tuple[int, int]
Pieces = Callable[[str], Sequence[Span]]

# Half the model's window on purpose: it was trained on texts of about this length, sentences pooled from shorter
# passages ranked a little better in early trials, and a person reads such a passage at a glance.
PASSAGE_PIECES = 128
OVERLAP_PIECES = 32  # at most this much of the end of a passage opens the next one, in whole sentences
OVERLAP_CHARACTERS = 1000  # nor more than this, lest short pieces of nothing be repeated for ever
TITLE_PIECES = 32
SPECIAL_PIECES = 4  # the model's own marks at both ends, and the stop and space between title and text
MAX_CHARACTERS = 2000  # a "word" of any length is one piece to WordPiece: bound the text as well


def cap_title(title: str, pieces: Pieces) -> str:
    """Return the title's first TITLE_PIECES word pieces, cut between words where possible."""
    spans = pieces(title)
    if len(spans) <= TITLE_PIECES and len(title) <= MAX_CHARACTERS:
        return title
    end = min(spans[min(len(spans), TITLE_PIECES) - 1][1] if spans else 0, MAX_CHARACTERS)
    cut = title[:end]
    whole = cut.rsplit(" ", 1)[0] if end < len(title) and title[end : end + 1].isalnum() else cut
    return whole or cut


def make_passages(text: str, sentences: Sequence[Sentence], pieces: Pieces, budget: int) -> list[Passage]:
    """Cut an article into passages of at most `budget` word pieces and MAX_CHARACTERS characters.

    Every sentence lies in at least one passage. A sentence that alone exceeds a limit becomes several
    passages that name it; a run of boilerplate never shares a passage with the story.
    """
    spans = pieces(text)
    starts = [start for start, _ in spans]
    sizes = [bisect_left(starts, s.end) - bisect_left(starts, s.start) for s in sentences]
    before = [0, *accumulate(sizes)]

    def fits(first: int, last: int) -> bool:
        length = sentences[last - 1].end - sentences[first].start
        return before[last] - before[first] <= budget and length <= MAX_CHARACTERS

    passages: list[Passage] = []
    first = 0
    while first < len(sentences):
        if not fits(first, first + 1):
            sentence = sentences[first]
            inside = spans[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
            passages += [Passage(a, b, first, first + 1) for a, b in _windows(sentence, inside, budget)]
            first += 1
            continue
        last = first + 1
        while last < len(sentences) and _joins(sentences, last) and fits(first, last + 1):
            last += 1
        passages.append(Passage(sentences[first].start, sentences[last - 1].end, first, last))
        ended = last == len(sentences) or not _joins(sentences, last)
        first = last if ended else _next_first(sizes, sentences, first, last)
        if first < last and not fits(first, last + 1):
            first = last  # the overlap would leave no room for the next sentence
    return passages


def _joins(sentences: Sequence[Sentence], i: int) -> bool:
    return sentences[i].boilerplate == sentences[i - 1].boilerplate


def _next_first(sizes: Sequence[int], sentences: Sequence[Sentence], first: int, last: int) -> int:
    """Find where the next passage begins: back from `last` by whole sentences within OVERLAP_PIECES and _CHARACTERS."""
    start, carried, end = last, 0, sentences[last - 1].end
    while start - 1 > first and carried + sizes[start - 1] <= OVERLAP_PIECES:
        if end - sentences[start - 1].start > OVERLAP_CHARACTERS:
            break
        start -= 1
        carried += sizes[start]
    return start


def _windows(sentence: Sentence, spans: Sequence[Span], budget: int) -> Iterator[Span]:
    """Cut a sentence that fits nowhere into adjoining spans within both limits, between word pieces where possible."""
    start, used = sentence.start, 0
    for piece_start, piece_end in spans:
        if used and (used >= budget or piece_end - start > MAX_CHARACTERS):
            yield from _chopped(start, piece_start)
            start, used = piece_start, 0
        used += 1
    yield from _chopped(start, sentence.end)


def _chopped(start: int, end: int) -> Iterator[Span]:
    """Yield the span in steps of MAX_CHARACTERS: one piece, or the white space behind it, may be longer than that."""
    for a in range(start, end, MAX_CHARACTERS):
        yield a, min(a + MAX_CHARACTERS, end)
