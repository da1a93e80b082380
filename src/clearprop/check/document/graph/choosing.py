"""Two readings of a text, by custom and by its own definitions: which is taken, and where the second helps."""

from dataclasses import replace
from typing import Any

from clearprop.check.document.graph.reading import judged
from clearprop.check.document.judging.compare import Comparison, Pair
from clearprop.check.document.judging.judge import Judge, Seen
from clearprop.check.document.meaning.build import Setting
from clearprop.check.document.meaning.describe import described_by_itself
from clearprop.check.document.meaning.notation import Notation, Reading
from clearprop.check.document.read.limits import MOST_STATEMENTS, SLIPS, Misfit, OutOfRange, Unread
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.verdict import Checked, DocumentCheck

MORE, SHARE = 3, 0.1  # lines that must hold more by the text's own definitions, at least and of all lines
SLIPS_OF_FEW = 3  # lines that may fail in any text
WRONG = 0.08  # of the lines: so many may fail
OPEN, WRONG_OF_WHOLE = 0.1, 0.25  # where no more lines than these are unread, so many may fail
AGREED = 0.9  # of the lines that both readings have a verdict on
LEAST = 3  # lines that are more than definitions and hold by both
UNREAD, UNMENDED = "unread", "wrong, and nothing mends it"
WELL = 0.85  # of the lines that tell: then no other layout is tried
POOR = 0.15  # of the lines: where more are open, the text's own definitions may be taken alone
LONG = 60  # lines
ENOUGH = 20  # lines that tell whether both readings agree
FEW = 8  # choices of indices at a first look


def both(
    setting: Setting, claims: list[Statement], reading: Reading, usual: Judge, said: str
) -> DocumentCheck:
    """The check by custom with what the text's own definitions add to it, or the check by these alone."""
    check = usual.verdict(said)
    custom = [_of_custom(*one) for one in zip(usual.seen, check.checked, strict=True)]
    if not _leaves_open(custom) or len(claims) > MOST_STATEMENTS:
        return check
    poor = sum(one in (UNREAD, UNMENDED) for one in custom) > POOR * len(custom)
    try:
        own = _best(setting, claims, reading) if poor else Own(setting, claims, reading)
        if poor and own.is_sound and own.gain(custom) >= max(MORE, SHARE * len(custom)):
            for statement in own.statements:
                own.judge.watch(statement)
            return own.judge.verdict(described_by_itself(own.judge.setting), sure=True)
        _help(custom, own, usual)
    except (*SLIPS, Unread, Misfit, OutOfRange):
        return check
    return usual.verdict(said)


def _leaves_open(custom: list[str]) -> bool:
    """Whether a second reading has something to say: of a long text that is read whole, what fails is left as it is."""
    return UNREAD in custom or (UNMENDED in custom and len(custom) <= LONG)


class Own:
    """What the text's own definitions say, line by line, as far as it is asked."""

    def __init__(self, setting: Setting, claims: list[Statement], reading: Reading) -> None:
        self.judge, self.statements = judged(setting, claims, reading)
        definitions = self.judge.setting.notation.graph.definitions
        self.telling = [number for number, one in enumerate(self.statements) if not definitions.is_one(one)]
        self.verdicts: dict[int, str] = {}

    def verdict(self, number: int) -> str:
        """What is said of a line at a first look."""
        if number not in self.verdicts:
            self.verdicts[number] = _verdict(self.judge, self.statements[number])
        return self.verdicts[number]

    def tells(self, number: int) -> bool:
        """Whether each index of a line has two values at least: where sizes came out as 1, a slip may not show."""
        pairs = _compared(self.judge, self.statements[number])
        seen = [{value for _, value in tried} for pair in pairs for tried in pair.seen.values()]
        return all(len(values) > 1 for values in seen)

    @property
    def held(self) -> int:
        """The lines that hold, other than definitions."""
        return sum(self.verdict(number) == "verified" for number in self.telling)

    @property
    def is_sound(self) -> bool:
        """Whether lines hold, and no more fail than slips may make: a text that is read whole may have more of them."""
        every = [self.verdict(number) for number in range(len(self.statements))]
        wrong, lines = every.count("wrong"), len(every)
        whole = every.count(UNREAD) <= OPEN * lines
        return self.held >= LEAST and wrong <= max(SLIPS_OF_FEW, (WRONG_OF_WHOLE if whole else WRONG) * lines)

    def gain(self, custom: list[str]) -> int:
        """How many more hold than by custom, definitions among them."""
        held = sum(self.verdict(number) == "verified" for number in range(len(custom)))
        return held - custom.count("verified")


def _best(setting: Setting, claims: list[Statement], reading: Reading) -> Own:
    """The reading by which most lines hold: with samples as they were taken to lie, else turned, layers from 0 or 1."""
    first = Own(setting, claims, reading)
    if first.held >= WELL * len(first.telling):
        return first
    found = [first]
    for changes in _layouts(setting.notation):
        try:
            found.append(
                Own(replace(setting, notation=replace(setting.notation, **changes)), claims, reading)
            )
        except (*SLIPS, Unread, Misfit, OutOfRange):
            continue
    return max(found, key=lambda one: one.held)


def _layouts(notation: Notation) -> list[dict[str, Any]]:
    """How else samples may lie and layers may be counted."""
    vectors = "row" if notation.vectors == "column" else "column"
    found: list[dict[str, Any]] = [{"vectors": vectors, "rows": vectors == "row"}]
    if notation.first_act or notation.first_weight or notation.first_bias:
        found.append({"first_act": 0, "first_weight": 0, "first_bias": 0})
    return found


def _help(custom: list[str], own: Own, usual: Judge) -> None:
    """Where both readings agree: what custom leaves open may hold, or be mended, by the text's own definitions."""
    opened = [number for number in own.telling if custom[number] in (UNREAD, UNMENDED)]
    others = [number for number in own.telling if number not in opened]
    if not opened or not _agree(custom, own, others[:: max(1, len(others) // ENOUGH)]):
        return
    for number in opened:
        if own.verdict(number) == UNREAD or (custom[number] == UNMENDED and not own.tells(number)):
            continue
        own.judge.watch(own.statements[number])
        seen = own.judge.seen[-1]
        mended = seen.verdict == "wrong" and any(one.fix for one in seen.findings)
        if seen.verdict == "verified" or (custom[number] == UNREAD and mended):
            usual.seen[number] = seen


def _agree(custom: list[str], own: Own, lines: list[int]) -> bool:
    """Whether both readings say the same of nearly all of these lines on which both have a verdict."""
    pairs = [(custom[number], own.verdict(number)) for number in lines]
    both_say = [(a, b) for a, b in pairs if UNREAD not in (a, b)]
    same = sum(a == b for a, b in both_say)
    return same >= LEAST and same >= AGREED * len(both_say)


def _of_custom(seen: Seen, checked: Checked) -> str:
    """What custom says of a line: where the whole reading is in doubt, its findings are unread lines."""
    if seen.verdict != "wrong" or checked.verdict == "unread":
        return checked.verdict
    return "wrong" if any(one.fix for one in seen.findings) else UNMENDED


def _verdict(judge: Judge, statement: Statement) -> str:
    """What the text's own definitions say of a line, at a first look."""
    pairs = _compared(judge, statement)
    if any(pair.failures and pair.unread is None for pair in pairs):
        return "wrong"
    return "verified" if pairs and all(pair.holds for pair in pairs) else "unread"


def _compared(judge: Judge, statement: Statement) -> list[Pair]:
    comparison = Comparison(statement, judge.setting.document, judge.setting.notation, judge.reading)
    return comparison.run(judge.worlds.of(statement), FEW)
