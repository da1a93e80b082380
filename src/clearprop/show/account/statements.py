"""Which statements of the document a quantity of TestNet covers, in which form: the ids of its requirements.

TestNet is the document's own network: two layers, relu, softmax. Its ids F, B and S hold for two layers of any size,
but where the document numbers the units or the entries (F1 to F4), an id belongs to a column or an entry.
"""

from clearprop.network import Network

Ids = dict[str, list[str]]
SIZES = (3, 4, 2)
TESTNET: dict[str, dict[str, str]] = {
    "a[0]": {"batch": "N1"}, "W[1]": {"batch": "N2"}, "b[1]": {"batch": "N3"}, "W[2]": {"batch": "N6"},
    "b[2]": {"batch": "N7"},
    "z[1]": {"scalar": "F1 F2 F3 F4", "sample": "F5", "batch": "F6 N4 S1"},
    "a[1]": {"scalar": "F7", "sample": "F8", "batch": "F9 N5 S2"},
    "z[2]": {"scalar": "F10 F11", "sample": "F12", "batch": "F13 N8 S3"},
    "p": {"scalar": "F14", "sample": "F15", "batch": "F16 N9 S4"},
    "losses": {"scalar": "F17"}, "J_sum": {"sample": "F17"}, "J": {"batch": "F17 N10 S5"},
    "dp": {"scalar": "B1"}, "jacobian": {"scalar": "B2 B3"},
    "delta[2]": {"scalar": "B1 B4 B5", "sample": "B6", "batch": "B7 S6"},
    "outer[2]": {"sample": "B18"},
    "dW[2]": {"scalar": "B8 B9 B10 B11 B12 B13 B14 B15", "sample": "B18", "batch": "B16 B17 B18 S7"},
    "db[2]": {"batch": "S8"},
    "da[1]": {"scalar": "B19 B20 B21 B22", "sample": "B23", "batch": "B24 S9"},
    "slope[1]": {"scalar": "B29"},
    "delta[1]": {"scalar": "B25 B26 B27 B28", "sample": "B29 B30", "batch": "B31 S10"},
    "outer[1]": {"sample": "B35"},
    "dW[1]": {"scalar": "B32 B33 B34", "sample": "B35", "batch": "B35 S11"},
    "db[1]": {"batch": "S12"},
}  # fmt: skip
CELLS: dict[str, dict[str, list[list[int | None]]]] = {  # cells from 0; None is every one
    "z[1]": {f"F{j + 1}": [[None, j]] for j in range(4)},
    "z[2]": {f"F{j + 10}": [[None, j]] for j in range(2)},
    "jacobian": {"B2": [[None, 0, 0]], "B3": [[None, 1, 0]]},
    "delta[2]": {"B4": [[None, 0]], "B5": [[None, 1]], "B1": [[None, 0]]},
    "dW[2]": {f"B{8 + 4 * j + k}": [[k, j]] for j in range(2) for k in range(4)},
    "da[1]": {f"B{19 + k}": [[None, k]] for k in range(4)},
    "delta[1]": {f"B{25 + k}": [[None, k]] for k in range(4)},
    "dW[1]": {"B32": [[0, 0]], "B33": [[0, 1]]},
}
GENERAL = {
    "z": "G2", "a": "G3", "p": "G4", "losses": "G5", "J": "G5", "dW": "G8", "db": "G9", "da": "G7", "W'": "G10",
    "b'": "G11", "decayed": "G10",
}  # fmt: skip


def statement_ids(net: Network, key: str) -> Ids:
    """The ids by form: those of TestNet where the network is one, and those of the general derivation."""
    known = TESTNET.get(key, {}) if is_testnet(net) else {}
    numbered = () if net.sizes == SIZES else CELLS.get(key, {})  # its own units alone
    found = {form: [id for id in ids.split() if id not in numbered] for form, ids in known.items()}
    for id in _general(net, key):
        for form in ("scalar", "sample", "batch"):
            found.setdefault(form, []).append(id)
    return found


def cells(net: Network, key: str) -> dict[str, list[list[int | None]]]:
    """Which cells an id belongs to, where the document numbers them."""
    return CELLS.get(key, {}) if is_testnet(net) and net.sizes == SIZES else {}


def is_testnet(net: Network) -> bool:
    """Whether it is a network of the document: two layers, relu, softmax."""
    return net.L == 2 and net.activations == ("relu",) and net.head == "softmax"


def _general(net: Network, key: str) -> list[str]:
    name, _, layer = key.rstrip("]'").partition("[")
    name = name.rstrip("'") if not name.startswith(("W'", "b'")) else name
    if name == "delta":
        return ["G1", "G6" if int(layer) == net.L else "G7"]
    if name == "a" and layer == "0":
        return ["G0"]
    return [GENERAL[name]] if name in GENERAL else []
