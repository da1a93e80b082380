"""Makes the font of the page: the part of STIX Two Math that formulas of clearprop use, as woff2.

    npm pack @fontsource/stix-two-math && tar xzf fontsource-stix-two-math-*.tgz
    python docs/font.py package     # needs fonttools and brotli

STIX Two Math is under the SIL Open Font License 1.1, which stays beside the font. A part of it must not
bear its reserved name, if it has one; the STIX fonts reserve none.
"""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent.parent / "src" / "clearprop" / "show" / "page" / "font"
SOURCE = "files/stix-two-math-latin-400-normal.woff2"
SIGNS = "′″⁡−×·⋅∗∘±÷√∂∇∑∏∞⊤⊥⊙⊗⊕←→↦⇒≈≠≤≥<>∈∉⋯…⋮⋱‖∣ℓ∼≡"


def letters() -> set[int]:
    """The code points that stay: ASCII, Greek, italic and bold letters and digits, and signs."""
    kept = {*range(0x20, 0x7F), *range(0x391, 0x3CA), 0x3D1, 0x3D5, 0x3F5, 0xA0, *map(ord, SIGNS)}
    kept |= {*range(0x1D400, 0x1D434), *range(0x1D434, 0x1D468), 0x210E}  # bold, italic
    kept |= {*range(0x1D6A8, 0x1D6C2), *range(0x1D6E2, 0x1D71C), 0x1D715, *range(0x1D7CE, 0x1D7D8)}
    return kept


def make(package: Path) -> Path:
    """Writes the font and its licence; gives where the font is."""
    from fontTools import subset

    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = ["kern", "mark", "mkmk", "ssty", "dtls", "locl", "ccmp", "tnum", "lnum"]
    options.hinting = False
    options.desubroutinize = True
    options.notdef_outline = True
    font = subset.load_font(str(package / SOURCE), options)
    maker = subset.Subsetter(options)
    maker.populate(unicodes=letters())
    maker.subset(font)
    made = HERE / "stix-two-math-part.woff2"
    HERE.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, str(made), options)
    shutil.copyfile(package / "LICENSE", HERE / "LICENSE-STIX.txt")
    return made


if __name__ == "__main__":
    file = make(Path(sys.argv[1]))
    print(f"{file}: {file.stat().st_size / 1000:.0f} kB")
