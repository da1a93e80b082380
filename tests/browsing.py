"""Pages in a real browser, offline: Debian's Chromium, what it says and asks for, what can be read on it."""

import contextlib
import shutil
from dataclasses import dataclass, field
from typing import Any

import pytest

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

CONTRAST = """() => {
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
  const ratios = [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && [...e.childNodes].some(
      n => n.nodeType === 3 && n.textContent.trim()) && !['title', 'desc'].includes(e.tagName)).map(e => {
    const style = getComputedStyle(e), c = parse(e instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [light(c), light(ground(e))].sort((x, y) => y - x);
    return [(a + .05) / (b + .05), e.textContent.trim()];
  });
  return ratios.sort((x, y) => x[0] - y[0])[0];
}"""
"""The worst contrast of text to its ground (WCAG 2.2, 1.4.3); colours of cells are mixed over the paper first."""


@contextlib.contextmanager
def chromium():
    """Chromium, or a skip that says it is missing."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield found
        found.close()


@dataclass
class Opened:
    """A page that is open, with what it said to the console and what it asked for."""

    page: Any
    address: str
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def is_quiet(self) -> None:
        """Nothing was said, and nothing asked for but the file itself."""
        assert self.said == []
        assert [url for url in self.asked if url != self.address and not url.startswith("data:")] == []


@contextlib.contextmanager
def opened(browser, file, *, width=1200, height=800, **context):
    """A file in a tab of its own, offline; it scrolls at once, else a button may move from under a click."""
    how = {"reduced_motion": "reduce", "viewport": {"width": width, "height": height}} | context
    tab = browser.new_context(offline=True, **how)
    found = Opened(tab.new_page(), file.as_uri())
    found.page.on("console", lambda message: found.said.append(message.text))
    found.page.on("pageerror", lambda error: found.said.append(str(error)))
    found.page.on("request", lambda request: found.asked.append(request.url))
    found.page.goto(found.address)
    try:
        yield found
    finally:
        tab.close()
