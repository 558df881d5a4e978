import { assertEquals, assertStrictEquals } from "@std/assert";
import type { AllFailedError } from "../../src/errors.ts";
import { BRAND } from "../../src/errors/brand.ts";
import { errorLabel, rootOf } from "../../src/errors/error_label.ts";

/** What a call throws whose attempt failed with what such a call threw, `depth` of them within one another. */
function givenUp(depth: number, root: unknown): object {
  if (depth === 0) return root as object;
  const cause = givenUp(depth - 1, root);
  return { [BRAND]: true, code: "ALL_FAILED", cause, attempts: [{ number: 1, error: cause }] };
}

Deno.test("rootOf() goes eight calls down", () => {
  const root = new Error("root");
  for (const depth of [0, 1, 8]) assertStrictEquals(rootOf(givenUp(depth, root)), root);
  assertEquals((rootOf(givenUp(9, root)) as AllFailedError).code, "ALL_FAILED");
});

Deno.test("errorLabel() shows a status, or a code that is a word, and none of its own errors", () => {
  const labelOf = (fields: object) => errorLabel(Object.assign(new Error("secret"), fields));
  assertEquals(labelOf({ status: 503, code: "E" }), "Error (503)");
  assertEquals(["ECONNRESET", 14, "a/b.c:d-$"].map((code) => labelOf({ code })), [
    "Error (ECONNRESET)",
    "Error (14)",
    "Error (a/b.c:d-$)",
  ]);
  const hidden = [{ code: "two words" }, { code: "x".repeat(65) }, { code: "" }, { code: {} }, {
    code: "E",
    [BRAND]: true,
  }];
  assertEquals(hidden.map(labelOf), Array(5).fill("Error"));
});
