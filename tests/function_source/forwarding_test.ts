import { saysNothing } from "../../src/function_source/forwarding.ts";
import { assertEquals } from "@std/assert";

const FORWARDING = [
  "(...args) => fn(...args)",
  "async (...args) => await fn(...args)",
  "(...args) => { return fn(...args); }",
  "(...rest) => fn(first, ...rest)",
  "(first, ...rest) => fn(first, ...rest)",
  "function (...args) { return fn.call(this, ...args) }",
  "function wrapped(...args) { return fn.apply(this, args); }",
  "function () { return fn.apply(this, arguments) }",
  "async function traced(...args) {\n  return await original.apply(this, args);\n}",
];

const OWN = [
  "(id) => load(id)",
  "(...ids) => loadAll(ids)",
  "(...args) => fn(...args) + 1",
  "(...args) => fn(...other)",
  "(...args) => { log(args); return fn(...args); }",
  "function (...args) { return fn.apply(this, other) }",
  "async function load(id) { return await fetch(id) }",
];

Deno.test("saysNothing() knows a function that only hands its arguments on", () => {
  assertEquals(FORWARDING.filter((source) => !saysNothing(source)), []);
});

Deno.test("saysNothing() is false for a function that does something of its own", () => {
  assertEquals(OWN.filter(saysNothing), []);
});
