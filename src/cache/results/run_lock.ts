import type { KeptEntry } from "../backend/kept_entry.ts";
import type { Flight } from "./flight.ts";

/** A run that another process may make in its place. */
export interface LockedRun {
  readonly flight: Flight;
  /** When the value was made that the run is to replace, where there is one. */
  readonly seenAt: number | undefined;
  /** Runs the function here. */
  readonly runHere: () => Promise<unknown>;
  /** Ends the flight with what another process has made, after a wait for it or without. */
  readonly serve: (entry: KeptEntry, hasWaited: boolean) => unknown;
}

/** Lets one process run, and the others wait for what comes of that. */
export type RunLock = (run: LockedRun) => Promise<unknown>;
