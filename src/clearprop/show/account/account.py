"""The account: a trace, and what is printed of it."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from clearprop.errors import SpecError


class Account:
    """Every quantity of a step, in symbols and numbers; made by `clearprop.explain`.

    Attributes
    ----------
    trace : dict
        The JSON trace, which every printer reads and nothing else; see the page "The working of a step".

    Examples
    --------
    >>> import numpy as np
    >>> from clearprop import Network, explain
    >>> net = Network((2, 2))
    >>> account = explain(net, net.initialize(seed=0), np.eye(2), [0, 1])
    >>> account
    Account(2-2 network, 2 samples, J = 0.5118, verified)
    >>> Account.from_json(account.to_json()).trace == account.trace
    True
    """

    def __init__(self, trace: dict[str, Any]) -> None:
        self.trace = trace

    @classmethod
    def from_json(cls, text: str) -> "Account":
        """The account of a trace that was written by `to_json`."""
        from clearprop.show.account.trace import SCHEMA

        trace = json.loads(text)
        found = trace.get("schema") if isinstance(trace, dict) else None
        if found != SCHEMA:
            msg = f"This is no trace of an account: its `schema` must be {SCHEMA!r}; got {found!r}."
            raise SpecError(msg)
        return cls(trace)

    def __getitem__(self, key: str) -> np.ndarray:
        """The numbers of a quantity, as far as they are kept: ``account["dW[1]"]``."""
        found: Mapping[str, Any] = self.trace["quantities"]
        if key not in found:
            msg = f"There is no quantity {key!r}; there are {', '.join(k for k in found if not k.startswith('rest'))}."
            raise KeyError(msg)
        return np.array(found[key]["values"], float)

    def to_json(self, indent: int | None = None) -> str:
        """The trace as JSON; every number is written so that it is read back as the same float64."""
        return json.dumps(self.trace, ensure_ascii=False, allow_nan=False, indent=indent)

    def to_text(self, width: int = 80) -> str:
        """Plain text for a terminal of so many columns."""
        from clearprop.show.account.text import text

        return text(self.trace, width)

    def to_markdown(self, fences: str = "dollar") -> str:
        """Markdown with LaTeX between dollars ("dollar"), or in GitHub's math fences ("github")."""
        from clearprop.show.account.markdown import markdown

        return markdown(self.trace, fences)

    def to_latex(self) -> str:
        """A LaTeX document, for pdflatex; in Chinese for xelatex with the package ctex."""
        from clearprop.show.account.latex import latex

        return latex(self.trace)

    def to_html(self) -> str:
        """One page of HTML that needs nothing else."""
        from clearprop.show.page import render

        return render(self.trace)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        from clearprop.show.account.numerals import numeral

        sizes = "-".join(map(str, self.trace["network"]["sizes"]))
        J = numeral(float(self["J"].item())).text
        verdict = "verified" if self.trace["verified"]["ok"] else "NOT VERIFIED"
        return f"Account({sizes} network, {self.trace['batch']['rows']} samples, J = {J}, {verdict})"

    def _repr_html_(self) -> str:
        from clearprop.show.page import fragment

        return fragment(self.trace)

    def _repr_latex_(self) -> str:
        from clearprop.show.account.notebook import brief_latex

        return brief_latex(self.trace)

    def _repr_markdown_(self) -> str:
        return self.to_markdown()
