import { printable } from "../errors/printable.ts";
import { errorText, rootOf } from "../errors/error_label.ts";
import { failureLabel, type ItemOutcome } from "./item_outcome.ts";

const MAX_KINDS = 20;
const MAX_SHOWN = 5;
const MAX_TEXT_LENGTH = 160;
const OTHERS = "other errors";

interface Kind {
  count: number;
  readonly line: number;
  readonly text: string;
}

/** Counts how the items of a run ended. */
export class OutcomeTally {
  readonly #kinds = new Map<string, Kind>();
  #ok = 0;
  #failed = 0;
  #skipped = 0;

  /** An item ended. */
  count({ status, error, item }: ItemOutcome): void {
    if (status === "ok") this.#ok++;
    else if (status === "skipped") this.#skipped++;
    else {
      this.#failed++;
      this.#countKind(error, item.line);
    }
  }

  /** The items that succeeded. */
  get ok(): number {
    return this.#ok;
  }

  /** The items that failed. */
  get failed(): number {
    return this.#failed;
  }

  /** The items that were not to run. */
  get skipped(): number {
    return this.#skipped;
  }

  /** What failed, the most frequent first, a line a kind. */
  failures(): readonly string[] {
    const kinds = [...this.#kinds].sort(([, one], [, other]) => other.count - one.count);
    const lines = kinds.slice(0, MAX_SHOWN).map(([label, { count, line, text }]) => {
      const place = `${count === 1 ? "" : "first "}in line ${line}`;
      return `${count} failed with ${label}, ${place}${text === "" ? "" : `: ${text}`}`;
    });
    const left = kinds.slice(MAX_SHOWN).reduce((sum, [, { count }]) => sum + count, 0);
    return left === 0 ? lines : [...lines, `${left} failed with other errors`];
  }

  #countKind(error: unknown, line: number): void {
    const label = failureLabel(error);
    const name = this.#kinds.size < MAX_KINDS || this.#kinds.has(label) ? label : OTHERS;
    const kind = this.#kinds.get(name);
    if (kind !== undefined) kind.count++;
    else this.#kinds.set(name, { count: 1, line, text: printable(errorText(rootOf(error), MAX_TEXT_LENGTH) ?? "") });
  }
}
