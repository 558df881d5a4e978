import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ConfigurationError, createOpero, opero } from "@opero/core";
import { showBudget } from "../../src/policy/budget_fields.ts";

const wrap = (retryBudget: object) => opero(function refund() {}, { retryBudget });

Deno.test("retryBudget refuses each wrong field with a message that names it", () => {
  const wrong: [object, string][] = [
    [{ ratio: -0.1 }, "'retryBudget.ratio' must be a finite number of at least 0: received -0.1"],
    [{ ratio: "20%" }, "'retryBudget.ratio' must be a finite number of at least 0: received \"20%\""],
    [{ minPerSecond: Infinity }, "'retryBudget.minPerSecond' must be a finite number of at least 0: received Infinity"],
    [{ name: "" }, "'retryBudget.name' must be a non-empty string: received \"\""],
  ];
  for (const [fields, text] of wrong) {
    const error = assertThrows(() => wrap(fields), ConfigurationError);
    assertEquals(error.message, `Cannot wrap "refund" as ${text}`);
  }
  assertThrows(() => wrap({ window: 0 }), ConfigurationError, "'retryBudget.window'");
  assertThrows(() => wrap({ minRetriesPerSec: 1 }), ConfigurationError, "minPerSecond");
});

Deno.test("retryBudget is shown with all fields in force, in seconds", () => {
  assertEquals(showBudget(false), false);
  assertEquals(showBudget(true), { ratio: 0.2, minPerSecond: 10, window: 10 });
  assertEquals(showBudget({ ratio: 0, window: "1m", name: "payments" }), {
    ratio: 0,
    minPerSecond: 10,
    window: 60,
    name: "payments",
  });
  assertEquals(wrap({ ratio: 0.5 }).options.retryBudget, { ratio: 0.5, minPerSecond: 10, window: 10 });
});

Deno.test("retryBudget shared by a name must have one size for all, within an instance", () => {
  const { opero } = createOpero();
  const options = { retryBudget: { ratio: 0.1, name: "payments" } };
  assertStrictEquals(opero(function charge() {}, options).name, "charge");
  const error = assertThrows(
    () => opero(function refund() {}, { retryBudget: { name: "payments" } }),
    ConfigurationError,
  );
  assertEquals(error.message.includes("'retryBudget.ratio' must be the same for all functions"), true);
  createOpero().opero(function refund() {}, { retryBudget: { name: "payments" } });
});
