"""How many slips of one token the checker catches: python bench/mutations.py [DOCUMENT ...]

Each token of each true statement of the documents (by default those of the tests) is changed in the ways in
which people slip: another index, layer, sign, number, bound, symbol; a transpose or a dash lost or gained. A
changed document is checked as a whole. A change is caught at its line if that is reported; by what follows if
another line is, which no longer holds with a definition that was changed; equal in value if it computes the same,
told by comparing the changed side with the old one; else missed.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clearprop.check.document.checker import check_source
from clearprop.check.document.judging import conditions
from clearprop.check.document.judging.compare import Comparison
from clearprop.check.document.judging.readings import Chooser
from clearprop.check.document.meaning.build import Setting, build
from clearprop.check.document.meaning.options import Options
from clearprop.check.document.numbers.worlds import Worlds
from clearprop.check.document.read import sources
from clearprop.check.document.read.splitting import ASSIGN, EQUAL
from clearprop.check.document.read.statements import Part, Statement, read_document
from clearprop.check.document.read.tokens import Token

DOCUMENTS = Path(__file__).parent.parent / "tests" / "check" / "documents"
LETTERS = ["i", "j", "k", "c", "l", "m"]


@dataclass(frozen=True)
class Mutation:
    """One token of a document, at `at`, written anew."""

    at: int
    old: str
    new: str
    line: int
    statement: int
    part: int


def changes(token: Token, before: str, letters: list[str]) -> list[str]:
    """What a token may turn into by a slip."""
    if token.kind == "number":
        value = int(float(token.text))
        return [str(value + 1), str(value - 1)] if value else ["1"]
    if token.raw in ("+", "-"):
        return ["-" if token.raw == "+" else "+"]
    if token.raw in ("<", ">"):
        return ["<" if token.raw == ">" else ">"]
    if token.kind == "letter" and len(token.raw) == 1 and token.raw in letters:
        return [other for other in letters if other != token.raw]
    if token.kind == "letter" and token.raw in "aAzZ" and before not in ("_", "^"):
        return [{"a": "z", "z": "a", "A": "Z", "Z": "A"}[token.raw]]
    if token.raw == "'":
        return [""]
    return []


def mutations(document, statements: list[int]) -> Iterator[Mutation]:
    """Every change of a token of these statements that stands as it is in the text."""
    text, source = document.source.text, document.source
    for number in statements:
        statement = document.statements[number]
        letters = sorted({t.raw for p in statement.parts for t in p.tokens if t.raw in LETTERS})
        for k, part in enumerate(statement.parts):
            if not _is_equated(statement, k):
                continue
            for before, token in zip([None, *part.tokens], part.tokens, strict=False):
                if text[token.at : token.at + len(token.raw)] != token.raw:
                    continue  # put in by a macro
                for new in changes(token, before.raw if before else "", letters):
                    yield Mutation(token.at, token.raw, new, source.line(token.at), number, k)


def _is_equated(statement: Statement, k: int) -> bool:
    """Whether a side is set equal to one beside it; what is only said to be near another is not checked."""
    signs = [part.sign for part in statement.parts]
    beside = [signs[k], *signs[k + 1 : k + 2]] if k else signs[1:2]
    return any(sign in EQUAL or sign in ASSIGN for sign in beside)


def verdict(one: Mutation, document, setting: Setting, reading, worlds: Worlds) -> str:
    """Caught at its line, unread, caught by what follows, equal in value, or missed."""
    text = document.source.text
    changed = text[: one.at] + one.new + text[one.at + len(one.old) :]
    source = sources.Source(document.source.name, document.source.form, changed, document.source.numbers)
    check = check_source(source, Options())
    lines = _lines(document, one)
    if any(f.line in lines for f in check.findings):
        return "caught"
    if _is_equal(one, source, document, setting, reading, worlds):
        return "equal in value"
    if any(u.line in lines for u in check.unread):
        return "unread"
    return "by what follows" if check.findings else "missed"


def _lines(document, one: Mutation) -> set[int]:
    parts = document.statements[one.statement].parts
    return {document.source.line(t.at) for p in parts for t in p.tokens}


def _is_equal(one: Mutation, source, document, setting: Setting, reading, worlds: Worlds) -> bool:
    """Whether the changed side computes what the old one did, on every network."""
    old = document.statements[one.statement]
    fresh = read_document(source).statements
    if one.statement >= len(fresh) or one.part >= len(fresh[one.statement].parts):
        return False
    new = fresh[one.statement].parts[one.part]
    pair = Statement(
        [Part("", old.parts[one.part].tokens, old.parts[one.part].node), Part("=", new.tokens, new.node)],
        old.formula,
    )
    pair.own, pair.around = old.own, old.around
    pairs = Comparison(pair, document, setting.notation, reading).run(worlds.of(old))
    return bool(pairs) and all(p.holds for p in pairs)


def measured(path: Path, most: int, rng: random.Random) -> tuple[Counter, list[str]]:
    """The counts for one document, and the changes that were not caught at their line."""
    document = read_document(sources.read(path))
    setting = build(document, Options())
    setting.conditions = conditions.attach(document)
    numbers = [k for k, s in enumerate(document.statements) if k not in setting.conditions and s.equal]
    worlds = Worlds(setting)
    reading = Chooser(setting, [document.statements[k] for k in numbers], worlds.own[:1]).best()
    every = list(mutations(document, numbers))
    counts: Counter = Counter()
    others = []
    for one in rng.sample(every, min(most, len(every))):
        word = verdict(one, document, setting, reading, worlds)
        counts[word] += 1
        if word not in ("caught", "equal in value"):
            others.append(f"{path.name}:{one.line}: {one.old} -> {one.new or 'nothing'}: {word}")
    return counts, others


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("documents", nargs="*", type=Path)
    parser.add_argument("--most", type=int, default=60, help="changes tried in each document")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--list", action="store_true", help="list what was not caught at its line")
    given = parser.parse_args()
    paths = given.documents or sorted(p for p in DOCUMENTS.iterdir() if p.suffix in (".md", ".tex", ".ipynb"))
    total: Counter = Counter()
    for path in paths:
        counts, others = measured(path, given.most, random.Random(given.seed))
        total += counts
        print(f"{path.name:<32}{_said(counts)}")
        if given.list:
            print("".join(f"    {line}\n" for line in others), end="")
    print(f"{'all':<32}{_said(total)}")


def _said(counts: Counter) -> str:
    tried = counts.total() - counts["equal in value"]
    at_line, in_all = counts["caught"], counts["caught"] + counts["by what follows"]
    shares = [count / tried if tried else 1.0 for count in (at_line, in_all)]
    others = ", ".join(f"{name} {counts[name]}" for name in ("unread", "missed", "equal in value"))
    return f"{shares[0]:7.1%} caught at their line, {shares[1]:.1%} in all, of {tried:4}  ({others})"


if __name__ == "__main__":
    main()
