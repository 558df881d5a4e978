import type { CancelFrame } from "../wire/cancel_frame.ts";

/** So many runs are remembered. */
const MAX_RUNS = 256;

/** So many single attempts of a run are remembered. */
const MAX_REFS = 10_000;

/** Remembers what callers do not wait for any more: what comes after the news of it does not begin. */
export class CancelLedger {
  readonly #runs = new Map<string, { below: number; refs: Set<number> }>();

  /** Takes news in. */
  add({ run, below, refs }: CancelFrame): void {
    const known = this.#runs.get(run) ?? { below: 0, refs: new Set() };
    known.below = Math.max(known.below, below);
    for (const ref of refs) known.refs.add(ref);
    dropFirst(known.refs, MAX_REFS);
    // The latest stands last.
    this.#runs.delete(run);
    this.#runs.set(run, known);
    dropFirst(this.#runs, MAX_RUNS);
  }

  /** Whether the caller has cancelled the attempt. */
  has(run: string, ref: number): boolean {
    const known = this.#runs.get(run);
    return known !== undefined && (ref < known.below || known.refs.has(ref));
  }
}

function dropFirst(entries: Set<number> | Map<string, unknown>, most: number): void {
  for (const key of entries.keys()) {
    if (entries.size <= most) return;
    (entries as Set<unknown>).delete(key);
  }
}
