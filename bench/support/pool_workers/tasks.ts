/** What every pool of the benchmark runs. */
export interface PoolTask {
  /** Milliseconds to keep the processor busy. */
  readonly busyMs?: number;
  /** Bytes to be carried. */
  readonly bytes?: Uint8Array;
}

/** Runs a task. Its source travels, so it refers to nothing. */
export function runTask(task: PoolTask | number): number {
  if (typeof task === "number") return task * 2;
  if (task.bytes !== undefined) return task.bytes.length;
  const endMs = performance.now() + (task.busyMs ?? 0);
  while (performance.now() < endMs);
  return 0;
}
