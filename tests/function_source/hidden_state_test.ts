import { mayHideState } from "../../src/function_source/hidden_state.ts";
import { assertEquals } from "@std/assert";

const SHOWS_ALL = [
  "class A { x = 1; /* #y */ s = '#z'; t = `#w`; re = /#a(this)/; }",
  "class A { #half() { return this.x / 2 } get y() { return this.#half() } }",
  "class A { static #made = 0; static count() { return A.#made++ } }",
  "class A { constructor(init) { Object.assign(this, init); Object.freeze(this) } }",
  "class E extends Error { constructor(m) { super(m); Object.setPrototypeOf(this, new.target.prototype); Error.captureStackTrace(this, E) } }",
  "class A { with(x) { this.x = x; return this } eq(o) { return o === this || this == o } isA(o) { return this instanceof o } }",
  "class A { toString() { return `${this} at ${this.x}` } all() { const { x } = this; return { ...this } } }",
  "class A { label(o) { const text = `${this}`; return o === `${this}` } }",
  "class A { static of(x) { return new this(x) } json() { return JSON.stringify(this) } text() { return String(this) } }",
  "class A { constructor() { __publicField(this, 'x', 1); _defineProperty(this, \"y\", 2); _define_property(this, 'z') } }",
  "class A { constructor() { _initProto(this); this.r = 1 } static { ({ e: [_initProto] } = _apply_decs_2203_r(this, [], [])) } }",
  "class A { constructor() { __runInitializers(this, _extra) } }",
  "class A { 'this'() {} accessor() {} get accessor2() { return { this: 1, accessor: 2 } } }",
  "class A { async *[Symbol.asyncIterator]() { yield this.x } }",
  "class A { has(o) { return #brand in o } #brand() {} }",
  "function A(x) { this.x = x }",
  "get() { return this.x }",
  "get x() { return this.y }",
  "async load() { return this.x }",
];

const MAY_HIDE = [
  "class A { #x = 1 }",
  "class A { #x; }",
  "class A { #x\n y = 1 }",
  "class A { y = '#'; #x }",
  "class A { accessor x = 1 }",
  "class A { accessor [x] = 1 }",
  "class A { constructor(owner) { pins.set(this, owner) } }",
  "class A { owner() { return pins.get(this) } }",
  "class A { get owner() { return pins.get(this) } }",
  "class A { constructor(o) { _A_o.set(this, void 0); __classPrivateFieldSet(this, _A_o, o, 'f') } }",
  "class A { constructor(o) { _classPrivateFieldInitSpec(this, _o, o) } }",
  "class A { constructor(o) { __privateAdd(this, _o, o) } }",
  "class A { constructor(o) { all.push(1, this) } }",
  "class A { constructor(o) { const me = this; pins.set(me, o) } }",
  "class A { constructor(o) { shared.last = this } }",
  "class A { constructor(o) { held['x'] = this } }",
  "class A { constructor(o) { return new Proxy(this, {}) } }",
  "class A { constructor(o) { init(() => this) } }",
  "class A { constructor(o) { keep.call(this, o) } }",
  "class A { constructor(o) { keep([this]) } }",
  "class A { constructor(o) { keep`${this}` } }",
  "class A { constructor(o) { keep(o)`${this}` } }",
  "class A { constructor(o) { keep[o]`${this}` } }",
  "class A { constructor(o) { keep(o ? this : o) } }",
  "class A { constructor(o) { my.Object.keep(this) } }",
  "class A { constructor(o) { pins.set(this, 'x') } }",
  "class A { x = pins.set(this, 1) }",
  "function A(o) { var self = this; this.owner = function () { return o } }",
  "owner() { return pins.get(this) }",
  "no source (((",
];

Deno.test("mayHideState() is false where all state of a class is in its fields, whatever stands in comments and texts", () => {
  assertEquals(SHOWS_ALL.filter(mayHideState), []);
});

Deno.test("mayHideState() is true for private fields, own accessors, a this that is handed on, and what cannot be read", () => {
  assertEquals(MAY_HIDE.filter((source) => !mayHideState(source)), []);
});
