/** One of those that are compared. */
export interface Contender {
  readonly name: string;
  /** Does the work once. `turn` goes up by one, so that no two calls in a row are alike. */
  readonly call: (turn: number) => unknown;
}

/** At most this multiple of a rival's time. */
export interface Target {
  readonly rival: string;
  readonly atMost: number;
}

/** Contenders that do the same work, ours first. */
export interface Subject {
  readonly name: string;
  readonly contenders: readonly [Contender, ...Contender[]];
  readonly target: Target;
}

/** A call takes some tens of nanoseconds and a reading of the clock takes more, so many calls make one measurement. */
export const CALLS_IN_A_ROW = 1_000;

/** Awaits one call after another. */
export async function callInARow({ call }: Contender, calls: number = CALLS_IN_A_ROW): Promise<void> {
  for (let turn = 0; turn < calls; turn++) await call(turn);
}

/** Makes `subjects` known to `deno bench`: a group each, times per thousand calls. Elsewhere it does nothing. */
export function registerSubjects(subjects: readonly Subject[]): void {
  for (const { name, contenders } of subjects) {
    for (const contender of contenders) {
      const isOurs = contender === contenders[0];
      Deno.bench({
        name: contender.name,
        group: name,
        baseline: isOurs,
        // A row that sets its own bounds is not repeated ten thousand times over, as quick ones are.
        fn: async (bench) => {
          bench.start();
          await callInARow(contender);
          bench.end();
        },
      });
    }
  }
}
