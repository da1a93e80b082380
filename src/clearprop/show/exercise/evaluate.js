"use strict";
// Trees of formulas, and the numbers they come to: the same trees that the program computes with.

const FUNCTIONS = {
  exp: Math.exp, ln: Math.log, max: Math.max, min: Math.min,
  abs: Math.abs, tanh: Math.tanh, sqrt: Math.sqrt, cos: Math.cos,
};

function evaluate(tree, look, at, scalars) {
  const [kind, ...rest] = tree;
  const of = (part, more) => evaluate(part, look, more ? { ...at, ...more } : at, scalars);
  const index = x => (typeof x === "string" ? at[x] : x);
  switch (kind) {
    case "num": return rest[0];
    case "sym": return scalars[rest[0]];
    case "ref": return look(rest[0], index(rest[1]), index(rest[2]));
    case "sum": {
      const [letter, first, last, body] = rest;
      let total = 0;
      for (let n = first; n < last; n++) total += of(body, { [letter]: n });
      return total;
    }
    case "where": {
      const [[sign, a, b], yes, no] = rest;
      const x = of(a), y = of(b);
      return of((sign === "<" ? x < y : sign === "<=" ? x <= y : x > y) ? yes : no);
    }
    case "call": return FUNCTIONS[rest[0]](of(rest[1]));
    case "+": return rest.reduce((sum, part) => sum + of(part), 0);
    case "*": return rest.reduce((product, part) => product * of(part), 1);
    case "/": return of(rest[0]) / of(rest[1]);
    case "neg": return -of(rest[0]);
    case "pow": return of(rest[0]) ** of(rest[1]);
    default: return FUNCTIONS[kind](...rest.map(part => of(part)));
  }
}

// The numbers of a sheet, each from those before it; `held` are those that someone wrote.
class Chain {
  constructor(data, rounded, held = new Map()) {
    Object.assign(this, { data, rounded, held, kept: new Map() });
  }

  value(key, i, j) {
    const cell = [key, i, j].join();
    if (this.held.has(cell)) return this.held.get(cell);
    if (!(key in this.data.lines)) return this.data.given[key][i][j] * this.data.units[key];
    if (!this.kept.has(cell)) {
      const found = this.byTree(this.data.lines[key].tree, i, j);
      this.kept.set(cell, this.rounded && !this.data.exact ? Number(found.toFixed(this.data.digits)) : found);
    }
    return this.kept.get(cell);
  }

  byTree(tree, i, j) {
    return evaluate(tree, (...cell) => this.value(...cell), { i, j }, this.data.scalars);
  }

  byLine(key, i, j) {
    return this.byTree(this.data.lines[key].tree, i, j);
  }
}

const NUMBER = /^([+-]?)\s*(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+)?\s*(?:\/\s*(\d+))?\s*([*·]?\s*ln\s*\(?\s*2\s*\)?)?(?:\s*\/\s*(\d+))?$/i;

// A number as people write it, or null: its value, whether ln 2 stands behind it, whether it is a fraction.
function readNumber(text) {
  const found = NUMBER.exec(text.trim().replace(/−/g, "-"));
  if (!found || !(found[2] || found[4]) || (found[3] && found[5])) return null;
  const bottom = Number(found[3] || found[5] || 1), top = found[2] || "1";
  if (bottom === 0 || Math.abs(Number(top.toLowerCase().split("e")[1] || 0)) > 300) return null;
  const decimals = (top.toLowerCase().split("e")[0].split(".")[1] || "").length;
  const value = (found[1] === "-" ? -1 : 1) * Number(top) / bottom;
  return { value, ofLn2: Boolean(found[4]), fraction: bottom !== 1, decimals };
}
