"""check_document: read a derivation, hold every line against real networks, say what does not hold."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from clearprop.check.document import parts
from clearprop.check.document.graph import choosing
from clearprop.check.document.judging import cases, conditions, nearly, sized
from clearprop.check.document.judging.claims import is_claim
from clearprop.check.document.judging.judge import Judge
from clearprop.check.document.judging.readings import Chooser
from clearprop.check.document.meaning.build import build
from clearprop.check.document.meaning.describe import described
from clearprop.check.document.meaning.hidden_layers import names_below
from clearprop.check.document.meaning.options import Options
from clearprop.check.document.numbers.worlds import Worlds
from clearprop.check.document.read import sources
from clearprop.check.document.read.formulas import open_end
from clearprop.check.document.read.limits import MOST_TELLING, SLIPS, Misfit, OutOfRange, Unread
from clearprop.check.document.read.statements import Document, read_document
from clearprop.check.document.verdict import DocumentCheck, UnreadFormula
from clearprop.errors import ClearpropError, SpecError


def check_document(
    document: str | Path,
    *,
    sizes: Sequence[int] | None = None,
    activation: str | None = None,
    symbols: str | Path | Mapping[str, str] | None = None,
    layout: str | None = None,
) -> DocumentCheck:
    r"""Verify a written derivation of a feed-forward network, line by line, on real networks with random numbers.

    Every equality in it is read and both sides are computed. Derivatives are taken by the complex step through the
    forward pass, never from a formula.

    Parameters
    ----------
    document : str or Path
        A Markdown file, a LaTeX file (.tex), a notebook (.ipynb), or a formula or text as a string.
    sizes : sequence of int, optional
        The units of each layer, input first. Default: as the text says.
    activation : str, optional
        Of the hidden layers: relu, logistic, tanh, ... Default: as the text says.
    symbols : mapping or path of a TOML file, optional
        What letters mean, where the text does not tell: ``{"q": "target", "N": "samples"}``.
    layout : {"row", "column"}, optional
        Whether a batch has a sample in each row or in each column. Default: as the text says.

    Returns
    -------
    DocumentCheck
        `.statements`, `.verified`, `.findings`, `.unread`, `.ok`; `str()` of it is a report.

    Raises
    ------
    SpecError
        If the document cannot be read, or an option cannot be.

    Examples
    --------
    >>> from clearprop import check_document
    >>> print(check_document(r"\sigma'(z) = \sigma(z) (1 + \sigma(z))").findings[0].fix)
    +\sigma -> -\sigma
    """
    options = Options.of(sizes, activation, symbols, layout)
    return check_source(sources.read(document), options)


def check_source(source: sources.Source, options: Options) -> DocumentCheck:
    """The same for a text that is already read."""
    document = read_document(source)
    with np.errstate(all="ignore"):
        try:
            whole = _checked(document, options)
            best = parts.best(whole, document, partial(_of_part, options))
            return _with_open_end(best, source)
        except ClearpropError:
            raise
        except (*SLIPS, Unread, Misfit, OutOfRange) as error:
            msg = (
                f"What the letters of {source.name} mean could not be made out. Say it for some of them: "
                "`--symbols FILE.toml`."
            )
            raise SpecError(msg) from error


def _of_part(options: Options, source: sources.Source, glance: bool) -> DocumentCheck:
    """The check of a part of a text; at a glance nothing is tried to mend lines."""
    return _checked(read_document(source), options, glance=glance)


def _with_open_end(check: DocumentCheck, source: sources.Source) -> DocumentCheck:
    """The same with the formula that nothing ends, which is none of those that were found."""
    found = open_end(source)
    if found is None:
        return check
    line = source.line(found.start())
    why = "it begins a formula that nothing ends; the formulas behind it may have been taken for prose"
    formula = source.text[found.start() :].split("\n")[0][:200]
    one = UnreadFormula(source.name, line, formula, found[0], why, found.start())
    return replace(check, unread=tuple(sorted((*check.unread, one), key=lambda u: (u.line, u.at))))


def _checked(document: Document, options: Options, *, glance: bool = False) -> DocumentCheck:
    said = conditions.attach(document)
    setting = build(document, options)
    setting.repairs = 0 if glance else setting.repairs
    setting.conditions = said
    setting.notation.below_last = conditions.hidden_acts(document, setting.notation) | names_below(
        setting.notation
    )
    claims = [
        s
        for k, s in enumerate(document.statements)
        if k not in setting.conditions and is_claim(s, document.words, setting.notation)
    ]
    worlds = Worlds(setting, options.sizes)
    general = [one for one in claims if not cases.special(one, document, setting.notation)] or claims
    general = [s for s in general if not worlds.sizes_in(sized.sizes_said(s, document))]
    telling = general[:: 1 + len(general) // MOST_TELLING]
    single = frozenset(k for k, statement in enumerate(telling) if worlds.is_of_one(statement))
    chooser = Chooser(setting, telling, worlds.telling, single)
    chooser.fit_layout()
    chooser.fit_batches()
    chooser.fit_everything()
    chooser.fit_signs()
    if chooser.fit_loss(lambda: Worlds(setting, options.sizes).telling):
        worlds = Worlds(setting, options.sizes)
    reading = chooser.best()
    judge = Judge(setting, reading, worlds)
    for statement in claims:
        judge.watch(statement)
    for contradiction in chooser.contradictions(reading):
        judge.contradiction(*contradiction)
    check = choosing.both(setting, claims, reading, judge, described(setting, reading))
    return nearly.weighed(check, judge)
