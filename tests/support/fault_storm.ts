import { type Fault, FAULT_ERRORS, FAULTS, faultyItem, runFaulty } from "./faulty_item.ts";
import { openPool, type OpenPoolOptions, runItem } from "./open_pool.ts";

/** Ending a worker thread of Deno leaves such a loop running, which would slow everything after it. */
export const STORM_FAULTS: readonly Fault[] = FAULTS.filter((fault) =>
  !("Deno" in globalThis && fault === "loop later")
);

/** What a storm is made of. */
export interface StormOptions {
  /** How many items there are. */
  readonly count: number;
  /** What goes wrong in them. */
  readonly faults: readonly Fault[];
  /** Which part of the items each fault hits. */
  readonly share: number;
  /** Items in flight in a worker. */
  readonly workerConcurrency: number;
  /** The limit of an attempt in milliseconds. */
  readonly timeoutMs: number;
}

const POOL: OpenPoolOptions = { workers: 2, memoryLimit: 32 };

/**
 * Runs many items of which a part goes wrong in every way there is.
 *
 * @returns What is wrong with the outcomes: a line per item whose outcome is not the one it should have.
 */
export async function runFaultStorm(options: StormOptions): Promise<string[]> {
  const { count, faults, share, workerConcurrency, timeoutMs } = options;
  await using pool = openPool(runFaulty, { ...POOL, workerConcurrency, timeoutMs });
  const every = Math.round(1 / share);
  const faultOf = (id: number): Fault | undefined => faults[id % every];
  const outcomes = new Array<string[]>(count);
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const id = next++;
      const settled = await settle(runItem(pool, faultyItem(id, faultOf(id)), id));
      (outcomes[id] ??= []).push(settled);
    }
  };
  await Promise.all(Array.from({ length: 64 }, lane));
  const expected = (id: number) => {
    const fault = faultOf(id);
    return fault === undefined ? `value ${id * 2}` : `error ${FAULT_ERRORS[fault]}`;
  };
  return Array.from(outcomes, (found, id) => ({ id, found: String(found), expected: expected(id) }))
    .filter(({ found, expected }) => found !== expected)
    .map(({ id, found, expected }) => `${id} (${faultOf(id)}): ${found} in place of ${expected}`);
}

async function settle(promise: Promise<unknown>): Promise<string> {
  try {
    return `value ${await promise}`;
  } catch (error) {
    return `error ${(error as Error | undefined)?.name}`;
  }
}
