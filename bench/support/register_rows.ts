import type { Row } from "./row.ts";

/**
 * Makes rows known to `deno bench`: a group each, a time for each run. Elsewhere it does nothing.
 *
 * @param rows The rows of a file.
 */
export function registerRows(rows: readonly Row[]): void {
  for (const { name, contenders, perRun = 1, rounds } of rows) {
    const group = perRun === 1 ? name : `${name} (times of ${perRun.toLocaleString("en")})`;
    for (const contender of contenders) {
      Deno.bench({
        name: contender.name,
        group,
        baseline: contender === contenders[0],
        n: rounds,
        warmup: 1,
        // A row that sets its own bounds is not repeated ten thousand times over, as quick ones are.
        fn: async (bench) => {
          await contender.before?.();
          bench.start();
          await contender.run();
          bench.end();
        },
      });
    }
  }
}
