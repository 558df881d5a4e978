import { choice, duration, flag, type FlagKind, text, wholeNumber } from "./flag_kinds.ts";
import { type Halt, halt } from "./halt_flag.ts";
import { rate, type RateFlag } from "./rate_flag.ts";
import type { ParsedFlags } from "./parse_flags.ts";
import type { JournalResume } from "../journal/journal_options.ts";
import type { MapMode } from "../map/opmap_options.ts";
import type { Duration } from "../time/duration.ts";

/** The name of a level of log lines, as the flag takes it. */
export type LogLevelFlag = "debug" | "info" | "warning" | "error" | "off";

/** All of them. */
export const LOG_LEVELS: readonly LogLevelFlag[] = ["debug", "info", "warning", "error", "off"];

/** The flags of `opero map`. */
interface MapFlagTable {
  readonly items: FlagKind<string>;
  readonly in: FlagKind<"jsonl" | "lines">;
  readonly out: FlagKind<string>;
  readonly form: FlagKind<"values" | "records">;
  readonly "skip-bad": FlagKind<boolean>;
  readonly mode: FlagKind<MapMode>;
  readonly workers: FlagKind<number>;
  readonly threads: FlagKind<number>;
  readonly engine: FlagKind<string>;
  readonly task: FlagKind<string>;
  readonly retries: FlagKind<number>;
  readonly timeout: FlagKind<Duration>;
  readonly deadline: FlagKind<Duration>;
  readonly "retry-on": FlagKind<"transient" | "all">;
  readonly "max-retry-after": FlagKind<Duration>;
  readonly rate: FlagKind<RateFlag> & { readonly isList: true };
  readonly "rate-store": FlagKind<string>;
  readonly "rate-key": FlagKind<string>;
  readonly cache: FlagKind<"sqlite" | "disk" | "redis" | "memory">;
  readonly "cache-ttl": FlagKind<Duration>;
  readonly journal: FlagKind<string>;
  readonly resume: FlagKind<JournalResume>;
  readonly version: FlagKind<string>;
  readonly "on-mismatch": FlagKind<"error" | "restart">;
  readonly key: FlagKind<string>;
  readonly "key-expr": FlagKind<string>;
  readonly halt: FlagKind<Halt>;
  readonly limit: FlagKind<number>;
  readonly offset: FlagKind<number>;
  readonly sample: FlagKind<number>;
  readonly "dry-run": FlagKind<boolean>;
  readonly errors: FlagKind<string>;
  readonly bar: FlagKind<boolean>;
  readonly "no-bar": FlagKind<boolean>;
  readonly quiet: FlagKind<boolean>;
  readonly "log-level": FlagKind<LogLevelFlag>;
  readonly report: FlagKind<string>;
  readonly "report-values": FlagKind<boolean>;
  readonly help: FlagKind<boolean>;
  readonly [name: string]: FlagKind<unknown>;
}

/** The flags of `opero map`. */
export const MAP_FLAGS: MapFlagTable = {
  items: text,
  in: choice(["jsonl", "lines"]),
  out: { ...text, short: "o" },
  form: choice(["values", "records"]),
  "skip-bad": flag,
  mode: choice(["thread", "async", "process", "async_process", "cluster"]),
  workers: { ...wholeNumber(1), short: "w" },
  threads: wholeNumber(1),
  engine: text,
  task: text,
  retries: wholeNumber(0),
  timeout: duration,
  deadline: duration,
  "retry-on": choice(["transient", "all"]),
  "max-retry-after": duration,
  rate: { ...rate, isList: true },
  "rate-store": text,
  "rate-key": text,
  cache: choice(["sqlite", "disk", "redis", "memory"], ", and for redis REDIS_URL the address of the server"),
  "cache-ttl": duration,
  journal: { ...text, short: "j" },
  resume: choice(["unfinished", "failed", "new", "off"]),
  version: text,
  "on-mismatch": choice(["error", "restart"]),
  key: text,
  "key-expr": text,
  halt,
  limit: wholeNumber(1),
  offset: wholeNumber(0),
  sample: wholeNumber(1),
  "dry-run": flag,
  errors: text,
  bar: flag,
  "no-bar": flag,
  quiet: { ...flag, short: "q" },
  "log-level": choice(LOG_LEVELS),
  report: text,
  "report-values": flag,
  help: { ...flag, short: "h" },
};

/** What was given of them. */
export type MapFlags = ParsedFlags<MapFlagTable>["flags"];
