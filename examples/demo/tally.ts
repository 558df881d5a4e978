import { type OperoInstance, TimeoutError } from "@opero/core";
import { ServiceError } from "./airport_client.ts";

/** What happened in one pass over the records. */
export interface Tally {
  calls: number;
  retries: number;
  fallbacks: number;
  cacheHits: number;
  /** Calls of the service that failed, by kind. */
  readonly failed: Map<string, number>;
}

/** Counts what the instance's events tell while `run` runs. */
export async function tallied(instance: OperoInstance, run: () => Promise<void>): Promise<Tally> {
  const tally: Tally = { calls: 0, retries: 0, fallbacks: 0, cacheHits: 0, failed: new Map() };
  const noteFailure = (error: unknown) => {
    const kind = kindOf(error);
    tally.failed.set(kind, (tally.failed.get(kind) ?? 0) + 1);
  };
  const { events } = instance;
  const listening = [
    events.on("success", ({ attempts }) => tally.calls += attempts),
    events.on("failure", ({ attempts, error }) => (tally.calls += attempts, noteFailure(error))),
    events.on("retry", ({ error }) => (tally.retries++, noteFailure(error))),
    events.on("fallback", ({ error }) => (tally.fallbacks++, noteFailure(error))),
    events.on("cacheHit", () => tally.cacheHits++),
  ];
  try {
    await run();
  } finally {
    for (const stop of listening) stop();
  }
  return tally;
}

function kindOf(error: unknown): string {
  if (error instanceof ServiceError) return String(error.response.status);
  return error instanceof TimeoutError ? "hanging" : "other";
}
