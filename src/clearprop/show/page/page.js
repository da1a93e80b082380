"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const push = (map, key, value) => map.has(key) ? map.get(key).push(value) : map.set(key, [value]);

  // ---- Cells: by what they show; several tables may show the same one
  const cells = new Map(), lines = new Map();
  for (const td of all("td[data-c]")) push(cells, td.dataset.c, td);
  const learn = root => all("[data-line]", root).forEach(li => lines.set(li.dataset.line, li.innerHTML));
  learn(document);

  const parse = c => {
    const cut = c.lastIndexOf("/");
    return [c.slice(0, cut), c.slice(cut + 1).split(",").map(Number)];
  };
  const name = (key, at) => `${key}/${at.join(",")}`;

  // ---- Operands: the references of the tree of a cell, once its letters are numbers
  function references(tree, at, found) {
    if (!Array.isArray(tree)) return found;
    if (tree[0] === "ref") {
      found.push([tree[1], tree.slice(2).map(x => typeof x === "string" ? at[x] : x)]);
    } else if (tree[0] === "sum") {
      const body = tree[tree.length - 1];
      const over = Array.isArray(tree[2]) ? tree[2] : Array.from({length: tree[3] - tree[2]}, (_, n) => tree[2] + n);
      for (const n of over) references(body, {...at, [tree[1]]: n}, found);
    } else {
      for (const part of tree) references(part, at, found);
    }
    return found;
  }

  // The cells that a cell is made from; what its card does not show is opened in its turn.
  function operands(c, card, depth = 0) {
    const [key, index] = parse(c), q = data.quantities[key];
    if (!q || !q.tree) return [];
    const at = {};
    q.letters.forEach((letter, n) => { if (letter) at[letter] = index[n]; });
    const shown = card && new Set(all(".m", card).map(m => m.dataset.k));
    return references(q.tree, at, []).flatMap(([used, place]) => {
      const found = name(used, place);
      if (shown && !shown.has(used) && depth < 3) return operands(found, card, depth + 1);
      return [found];
    });
  }

  // Each operand with the number of its factor, which is its colour.
  function roles(found) {
    const keys = [...new Set(found.map(c => parse(c)[0]))];
    return new Map(found.map(c => [c, Math.min(3, keys.indexOf(parse(c)[0]))]));
  }

  // ---- The network
  const net = one("svg.net"), edges = new Map(), units = new Map();
  for (const g of all(".edge", net)) edges.set(g.dataset.e, g);
  for (const g of all(".unit", net)) units.set(g.dataset.n, g);
  const picker = one(".picker select");
  let sample = 0;

  // Where a cell stands in the network, by what its axes run over: its sample, and its unit or its edge.
  function places(c) {
    const [key, index] = parse(c), axes = data.axes[key] ?? [], place = {};
    const layers = axes.map((layer, n) => [layer, index[n]]).filter(([layer]) => Number.isInteger(layer));
    if (axes[0] === "sample") place.sample = index[0];
    if (layers.length === 1) place.unit = layers[0].join(",");
    if (layers.length === 2 && layers[0][0] === layers[1][0] - 1) {
      place.edge = `W[${layers[1][0]}]/${layers[0][1]},${layers[1][1]}`;
    }
    return place;
  }

  function light(c, operandsOf) {
    net.classList.add("busy");
    const own = places(c);
    if (own.sample !== undefined) show(own.sample);
    if (own.unit) units.get(own.unit)?.classList.add("own");
    if (own.edge) edges.get(own.edge)?.classList.add("lit");
    for (const used of operandsOf) {
      const place = places(used);
      if (place.edge) edges.get(place.edge)?.classList.add("lit");
      if (place.unit && place.unit !== own.unit) units.get(place.unit)?.classList.add("lit");
    }
  }

  const brief = value => String(+value.toPrecision(3)).replace("-", "−");
  function show(n) {
    if (!one(`option[value="${n}"]`, picker)) return;
    sample = n;
    picker.value = n;
    for (const g of units.values()) {
      const [td] = cells.get(`${g.dataset.key}/${n},${g.dataset.n.split(",")[1]}`) || [];
      if (td) one(".value", g).textContent = brief(+td.dataset.v);
    }
  }

  // ---- One cell at a time is told
  const marks = ["act", "held", "used", "lit0", "lit1", "lit2", "lit3"];
  let marked = [], told = null, held = null;

  function clear() {
    for (const element of marked) element.classList.remove(...marks, "lit", "own");
    marked = [];
    net.classList.remove("busy");
    all(".unit.own, .unit.lit, .edge.lit", net).forEach(g => g.classList.remove("own", "lit"));
    if (told) {
      told.classList.remove("told");
      one(".line", told).replaceChildren();
      told = null;
    }
  }

  function mark(c, mark_, root = document) {
    for (const td of cells.get(c) || []) {
      if (root.contains(td)) { td.classList.add(mark_); marked.push(td); }
    }
  }

  function tell(td, keep = false) {
    clear();
    held = keep ? td : null;
    const c = td.dataset.c, card = td.closest(".card"), [key] = parse(c);
    const role = roles(operands(c, card));
    mark(c, "act");
    if (keep) { td.classList.add("held"); marked.push(td); }
    for (const [used, n] of role) mark(used, `lit${n}`);
    if (card && card.dataset.key !== key) {
      for (const own of all(".m.own td[data-c]", card)) {
        if (operands(own.dataset.c, card).includes(c)) { own.classList.add("used"); marked.push(own); }
      }
    }
    light(c, role.keys());
    const place = card || td.closest("section.given");
    if (place) write(place, td, role);
  }

  function write(card, td, role) {
    const place = one(".line", card), line = lines.get(td.dataset.c);
    const body = line ? `<p>${line}</p>` : "";
    const say = place.parentNode;
    if (!card.classList.contains("told")) say.style.minHeight = `${say.offsetHeight}px`;
    place.innerHTML = `${body}<span class="full"></span>`;
    one(".full", place).textContent = [...about(td), `${data.words.full} ${td.dataset.v}`].join(" · ");
    for (const part of all("[data-of]", place)) {
      const n = role.get(part.dataset.of);
      if (n !== undefined) part.classList.add(`lit${n}`);
    }
    card.classList.add("told");
    place.style.fontSize = "";
    place.style.fontSize = `${Math.max(.7, Math.min(1, say.clientWidth / place.scrollWidth))}em`;
    told = card;
  }

  // What is known of a cell beside its number: the names of its row and column, its statements, a kink.
  function about(td) {
    const row = one("th", td.parentNode), [key, at] = parse(td.dataset.c), q = data.quantities[key];
    const column = one("thead tr", td.closest("table")).children[[...td.parentNode.children].indexOf(td)];
    const names = [row, column].map(th => one("span", th)?.title || th.textContent).filter(text => text && !/^\d+$/.test(text));
    const fits = pattern => pattern.every((n, axis) => n === null || n === at[axis]);
    const ids = Object.entries(q?.cells ?? {}).filter(([, patterns]) => patterns.some(fits)).map(([id]) => id);
    return [...names, ...ids, ...(q?.kinks.some(fits) ? [data.words.kink] : [])];
  }

  // ---- Pointer
  document.addEventListener("pointerover", event => {
    if (held) return;
    const td = event.target.closest?.("td[data-c]"), edge = event.target.closest?.(".edge"), unit = event.target.closest?.(".unit");
    if (td) tell(td);
    else if (edge) tellOf(edge.dataset.e);
    else if (unit) tellOf(`${unit.dataset.key}/${sample},${unit.dataset.n.split(",")[1]}`);
    else if (told || marked.length) clear();
  });
  function tellOf(c, keep = false) {
    const seen = (cells.get(c) || []).filter(td => td.closest(".m.own"));
    const td = seen[0] || (cells.get(c) || [])[0];
    if (td) tell(td, keep);
    return td;
  }
  document.addEventListener("click", event => {
    const td = event.target.closest?.("td[data-c]"), edge = event.target.closest?.(".edge"), unit = event.target.closest?.(".unit");
    if (td) { td.focus({preventScroll: true}); held === td ? (held = null) : tell(td, true); }
    else if (edge) tellOf(edge.dataset.e, true)?.scrollIntoView({block: "nearest"});
    else if (unit) tellOf(`${unit.dataset.key}/${sample},${unit.dataset.n.split(",")[1]}`, true)?.scrollIntoView({block: "nearest"});
    else if (!event.target.closest?.("button, a, summary, select, input") && held) { held = null; clear(); }
  });

  // ---- Keyboard
  const steps = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]};
  document.addEventListener("focusin", event => {
    const td = event.target.closest?.("td[data-c]");
    if (!td) return;
    for (const other of all('td[tabindex="0"]', td.closest("table"))) other.tabIndex = -1;
    td.tabIndex = 0;
    if (td.matches(":focus-visible") && held !== td) tell(td);
  });
  function neighbour(td, [down, across]) {
    const rows = all("tbody tr", td.closest("table")).map(tr => all("td[data-c]", tr)).filter(row => row.length);
    const r = rows.findIndex(row => row.includes(td)), c = rows[r].indexOf(td);
    return rows[r + down]?.[c + across];
  }
  document.addEventListener("keydown", event => {
    const td = document.activeElement?.closest?.("td[data-c]");
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("input, select")) return;
    if (event.key === "Escape") { stop(); held = null; clear(); }
    else if (event.key === "," || event.key === ".") { walk(event.key === "." ? 1 : -1); }
    else if (td && steps[event.key]) { event.preventDefault(); held = null; neighbour(td, steps[event.key])?.focus(); }
    else if (td && (event.key === "Home" || event.key === "End")) {
      event.preventDefault();
      const row = all("td[data-c]", td.parentNode);
      held = null;
      row[event.key === "Home" ? 0 : row.length - 1].focus();
    } else if (td && event.key === "Enter") { held === td ? (held = null, tell(td)) : tell(td, true); }
  });

  // ---- Walking through every number in the order of the step
  const order = all(".card .m.own td[data-c]");
  let timer = null, last = null;
  function walk(by) {
    const from = order.indexOf(held || last);
    const next = order[Math.max(0, Math.min(order.length - 1, from + by))];
    if (!next) return;
    last = next;
    tell(next, true);
    next.focus({preventScroll: true});
    next.closest(".card").scrollIntoView({block: "nearest"});
    if (timer && next === order[order.length - 1]) stop();
  }
  const play = one('[data-do="play"]');
  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "▶";
    play.title = play.dataset.play;
  }
  function start() {
    walk(1);
    timer = setInterval(() => walk(1), 1800);
    play.textContent = "❚❚";
    play.title = play.dataset.pause;
  }

  // ---- Colours
  const themes = ["auto", "light", "dark"];
  let theme = 0;
  function paint(button) {
    theme = (theme + 1) % 3;
    if (theme) document.documentElement.dataset.theme = themes[theme];
    else delete document.documentElement.dataset.theme;
    button.title = button.dataset.names.split("|")[theme];
  }
  one(".tools").addEventListener("click", event => {
    const button = event.target.closest("button");
    if (!button) return;
    const what = button.dataset.do;
    if (what === "theme") paint(button);
    else if (what === "play") timer ? stop() : start();
    else { stop(); walk(what === "next" ? 1 : -1); }
  });

  // ---- The step bar follows the page
  const links = new Map(all(".bar a").map(a => [a.dataset.part, a]));
  const follow = () => {
    const parts = all("section.part").filter(s => s.getBoundingClientRect().top < innerHeight * .4);
    const now = parts.length ? parts[parts.length - 1].id : null;
    for (const [id, a] of links) id === now ? a.setAttribute("aria-current", "step") : a.removeAttribute("aria-current");
  };
  addEventListener("scroll", follow, {passive: true});
  follow();

  // ---- Maps of large matrices: the block that is pointed at, or walked to, says its mean
  for (const figure of all(".map")) {
    const {values, row_edges, column_edges} = data.maps[figure.dataset.map];
    const image = one("img", figure), output = one("output", figure), frame = one(".at", figure);
    const rows = values.length, columns = values[0].length;
    const span = (edge, n) => edge[n] + 1 === edge[n + 1] ? `${edge[n] + 1}` : `${edge[n] + 1}–${edge[n + 1]}`;
    let at = [0, 0];
    const within = (n, count) => Math.max(0, Math.min(count - 1, n));
    const say = (r, c) => {
      at = [within(r, rows), within(c, columns)];
      output.textContent = `[${span(row_edges, at[0])}, ${span(column_edges, at[1])}]  ${values[at[0]][at[1]]}`;
      const share = (n, count) => `${100 * n / count}%`;
      Object.assign(frame.style, {
        top: share(at[0], rows), left: share(at[1], columns), height: share(1, rows), width: share(1, columns),
      });
      frame.hidden = false;
    };
    const hush = () => { output.textContent = ""; frame.hidden = true; };
    image.addEventListener("pointermove", event => {
      const box = image.getBoundingClientRect();
      say(Math.floor((event.clientY - box.top) / box.height * rows), Math.floor((event.clientX - box.left) / box.width * columns));
    });
    image.addEventListener("focus", () => say(...at));
    image.addEventListener("keydown", event => {
      if (!steps[event.key]) return;
      event.preventDefault();
      say(at[0] + steps[event.key][0], at[1] + steps[event.key][1]);
    });
    for (const end of ["pointerleave", "blur"]) image.addEventListener(end, hush);
  }

  // ---- Training: the weights of a step
  const scrub = one(".scrub");
  function toStep(n) {
    const {weights, J, J_total} = data.training, said = value => String(+value.toPrecision(data.digits)).replace("-", "−");
    const weight = (key, [i, j], at = n) => { const W = weights[key][at]; return Array.isArray(W[0]) ? W[i][j] : W[j]; };
    one("label output", scrub).textContent = n;
    one(".J", scrub).textContent = said((J_total || J)[n]);
    for (const output of all(".now")) output.textContent = n;
    for (const td of all("[data-training] td[data-c]")) {
      const value = weight(...parse(td.dataset.c));
      td.dataset.v = value;
      td.textContent = value.toFixed(data.digits).replace("-", "−");
      td.style.removeProperty("--r");
    }
    for (const [c, g] of weights ? edges : []) {
      const [key, index] = parse(c), w = weight(key, index);
      toStep[key] ??= Math.max(...weights[key].flat(2).map(Math.abs)) || 1;
      one(".seen", g).setAttribute("stroke-width", (.5 + 4.5 * Math.abs(w) / toStep[key]).toFixed(1));
      g.classList.toggle("minus", w < 0);
      g.classList.toggle("plus", w >= 0);
    }
    const path = one(".curve .line").getAttribute("d").slice(1).split("L")[n].split(" ");
    one(".curve .ring").setAttribute("cx", path[0]);
    one(".curve .ring").setAttribute("cy", path[1]);
  }
  if (scrub) one("input", scrub).addEventListener("input", event => toStep(+event.target.value));

  // ---- Lines that came packed
  async function unpack() {
    const bytes = Uint8Array.from(atob(data.lines), c => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const root = document.createElement("template");
    root.innerHTML = await new Response(stream).text();
    learn(root.content);
    if (told) tell(one("td.act", told), held !== null);
  }
  if (data.lines) unpack();

  // ---- What needs scripts shows itself
  picker.addEventListener("change", () => show(+picker.value));
  const known = new Set([...cells.keys()].map(parse).filter(([key]) => /^a\[0\]$/.test(key)).map(([, at]) => at[0]));
  for (const n of [...known].sort((a, b) => a - b)) picker.add(new Option(data.samples[n] ?? n + 1, n));
  all(".tools, .hint, .keys, .scrub, .live-only").forEach(element => { element.hidden = false; });
  one(".picker").hidden = !known.size;
  document.documentElement.classList.add("live");
})();
