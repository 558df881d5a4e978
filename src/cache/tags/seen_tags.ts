import { isPromise, type MaybePromise } from "../../call/maybe_promise.ts";

/** Tags whose version is remembered; past that the oldest is forgotten. */
const MAX_TAGS = 10_000;

/** A version of a tag, and when this process first saw it. */
interface SeenVersion {
  readonly version: string;
  readonly mark: number;
}

/** The versions of tags that this process has seen in one backend, and in which order: a count that no clock is part of. */
export class SeenTags {
  readonly #seen = new Map<string, SeenVersion>();
  /** Lookups of versions under way that make one where there is none: two of them would invalidate each other. */
  readonly creating: Map<string, Promise<string | undefined>> = new Map();
  #mark = 0;

  /** The moment: versions that are seen later have a higher mark. */
  mark(): number {
    return this.#mark;
  }

  /** Records that the tag with these digits has `version`; returns when that was first seen. */
  record(digits: string, version: string): number {
    const seen = this.#seen.get(digits);
    if (seen?.version === version) return seen.mark;
    this.#seen.delete(digits);
    this.#seen.set(digits, { version, mark: ++this.#mark });
    if (this.#seen.size > MAX_TAGS) this.#seen.delete(this.#seen.keys().next().value!);
    return this.#mark;
  }

  /** The version that was seen after `mark`, if there is one. */
  since(digits: string, mark: number): string | undefined {
    const seen = this.#seen.get(digits);
    return seen !== undefined && seen.mark > mark ? seen.version : undefined;
  }
}

/**
 * All of `values` once they are there, at once where they all are.
 *
 * @param values The values, or promises of them.
 * @returns The values in their order; a promise where one of them is.
 */
export function allReady<T>(values: readonly MaybePromise<T>[]): MaybePromise<readonly T[]> {
  return values.some((value) => isPromise(value)) ? Promise.all(values) : values as readonly T[];
}
