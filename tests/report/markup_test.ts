import { assertEquals } from "@std/assert";
import { Markup, markup } from "../../src/report/markup.ts";

Deno.test("markup` escapes texts, keeps markup, joins lists and leaves out what is missing", () => {
  const part = markup`<b>${"<&\"'>"}</b>`;
  assertEquals(part.text, "<b>&lt;&amp;&quot;&#39;&gt;</b>");
  assertEquals(markup`<p>${[part, 7, undefined]}${new Markup("<hr>")}</p>`.text, `<p>${part.text}7<hr></p>`);
});

Deno.test("markup` leaves no character that a page may not hold", () => {
  assertEquals(markup`${"a\u0000b\u009fc\ud800d\n"}`.text, "a\ufffdb\ufffdc\ufffdd\n");
});
