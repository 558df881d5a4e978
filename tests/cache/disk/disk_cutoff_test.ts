import { assert } from "@std/assert";
import fc from "fast-check";
import { cutoffOf } from "../../../src/cache/disk/disk_cutoff.ts";
import { Slices } from "../../../src/time/slices.ts";
import { FakeClock } from "../../../testing.ts";

const NOW_MS = 1_764_000_000_000;
const file = fc.record({ bytes: fc.integer({ min: 1, max: 100 }), agoMs: fc.oneof(fc.nat(50), fc.nat(10 ** 9)) });

Deno.test("cutoffOf() finds the millisecond at which the oldest files are enough, for all files", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(file, { minLength: 1, maxLength: 40 }),
      fc.double({ min: 0, max: 1 }),
      async (some, part) => {
        const files = some.map(({ bytes, agoMs }, i) => ({ path: `${i}`, bytes, atMs: NOW_MS - agoMs }));
        const sumOf = (isMeant: (atMs: number) => boolean) =>
          files.reduce((sum, { atMs, bytes }) => isMeant(atMs) ? sum + bytes : sum, 0);
        const excess = 1 + Math.floor((sumOf(() => true) - 1) * (part || 0));
        const { fromMs, toMs } = await cutoffOf(files, excess, new Slices(new FakeClock(), true));
        const [before, within] = [sumOf((atMs) => atMs < fromMs), sumOf((atMs) => atMs <= toMs)];
        assert(before < excess && excess <= within, `${before} < ${excess} <= ${within}`);
        assert(toMs - fromMs < 1, `${toMs - fromMs} ms`);
      },
    ),
  );
});
