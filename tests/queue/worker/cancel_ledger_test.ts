import { assertEquals } from "@std/assert";
import { CancelLedger } from "../../../src/queue/worker/cancel_ledger.ts";

Deno.test("CancelLedger.has() knows single attempts and all below one, each of its own run", () => {
  const ledger = new CancelLedger();
  ledger.add({ run: "a", below: 3, refs: [7] });
  ledger.add({ run: "a", below: 2, refs: [9] });
  assertEquals([1, 2, 3, 7, 8, 9].map((ref) => ledger.has("a", ref)), [true, true, false, true, false, true]);
  assertEquals(ledger.has("b", 1), false);
});

Deno.test("CancelLedger.add() forgets the runs that it heard of longest ago", () => {
  const ledger = new CancelLedger();
  ledger.add({ run: "first", below: 5, refs: [] });
  for (let run = 0; run < 255; run++) ledger.add({ run: String(run), below: 1, refs: [] });
  assertEquals(ledger.has("first", 1), true);
  ledger.add({ run: "last", below: 1, refs: [] });
  assertEquals([ledger.has("first", 1), ledger.has("0", 0), ledger.has("last", 0)], [false, true, true]);
});
