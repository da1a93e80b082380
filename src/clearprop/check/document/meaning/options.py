"""What the caller says about a document."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clearprop.check.document.meaning.notation import Role
from clearprop.check.document.numbers.functions import ENTRYWISE
from clearprop.errors import SpecError

LAYOUTS = ("row", "column")
ROLES = {
    "input": Role("input", 0), "target": Role("target", -1), "prediction": Role("prediction", -1),
    "weight": Role("weight"),
    "bias": Role("bias"), "pre-activation": Role("pre"), "activation": Role("act"), "loss": Role("loss"),
    "delta": Role("delta"),
    "rate": Role("rate"), "decay": Role("decay"),
}  # fmt: skip
SIZES = {"samples": ("m",), "layers": ("L",), "classes": ("n", -1), "inputs": ("n", 0)}


@dataclass(frozen=True)
class Options:
    sizes: tuple[int, ...] | None = None
    activation: str | None = None
    roles: dict[str, Role] = field(default_factory=dict)
    letters: dict[str, tuple] = field(default_factory=dict)
    layout: str | None = None

    @classmethod
    def of(
        cls,
        sizes: Sequence[int] | None = None,
        activation: str | None = None,
        symbols: str | Path | Mapping[str, str] | None = None,
        layout: str | None = None,
    ) -> "Options":
        """The options, checked."""
        if sizes is not None and (
            len(sizes) < 2 or any(not isinstance(n, int) or not 0 < n <= 50 for n in sizes)
        ):
            msg = f"`sizes` must be two or more numbers from 1 to 50, as in (3, 4, 2); it is {tuple(sizes)}."
            raise SpecError(msg)
        if activation is not None and activation not in ENTRYWISE:
            msg = f"`activation` must be one of {', '.join(sorted(ENTRYWISE))}; it is {activation!r}."
            raise SpecError(msg)
        if layout is not None and layout not in LAYOUTS:
            msg = f"`layout` must be row or column; it is {layout!r}."
            raise SpecError(msg)
        table = _table(symbols)
        return cls(None if sizes is None else tuple(sizes), activation, *_meanings(table), layout)


def _table(symbols: str | Path | Mapping[str, str] | None) -> Mapping[str, str]:
    if symbols is None or isinstance(symbols, Mapping):
        return symbols or {}
    try:
        found = tomllib.loads(Path(symbols).read_text(encoding="utf-8"))
    except OSError as error:
        msg = f'{symbols} cannot be read: {error.strerror}. Give a TOML file of lines such as: q = "target".'
        raise SpecError(msg) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f'{symbols} must be TOML, lines such as: q = "target". It is not: {error}.'
        raise SpecError(msg) from None
    inner = found.get("symbols", found)
    return inner if isinstance(inner, dict) else {}


def _meanings(table: Mapping[str, str]) -> tuple[dict[str, Role], dict[str, tuple]]:
    roles, letters = {}, {}
    for written, meaning in table.items():
        name = _name(written)
        if isinstance(meaning, str) and meaning in ROLES:
            role = ROLES[meaning]
            roles[name] = Role(role.kind, role.layer)
        elif isinstance(meaning, str) and meaning in SIZES:
            letters[name] = SIZES[meaning]
        else:
            msg = f"A symbol must be one of {', '.join([*ROLES, *SIZES])}; `{written}` is {meaning!r}."
            raise SpecError(msg)
    return roles, letters


def _name(written: str) -> str:
    r"""\hat{y} as the parser names it."""
    from clearprop.check.document.read.cleaning import clean
    from clearprop.check.document.read.tokens import lex

    tokens = clean(lex(written))
    if len(tokens) != 1:
        msg = f"A symbol must be one letter, plain, Greek or with an accent; `{written}` is not."
        raise SpecError(msg)
    return tokens[0].text
