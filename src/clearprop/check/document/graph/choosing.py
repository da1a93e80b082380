"""Two readings of one text, by custom and by its own definitions: which is taken, and where the second helps the first."""

from clearprop.check.document.graph.reading import judged
from clearprop.check.document.judging.compare import Comparison, Pair
from clearprop.check.document.judging.judge import Judge, Seen
from clearprop.check.document.meaning.build import Setting
from clearprop.check.document.meaning.notation import Reading
from clearprop.check.document.read.limits import SLIPS, Misfit, OutOfRange, Unread
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.verdict import Checked, DocumentCheck

MORE, SHARE = 3, 0.15  # lines that must hold more by the text's own definitions, at least and of all lines
AGREED = 0.9  # of the lines that both readings have a verdict on
LEAST = 3  # lines that are more than definitions and hold by both
UNREAD, UNMENDED = "unread", "wrong, and nothing mends it"
FEW_WRONG = 3  # lines that may be misread in a text that is read whole
FEW = 8  # choices of indices at a first look


def both(setting: Setting, claims: list[Statement], reading: Reading, usual: Judge, said: str) -> DocumentCheck:
    """The check by custom with what the text's own definitions add to it, or the check by these alone."""
    check = usual.verdict(said)
    custom = [_of_custom(*one) for one in zip(usual.seen, check.checked, strict=True)]
    if not _is_open(custom):
        return check
    try:
        judge, statements = judged(setting, claims, reading)
        verdicts = [_verdict(judge, one) for one in statements]
    except (*SLIPS, Unread, Misfit, OutOfRange):
        return check
    definitions = judge.setting.notation.graph.definitions
    telling = [number for number, one in enumerate(statements) if not definitions.is_one(one)]
    held = sum(verdicts[number] == "verified" for number in telling)
    gain = verdicts.count("verified") - check.verified
    if held >= LEAST and gain >= max(MORE, SHARE * check.statements):
        for statement in statements:
            judge.watch(statement)
        return judge.verdict(f"{said}; read by its own definitions")
    if not _agree(custom, verdicts, telling):
        return check
    for number in telling:
        if custom[number] in (UNREAD, UNMENDED) and verdicts[number] != "unread":
            _help(number, custom[number], usual, judge, statements[number])
    return usual.verdict(said)


def _of_custom(seen: Seen, checked: Checked) -> str:
    """What custom says of a line: where the whole reading is in doubt, its findings are unread lines."""
    if seen.verdict != "wrong" or checked.verdict == "unread":
        return checked.verdict
    return "wrong" if any(one.fix for one in seen.findings) else UNMENDED


def _is_open(custom: list[str]) -> bool:
    """Whether custom leaves lines unread, or calls a few wrong and cannot mend them."""
    return UNREAD in custom or 0 < custom.count(UNMENDED) <= FEW_WRONG


def _verdict(judge: Judge, statement: Statement) -> str:
    """What the text's own definitions say of a line, at a first look."""
    worlds = judge.worlds.of(statement)
    pairs = Comparison(statement, judge.setting.document, judge.setting.notation, judge.reading).run(worlds, FEW)
    said = [pair for pair in pairs if not _is_number(statement, pair)]
    if any(pair.failures and pair.unread is None for pair in said):
        return "wrong"
    return "verified" if pairs and all(pair.holds for pair in pairs) else "unread"


def _is_number(statement: Statement, pair: Pair) -> bool:
    """Whether a side is a number of the text's own example, which no other network has."""
    sides = [statement.parts[k].node for k in (pair.left, pair.right)]
    return pair.left > 0 and any(side is not None and not side.symbols for side in sides)


def _agree(custom: list[str], verdicts: list[str], telling: list[int]) -> bool:
    """Whether both readings say the same of nearly all lines on which both have a verdict."""
    pairs = [(custom[number].partition(",")[0], verdicts[number]) for number in telling]
    both_say = [(a, b) for a, b in pairs if UNREAD not in (a, b)]
    same = sum(a == b for a, b in both_say)
    return same >= LEAST and same >= AGREED * len(both_say)


def _help(number: int, custom: str, usual: Judge, judge: Judge, statement: Statement) -> None:
    """Take what the text's own definitions say of a line: that it holds, or what mends it where custom cannot read it."""
    judge.watch(statement)
    seen = judge.seen[-1]
    mended = seen.verdict == "wrong" and any(one.fix for one in seen.findings)
    if seen.verdict == "verified" or (custom == UNREAD and mended):
        usual.seen[number] = seen
