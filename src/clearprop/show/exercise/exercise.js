// The sheet marks itself: as `clearprop mark` does, with the same trees.

const data = JSON.parse(document.getElementById("data").textContent);
const LN2 = Math.log(2);
const byId = id => document.getElementById(id);

class Marker {
  constructor(answers) {
    this.answers = answers;
    this.right = new Chain(data, false);
    this.written = new Chain(data, true);
    this.held = new Map(); // every number of the sheet; theirs, once they have answered
    for (const key of Object.keys(data.lines)) {
      const [rows, columns] = data.shapes[key];
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) this.held.set([key, i, j].join(), this.written.value(key, i, j));
      }
    }
    this.theirs = new Chain(data, true, this.held);
  }

  results() {
    return Object.entries(data.blanks).map(([id, cell]) => {
      const found = this.mark(cell, (this.answers[id] || "").trim());
      if (found.value !== undefined) this.held.set(cell.join(), found.value);
      return { id, ...found };
    });
  }

  mark(cell, answer) {
    if (!answer) return { status: "empty" };
    const read = answer.length <= 60 ? readNumber(answer) : null;
    if (!read) return { status: "unread" };
    const right = this.right.value(...cell), forward = this.theirs.byLine(...cell);
    const room = this.room(read, cell), near = Math.abs(right - this.written.byLine(...cell));
    const meant = this.meant(read, cell);
    for (const value of meant) {
      if (Math.abs(value - right) <= room + near) return { status: "right", value };
      const more = Math.abs(forward - right) > room ? near : 0;
      if (Math.abs(value - forward) <= room + more) return { status: "carried", value };
    }
    return { status: "wrong", value: meant[0], said: this.diagnosis(cell, read, meant[0], room) };
  }

  meant(read, [key]) {
    const unit = data.units[key];
    const found = [read.value * (read.ofLn2 ? LN2 : unit)];
    return unit !== 1 && !read.ofLn2 && read.decimals ? [...found, read.value] : found;
  }

  room(read, [key]) {
    return read.fraction && data.exact ? 1e-12 : 1.000001 * 10 ** -data.digits * data.units[key];
  }

  diagnosis(cell, read, value, room) {
    const [key, i, j] = cell, unit = data.units[key];
    const near = wrong => Math.abs(value - wrong) <= room;
    for (const chain of [this.theirs, this.right]) {
      const right = chain.byLine(...cell);
      for (const [name, tree] of Object.entries(data.lines[key].slips)) {
        const wrong = chain.byTree(tree, i, j);
        if (near(wrong) && room < Math.abs(wrong - right)) return name;
      }
    }
    const right = this.right.value(...cell);
    if (unit !== 1 && Math.abs(value * unit - right) <= room) return "ln 2 lost";
    const coarse = 0.5000001 * 10 ** -read.decimals * unit;
    if (read.decimals < data.digits && !read.fraction && Math.abs(value - right) <= coarse) return "rounding";
    const divided = /^(delta|dW|db)/.test(key) ? [["1/m too early", right / data.scalars.m]] : [];
    for (const [name, wrong] of [["sign", -right], ...divided]) {
      if (near(wrong) && room < Math.abs(wrong - right)) return name;
    }
    const [rows, columns] = data.shapes[key];
    return i !== j && j < rows && i < columns && near(this.right.value(key, j, i)) ? "transposed" : "";
  }
}

// ---- Mistakes: compared by their hashes -------------------------------------------------------------------
function hashed(text) {
  let found = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) found = BigInt.asUintN(64, (found ^ BigInt(byte)) * 0x100000001b3n);
  return found.toString(16).padStart(16, "0");
}

function markMistakes(answers) {
  const { salt, hashes } = data.mistakes, left = hashes.map((_, n) => n), results = [];
  const wheres = hashes.map((_, n) => answers[`${n + 1} where`] || "");
  const assigned = wheres.map(where => {
    const at = left.findIndex(n => hashes[n].where === hashed(`${salt}|${where}`));
    return at < 0 ? null : left.splice(at, 1)[0];
  });
  wheres.forEach((where, n) => {
    const what = answers[`${n + 1} what`] || "", found = assigned[n];
    const good = found !== null && hashes[found].what.includes(hashed(`${salt}|${where}|${what}`));
    results.push({ id: `${n + 1} where`, status: !where ? "empty" : found !== null ? "right" : "wrong" });
    results.push({ id: `${n + 1} what`, status: !what ? "empty" : good ? "right" : "wrong" });
  });
  return results;
}

// ---- The page ---------------------------------------------------------------------------------------------
const form = byId("form");
const named = name => form.elements.namedItem(name); // `elements["1"]` would be the second field
const fields = () => [...form.querySelectorAll("input, select")];
const answersNow = () => Object.fromEntries(fields().map(field => [field.name, field.value]));
const marksNow = () => (data.mistakes ? markMistakes(answersNow()) : new Marker(answersNow()).results());
let checked = false;

function told(result) {
  const said = result.said ? `: ${data.slips[result.said] || result.said}` : "";
  return data.status[result.status] + said;
}

function show() {
  const results = marksNow();
  for (const result of results) {
    const field = named(result.id), place = byId(field.getAttribute("aria-describedby"));
    field.className = result.status;
    field.setAttribute("aria-invalid", String(["wrong", "unread"].includes(result.status)));
    place.hidden = result.status === "right" && !data.mistakes || result.status === "empty";
    place.className = `mark ${result.status}`;
    place.textContent = (data.mistakes ? "" : `(${result.id}) `) + told(result);
  }
  const good = results.filter(result => ["right", "carried"].includes(result.status)).length;
  byId("score").textContent = data.words.score.replace("{right}", good).replace("{of}", results.length);
}

function fraction(x) {
  for (let n = 1; n <= 10000; n++) {
    const top = Math.round(x * n);
    if (Math.abs(x - top / n) < 1e-12 * Math.max(1, Math.abs(x))) return n === 1 ? String(top) : `${top}/${n}`;
  }
  return null;
}

function written(key, x) {
  const value = x / data.units[key];
  const exact = data.exact && !key.includes("'") ? fraction(value) : null;
  const fixed = value.toFixed(data.digits);
  return exact ?? (Math.abs(Number(fixed) - value) < 1e-12 ? String(Number(fixed)) : fixed);
}

function reveal() {
  if (data.mistakes) return revealMistakes();
  const chain = new Chain(data, false);
  for (const [id, cell] of Object.entries(data.blanks)) named(id).value = written(cell[0], chain.value(...cell));
}

function revealMistakes() {
  const { salt, hashes } = data.mistakes;
  hashes.forEach((hash, n) => {
    const where = named(`${n + 1} where`), what = named(`${n + 1} what`);
    const values = select => [...select.options].map(option => option.value);
    where.value = values(where).find(key => hashed(`${salt}|${key}`) === hash.where);
    what.value = values(what).find(letter => hash.what.includes(hashed(`${salt}|${where.value}|${letter}`)));
  });
}

function save() {
  const text = JSON.stringify({ format: "clearprop.answers/1", sheet: data.sheet, answers: answersNow() }, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = "answers.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function clearAll() {
  form.reset();
  checked = false;
  for (const field of fields()) {
    field.className = "";
    field.removeAttribute("aria-invalid");
    byId(field.getAttribute("aria-describedby")).hidden = true;
  }
  byId("score").textContent = "";
}

form.addEventListener("submit", event => { event.preventDefault(); checked = true; show(); });
form.addEventListener("input", () => { if (checked) show(); });
byId("reveal").addEventListener("click", () => { reveal(); checked = true; show(); });
byId("save").addEventListener("click", save);
byId("clear").addEventListener("click", clearAll);
