"""The report in a real browser, offline: nothing asked for, nothing said to the console, nothing too wide."""

import numpy as np
import pytest

from browsing import CONTRAST, chromium, opened
from clearprop.show.report import report

pytestmark = pytest.mark.browser
LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 3


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


def pages(make):
    many = tuple(f"{LONG} {k}" for k in range(14))
    return {
        "two classes": make.classes(),
        "long names": make.classes(many, m=400, name=LONG, more={LONG: np.arange(400.0)}),
        "numbers": make.numbers(scale=1e6),
        "deep": make.classes(tuple("abcdefgh"), hidden=(7,) * 12, record=make.record([0.5])),
    }


@pytest.mark.parametrize("which", ["two classes", "long names", "numbers", "deep"])
def test_report_in_a_browser(browser, make, which, tmp_path):
    file = tmp_path / "report.html"
    file.write_text(report(*pages(make)[which], title=LONG, source="rows.csv"), "utf-8")
    for width, scheme in ((390, "light"), (1200, "dark")):
        with opened(browser, file, width=width, color_scheme=scheme) as found:
            page = found.page
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            scores = "document.querySelector('.scroll[aria-label=\"Scores\"]')"
            assert page.evaluate(f"{scores}.scrollWidth <= {scores}.clientWidth")  # no column is cut
            drawn = "[...document.querySelectorAll('svg[role=img]')].every(s => s.clientHeight > 50)"
            assert page.evaluate(drawn)
            small = "t => t.getBoundingClientRect().height < 9"
            assert page.evaluate(f"[...document.querySelectorAll('svg text')].filter({small}).length") == 0
            found.is_quiet()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser, make, scheme):
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text."""
    page = browser.new_context(offline=True, color_scheme=scheme).new_page()
    page.set_content(report(*make.classes(tuple("abc")), title="t", source="s"))
    worst = page.evaluate(CONTRAST)
    assert worst[0] >= 4.5, worst
    page.context.close()
