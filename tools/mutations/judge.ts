import { EQUAL_MUTATIONS } from "./equal_mutations.ts";
import { applyMutation, lineOf, type Mutation } from "./mutation.ts";
import { testsFor } from "./tests_for.ts";
import type { Workspace } from "./workspace.ts";

/** What became of a change. */
export interface Verdict {
  readonly kind: "killed by an assertion" | "killed by time" | "equal" | "SURVIVED";
  /** The test that failed, or the stage that took too long. */
  readonly noticedBy?: string;
}

/** Beyond so many times what a stage takes on the unchanged source, and some seconds, it is held to be endless. */
const PATIENCE = 4;
const SPARE_MS = 20_000;
/** The unchanged source has to pass a stage within this. */
const UNCHANGED_LIMIT_MS = 1_800_000;

/** Says what becomes of changes, by tests whose time on the unchanged source it knows. */
export class Judge {
  readonly #workspace: Workspace;
  readonly #root: string;
  readonly #stages: number;
  readonly #limitsMs = new Map<string, number>();

  /** A judge who asks the first `stages` stages of the tests at `root`. */
  constructor(workspace: Workspace, root: string, stages: number) {
    this.#workspace = workspace;
    this.#root = root;
    this.#stages = stages;
  }

  /** Makes `mutation`, runs the stages one after another until one notices, and takes it back. */
  async judge(mutation: Mutation): Promise<Verdict> {
    const source = this.#workspace.read(mutation.file);
    if (isEqual(mutation, source)) return { kind: "equal" };
    const changed = applyMutation(mutation, source);
    for (const tests of testsFor(mutation.file, this.#root).slice(0, this.#stages)) {
      if (tests.length === 0) continue;
      const limitMs = await this.#limitOf(tests);
      const { outcome, noticedBy } = await this.#workspace.withChange(
        mutation.file,
        changed,
        () => this.#workspace.test(tests, limitMs),
      );
      if (outcome === "failed") return { kind: "killed by an assertion", noticedBy: noticedBy! };
      if (outcome === "out of time") {
        return {
          kind: "killed by time",
          noticedBy: `more than ${Math.round(limitMs / 1_000)} s for ${tests.join(" ")}`,
        };
      }
    }
    return { kind: "SURVIVED" };
  }

  /** How long a stage may take. Throws where it is not green on the unchanged source, as it could say nothing then. */
  async #limitOf(tests: readonly string[]): Promise<number> {
    const known = this.#limitsMs.get(tests.join());
    if (known !== undefined) return known;
    let { outcome, tookMs, noticedBy } = await this.#workspace.test(tests, UNCHANGED_LIMIT_MS);
    // Once more, since a busy machine fails tests of real time now and then.
    if (outcome !== "passed") ({ outcome, tookMs, noticedBy } = await this.#workspace.test(tests, UNCHANGED_LIMIT_MS));
    if (outcome !== "passed") {
      throw new Error(
        `Cannot judge a change as tests fail without one: ${noticedBy ?? `${tests.join(" ")}: ${outcome}`}`,
      );
    }
    const limitMs = PATIENCE * tookMs + SPARE_MS;
    this.#limitsMs.set(tests.join(), limitMs);
    return limitMs;
  }
}

function isEqual(mutation: Mutation, source: string): boolean {
  const line = lineOf(mutation, source);
  return EQUAL_MUTATIONS.some(({ file, kind, ...equal }) =>
    file === mutation.file && kind === mutation.kind && equal.line === line
  );
}
