import type { Duration } from "../time/duration.ts";
import { address, type ListenAddress } from "./address_flag.ts";
import { choice, duration, flag, type FlagKind, text, wholeNumber } from "./flag_kinds.ts";
import { LOG_LEVELS, type LogLevelFlag } from "./map_flags.ts";
import type { ParsedFlags } from "./parse_flags.ts";

/** The flags of `opero worker`. */
interface WorkerFlagTable {
  readonly engine: FlagKind<string>;
  readonly task: FlagKind<string>;
  readonly version: FlagKind<string>;
  readonly name: FlagKind<string>;
  readonly slots: FlagKind<number>;
  readonly threads: FlagKind<number>;
  readonly grace: FlagKind<Duration>;
  readonly "idle-exit": FlagKind<Duration>;
  readonly "max-items": FlagKind<number>;
  readonly health: FlagKind<ListenAddress>;
  readonly quiet: FlagKind<boolean>;
  readonly "log-level": FlagKind<LogLevelFlag>;
  readonly help: FlagKind<boolean>;
  readonly [name: string]: FlagKind<unknown>;
}

/** The flags of `opero worker`. */
export const WORKER_FLAGS: WorkerFlagTable = {
  engine: text,
  task: text,
  version: text,
  name: text,
  slots: wholeNumber(1),
  threads: wholeNumber(1),
  grace: duration,
  "idle-exit": duration,
  "max-items": wholeNumber(1),
  health: address,
  quiet: { ...flag, short: "q" },
  "log-level": choice(LOG_LEVELS),
  help: { ...flag, short: "h" },
};

/** What was given of them. */
export type WorkerFlags = ParsedFlags<WorkerFlagTable>["flags"];
