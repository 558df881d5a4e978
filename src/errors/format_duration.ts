/**
 * A short text for people: `250 ms`, `1.5 s`, `2 min`.
 *
 * @param ms The duration, in milliseconds.
 * @returns The text.
 */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${round(ms)} ms`;
  if (ms < 120_000) return `${round(ms / 1_000)} s`;
  return `${round(ms / 60_000)} min`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
