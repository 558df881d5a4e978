import type { Growth } from "./memory_trend.ts";

/** A soak may grow by so much, in bytes an hour, or by so much more than bare code in the same minutes. */
const MAX_BYTES_AN_HOUR = 1_000_000;

/** What is to be thought of how memory grew. */
export interface MemoryVerdict {
  /** It grows for sure by more than it may. */
  readonly isLeak: boolean;
  /** The same for people, with the figures. */
  readonly text: string;
}

/**
 * Judges how memory grew, beside what bare code kept that did the same work in the same minutes. Bounds that are too far
 * apart to tell are said to be so, and are no failure.
 */
export function judgeMemory(grown: Growth, bare: Growth | undefined): MemoryVerdict {
  const figures = bare === undefined
    ? `memory: ${described(grown)}`
    : `memory: ${described(grown)}; bare code: ${described(bare)}; ratio ${(grown.slope / bare.slope).toFixed(2)}`;
  const [least, likely, most] = [
    grown.low - Math.max(bare?.high ?? 0, 0),
    grown.slope - Math.max(bare?.slope ?? 0, 0),
    grown.high - Math.max(bare?.low ?? 0, 0),
  ];
  const isLeak = least > MAX_BYTES_AN_HOUR;
  if (isLeak) return { isLeak, text: `${figures}: failed, it grows for sure` };
  const isSure = most <= MAX_BYTES_AN_HOUR;
  const word = isSure ? "passed" : likely <= MAX_BYTES_AN_HOUR ? "passed, as far as can be told" : "open, run longer";
  return { isLeak, text: `${figures}: ${word}` };
}

function described({ low, slope, high }: Growth): string {
  return `${inMB(slope)} an hour (${inMB(low)} to ${inMB(high)} with 95 %)`;
}

/** `bytes` for people. */
export function inMB(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
