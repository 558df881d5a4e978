import { assertEquals, assertMatch } from "@std/assert";
import * as fc from "fast-check";
import { printable, printableFields, quoted, roundedNumber } from "../../src/errors/printable.ts";

Deno.test("printable() escapes what a terminal obeys or what ends a line", () => {
  const forms: [string, string][] = [
    ["plain text, ünïcode ✓ 😀", "plain text, ünïcode ✓ 😀"],
    ["a\nb\r\tc", "a\\nb\\r\\tc"],
    ["\u001b[31mred", "\\u001b[31mred"],
    ["\u0000\u0007\u007f", "\\u0000\\u0007\\u007f"],
    ["\u009b31m\u0085", "\\u009b31m\\u0085"],
    ["\u2028\u2029", "\\u2028\\u2029"],
    ["invoice\u202etxt.exe\u2066\u2069\u200f\u061c", "invoice\\u202etxt.exe\\u2066\\u2069\\u200f\\u061c"],
    ["half \ud800 pair", "half \\ud800 pair"],
  ];
  for (const [text, shown] of forms) assertEquals(printable(text), shown);
});

Deno.test("printable() leaves nothing to obey in any text, and all else as it is", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const shown = printable(text);
    assertMatch(shown, /^[^\p{Cc}\u2028\u2029\p{Bidi_Control}]*$/u);
    assertEquals(printable(shown), shown);
    if (/^[\u0020-\u007e]*$/.test(text)) assertEquals(shown, text);
  }));
});

Deno.test("quoted() quotes a text on one line", () => {
  assertEquals(quoted('say "hi"\n\u009b'), '"say \\"hi\\"\\n\\u009b"');
});

Deno.test("roundedNumber() rounds to the thousandth, small ones to three digits, and leaves whole ones", () => {
  const forms = [[0.1 + 0.2, 0.3], [1.23456, 1.235], [-7.0004, -7], [0.000123456, 0.000123], [12_345_678, 12_345_678]];
  for (const [value, rounded] of forms) assertEquals(roundedNumber(value!), rounded);
  assertEquals([roundedNumber(Infinity), roundedNumber(NaN)], [Infinity, NaN]);
});

Deno.test("printableFields() makes names, texts and numbers printable, and leaves all else", () => {
  const fields = { "a\nb": "c\u001b", n: 0.1 + 0.2, ok: true, gone: undefined };
  assertEquals(printableFields<unknown>(fields), { "a\\nb": "c\\u001b", n: 0.3, ok: true, gone: undefined });
});
