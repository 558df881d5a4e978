import { type ReadFrame, writeFrame } from "./frame_text.ts";

/** What a caller does not wait for any more. */
export interface CancelFrame {
  /** The run that it belongs to. */
  readonly run: string;
  /** All attempts of the run with a smaller number. */
  readonly below: number;
  /** Single attempts. */
  readonly refs: readonly number[];
}

/**
 * Writes what is cancelled.
 *
 * @param frame What is cancelled.
 * @returns The bytes.
 */
export function writeCancel({ run, below, refs }: CancelFrame): Uint8Array {
  const head = { kind: "cancel" as const, run, below, refs };
  return writeFrame(head);
}

/**
 * What a frame cancels.
 *
 * @param frame The frame; `undefined` for one that could not be read.
 * @returns What is cancelled; `undefined` where the frame holds something else.
 */
export function cancelOf(frame: ReadFrame | undefined): CancelFrame | undefined {
  if (frame === undefined || frame.head.kind !== "cancel" || !Array.isArray(frame.head.refs)) return undefined;
  const { run, below, refs } = frame.head;
  return { run, below: Number(below), refs: (refs as unknown[]).map(Number) };
}
