import { assertEquals, assertThrows } from "@std/assert";
import { AllFailedError, opero } from "@opero/core";
import { failureLabel, type ItemOutcome, recordLine, valueLine } from "../../src/cli/item_outcome.ts";

const ITEM = { index: 4, line: 7, value: { id: 1 }, fault: undefined };
const OK: ItemOutcome = {
  item: ITEM,
  status: "ok",
  value: [1],
  error: undefined,
  key: "k",
  attempts: 2,
  durationMs: 12.345,
};

Deno.test("valueLine() is JSON, null for undefined, and throws where there is no form", () => {
  assertEquals([valueLine({ a: 1 }), valueLine(undefined), valueLine("x")], ['{"a":1}\n', "null\n", '"x"\n']);
  assertThrows(() => valueLine(1n), TypeError);
});

Deno.test("recordLine() has what is known of an item, with the item where that is wanted", () => {
  assertEquals(recordLine(OK, false), '{"key":"k","index":4,"status":"ok","value":[1],"attempts":2,"ms":12.3}\n');
  assertEquals(JSON.parse(recordLine({ ...OK, value: undefined }, true)).value, null);
  const skipped = recordLine(
    { ...OK, status: "skipped", value: undefined, key: undefined, attempts: 0, durationMs: 0 },
    true,
  );
  assertEquals(skipped, '{"index":4,"item":{"id":1},"status":"skipped","attempts":0,"ms":0}\n');
});

Deno.test("recordLine() and failureLabel() name the error of the last attempt", async () => {
  const fail = opero(() => {
    throw Object.assign(new RangeError("too far"), { status: 503 });
  }, { retries: 1, minDelay: 0, maxDelay: 0 });
  const error = await fail().catch((error: unknown) => error);
  assertEquals(error instanceof AllFailedError, true);
  const record = JSON.parse(recordLine({ ...OK, status: "failed", value: undefined, error }, false));
  assertEquals(record.error, { name: "RangeError", message: "too far", status: 503 });
  assertEquals(failureLabel(error), "RangeError (503)");
});
