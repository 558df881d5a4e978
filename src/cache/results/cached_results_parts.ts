import type { LayerHost } from "../../attempt/layer_host.ts";
import type { Behind } from "./behind.ts";
import type { Flights } from "./flights.ts";
import type { Freshness } from "./freshness.ts";
import type { KeepRules } from "./keep_rules.ts";
import type { KeptErrors } from "./kept_errors.ts";
import type { RefreshAhead } from "./refresh_ahead.ts";
import type { RefreshPace } from "./refresh_pace.ts";
import type { ResultStore } from "./result_store.ts";
import type { RunLock } from "./run_lock.ts";

/** What the cached results of a function are made of. */
export interface CachedResultsParts {
  /** Where they are kept. */
  readonly store: ResultStore;
  /** How long they live. */
  readonly freshness: Freshness;
  /** Which are kept. */
  readonly rules: KeepRules;
  /** The errors that are kept, where some are. */
  readonly errors: KeptErrors | undefined;
  /** When values are made anew before they expire, where they are. */
  readonly ahead: RefreshAhead | undefined;
  /** The runs under way of all functions that share them. */
  readonly flights: Flights;
  /** When a source that failed may be asked again behind a stale value. */
  readonly pace: RefreshPace;
  /** What continues behind answers. */
  readonly behind: Behind;
  /** Shares runs between processes, where that is asked for. */
  readonly lock: RunLock | undefined;
  readonly host: LayerHost;
}
