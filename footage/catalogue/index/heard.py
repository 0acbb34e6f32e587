"""Which lines of speech answer a question, and which of their words are why. Pure.

A phrase is heard where its words follow each other: in one line, or from one into the next, since
the index does not know where a line ends; both are then lines that say it. A plain word is heard
wherever it stands, a beginning wherever a word begins so. A line that says more of what was asked
answers better. One that says no more than particles ("the", "of", "في") answers only where no line
of the record says more.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from footage.catalogue.index.language import Part
from footage.catalogue.index.words import Beginning, placed, words

PARTICLES = frozenset(
    words(
        "a an the and or but of in on at to by for from with as is are was were be been it its"
        " this that these those there i you he she we they me him her us them my your his our their"
        " do did not no so"
        " في من على الى إلى عن مع ان أن إن لا ما هو هي هم نحن انا أنا هذا هذه ذلك كان يا ثم او أو"
    )
)


# What is asked for: words that follow each other, a plain word being a run of one; or a beginning.
Run = tuple[str, ...]
Wanted = Run | Beginning


@dataclass(frozen=True)
class Heard:
    """What one line says of a question: from where to where in its text (a phrase as one piece),
    how many of the words asked for, with particles and without, and which."""

    marks: tuple[tuple[int, int], ...] = ()
    said: int = 0
    telling: int = 0
    what: frozenset[Wanted] = frozenset()

    @property
    def weight(self) -> tuple[int, int]:
        """Greater for a line that answers better; (0, 0) for one that does not."""
        return self.telling, self.said

    def answers(self, best: tuple[int, int]) -> bool:
        """Whether it is a line that answers, where the best of its record weighs `best`."""
        return self.telling > 0 or (self.said > 0 and self.weight == best)


@dataclass(frozen=True)
class Listening:
    """What to hear: runs of stems and beginnings of words."""

    runs: frozenset[Run] = frozenset()
    begun: frozenset[Beginning] = frozenset()

    @classmethod
    def to(cls, asked: Iterable[Part]) -> "Listening":
        """What is asked for in these parts; nothing of what is to be left out."""
        wanted: set[Wanted] = set()
        for part in asked:
            if part.without:
                continue
            if part.way == "beginning":
                wanted.add(Beginning.of(part.text))
            elif part.way == "phrase":
                wanted.add(tuple(words(part.text)))
            else:
                wanted |= {(stem,) for stem in words(part.text)}
        return cls.to_all(wanted)

    @classmethod
    def to_all(cls, wanted: Iterable[Wanted]) -> "Listening":
        """All of these; a run of no words is heard nowhere."""
        begun = frozenset(each for each in wanted if isinstance(each, Beginning))
        return cls(frozenset(each for each in wanted if isinstance(each, tuple) and each), begun)

    def __bool__(self) -> bool:
        return bool(self.runs or self.begun)

    def lines(self, texts: Sequence[str]) -> list[Heard]:
        """What each line says of it, of lines that are spoken one after the other. Linear in their
        words but for phrases whose first word is said often."""
        marks: list[list[tuple[int, int]]] = [[] for _ in texts]
        said: list[set[Wanted]] = [set() for _ in texts]
        for line, start, end, wanted in self._found(texts):
            marks[line].append((start, end))
            said[line].add(wanted)
        return [
            Heard(tuple(_united(places)), *_weighed(wanted), frozenset(wanted))
            if wanted
            else Heard()
            for places, wanted in zip(marks, said, strict=True)
        ]

    def _found(self, texts: Sequence[str]) -> Iterator[tuple[int, int, int, Wanted]]:
        """(line, from, to, what was asked), for each line that a run lies in."""
        stream = [
            (stem, line, start, end)
            for line, text in enumerate(texts)
            for start, end, stems in placed(text)
            for stem in stems
        ]
        by_first: dict[str, list[Run]] = {}
        for run in self.runs:
            by_first.setdefault(run[0], []).append(run)
        for position, (stem, line, start, end) in enumerate(stream):
            for begun in self.begun:
                if begun.holds(stem):
                    yield line, start, end, begun
            for run in by_first.get(stem, ()):
                found = stream[position : position + len(run)]
                if tuple(each[0] for each in found) != run:
                    continue
                for each in dict.fromkeys(within for _stem, within, *_place in found):
                    places = [(first, last) for _, within, first, last in found if within == each]
                    yield each, places[0][0], places[-1][1], run


NOTHING = Listening()


def _weighed(wanted: Iterable[Wanted]) -> tuple[int, int]:
    """How many words, and how many of them tell something: all those of a phrase do."""
    said = telling = 0
    for each in wanted:
        number = 1 if isinstance(each, Beginning) else len(each)
        said += number
        if number > 1 or isinstance(each, Beginning) or each[0] not in PARTICLES:
            telling += number
    return said, telling


def _united(places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same places in order, those that overlap as one."""
    start = end = -1
    for first, last in sorted(places):
        if first >= end:
            if end > start:
                yield start, end
            start, end = first, last
        else:
            end = max(end, last)
    if end > start:
        yield start, end
