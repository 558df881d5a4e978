import { printable } from "../errors/printable.ts";
import { maskMessage } from "./mask_message.ts";
import type { ReportError, ReportExample, ReportItemName } from "./run_report.ts";
import type { RunFailure } from "./run_record.ts";

const MAX_GROUPS = 30;
const MAX_EXAMPLES = 3;
const MAX_LABEL_LENGTH = 80;
const MAX_MESSAGE_LENGTH = 200;
const OTHERS = "other errors";

/** A failed item. */
export interface FailedItem {
  /** What it is found by. */
  readonly name: ReportItemName;
  /** What failed it. */
  readonly failure: RunFailure;
  /** When it failed, in milliseconds since 1970. */
  readonly atMs: number;
  /** The item, no text of which is shown. */
  readonly item: unknown;
}

interface Group {
  count: number;
  firstMs: number;
  lastMs: number;
  readonly examples: ReportExample[];
}

/** The failed items by the kind of their errors; so many kinds have a place of their own, all others share one. */
export class FailureGroups {
  readonly #areValuesShown: boolean;
  readonly #groups = new Map<string, Group>();

  /** No failures yet; messages are shown as they are where `areValuesShown`. */
  constructor(areValuesShown: boolean) {
    this.#areValuesShown = areValuesShown;
  }

  /** Takes a failed item in. */
  add({ name, failure, atMs, item }: FailedItem): void {
    const label = printable(failure.label).slice(0, MAX_LABEL_LENGTH);
    const group = this.#groupOf(label, atMs);
    group.count++;
    group.firstMs = Math.min(group.firstMs, atMs);
    group.lastMs = Math.max(group.lastMs, atMs);
    if (group.examples.length >= MAX_EXAMPLES) return;
    const message = this.#areValuesShown ? failure.message : maskMessage(failure.message, item);
    group.examples.push({ ...name, message: cut(printable(message)) });
  }

  /** The groups, the largest first. */
  report(): readonly ReportError[] {
    const groups = [...this.#groups].map(([label, { examples, ...group }]) => ({
      label,
      ...group,
      examples: [...examples],
    }));
    return groups.sort((one, other) => other.count - one.count);
  }

  #groupOf(label: string, atMs: number): Group {
    const isFull = this.#groups.size >= MAX_GROUPS && !this.#groups.has(label);
    const name = isFull ? OTHERS : label;
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const group: Group = { count: 0, firstMs: atMs, lastMs: atMs, examples: [] };
    this.#groups.set(name, group);
    return group;
  }
}

function cut(text: string): string {
  return text.length <= MAX_MESSAGE_LENGTH ? text : `${text.slice(0, MAX_MESSAGE_LENGTH)}…`;
}
