import { assertEquals, assertNotStrictEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ConfigurationError } from "@opero/core";
import { SharedValues } from "../../src/engine/shared_values.ts";

const SETTINGS = { openFor: 30, slowCall: undefined };

Deno.test("SharedValues.of() makes a value once for each option and name, and tables share none", () => {
  const values = new SharedValues();
  const first = values.of("wrap", "circuitBreaker", "payments", SETTINGS, () => ({}));
  assertStrictEquals(values.of("wrap", "circuitBreaker", "payments", { ...SETTINGS }, () => ({})), first);
  assertNotStrictEquals(values.of("wrap", "circuitBreaker", "mail", SETTINGS, () => ({})), first);
  assertNotStrictEquals(values.of("wrap", "retryBudget", "payments", SETTINGS, () => ({})), first);
  assertNotStrictEquals(new SharedValues().of("wrap", "circuitBreaker", "payments", SETTINGS, () => ({})), first);
});

Deno.test("SharedValues.of() refuses other settings under a name that is taken, and names what differs", () => {
  const values = new SharedValues();
  const ask = (settings: object) =>
    assertThrows(
      () => values.of('wrap "refund"', "circuitBreaker", "payments", settings as never, () => 1),
      ConfigurationError,
    ).message;
  values.of("wrap", "circuitBreaker", "payments", SETTINGS, () => 1);
  const text = (field: string, known: string, received: string) =>
    `Cannot wrap "refund" as 'circuitBreaker.${field}' must be the same for all functions that share the name ` +
    `"payments" (${known}): received ${received}`;
  assertEquals(ask({ openFor: 10, slowCall: undefined }), text("openFor", "30", "10"));
  assertEquals(ask({ openFor: 30, slowCall: 1 }), text("slowCall", "undefined", "1"));
  assertEquals(ask({}), text("openFor", "30", "undefined"));
});
