import type { OutcomeTally } from "./outcome_tally.ts";

/** The items that did not come to their turn. */
interface LeftItems {
  /** How many there are. */
  readonly count: number;
  /** Whether there may be more: the input has no end that is known. */
  readonly isLeast: boolean;
  /** Those of them that succeeded and are in the journal, but were behind others that did not end. */
  readonly recorded: number;
}

/**
 * The last line of a run.
 *
 * @param tally How the items ended.
 * @param fromJournal How many of them came from the journal.
 * @param left The items that did not come to their turn.
 * @returns The line, such as `2000 items: 1990 ok (693 from the journal), 10 failed`.
 */
export function summaryOf(
  { ok, failed, skipped }: Pick<OutcomeTally, "ok" | "failed" | "skipped">,
  fromJournal: number,
  left: LeftItems,
): string {
  const unread = left.isLeast ? left.count - 1 : left.count;
  const parts = [
    fromJournal > 0 ? `${ok} ok (${fromJournal} from the journal)` : `${ok} ok`,
    `${failed} failed`,
    skipped > 0 ? `${skipped} skipped` : "",
    left.recorded > 0 ? `${left.recorded} in the journal alone` : "",
    unread > left.recorded ? `${unread - left.recorded} not done` : "",
    left.isLeast ? "the rest not read" : "",
  ];
  const items = ok + failed + skipped + unread;
  return `${items} ${items === 1 ? "item" : "items"}: ${parts.filter((part) => part !== "").join(", ")}`;
}
