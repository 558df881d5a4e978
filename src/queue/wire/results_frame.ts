import { type ReadFrame, writeFrame } from "./frame_text.ts";

/** What became of one attempt, on its way back. */
export interface WireResult {
  /** What its caller calls the attempt. */
  readonly ref: number;
  /** How it ended. */
  readonly status: "ok" | "failed";
  /** The id of its call, where the worker made it. */
  readonly correlationId: string | null;
  /** The value, or what was thrown, as a line. */
  readonly line: string;
}

/** Results of one run. */
export interface ResultsFrame {
  /** The run that they belong to. */
  readonly run: string;
  /** How long an item took, in milliseconds. */
  readonly itemMs: number;
  /** The worker that they come from; `undefined` where it does not say. */
  readonly by?: string | undefined;
  readonly results: readonly WireResult[];
}

type ResultFields = [ref: number, status: WireResult["status"], correlationId: string | null];

/** Longer names of workers are cut: anyone may have sent them who can reach the broker. */
const MAX_NAME_LENGTH = 80;

/**
 * Writes results.
 *
 * @param frame The results.
 * @returns The bytes.
 */
export function writeResults({ run, itemMs, by, results }: ResultsFrame): Uint8Array {
  const fields = results.map(({ ref, status, correlationId }): ResultFields => [ref, status, correlationId]);
  const head = { kind: "results" as const, run, itemMs, by, results: fields };
  return writeFrame(head, results.map(({ line }) => line));
}

/**
 * The results of a frame.
 *
 * @param frame The frame; `undefined` for one that could not be read.
 * @returns The results; `undefined` where the frame holds something else.
 */
export function resultsOf(frame: ReadFrame | undefined): ResultsFrame | undefined {
  if (frame === undefined || frame.head.kind !== "results" || !Array.isArray(frame.head.results)) return undefined;
  const { head, lines } = frame;
  const fields = frame.head.results as ResultFields[];
  if (lines.length !== fields.length || !fields.every((each) => Array.isArray(each))) return undefined;
  const results = fields.map(([ref, status, correlationId], place) => {
    return { ref, status, correlationId, line: lines[place]! };
  });
  const by = typeof head.by === "string" ? head.by.slice(0, MAX_NAME_LENGTH) : undefined;
  return { run: head.run, itemMs: Number(head.itemMs), by, results };
}
