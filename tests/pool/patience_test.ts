import { assertEquals } from "@std/assert";
import { patienceWith } from "../../src/pool/patience.ts";
import type { SharedWorker } from "../../src/pool/pool_share.ts";

function patience(isUp: boolean, isReady: boolean, timeoutMs: number | undefined, silentInRow = 0): number {
  return patienceWith({ isUp, isReady, served: { options: { timeoutMs }, silentInRow } } as unknown as SharedWorker);
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

Deno.test("patienceWith() doubles with each silent worker in a row, up to ten seconds", () => {
  assertEquals([0, 1, 2, 3, 4].map((count) => patience(true, true, 1, count)), [1_000, 2_000, 4_000, 8_000, 10_000]);
  assertEquals([0, 1, 100].map((count) => patience(true, true, 60_000, count)), [10_000, 10_000, 10_000]);
  assertEquals([0, 3].map((count) => patience(true, false, 1, count)), [5_000, 5_000]);
});
