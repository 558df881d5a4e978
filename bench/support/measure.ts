import { callInARow, CALLS_IN_A_ROW, type Contender, type Subject } from "./subject.ts";

/** How long a contender takes beside ours. */
export interface Timing {
  readonly name: string;
  /** Nanoseconds a call, the median of the rounds. */
  readonly nsPerCall: number;
  /** Our time as a multiple of this one's: the median of the rounds' ratios, in which both ran one after the other. */
  readonly ratio: number;
}

const WARM_UP_ROUNDS = 10;
const ROUNDS = 60;
const ROWS_IN_A_ROUND = 9;

/**
 * Times all contenders of `subject` in turn, round after round, and takes ratios within a round. On a
 * machine that others use too, most rows of calls are short enough to pass undisturbed.
 */
export async function measure({ contenders }: Subject): Promise<Timing[]> {
  const rounds: number[][] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    const times: number[] = [];
    // Whoever comes first after a rest is slower, so each round begins with another one.
    for (let i = 0; i < contenders.length; i++) {
      const position = (i + round) % contenders.length;
      times[position] = await nsPerCall(contenders[position]!);
    }
    if (round >= WARM_UP_ROUNDS) rounds.push(times);
  }
  return contenders.map(({ name }, i) => ({
    name,
    nsPerCall: median(rounds.map((times) => times[i]!)),
    ratio: median(rounds.map((times) => times[0]! / times[i]!)),
  }));
}

async function nsPerCall(contender: Contender): Promise<number> {
  // What ran before has left its own data in the processor's caches.
  await callInARow(contender);
  const rowTimes: number[] = [];
  for (let row = 0; row < ROWS_IN_A_ROUND; row++) {
    const startedMs = performance.now();
    await callInARow(contender);
    rowTimes.push((performance.now() - startedMs) * 1e6 / CALLS_IN_A_ROW);
  }
  return median(rowTimes);
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

if (import.meta.main) {
  const { subjects } = await import(Deno.args[0]!) as { subjects: readonly Subject[] };
  for (const subject of subjects) {
    console.log(JSON.stringify({ name: subject.name, target: subject.target, timings: await measure(subject) }));
  }
}
