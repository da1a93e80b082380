"""The report in a real browser, offline: nothing asked for, nothing said to the console, nothing too wide."""

import shutil

import numpy as np
import pytest

from clearprop.show.report import report

pytestmark = pytest.mark.browser
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 3


@pytest.fixture(scope="module")
def browser():
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield found
        found.close()


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
        context = browser.new_context(
            offline=True, viewport={"width": width, "height": 800}, color_scheme=scheme
        )
        page, said, asked = context.new_page(), [], []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(file.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(
            "[...document.querySelectorAll('svg[role=img]')].every(s => s.clientHeight > 50)"
        )
        small = "[...document.querySelectorAll('svg text')].filter(t => t.getBoundingClientRect().height < 9).length"
        assert page.evaluate(small) == 0
        assert said == []
        assert [url for url in asked if url not in (file.as_uri(), "data:,")] == []
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser, make, scheme):
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text; the colours of cells are mixed over the paper first."""
    page = browser.new_context(offline=True, color_scheme=scheme).new_page()
    page.set_content(report(*make.classes(tuple("abc")), title="t", source="s"))
    worst = page.evaluate("""() => {
      const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
      const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
        .reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
      const ground = e => {
        if (!e) return [255, 255, 255];
        const c = parse(getComputedStyle(e).backgroundColor), a = c.length > 3 ? c[3] : 1;
        if (a === 0) return ground(e.parentElement);
        const under = a < 1 ? ground(e.parentElement) : c;
        return [0, 1, 2].map(i => a * c[i] + (1 - a) * under[i]);
      };
      const ratios = [...document.querySelectorAll('main *')].filter(e => [...e.childNodes].some(
          n => n.nodeType === 3 && n.textContent.trim()) && !['title', 'desc'].includes(e.tagName)).map(e => {
        const style = getComputedStyle(e), c = parse(e instanceof SVGElement ? style.fill : style.color);
        const [a, b] = [light(c), light(ground(e))].sort((x, y) => y - x);
        return [(a + .05) / (b + .05), e.textContent.trim()];
      });
      return ratios.sort((x, y) => x[0] - y[0])[0];
    }""")
    assert worst[0] >= 4.5, worst
    page.context.close()
