import { createOpero } from "@opero/core";
import { FakeClock } from "@opero/core/testing";

/** What not every platform has. */
export type Part = "workers" | "loops" | "files" | "sqlite" | "blocking" | "kv" | "asyncContext";

/** What runs the cases, as those who start it know it: no case asks the library what there is. */
export interface Platform {
  readonly has: readonly Part[];
}

/** Something that has to hold on every platform. */
export interface EverywhereCase {
  /** What holds, as the name of its test. */
  readonly name: string;
  /** Rejects where it does not. */
  readonly run: (platform: Platform) => unknown;
}

const cases: EverywhereCase[] = [];

/** All cases of the modules that were imported. */
export const EVERYWHERE_CASES: readonly EverywhereCase[] = cases;

/** Adds a case. */
export function everywhere(name: string, run: () => unknown): void {
  cases.push({ name, run });
}

/** Adds a case that runs where the platform has `part`; elsewhere `refused` says how its use is refused. */
export function where(part: Part, name: string, run: () => unknown, refused: () => unknown): void {
  cases.push({ name, run: ({ has }) => has.includes(part) ? run() : refused() });
}

/** An instance whose time goes on when it is told to, and whose chance is always one half. */
export function fakeInstance(): ReturnType<typeof createOpero> & { clock: FakeClock } {
  const clock = new FakeClock();
  return { ...createOpero({ clock, random: () => 0.5 }), clock };
}

/** A function that fails until it is called for the `calls`-th time, and answers with the number of its calls. */
export function succeedsAt(calls: number, error: unknown = new Error("not yet")): () => Promise<number> {
  let made = 0;
  return () => ++made < calls ? Promise.reject(error) : Promise.resolve(made);
}

/** Waits in real time. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs all cases one by one, and answers what each came to. */
export async function runEverywhere(platform: Platform): Promise<{ name: string; failure: string | undefined }[]> {
  const results = [];
  for (const { name, run } of cases) {
    let timer: ReturnType<typeof setTimeout>;
    const late = new Promise((_, reject) =>
      timer = setTimeout(() => reject(new Error("It did not end in 20 s")), 20_000)
    );
    const failure = await Promise.race([Promise.resolve().then(() => run(platform)), late])
      .then(() => undefined, (error) => `${error?.stack ?? error}\n${error?.cause?.stack ?? ""}`);
    clearTimeout(timer!);
    results.push({ name, failure });
  }
  return results;
}
