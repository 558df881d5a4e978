/** The pauses and resets of limits, as they come. */
export interface LimitEvents {
  /** Calls `onPause` with the length of each pause in milliseconds, and with 0 at a reset, until the answer is called. */
  watch(key: string, onPause: (forMs: number) => void): () => void;
  /** Ends all watching. */
  close(): void;
}

/**
 * The length of the pause that an event is about.
 *
 * @param event The event: its time, and the length.
 * @returns The length in milliseconds; 0 for a reset.
 */
export function pauseOf(event: string): number {
  return Number(event.slice(event.lastIndexOf(" ") + 1));
}
