import type { MapItemError } from "../errors/map_error.ts";
import { errorLabel, rootOf } from "../errors/error_label.ts";

const MAX_KINDS = 5;
const MAX_INDEXES = 3;

interface Kind {
  times: number;
  readonly indexes: number[];
}

/**
 * What the failed items of a map come down to: the kinds of error that their last attempts threw, the most frequent
 * first, how many there are of each, and the first items. Their texts may hold anything and stay out.
 *
 * @param errors The failed items.
 * @returns The text, for the end of a message.
 */
export function tallyItems(errors: readonly MapItemError[]): string {
  const kinds = new Map<string, Kind>();
  for (const { index, error } of errors) {
    const label = errorLabel(rootOf(error));
    const kind = kinds.get(label) ?? { times: 0, indexes: [] };
    kinds.set(label, kind);
    kind.times++;
    if (kind.indexes.length < MAX_INDEXES) kind.indexes.push(index);
  }
  const sorted = [...kinds].sort(([, one], [, other]) => other.times - one.times);
  const parts = sorted.slice(0, MAX_KINDS).map(([label, kind]) => `${kind.times} × ${label} ${places(kind)}`);
  const left = sorted.slice(MAX_KINDS).reduce((sum, [, { times }]) => sum + times, 0);
  return [...parts, ...(left > 0 ? [`${left} of other kinds`] : [])].join(", ");
}

function places({ times, indexes }: Kind): string {
  return `(${times === 1 ? "item" : "items"} ${indexes.join(", ")}${times > indexes.length ? ", …" : ""})`;
}
