"""From failing sides to findings: which side is to blame, what is wrong with it, what would mend it."""

from dataclasses import dataclass, field, replace

import numpy as np

from clearprop.check.document.judging import alone, cells, doubt, otherwise, own_numbers, sized
from clearprop.check.document.judging.compare import Comparison, Failure, Outcome, Pair, same
from clearprop.check.document.judging.diagnose import Diagnosis, diagnose
from clearprop.check.document.judging.diagnose import written as number
from clearprop.check.document.judging.repair import Repair, repairs, undefined
from clearprop.check.document.meaning.build import Setting
from clearprop.check.document.meaning.notation import Reading
from clearprop.check.document.meaning.other_losses import find_other_losses
from clearprop.check.document.numbers.scalars import Scalars
from clearprop.check.document.numbers.worlds import Worlds
from clearprop.check.document.read.extent import extent
from clearprop.check.document.read.limits import SLIPS, Misfit, OutOfRange, Undefined, Unread
from clearprop.check.document.read.statements import Part, Statement
from clearprop.check.document.read.tokens import written
from clearprop.check.document.read.tree import Node, Sym, symbols
from clearprop.check.document.verdict import Checked, DocumentCheck, Finding, UnreadFormula


@dataclass
class Seen:
    """What is said of one statement."""

    findings: list[Finding] = field(default_factory=list)
    unread: list[UnreadFormula] = field(default_factory=list)
    checked: list[Checked] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        return self.checked[0].verdict if self.checked else "unread"


class Judge:
    """Looks at one statement after the other, and keeps what it finds."""

    def __init__(self, setting: Setting, reading: Reading, worlds: Worlds) -> None:
        self.setting, self.reading, self.worlds = setting, reading, worlds
        self.source = setting.document.source
        self.seen: list[Seen] = []  # of each statement
        self.whole = self.now = Seen()  # of the document, and of what is looked at
        self.numbers: set[int] = set()  # lines that differ by the text's own numbers
        self.scalars = Scalars(setting.document, setting.notation)
        self.other_losses = find_other_losses(setting.document, setting.notation, setting.plan)
        for number_of, error in setting.document.unread:
            formula = setting.document.formulas[number_of]
            self._not_read(
                error, formula.text[:200], error.position if error.position >= 0 else formula.start
            )

    def watch(self, statement: Statement) -> None:
        """Hold one statement against its networks; one that cannot be handled is unread, and ends no run."""
        self.now = Seen()
        self.seen.append(self.now)
        try:
            self.look(statement)
        except (*SLIPS, Misfit, OutOfRange, Unread):
            self.now = self.seen[-1] = Seen()
            self._not_read(Unread("it cannot be judged"), self._formula(statement), statement.at)
            self._mark(statement, "unread", set(), set(range(len(statement.parts))))

    def look(self, statement: Statement) -> None:
        """Hold one statement against its networks."""
        document = self.setting.document
        classes = sized.classes_said(statement, document)
        worlds = self.worlds.of(statement, classes, sized.sizes_said(statement, document))
        comparison = self._compared(statement, worlds)
        pairs, reading = comparison.pairs, comparison.reading
        self._spare_vague(statement, pairs)
        own_numbers.spare_rounded(statement, pairs, always=bool(self.setting.numbers))
        if comparison.beyond is not None and all(not p.choices and p.unread is None for p in pairs):
            self._beyond(statement, comparison)
            return
        named = self.scalars.pure and any(p.failures for p in pairs)
        if not named and not self.setting.numbers and self.setting.notation.graph is None:
            own_numbers.hold(statement, pairs, self.setting, reading, self.worlds, self.scalars)
        nowhere = any(p.unread is not None for p in pairs) and all(
            p.unread or p.holds or own_numbers.are_both(p, statement) for p in pairs
        )
        if named or (self.scalars.apply and nowhere):
            self._by_definitions(statement, pairs, comparison.update)
        unread = self._unread(statement, comparison, worlds)
        failing = [p for p in pairs if p.failures and p.unread is None]
        blamed = _blamed(failing, pairs)
        equal = [
            p for p in pairs if p.holds and statement.parts[p.right].sign != r"\in"
        ]  # a shape says little
        trusted = {k for p in equal for k in (p.left, p.right)}
        for pair, side in blamed:
            self._find(statement, pair, side, worlds, trusted, reading)
        verdict = "wrong" if failing else "unread" if unread else "verified"
        self._mark(statement, verdict, {side for _, side in blamed}, unread)

    def _compared(self, statement: Statement, worlds: list) -> Comparison:
        """The statement held against the networks; where it fails, as its sentence says or its letters may mean it."""
        document, notation = self.setting.document, self.setting.notation
        comparison = Comparison(statement, document, notation, self.reading)
        held = sum(pair.holds for pair in comparison.run(worlds))
        named = otherwise.other_activation(statement, document, self.setting.plan.activations)
        drawn = notation.graph is None and not self.setting.numbers
        if held < len(comparison.pairs) and named is not None and drawn:
            usual = self.setting.plan.activations
            functions = {f: named if what in usual else what for f, what in notation.functions.items()}
            other = Comparison(statement, document, replace(notation, functions=functions), self.reading)
            plan = self.setting.plan
            plan = replace(plan, activations=(named,), head=named if plan.head in usual else plan.head)
            if all(pair.holds for pair in other.run(self.worlds.with_plan(plan, worlds))):
                return other
        for other in otherwise.ways(statement, document, notation, self.reading):
            if held == len(comparison.pairs):
                break
            found = sum(pair.holds for pair in other.run(worlds))
            if found > held:
                comparison, held = other, found
        if held < len(comparison.pairs) and alone.is_of_one(statement, notation):
            one = Comparison(statement, document, notation, self.reading)
            if all(pair.holds for pair in one.run(self.worlds.of_one())):
                return one
        return self._of_other_loss(statement, comparison, worlds) if drawn else comparison

    def _of_other_loss(self, statement: Statement, usual: Comparison, worlds: list) -> Comparison:
        """The statement under a loss that the text has given otherwise up to there, where it holds by that; as far as
        it does, where it names that loss.
        """
        held = sum(pair.holds for pair in usual.pairs)
        for loss in self.other_losses:
            if held == len(usual.pairs) or loss.at > statement.at:
                continue
            named = loss.is_named_in(statement) and loss.name != self.setting.notation.main_loss
            for reading in loss.readings(self.reading) if named else (self.reading,):
                other = Comparison(statement, self.setting.document, self.setting.notation, reading)
                found = sum(pair.holds for pair in other.run(self.worlds.with_plan(loss.plan, worlds)))
                if found == len(other.pairs) or (named and found > held):
                    usual, held = other, found
        return usual

    def _spare_vague(self, statement: Statement, pairs: list[Pair]) -> None:
        """Call nothing wrong that names an output of which the text does not say how it comes about."""
        for pair in pairs:
            nodes = [statement.parts[k].node for k in (pair.left, pair.right)]
            names = {s.name for node in nodes if node is not None for s in symbols(node)}
            vague = sorted(names & self.setting.notation.vague)
            if pair.failures and vague:
                why = f"the text does not say how {vague[0]} comes about"
                pair.unread, pair.unread_side = Undefined(why, vague[0]), pair.right

    def _by_definitions(self, statement: Statement, pairs: list[Pair], steps: bool) -> None:
        """Compare sides of single numbers that the text itself defines; `steps`: the first after a step."""
        for pair in pairs:
            left, right = statement.parts[pair.left].node, statement.parts[pair.right].node
            if left is None or right is None or (pair.failures and self.scalars.given(left, right)):
                continue
            try:
                values = (
                    self._stepped(left, right)
                    if steps and pair.left == 0
                    else self.scalars.sides(left, right, after=self.scalars.is_after(statement.at))
                )
            except (Unread, ArithmeticError) as error:
                if isinstance(error, Unread) and not (any(symbols(left)) and any(symbols(right))):
                    pair.unread, pair.unread_side = error, pair.right  # no network has the text's numbers
                continue
            pair.unread, pair.choices = None, len(values)
            both = [(Outcome(np.asarray(a)), Outcome(np.asarray(b))) for a, b in values]
            pair.failures = [Failure(0, {"": 0}, a, b) for a, b in both if not same(a.value, b.value)]

    def _stepped(self, left: Node, right: Node) -> list[tuple[float, float]]:
        rates = [s.name for s in symbols(right) if self.setting.notation.kind(s.name) == "rate"]
        if not isinstance(left, Sym) or not rates:
            msg = "a step without a rate"
            raise Unread(msg)
        return self.scalars.stepped(left, right, self.setting.notation.main_loss or "", rates[0])

    def _unread(self, statement: Statement, comparison: Comparison, worlds: list) -> set[int]:
        """Tell what could not be read; an undefined symbol that is a slip of a known one is a finding."""
        pairs, reading = comparison.pairs, comparison.reading
        found = {p.unread_side: p for p in pairs if p.unread is not None}
        for side, pair in found.items():
            error = pair.unread
            assert error is not None
            typo = isinstance(error, Undefined) and self._stands_only_in(statement, error.token)
            mended = undefined(statement, pair, self.setting, reading, worlds) if typo else None
            if mended is not None:
                sides = (
                    written(statement.parts[pair.left].tokens),
                    written(statement.parts[pair.right].tokens),
                )
                self._keep(
                    mended.at, statement, sides, "", ("", ""), Diagnosis(mended.what, error.why), mended.fix
                )
                continue
            at = statement.parts[side].at if error.position < 0 else error.position
            self._not_read(error, self._formula(statement), at)
        nothing = [
            p for p in pairs if not p.choices and p.unread is None and statement.parts[p.right].sign != r"\in"
        ]
        if nothing and not found:
            self._not_read(
                Unread("its indices have no value for which it could be looked at"),
                self._formula(statement),
                statement.at,
            )
        return {*found, *(p.right for p in nothing)}

    def _stands_only_in(self, statement: Statement, name: str) -> bool:
        """Whether a symbol is in this statement and in no other, as a slip of the pen is."""
        found = [
            one.at
            for one in self.setting.document.statements
            if any(s.name == name for p in one.parts if p.node is not None for s in symbols(p.node))
        ]
        return found == [statement.at]

    def _mark(self, statement: Statement, verdict: str, wrong: set[int], unread: set[int]) -> None:
        rest = "verified" if verdict == "verified" else "open"
        sides = []
        for k, part in enumerate(statement.parts):
            own = "wrong" if k in wrong else "unread" if k in unread else rest
            sides.append((*extent(self.source.text, part.tokens), own))
        self.now.checked.append(Checked(self.source.line(statement.at), verdict, tuple(sides)))

    def _beyond(self, statement: Statement, comparison: Comparison) -> None:
        """A line that names a layer that is not there, whatever the index."""
        error = comparison.beyond
        sides = (written(statement.parts[0].tokens), written(statement.parts[-1].tokens))
        self._keep(statement.at, statement, sides, "", ("", ""), Diagnosis("layer", str(error)), "")
        self._mark(statement, "wrong", set(range(len(statement.parts))), set())

    def _find(
        self, statement: Statement, pair: Pair, side: int, worlds: list, trusted: set[int], reading: Reading
    ) -> None:
        layers = {
            n for n in self.setting.notation.layer_letters if any(n in f.letters for f in pair.failures)
        }
        told = diagnose(pair, worlds, layers)
        single = pair.failures[0].env is None  # numbers of the text's own: no network to try changes on
        found = [] if single else repairs(statement, pair, side, told, self.setting, reading, worlds, trusted)
        sides = (written(statement.parts[pair.left].tokens), written(statement.parts[pair.right].tokens))
        one = pair.failures[0]
        values = (_said(one.left), _said(one.right))
        at = cells.place(statement.parts[side], one)
        if single:
            self.numbers.add(self.source.line(at))
        if not found:
            self._keep(at, statement, sides, _indices(pair), values, told, "")
        for repair in found:
            self._keep(repair.at, statement, sides, _indices(pair), values, _joined(told, repair), repair.fix)

    def contradiction(
        self, name: str, option: tuple[str, str, str], broken: list[Statement], held: int
    ) -> None:
        """A loss that is a sum in some lines and a mean in others: told once."""
        if not broken:
            return
        self.now = self.whole
        lines = sorted({self.source.line(s.at) for s in broken})
        name = name.removeprefix("mathcal ")
        how = "sum" if option[0] == "sum" else "mean"
        shown = ", ".join(map(str, lines[:12])) + (", ..." if len(lines) > 12 else "")
        why = (
            f"no single {name} makes all lines true: as the {how} over the samples it fits {held} lines, "
            f"and not {len(lines)} others "
            f"(lines {shown}), which differ by the factor m; all lines were read as each needs it"
        )
        first = min(broken, key=lambda s: self.source.line(s.at))
        sides = (written(first.parts[0].tokens), written(first.parts[-1].tokens))
        self._keep(first.at, first, sides, "", ("", ""), Diagnosis("reading", why), "")

    def _keep(
        self,
        at: int,
        statement: Statement,
        sides: tuple[str, str],
        indices: str,
        values: tuple[str, str],
        told: Diagnosis,
        fix: str,
    ) -> None:
        self.now.findings.append(
            Finding(
                self.source.name,
                self.source.line(at),
                self._formula(statement),
                sides,
                indices,
                values,
                told.what,
                told.why,
                fix,
                at,
            )
        )

    def _formula(self, statement: Statement) -> str:
        return "".join(
            f" {p.sign} {written(p.tokens)}" if p.sign else written(p.tokens) for p in statement.parts
        )

    def _not_read(self, error: Unread, formula: str, at: int) -> None:
        self.now.unread.append(
            UnreadFormula(self.source.name, self.source.line(at), formula, error.token, error.why, at)
        )

    def verdict(self, reading: str, *, sure: bool = False) -> DocumentCheck:
        """Everything that was found, in the order of the document; in doubt where much fails, unless it is `sure`."""
        every = [self.whole, *self.seen]
        checked = tuple(one for seen in every for one in seen.checked)
        verified = sum(one.verdict == "verified" for one in checked)
        findings = tuple(sorted((f for seen in every for f in seen.findings), key=lambda f: (f.line, f.at)))
        unread = tuple(sorted((u for seen in every for u in seen.unread), key=lambda u: (u.line, u.at)))
        check = DocumentCheck(
            self.source.name,
            len(checked),
            verified,
            findings,
            unread,
            reading,
            checked,
            self.source.text,
            self.source.numbers,
        )
        return check if sure else doubt.weighed(check, self.numbers)


def _blamed(failing: list[Pair], pairs: list[Pair]) -> list[tuple[Pair, int]]:
    """The failing pairs, each with the side to blame; a side that differs from both neighbours is named once."""
    found: list[tuple[Pair, int]] = []
    for pair in failing:
        if found and found[-1][0].right == pair.left and found[-1][1] == pair.left:
            continue
        found.append((pair, pair.right))
    first = pairs[0] if pairs else None
    if (
        len(found) == 1
        and len(pairs) > 1
        and first is not None
        and found[0][0] is first
        and all(p.holds for p in pairs[1:])
    ):
        return [(first, first.left)]
    return found


def _said(outcome) -> str:
    return str(outcome.error) if outcome.error is not None else number(outcome.value)


def _indices(pair: Pair) -> str:
    """Fails for 1 of 10 index choices, l = 2."""
    one = pair.failures[0].letters
    named = ", ".join(f"{k} = {v}" for k, v in one.items() if k)
    if pair.choices == 1 or (len(pair.failures) == pair.choices and not named):
        return ""
    choices = "all" if len(pair.failures) == pair.choices else f"{len(pair.failures)} of"
    return f"fails for {choices} {pair.choices} index choices" + (f", first for {named}" if named else "")


STRONG = {"sign", "factor", "transposed", "range"}


def _joined(told: Diagnosis, repair: Repair) -> Diagnosis:
    """The diagnosis by numbers where it is sharp, else the one of the change that mends the line."""
    if told.what in STRONG and repair.what not in ("sample index", "layer", "sum range"):
        return told
    return Diagnosis(repair.what, repair.why)


__all__ = ["Judge", "Part"]
