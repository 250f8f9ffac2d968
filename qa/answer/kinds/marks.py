"""Marks on the sentences of a plain answer: the side that one takes, whose opinion it is, that the sources differ.

Nothing is chosen or left out here, and never is a bare yes or no said: a mark stands beside the sentence that decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qa.answer.evidence.signals import Question, coverage, term_set
from qa.answer.question.kinds.request import mark, phrase
from qa.core.dates import parse_date
from qa.core.parts import write_days
from qa.core.types import Answer, AnswerSentence, Citation
from qa.corpus.words import stem
from qa.index.catalog.snapshot import Snapshot

SAYS_SO, SAYS_NOT = "says so", "says not"
COVERED = 0.8  # of what is rare in a yes-or-no question: what a sentence that decides it repeats
SHARED, ALIKE = 0.4, 0.6  # of the words of a sentence: what another has that tells of the same; where it is not asked
APART = 60  # days between two sources that differ; what is newer than that is another state
DIFFER = "The sources differ: {} and {}."
SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_NUMBER = r"(?<![\d,.])(?P<n>\d{1,12}(?:,\d{3}){0,4}(?:\.\d{1,6})?)"
_VALUE = re.compile(rf"{_NUMBER}(?: (?P<scale>thousand|million|billion))?[ -](?P<of>per cent|percent|[a-z]{{3,30}})")


def marked(snapshot: Snapshot, question: str, answer: Answer) -> Answer:
    """Return the answer with its marks: a label on a sentence, a note below."""
    if answer.declined or not answer.sentences:
        return answer
    sentences = [_with_writer(snapshot, s) for s in answer.sentences]
    if side := side_of(question, sentences[0].text):
        sentences[0] = replace(sentences[0], label=" · ".join(filter(None, (sentences[0].label, side))))
    measures = Question(question).answer_pattern is not None or phrase("quantity").search(question) is not None
    note = _differing(question, sentences) if measures else ""
    return replace(answer, sentences=tuple(sentences), notes=(*answer.notes, note) if note else answer.notes)


def side_of(question: str, sentence: str) -> str:
    """Return which side a sentence takes in a yes-or-no question; "" where that is not safe to say."""
    if not mark("yes_no").match(question) or mark("either").search(question):
        return ""
    if plain := mark("answers").match(sentence):
        return SAYS_SO if plain.group(1).lower() == "yes" else SAYS_NOT
    asked = Question(question)
    share = coverage(asked.stems, term_set(sentence), asked.english_rarity.__getitem__)
    if share < COVERED or mark("unsure").search(sentence):
        return ""
    turned = bool(mark("negation").search(sentence)) != bool(mark("negation").search(question))
    return SAYS_NOT if turned else SAYS_SO


def _with_writer(snapshot: Snapshot, sentence: AnswerSentence) -> AnswerSentence:
    """Return the sentence of an opinion piece under its writer's name."""
    first = sentence.citations[0]
    if phrase("opinion").fullmatch(first.title) is None:
        return sentence
    article = snapshot.article(first.article)
    writer = (article.author or article.outlet or "") if article else ""
    return replace(sentence, label=f"opinion, {writer}" if writer else "opinion")


def _differing(question: str, sentences: Sequence[AnswerSentence]) -> str:
    """Return a note where two articles state other values of the same thing, with who states which.

    The same thing is measured alike and told in much the same words, the more so where the question does not say what
    is counted; what was published long after the other is news.
    """
    seen, asked = dict[str, tuple[set[float], AnswerSentence]](), term_set(question)
    for sentence in sentences:
        cited, values = sentence.citations[0], dict[str, set[float]]()
        for m in _VALUE.finditer(sentence.text):
            value = float(m["n"].replace(",", "")) * SCALES.get(m["scale"] or "", 1.0)
            values.setdefault(stem(m["of"].split()[0]), set()).add(value)
        for of, said in values.items():
            known, other = seen.setdefault(of, (said, sentence))
            first = other.citations[0]
            least = SHARED if of in asked else ALIKE
            if first.article != cited.article and not said & known and _of_the_same(other, sentence, least):
                return DIFFER.format(_source(first), _source(cited))
    return ""


def _of_the_same(one: AnswerSentence, other: AnswerSentence, least: float) -> bool:
    """Return True if two sentences may tell of one state of the same thing: by their days and the words they share."""
    days = [parse_date(s.citations[0].published) for s in (one, other) if s.citations[0].published]
    if len(days) < 2 or abs((days[0] - days[1]).days) > APART:
        return False
    mine, theirs = (term_set(re.sub(r"\d", " ", s.text)) for s in (one, other))
    return len(mine & theirs) >= least * min(len(mine), len(theirs))


def _source(cited: Citation) -> str:
    day = f", {write_days(cited.published[:10], cited.published[:10])}" if cited.published else ""
    return f"{cited.outlet or f'“{cited.title}”'} [{cited.n}{day}]"
