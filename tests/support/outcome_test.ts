import { assertEquals } from "@std/assert";
import { outcomeOf } from "./outcome.ts";

Deno.test("outcomeOf() tags values and errors, so that anything may be thrown", async () => {
  for (const value of [undefined, null, 0, false, "", NaN]) {
    assertEquals(await outcomeOf(Promise.resolve(value)), { ok: true, value });
    assertEquals(await outcomeOf(Promise.reject(value)), { ok: false, error: value });
  }
});
