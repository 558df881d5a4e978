import { assertEquals } from "@std/assert";
import { patienceWith } from "../../src/pool/patience.ts";
import type { SharedWorker } from "../../src/pool/pool_share.ts";

function patience(isUp: boolean, isReady: boolean, timeoutMs: number | undefined): number {
  return patienceWith({ isUp, isReady, served: { options: { timeoutMs } } } as unknown as SharedWorker);
}

Deno.test("patienceWith() gives a worker ten seconds to start, whatever the limit of its items", () => {
  assertEquals([undefined, 1, 60_000].map((limitMs) => patience(false, false, limitMs)), [10_000, 10_000, 10_000]);
});

Deno.test("patienceWith() gives a module the limit of an item to load, five seconds at least, or ten without one", () => {
  assertEquals([undefined, 1, 60_000].map((limitMs) => patience(true, false, limitMs)), [10_000, 5_000, 60_000]);
});

Deno.test("patienceWith() gives an item its limit to begin, between one second and ten", () => {
  const limits = [undefined, 1, 3_000, 60_000].map((limitMs) => patience(true, true, limitMs));
  assertEquals(limits, [10_000, 1_000, 3_000, 10_000]);
});
