"""Lines that the prose says of parameters that are 0: with all weights zero, p = 1/K."""

import re

from clearprop.check.document.read.formulas import Formula

ZERO = r"(?:zeros?\b|0\b|\$0\$)"
PARAMETERS = r"(?:(?:model )?(?:parameters|weights|coefficients)(?: (?:and|or) (?:all )?(?:biases|offsets))?)"
SAID = re.compile(
    rf"(?:(?:all|every|each|only|the|our|if|when|with) )+{PARAMETERS}"
    r"(?: (?:is|are|were|being|be|equals?|set|start(?:ed|ing)?|initiali[sz]ed|all|both|exactly|to|at|with|as))*"
    rf" {ZERO}|"
    r"\b(?:zero|all-zeros?) initiali[sz]ation|"
    r"(?:参数|权重|权值|系数)(?:和偏置|与偏置|、偏置)?(?:全部|全|都|均|皆)?(?:被|初始化|设|置|取|等于)*(?:成|为|是)?\s*(?:\$0\$|0|零)(?!\.)|"
    r"(?:全零|零|全 ?0 ?)初始化",
    re.IGNORECASE,
)
ENDED = re.compile(r"[.;!?](?:\s|$)|[。；！？]|\n(?:#|\s*[-*+] |\s*\n)")
NEAR = 300  # characters before a formula


def are_meant(formula: Formula, text: str) -> bool:
    """Whether the sentence up to a formula takes all parameters for 0."""
    start = formula.outer[0]
    before = text[max(0, start - NEAR) : start].rstrip()
    return SAID.search(ENDED.split(before)[-1]) is not None
