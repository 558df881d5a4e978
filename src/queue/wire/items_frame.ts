import { type ReadFrame, writeFrame } from "./frame_text.ts";

/** One attempt of an item on its way to a worker. */
export interface WireItem {
  /** What its caller calls the attempt. */
  readonly ref: number;
  /** The place of the item in its map, -1 for none. */
  readonly index: number;
  /** The number of the attempt, from 1, and its round, from 0. */
  readonly attempt: number;
  readonly retry: number;
  /** Which fallback value it runs with: the values themselves stay where they are. */
  readonly fallbackIndex: number | null;
  /** The id of its call, where that has one. */
  readonly correlationId: string | null;
  /** How long it may run, in milliseconds. */
  readonly limitMs: number | null;
  /** What stays the same over all attempts of the item. */
  readonly key: string;
  /** Its arguments as a line. */
  readonly line: string;
}

/** Items of one run that travel together. */
export interface ItemsFrame {
  /** The run that they belong to. */
  readonly run: string;
  /** How many workers were lost that had them. */
  readonly losses: number;
  /** With how many an item may be lost before it fails. */
  readonly maxCrashes: number;
  readonly items: readonly WireItem[];
}

/** The fields of an item in the first line, in their order. */
type ItemFields = [
  ref: number,
  index: number,
  attempt: number,
  retry: number,
  fallbackIndex: number | null,
  correlationId: string | null,
  limitMs: number | null,
  key: string,
];

/**
 * Writes items.
 *
 * @param frame The items.
 * @returns The bytes.
 */
export function writeItems({ run, losses, maxCrashes, items }: ItemsFrame): Uint8Array {
  const fields = items.map((item): ItemFields => {
    const { ref, index, attempt, retry, fallbackIndex, correlationId, limitMs, key } = item;
    return [ref, index, attempt, retry, fallbackIndex, correlationId, limitMs, key];
  });
  const head = { kind: "items" as const, run, losses, maxCrashes, items: fields };
  return writeFrame(head, items.map(({ line }) => line));
}

/**
 * The items of a frame.
 *
 * @param frame The frame; `undefined` for one that could not be read.
 * @returns The items; `undefined` where the frame holds something else.
 */
export function itemsOf(frame: ReadFrame | undefined): ItemsFrame | undefined {
  if (frame === undefined || frame.head.kind !== "items" || !Array.isArray(frame.head.items)) return undefined;
  const { head, lines } = frame;
  const fields = frame.head.items as ItemFields[];
  if (lines.length !== fields.length || !fields.every((each) => Array.isArray(each))) return undefined;
  const items = fields.map((each, place): WireItem => {
    const [ref, index, attempt, retry, fallbackIndex, correlationId, limitMs, key] = each;
    return { ref, index, attempt, retry, fallbackIndex, correlationId, limitMs, key, line: lines[place]! };
  });
  return { run: head.run, losses: Number(head.losses), maxCrashes: Number(head.maxCrashes), items };
}
