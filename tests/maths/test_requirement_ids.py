"""Every requirement of the derivation has a test that carries its id."""

import ast
import re
from pathlib import Path

COUNTS = {"D": 17, "N": 10, "F": 17, "B": 35, "S": 12}
EXPECTED = {f"{letter}{n}" for letter, count in COUNTS.items() for n in range(1, count + 1)} | {
    f"G{n}" for n in range(12)
}
ID = re.compile(r"[DNFBSG]\d+")


def ids_of(source: str) -> set[str]:
    """The ids in the names of a file's tests, and in those of its `pytest.param(..., id=...)`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            found.update(part for part in node.name.split("_") if ID.fullmatch(part))
        elif isinstance(node, ast.keyword) and node.arg == "id" and isinstance(node.value, ast.Constant):
            found.update(ID.findall(node.value.value))
    return found


def test_every_requirement_id_has_a_test():
    here = Path(__file__).parent
    covered = set().union(*(ids_of(path.read_text(encoding="utf-8")) for path in here.glob("test_*.py")))
    assert sorted(EXPECTED - covered) == []
    assert sorted(covered - EXPECTED) == []


def test_the_scan_misses_what_is_not_a_test():
    assert ids_of("def test_B2_B3_softmax(): ...") == {"B2", "B3"}
    assert ids_of("PARAMS = [pytest.param(0, id='F1')]") == {"F1"}
    assert ids_of("def helper_B4(): ...\n'B5'  # B6\nname = 'test_B7'") == set()
