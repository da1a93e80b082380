"""The page in a real browser, offline: it is quiet, it lights up what a number is made from, keys reach all."""

import json
import math
import re

import pytest

from browsing import CONTRAST, chromium, opened
from clearprop.show.page import render

pytestmark = pytest.mark.browser

# A formula of MathML as an expression of Python.
SPOKEN = """element => {
  const all = parts => [...parts].map(say).join('');
  const say = e => {
    const [a, b, c] = e.children || [];
    switch (e.localName) {
      case 'mfrac': return `((${say(a)})/(${say(b)}))`;
      case 'msup': return `${say(a)}**(${say(b)})`;
      case 'msqrt': return `sqrt(${all(e.children)})`;
      case 'mspace': return ' ';
      case 'mi': case 'mn': case 'mo': case 'mtext': return e.textContent;
      default: return all(e.children);
    }
  };
  return say(element);
}"""


def evaluated(spoken):
    """What a side of numbers comes to."""
    for sign, python in (("⋅", "*"), ("×", "*"), ("−", "-"), ("ln", "log")):
        spoken = spoken.replace(sign, python)
    spoken = re.sub(r"(?<=[0-9)])\s*(?=[(a-z𝟏])", "*", spoken).replace("𝟏", "float").replace("≥", ">=")
    spoken = re.sub(r"log\s+([\d.]+)", r"log(\1)", spoken)
    return eval(
        spoken,
        {
            "__builtins__": {},
            "exp": math.exp,
            "log": math.log,
            "max": max,
            "min": min,
            "float": float,
            "tanh": math.tanh,
        },
    )


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture
def open_page(browser, tmp_path):
    """Opens the page of a trace; `open_page(trace, width=390)`."""
    stack = []

    def open_one(trace, **how):
        file = tmp_path / "working.html"
        file.write_text(render(trace), "utf-8")
        entered = opened(browser, file, **how)
        stack.append(entered)
        return entered.__enter__()

    yield open_one
    for entered in stack:
        entered.__exit__(None, None, None)


def lit(page, card):
    """The cells of a card that are lit as operands."""
    return set(
        page.eval_on_selector_all(
            f'#{card} td:is(.lit0, .lit1, .lit2, .lit3)', "found => found.map(td => td.dataset.c)"
        )
    )  # fmt: skip


def told(page, card):
    """The sides of the line that a card tells, as expressions."""
    return page.eval_on_selector_all(f"#{card} .line math", f"found => found.map({SPOKEN})")


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1300, "dark")])
@pytest.mark.parametrize("which", ["testnet", "named", "large"])
def test_it_is_quiet_and_not_too_wide(open_page, traces, which, width, scheme):
    found = open_page(getattr(traces, which)(), width=width, color_scheme=scheme)
    found.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    found.is_quiet()


def test_what_a_number_is_made_from_lights_up(open_page, traces):
    found = open_page(traces.testnet(), width=1300)
    page = found.page
    page.hover('#z-1 .own td[data-c="z[1]/0,2"]')
    assert lit(page, "z-1") == {
        *(f"a[0]/0,{k}" for k in range(3)),
        *(f"W[1]/{k},2" for k in range(3)),
        "b[1]/0,2",
    }
    edges = page.eval_on_selector_all(".edge.lit", "found => found.map(e => e.dataset.e)")
    assert set(edges) == {f"W[1]/{k},2" for k in range(3)}
    assert page.eval_on_selector_all(".unit.own", "found => found.map(e => e.dataset.n)") == ["1,2"]
    page.hover('#dW-1 .own td[data-c="dW[1]/1,0"]')
    assert lit(page, "dW-1") == {*(f"a[0]/{i},1" for i in range(3)), *(f"delta[1]/{i},0" for i in range(3))}
    page.mouse.move(2, 2)
    assert lit(page, "dW-1") == set()
    found.is_quiet()


def test_numbers_of_the_line_take_the_colours_of_their_cells(open_page, traces):
    page = open_page(traces.testnet(), width=1300).page
    page.hover('#z-1 .own td[data-c="z[1]/0,2"]')
    for role, keys in ((0, {"a[0]"}), (1, {"W[1]"}), (2, {"b[1]"})):
        of = page.eval_on_selector_all(f"#z-1 .line .lit{role}", "found => found.map(e => e.dataset.of)")
        assert {name.split("/")[0] for name in of} == keys
        cells = page.eval_on_selector_all(f"#z-1 td.lit{role}", "found => found.map(e => e.dataset.c)")
        assert set(of) == set(cells)


def test_what_a_number_goes_into_is_framed(open_page, traces):
    page = open_page(traces.testnet(), width=1300).page
    page.hover('#z-1 td[data-c="W[1]/1,2"]')
    used = page.eval_on_selector_all("#z-1 .used", "found => found.map(td => td.dataset.c)")
    assert set(used) == {f"z[1]/{i},2" for i in range(3)}


def test_lines_and_cells_are_linked_in_both_directions(open_page, traces):
    page = open_page(traces.testnet(), width=1300).page
    page.hover('#given td[data-c="W[2]/3,1"]')
    assert page.eval_on_selector_all(".edge.lit", "found => found.map(e => e.dataset.e)") == ["W[2]/3,1"]
    page.mouse.move(2, 2)
    page.eval_on_selector(
        '.edge[data-e="W[1]/0,3"] .hit',
        "e => e.dispatchEvent(new PointerEvent('pointerover', {bubbles: true}))",
    )
    active = page.eval_on_selector_all("td.act", "found => found.map(td => td.dataset.c)")
    assert set(active) == {"W[1]/0,3"}


# Clicks each number of the results: its name, its value, the sides that its card tells, and the full value said.
TOLD = f"""keys => [...document.querySelectorAll('.card .own td[data-c]')].filter(
    td => !keys || keys.includes(td.closest('.card').dataset.key)).map(td => {{
  td.click();
  const card = td.closest('.card'), sides = [...card.querySelectorAll('.line math')].map({SPOKEN});
  const found = [td.dataset.c, td.dataset.v, sides, card.querySelector('.full').textContent];
  td.click();
  return found;
}})"""
LETTER = re.compile("[A-Za-zα-ωΩ∂…]")


@pytest.mark.parametrize(
    ("which", "keys"), [("testnet", None), ("named", None), ("large", ["z[1]", "delta[2]", "dW[1]"])]
)
def test_lines_come_to_their_numbers(open_page, traces, which, keys):
    trace = getattr(traces, which)()
    page = open_page(trace, width=1300).page
    page.wait_for_function("document.documentElement.classList.contains('live')")
    found = page.evaluate(TOLD, keys)
    chosen = [q for key, q in trace["quantities"].items() if q["lines"] and (not keys or key in keys)]
    assert len(found) == sum(math.prod(map(len, q["held"])) for q in chosen)
    evaluations = 0
    for name, text, sides, full in found:
        assert full.endswith(text), name
        numbers = [side for side in sides[1:] if not LETTER.search(re.sub("exp|ln|max|min|tanh", "", side))]
        assert numbers, (name, sides)
        for side in numbers:
            close = math.isclose(
                evaluated(side[1:]), float(text), rel_tol=6e-4, abs_tol=1e-12
            )  # of four digits
            assert close, (name, side, text)
            evaluations += 1
    assert evaluations > len(found)


def test_the_drawing_shows_the_row_that_is_chosen(open_page, traces):
    trace = traces.testnet()
    page = open_page(trace, width=1300).page
    for n in (2, 0, 1):
        page.select_option(".picker select", index=n)
        shown = page.eval_on_selector_all(
            '.unit[data-key="a[1]"] .value', "found => found.map(e => e.textContent)"
        )
        assert list(map(float, shown)) == trace["quantities"]["a[1]"]["values"][n]


def test_given_numbers_say_their_names(open_page, traces):
    trace = traces.named()
    page = open_page(trace, width=1300).page
    page.hover('#given td[data-c="a[0]/1,1"]')
    value = trace["quantities"]["a[0]"]["values"][1][1]
    assert page.text_content("#given .full") == f"<2> · age · in full {value!r}"


def test_statements_and_kinks_of_one_number(open_page, traces):
    page = open_page(traces.testnet(), width=1300).page
    page.hover('#z-1 .own td[data-c="z[1]/1,1"]')
    assert page.text_content("#z-1 .full") == "F2 · on the kink: the slope here is a convention · in full 0.0"
    page.hover('#z-1 .own td[data-c="z[1]/0,2"]')
    assert page.text_content("#z-1 .full") == "F3 · in full 1.0"


def test_keys_reach_everything(open_page, traces):
    found = open_page(traces.testnet(), width=1300)
    page = found.page

    def focused():
        return page.evaluate(
            "(e => e.dataset.c || e.dataset.part || e.dataset.do || e.localName)(document.activeElement)"
        )

    seen = []
    for _ in range(18):
        page.keyboard.press("Tab")
        seen.append(focused())
    parts = ["given", "forward", "loss", "backward", "update", "next"]
    assert seen[:11] == [*parts, "previous", "play", "next", "theme", "select"]
    assert seen[11:] == ["a[0]/0,0", "Y/0,0", "W[1]/0,0", "b[1]/0,0", "W[2]/0,0", "b[2]/0,0", "z[1]/0,0"]
    assert lit(page, "z-1")
    for key, where in (
        ("ArrowRight", "z[1]/0,1"), ("ArrowDown", "z[1]/1,1"), ("End", "z[1]/1,3"), ("ArrowRight", "z[1]/1,3"),
        ("ArrowUp", "z[1]/0,3"), ("Home", "z[1]/0,0"),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert focused() == where
        assert page.eval_on_selector_all("td.act", "found => found[0].dataset.c") == where
    page.keyboard.press("Enter")
    assert page.eval_on_selector_all("td.held", "found => found.length") == 1
    page.keyboard.press("Escape")
    assert page.eval_on_selector_all("td.act, .lit0", "found => found.length") == 0
    page.keyboard.press("End")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert focused() == "z[1]/0,3"  # a matrix remembers where one was
    page.keyboard.press(".")
    assert focused() == "z[1]/1,0" or focused().startswith("z[1]/")
    found.is_quiet()


def test_scripts_off(open_page, traces):
    page = open_page(traces.testnet(), java_script_enabled=False).page
    assert page.is_visible("noscript p")
    assert not page.is_visible(".tools")
    assert not page.is_visible(".hint")
    page.click("#z-1 summary")
    assert page.is_visible('#z-1 li[data-line="z[1]/2,3"]')
    assert page.is_visible("#z-1 .forms")
    for part in ("given", "forward", "loss", "backward", "update", "next"):
        assert page.is_visible(f"#{part} .m")


def test_scripts_off_on_a_packed_page(open_page, traces):
    """Its lines are too many to be written out: the note says so, and promises no folded ones."""
    page = open_page(traces.large(), java_script_enabled=False).page
    assert page.locator("details.all").count() == 0
    note = page.text_content(".side noscript .note")
    assert "need scripts" in note
    assert "folded" not in note


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(open_page, traces, scheme):
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text, also where a line is told."""
    page = open_page(traces.named(), color_scheme=scheme, width=1300).page
    page.click("#z-1 .own td[data-c]")
    worst = page.evaluate(CONTRAST)
    assert worst[0] >= 4.5, worst


def test_colours_can_be_chosen(open_page, traces):
    page = open_page(traces.testnet(), color_scheme="light").page
    ground = "getComputedStyle(document.body).backgroundColor"
    seen = [page.evaluate(ground)]
    for _ in range(3):
        page.click('[data-do="theme"]')
        seen.append(page.evaluate(ground))
    light, dark = "rgb(255, 255, 255)", "rgb(18, 22, 27)"
    assert seen == [light, light, dark, light]


def test_brackets_are_as_high_as_what_they_hold(open_page, traces):
    page = open_page(traces.testnet(), width=1300).page
    short = page.evaluate("""() => [...document.querySelectorAll('.forms mrow')].filter(row => {
      const [first, inside] = row.children;
      return first?.localName === 'mo' && first.textContent === '(' && inside.querySelector('mfrac, munderover');
    }).map(row => row.children[0].getBoundingClientRect().height / row.children[1].getBoundingClientRect().height)""")
    assert short
    assert min(short) >= 0.9
    tall = page.evaluate("""() => [...document.querySelectorAll('.m:not(.one) tbody')].map(body => {
      const marks = [...body.rows].map(row => getComputedStyle(row.children[1], '::before'));
      return marks.reduce((sum, mark) => sum + parseFloat(mark.height) + 1.6, 0) / body.getBoundingClientRect().height;
    })""")
    assert tall
    assert min(tall) >= 0.95


def test_it_is_set_in_its_own_font(open_page, traces):
    page = open_page(traces.testnet()).page
    loaded = page.evaluate("document.fonts.ready.then(fonts => [...fonts].map(f => [f.family, f.status]))")
    assert loaded == [["Formula", "loaded"]]


def test_it_prints(open_page, traces):
    page = open_page(traces.testnet()).page
    made = page.pdf(format="A4")
    assert made.startswith(b"%PDF")
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", made)) <= 40


def test_the_handle_moves_the_weights(open_page, traces):
    trace = traces.named()
    found = open_page(trace, width=1300)
    page = found.page
    page.focus(".scrub input")
    page.keyboard.press("End")
    last = trace["training"]["weights"]["W[1]"][-1]
    cells = page.eval_on_selector_all(
        "#training .m[data-k='W[1]'] td[data-c]", "found => found.map(td => td.dataset.v)"
    )
    assert list(map(float, cells)) == [w for row in last for w in row]
    losses = trace["training"]["J_total"] or trace["training"]["J"]
    said = float(page.text_content(".scrub .J").replace("−", "-"))
    assert math.isclose(said, losses[-1], rel_tol=6e-4)
    wide = float(page.get_attribute('.edge[data-e="W[1]/0,1"] .seen', "stroke-width"))
    assert "stay those of step 0" in page.text_content("#training .live-only")
    largest = max(abs(w) for step in trace["training"]["weights"]["W[1]"] for row in step for w in row)
    assert math.isclose(wide, 0.5 + 4.5 * abs(last[0][1]) / largest, abs_tol=0.051)  # one decimal
    found.is_quiet()


def test_large_matrices_say_their_numbers(open_page, traces):
    trace = traces.large()
    found = open_page(trace, width=1300)
    page = found.page
    page.wait_for_function("document.documentElement.classList.contains('live')")
    page.click("#z-1 .own td[data-c]")
    page.wait_for_selector("#z-1 .line math")
    box = page.locator('#z-1 [data-map="z[1]"] img')
    box.hover(position={"x": 1, "y": 1})
    said = page.text_content('[data-map="z[1]"] output')
    means = trace["quantities"]["z[1]"]["map"]["values"]
    assert said.endswith(json.dumps(means[0][0]))
    box.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert page.text_content('[data-map="z[1]"] output').endswith(json.dumps(means[1][1]))
    found.is_quiet()


def test_walking_goes_through_every_number_in_order(open_page, traces):
    page = open_page(traces.testnet(), width=1300).page
    seen = []
    for _ in range(14):
        page.click('[data-do="next"].tools [data-do="next"], .tools [data-do="next"]')
        seen.append(page.eval_on_selector("td.held", "td => td.dataset.c"))
    assert seen[:12] == [f"z[1]/{i},{j}" for i in range(3) for j in range(4)]
    assert seen[12:] == ["a[1]/0,0", "a[1]/0,1"]


def test_the_bar_stays_under_the_pointer_while_walking(open_page, traces):
    """Walking scrolls to the number; the buttons must not move, however the page scrolls."""
    page = open_page(traces.testnet(), width=1300, height=500, reduced_motion="no-preference").page
    button = page.locator('.tools [data-do="next"]')
    place = button.bounding_box()
    for x in range(14):
        page.mouse.click(place["x"] + 10, place["y"] + 10)
        assert page.eval_on_selector("td.held", "td => td.dataset.c").startswith(
            "z[1]/" if x < 12 else "a[1]/"
        )
        assert button.bounding_box() == place
    page.wait_for_function("scrollY > 100")
    assert button.bounding_box() == place


def test_labels_of_rows_are_not_broken(open_page, traces):
    page = open_page(traces.named(), width=390).page
    lines = """found => found.map(th => {
        const range = document.createRange();
        range.selectNodeContents(th);
        return [th.textContent, new Set([...range.getClientRects()].map(box => Math.round(box.top))).size];
    })"""
    labels = dict(page.eval_on_selector_all("#given .m tbody th", lines))
    assert labels['row "1"'] == 1
    assert max(labels.values()) == 1
