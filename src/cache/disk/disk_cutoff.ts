import type { Slices } from "../../time/slices.ts";

/** A file, its size, and since when it is there. */
export interface DatedBytes {
  /** Where it is. */
  readonly path: string;
  /** Its size. */
  readonly bytes: number;
  /** When it was written, in milliseconds since 1970. */
  readonly atMs: number;
}

/** Spans of time that a round tells apart, and rounds: enough for a thousandth of a millisecond in a century. */
const SPANS = 1_024;
const ROUNDS = 5;

/** A span of time, its ends included. */
export interface Cutoff {
  /** What is older must go. */
  readonly fromMs: number;
  /** What is newer may stay. */
  readonly toMs: number;
}

/**
 * Which files must go, the oldest first, so that `excess` bytes become free: all before the span, and of those within it
 * as many as it takes. The files are counted by spans of time, then those of one span by shorter ones: to sort them would hold up the loop.
 *
 * @param files The files, with their dates and sizes.
 * @param excess How many bytes to free.
 * @param slices Yields to the event loop from time to time.
 * @returns What to remove.
 */
export async function cutoffOf(files: readonly DatedBytes[], excess: number, slices: Slices): Promise<Cutoff> {
  let [fromMs, toMs] = [Infinity, -Infinity];
  for (const { atMs } of files) [fromMs, toMs] = [Math.min(fromMs, atMs), Math.max(toMs, atMs)];
  let left = excess;
  for (let round = 0; round < ROUNDS && toMs > fromMs; round++) {
    const spanMs = (toMs - fromMs) / SPANS;
    const bytes = await bytesBySpan(files, fromMs, toMs, slices);
    let span = 0;
    for (; span < SPANS - 1 && bytes[span]! < left; span++) left -= bytes[span]!;
    [fromMs, toMs] = [fromMs + span * spanMs, span === SPANS - 1 ? toMs : fromMs + (span + 1) * spanMs];
  }
  return { fromMs, toMs };
}

async function bytesBySpan(
  files: readonly DatedBytes[],
  fromMs: number,
  toMs: number,
  slices: Slices,
): Promise<Float64Array> {
  const bySpan = new Float64Array(SPANS);
  for (const [i, { atMs, bytes }] of files.entries()) {
    if (atMs >= fromMs && atMs <= toMs) {
      const span = Math.floor((atMs - fromMs) / (toMs - fromMs) * SPANS);
      bySpan[Math.min(span, SPANS - 1)]! += bytes;
    }
    if (i % 4_096 === 0) await slices.step();
  }
  return bySpan;
}
