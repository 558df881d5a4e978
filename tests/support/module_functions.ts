import { currentCall, opmap } from "@opero/core";

const OPTIONS = {
  mode: "process",
  workers: 1,
  retries: 1,
  minDelay: "1ms",
  progress: false,
  module: import.meta.url,
  // The module may take as long to load: Deno checks its types in each worker first.
  timeout: "2m",
} as const;

/** What the tests use of a map over numbers. */
export interface NumberMap<R> {
  (items: number[]): Promise<R[]>;
  close(): Promise<void>;
}

const factor = 3;

/** Refers to what only this module knows. */
export function triple(n: number): number {
  return n * factor;
}

/** Not exported itself. */
const triples = (n: number) => triple(n);

/** Fails at first. */
function secondTime(n: number): string {
  const { attempt, index } = currentCall();
  if (attempt === 1) throw new RangeError(`not yet: ${n}`);
  return `${index}: attempt ${attempt}`;
}

/** Two functions that look the same. */
function adder(addend: number): (n: number) => number {
  return (n) => n + addend;
}

export const mapExported: NumberMap<number> = opmap(triple, OPTIONS);
export const mapHidden: NumberMap<number> = opmap(triples, OPTIONS);
export const mapSecondTime: NumberMap<string> = opmap(secondTime, OPTIONS);
export const mapPlusOne: NumberMap<number> = opmap(adder(1), OPTIONS);
export const mapPlusTwo: NumberMap<number> = opmap(adder(2), OPTIONS);

/** Wrapped only after the module is there. */
export function mapLate(): NumberMap<number> {
  return opmap(function late(n: number): number {
    return n + factor;
  }, { ...OPTIONS, retries: 0 });
}
