import { quantile } from "./quantile.ts";
import type { Contender, Row, Unit } from "./row.ts";

/** The middle of what the rounds came to, and how far they lie apart. */
export interface Spread {
  readonly median: number;
  /** The tenth percentile. */
  readonly low: number;
  /** The ninetieth. */
  readonly high: number;
}

/** What a contender came to. */
export interface Timing {
  readonly name: string;
  /** The figure of one call, item or run, in the unit of the row. */
  readonly figure: Spread;
  /** Our figure as a multiple of this one, taken within a round, in which one ran after the other. */
  readonly ratio: Spread;
}

const PER_MS: Readonly<Partial<Record<Unit, number>>> = { ns: 1e6, "µs": 1e3, ms: 1, s: 1e-3 };

/** Whether a look is enough: `deno task bench --quick` measures a few rounds. */
const IS_QUICK = Deno.env.get("OPERO_BENCH_QUICK") !== undefined;

/** A row that takes longer, as one on a busy machine may, ends with fewer rounds. */
const MOST_MS = IS_QUICK ? 0 : 8_000;
const LEAST_ROUNDS = IS_QUICK ? 1 : 3;

/**
 * Measures all contenders of a row in turn, round after round: A B C, B C A, C A B, then the other way, A C B, B A C,
 * C B A. So each is first, last and between as often as the others, and comes after each of them. Ratios are taken within
 * a round, so they hold on a machine that others use too.
 *
 * @param row What to measure.
 * @returns What each contender came to, in their order.
 */
export async function takeTurns(row: Row): Promise<Timing[]> {
  const { contenders, rounds } = row;
  const warmUps = IS_QUICK ? Math.min(1, row.warmUps) : row.warmUps;
  const found: number[][] = [];
  const endMs = performance.now() + MOST_MS;
  for (let round = 0; round < warmUps + rounds; round++) {
    if (found.length >= LEAST_ROUNDS && performance.now() > endMs) break;
    const figures: number[] = [];
    for (const [position] of contenders.entries()) {
      const index = indexAt(round, position, contenders.length);
      figures[index] = await figureOf(contenders[index]!, row);
    }
    if (round >= warmUps) found.push(figures);
  }
  return contenders.map(({ name }, index) => ({
    name,
    figure: spreadOf(found.map((figures) => figures[index]!)),
    ratio: spreadOf(found.map((figures) => figures[0]! / figures[index]!)),
  }));
}

/** Whose turn it is among so many. */
function indexAt(round: number, position: number, count: number): number {
  const isBackward = Math.floor(round / count) % 2 === 1;
  return (round + (isBackward ? count - position : position)) % count;
}

async function figureOf(contender: Contender, row: Row): Promise<number> {
  const runs = row.runsInRound ?? 1;
  // Nobody pays for the garbage of the one before.
  (globalThis as { gc?: () => void }).gc?.();
  if (runs === 1) return await runOnce(contender, row);
  // What ran before has left its own data in the processor's caches.
  await runOnce(contender, row);
  const figures: number[] = [];
  for (let run = 0; run < runs; run++) figures.push(await runOnce(contender, row));
  return quantile(figures, 0.5);
}

async function runOnce({ run, before }: Contender, { unit, perRun = 1, isReported }: Row): Promise<number> {
  await before?.();
  const startMs = performance.now();
  const result = await run();
  const elapsedMs = performance.now() - startMs;
  return isReported ? Number(result) : elapsedMs * PER_MS[unit]! / perRun;
}

function spreadOf(figures: readonly number[]): Spread {
  return { median: quantile(figures, 0.5), low: quantile(figures, 0.1), high: quantile(figures, 0.9) };
}
