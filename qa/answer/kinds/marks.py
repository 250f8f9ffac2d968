"""Marks on the sentences of a plain answer: the side that one takes, whose opinion it is, that the sources differ.

Nothing is chosen or left out here, and never is a bare yes or no said: a mark stands beside the sentence that decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qa.answer.evidence.signals import Question, coverage, term_set
from qa.answer.question.kinds.request import mark, phrase
from qa.core.parts import write_days
from qa.core.types import Answer, AnswerSentence, Citation
from qa.corpus.words import stem
from qa.index.catalog.snapshot import Snapshot

SAYS_SO, SAYS_NOT = "says so", "says not"
COVERED = 0.8  # of what is rare in a yes-or-no question: what a sentence that decides it repeats
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
    note = _differing(sentences) if measures else ""
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


def _differing(sentences: Sequence[AnswerSentence]) -> str:
    """Return a note where two articles state other values of the same thing, with who states which."""
    seen = dict[str, tuple[set[float], Citation]]()
    for sentence in sentences:
        cited, values = sentence.citations[0], dict[str, set[float]]()
        for m in _VALUE.finditer(sentence.text):
            value = float(m["n"].replace(",", "")) * SCALES.get(m["scale"] or "", 1.0)
            values.setdefault(stem(m["of"].split()[0]), set()).add(value)
        for of, said in values.items():
            known = seen.setdefault(of, (said, cited))
            dated = cited.published and known[1].published
            if dated and cited.article != known[1].article and not said & known[0]:
                return DIFFER.format(_source(known[1]), _source(cited))
    return ""


def _source(cited: Citation) -> str:
    day = f", {write_days(cited.published[:10], cited.published[:10])}" if cited.published else ""
    return f"{cited.outlet or f'“{cited.title}”'} [{cited.n}{day}]"
