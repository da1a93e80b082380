"""Takes the pictures of the page that the documentation shows: needs Playwright and Chromium.

python docs/screenshots.py            # into docs/_static
"""

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

import clearprop as cp

STATIC = Path(__file__).parent / "_static"
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def testnet(**options):
    """3-4-2 with whole numbers."""
    net = cp.Network((3, 4, 2), activation="relu")
    params = net.initialize(seed=0)
    params.W[1][...] = [[1, -1, -1, 1], [1, 2, 1, 2], [-1, -1, -1, 1]]
    params.b[1][...] = [-1, 1, 1, -2]
    params.W[2][...] = [[-1, 0], [-1, 1], [-1, -2], [2, -1]]
    params.b[2][...] = [-1, 2]
    X, y = np.array([[1.0, 2, 1], [-1, -1, 0], [2, 1, 0]]), [0, 1, 0]
    return cp.explain(net, params, X, y, lr=0.1, l2=0.01, **options)


def large():
    """A network for digits, with rows that are drawn at random."""
    net, rng = cp.Network((784, 256, 128, 10)), np.random.default_rng(0)
    X = rng.random((128, 784)) * (rng.random((128, 784)) < 0.3)
    return cp.explain(net, net.initialize(seed=0), X, rng.integers(0, 10, 128))


def go_to(card, cell=None):
    """Scrolls to a card; points at one of its numbers."""
    pointed = f"document.querySelector('#{card} .own td[data-c=\"{cell}\"]').click();" if cell else ""
    return f"""document.documentElement.style.scrollBehavior = 'auto';
        document.getElementById('{card}').scrollIntoView(); {pointed}"""


MOVED = """scrollTo(0, 120); const handle = document.querySelector('.scrub input'); handle.value = 6;
    handle.dispatchEvent(new Event('input'))"""
SHOTS = {  # name: account, width, height, colours, what is done first
    "working-light": (testnet, 1280, 800, "light", go_to("z-1", "z[1]/0,2")),
    "working-dark": (testnet, 1280, 800, "dark", go_to("dW-2", "dW[2]/1,1")),
    "working-steps": (lambda: testnet(steps=20), 1280, 800, "light", MOVED),
    "working-large": (large, 1280, 1120, "light", go_to("z-1", "z[1]/0,0")),
    "working-phone": (testnet, 390, 844, "light", go_to("z-1", "z[1]/0,2")),
    "working-zh": (lambda: testnet(lang="zh"), 1280, 800, "light", go_to("p", "p/0,0")),
}


@contextlib.contextmanager
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGS)
        yield found
        found.close()


def shoot(chromium, folder, name):
    """One picture."""
    make, width, height, scheme, first = SHOTS[name]
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "working.html"
        file.write_text(make().to_html(), "utf-8")
        size = {"width": width, "height": height}
        tab = chromium.new_context(offline=True, viewport=size, color_scheme=scheme)
        page = tab.new_page()
        page.goto(file.as_uri())
        page.wait_for_function("document.documentElement.classList.contains('live')")
        page.evaluate(first)
        page.wait_for_timeout(500)
        page.screenshot(path=folder / f"{name}.png")
        tab.close()
    print(f"{name}.png: {(folder / f'{name}.png').stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    with browser() as chromium:
        for name in sys.argv[1:] or SHOTS:
            shoot(chromium, STATIC, name)
