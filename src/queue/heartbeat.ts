/** What a worker says of itself to all callers of its task. */
export interface Heartbeat {
  /** Distinguishes the worker from the others. */
  readonly worker: string;
  /** How many items it runs at once; 0 when it leaves. */
  readonly slots: number;
}

/** More slots than any worker has: what is beyond is no heartbeat of ours. */
const MAX_SLOTS = 1_000_000;
const MAX_NAME_LENGTH = 64;

/**
 * The text of a heartbeat.
 *
 * @param heartbeat What is said.
 * @returns The text.
 */
export function heartbeatText({ worker, slots }: Heartbeat): string {
  return `${worker} ${slots}`;
}

/**
 * Reads a heartbeat, which anyone may have sent who can reach the broker.
 *
 * @param text What came in.
 * @returns The heartbeat, or `undefined` for what is none.
 */
export function readHeartbeat(text: string): Heartbeat | undefined {
  const [worker, digits, ...more] = text.split(" ");
  const slots = Number(digits);
  if (!worker || worker.length > MAX_NAME_LENGTH || more.length > 0) return undefined;
  return Number.isInteger(slots) && slots >= 0 && slots <= MAX_SLOTS ? { worker, slots } : undefined;
}
