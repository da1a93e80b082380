"""The least change of one token that makes a line true."""

from dataclasses import dataclass, replace
from itertools import islice, pairwise

from clearprop.check.document.judging.compare import Comparison, Pair, agree
from clearprop.check.document.judging.diagnose import Diagnosis
from clearprop.check.document.judging.edits import Editor
from clearprop.check.document.judging.occurrences import Edit
from clearprop.check.document.meaning.build import Setting
from clearprop.check.document.meaning.notation import Notation, Reading
from clearprop.check.document.numbers.env import Budget
from clearprop.check.document.numbers.evaluate import plain
from clearprop.check.document.numbers.updates import is_update
from clearprop.check.document.numbers.world import World
from clearprop.check.document.read.limits import Misfit, OutOfRange, Unread
from clearprop.check.document.read.statements import Part, Statement
from clearprop.check.document.read.tokens import Token

MOST_NAMES = 80  # symbols tried in place of an undefined one
FEW = 4  # choices of indices at a first look
MOST_TRIED = (
    30_000  # tokens parsed for one statement: a short side has every edit tried, a long one the likeliest
)
WHY = {
    "layer": "a layer is wrong",
    "index": "an index is wrong",
    "sample index": "the index of the sample is missing or wrong",
    "transposed": "a transpose, or the order of two factors, is wrong",
    "sum range": "the sum has the wrong range",
    "sign": "a sign is wrong",
    "factor": "a factor is missing, or one too many",
    "activation": "z and a are mixed up",
    "symbol": "a symbol is wrong",
    "undefined": "a symbol is not defined",
    "value": "a part has the wrong value",
}


@dataclass(frozen=True)
class Repair:
    what: str
    why: str
    fix: str
    at: int


class Mender:
    """Tries the edits of one side against the other."""

    def __init__(
        self, statement: Statement, pair: Pair, setting: Setting, reading: Reading, worlds: list[World]
    ) -> None:
        self.statement, self.pair, self.setting, self.reading, self.worlds = (
            statement,
            pair,
            setting,
            reading,
            worlds,
        )
        self.left = MOST_TRIED if setting.repairs > 0 else 0
        self.update = pair.left == 0 and is_update(statement, setting.notation.roles)

    def mend(self, side: int, own: int) -> list[Repair]:
        """One edit that makes the two sides equal on every network; or two, the second for other networks
        than its own.
        """
        first = sorted({f.world for f in self.pair.failures})
        trial = self.worlds[first[0]]
        part = self.statement.parts[side]
        partial: Edit | None = None
        for edit in self._edits(part.tokens):
            if not self._fits(edit.tokens, side, trial):
                continue
            if self.holds(edit.tokens, side, self.worlds):
                return [_repair(edit)]
            if partial is None and first[0] < own and self.holds(edit.tokens, side, self.worlds[:own]):
                partial = edit
        if partial is not None:
            for edit in self._edits(partial.tokens):
                if self.holds(edit.tokens, side, self.worlds[own:], FEW) and self.holds(
                    edit.tokens, side, self.worlds
                ):
                    return [_repair(partial), _repair(edit)]
        return []

    def _fits(self, tokens: list[Token], side: int, trial: World) -> bool:
        """A first look: the changed side against the other's value where they differed first."""
        one = self.pair.failures[0]
        other = one.left if side == self.pair.right else one.right
        if self.update or one.env is None or other.value is None:
            return self.holds(tokens, side, [trial], FEW)
        try:
            node = self.statement.node_of(tokens, self.setting.document.words)
            value = plain(node, one.env.at(budget=Budget()))
        except (
            Unread,
            Misfit,
            OutOfRange,
            ArithmeticError,
            AttributeError,
            IndexError,
            TypeError,
            ValueError,
        ):
            return False
        return agree(value, other.value)

    def _edits(self, tokens: list[Token]):
        letters = _letters(self.statement, self.setting)
        for edit in Editor(tokens, _editing(self.setting), letters).all():
            self.left -= len(edit.tokens)
            self.setting.repairs -= len(edit.tokens)
            if self.left < 0:
                return
            yield edit

    def holds(self, tokens: list[Token], side: int, worlds: list[World], most: int = 40) -> bool:
        try:
            node = self.statement.node_of(tokens, self.setting.document.words)
        except Unread:
            return False
        kept = [self.pair.left, self.pair.right]
        parts = [replace(self.statement.parts[k]) for k in kept]
        parts[kept.index(side)] = Part(self.statement.parts[side].sign, tokens, node)
        parts[0].sign = ""
        statement = replace(self.statement, parts=parts)
        pairs = Comparison(statement, self.setting.document, self.setting.notation, self.reading).run(
            worlds, most
        )
        return bool(pairs) and all(p.holds for p in pairs)


def undefined(
    statement: Statement, pair: Pair, setting: Setting, reading: Reading, worlds: list[World]
) -> Repair | None:
    """A known symbol that, in place of one the text never introduces, makes the line true."""
    mender = Mender(statement, pair, setting, reading, worlds)
    tokens = statement.parts[pair.unread_side].tokens
    editor = Editor(tokens, _editing(setting), _letters(statement, setting))
    for edit in islice(editor.names(), MOST_NAMES):
        if (
            edit.what == "undefined"
            and mender.holds(edit.tokens, pair.unread_side, worlds[:1], FEW)
            and mender.holds(edit.tokens, pair.unread_side, worlds)
        ):
            return _repair(edit)
    return None


def _editing(setting: Setting) -> Notation:
    """What the letters that edits exchange mean."""
    graph = setting.notation.graph
    return setting.notation if graph is None else graph.editing


def _letters(statement: Statement, setting: Setting) -> list[str]:
    """Index letters and numbers that the statement itself uses, the letters of samples first."""
    found: dict[str, None] = dict.fromkeys(sorted(setting.notation.sample_letters))
    for part in statement.parts:
        for before, token in pairwise(part.tokens):
            single = (
                token.kind == "letter" and len(token.text) == 1 and token.text not in _editing(setting).roles
            )
            beside = single and before.kind == "letter"
            in_script = before.text in ("_", "{", ",", "(", "^") and (single or token.kind == "number")
            if beside or in_script:
                found.setdefault(token.text)
    return [letter for letter in found if letter != "L"][:10]


def _repair(edit: Edit) -> Repair:
    return Repair(edit.what, WHY[edit.what], f"{edit.old} -> {edit.new}", edit.at)


def repairs(
    statement: Statement,
    pair: Pair,
    side: int,
    told: Diagnosis,
    setting: Setting,
    reading: Reading,
    worlds: list[World],
    trusted: set[int],
    own: int = 2,
) -> list[Repair]:
    """The change, or two, that would make a failing pair hold: of the side to blame, else of the other.

    A side in `trusted` agrees with its other neighbour: it is left as it is.
    """
    if told.what in ("range", "permuted") or told.sets:
        return []
    other = pair.left if side == pair.right else pair.right
    for one in (side, other):
        if statement.parts[one].node is None or (one == other and other in trusted):
            continue
        mender = Mender(statement, pair, setting, reading, worlds)
        found = mender.mend(one, own)
        if found:
            return found
    return []
