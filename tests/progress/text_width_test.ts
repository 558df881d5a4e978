import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { cutToWidth, textWidth } from "../../src/progress/text_width.ts";

Deno.test("textWidth() counts two columns for wide characters and none for marks", () => {
  const widths = { "abc": 3, "月次": 4, "가나": 4, "🐳": 2, "e\u0301": 1, "❤\ufe0f": 1, "ﬀ": 1, "Ａ": 2, "": 0 };
  for (const [text, width] of Object.entries(widths)) assertEquals(textWidth(text), width, text);
});

Deno.test("cutToWidth() leaves what fits, and never exceeds the width", () => {
  assertEquals(cutToWidth("thumbs", 6), "thumbs");
  assertEquals(cutToWidth("月次売上", 5), "月次…");
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.nat(30), (text, width) => {
    const cut = cutToWidth(text, width);
    assert(textWidth(cut) <= width);
    if (textWidth(text) <= width) assertEquals(cut, text);
  }));
});
