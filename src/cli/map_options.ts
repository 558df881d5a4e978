import { validateRedisConfig } from "../cache/redis/redis_config.ts";
import { readField } from "../errors/read_field.ts";
import { isTransient } from "../retry/is_transient.ts";
import type { HostProcess } from "../runtime/host_process.ts";
import type { JournalConfig } from "../journal/journal_options.ts";
import type { OpmapOptions } from "../map/opmap_options.ts";
import type { RateLimit } from "../policy/rate_fields.ts";
import { COST_EXPORT, type ItemFunction, type LoadedFunction } from "./load_function.ts";
import type { MapFlags } from "./map_flags.ts";
import { isClustered, type MapServices } from "./map_services.ts";
import type { RateFlag } from "./rate_flag.ts";
import { UsageError } from "./usage_error.ts";

/**
 * The options of the map that the flags ask for.
 *
 * @param flags What was given.
 * @param loaded The function and its module.
 * @param host The process, whose environment says where the server of `--cache redis` is.
 * @param services What the run shares with other processes.
 * @returns The options.
 * @throws {UsageError} If a flag needs another, or something that the module does not export.
 */
export function mapOptions(
  flags: MapFlags,
  loaded: LoadedFunction,
  host: HostProcess,
  services: MapServices = {},
): OpmapOptions {
  requireOthers(flags);
  const { retries, timeout, deadline, version, cache } = flags;
  const mode = flags.mode ?? (isClustered(flags) ? "cluster" : flags.threads === undefined ? "thread" : "process");
  const workers = flags.workers ?? flags.threads;
  const isPooled = mode === "process" || mode === "async_process";
  if (flags.threads !== undefined && !isPooled) {
    throw new UsageError(`--threads needs --mode process or async_process: received ${JSON.stringify(mode)}`);
  }
  return {
    mode,
    name: loaded.name,
    maxAhead: MAX_AHEAD,
    onError: "return",
    progress: false,
    retries,
    timeout,
    deadline,
    version,
    retryOn: flags["retry-on"] === undefined ? undefined : flags["retry-on"] === "all" ? Error : isTransient,
    maxRetryAfter: flags["max-retry-after"],
    rateLimit: flags.rate.length === 0 ? undefined : flags.rate.map((each) => limitOf(each, loaded, flags, services)),
    ...(workers !== undefined && { workers }),
    ...(mode === "cluster" && { engine: services.engine, task: flags.task }),
    ...(isPooled && { module: loaded.url }),
    ...(cache !== undefined && cacheOptions(flags, host)),
    ...(flags.journal !== undefined && { journal: journalOptions(flags, flags.journal, loaded) }),
  };
}

/** While one item waits for a minute, as a server asked, the others continue; this many results are held until its line is written. */
const MAX_AHEAD = 10_000;

/** The flags that do nothing without another. */
const NEEDS = [
  ["cache-ttl", "cache"],
  ["resume", "journal"],
  ["on-mismatch", "journal"],
  ["key", "journal"],
  ["key-expr", "journal"],
  ["report-values", "report"],
  ["rate-key", "rate-store"],
] as const;

function requireOthers(flags: MapFlags): void {
  for (const [name, other] of NEEDS) {
    if (flags[name] !== undefined && flags[other] === undefined) throw new UsageError(`--${name} needs --${other}`);
  }
  if (flags["rate-store"] !== undefined && flags.rate.length === 0) throw new UsageError("--rate-store needs --rate");
  for (const name of ["engine", "task"] as const) {
    if (flags[name] !== undefined && !isClustered(flags)) throw new UsageError(`--${name} needs --mode cluster`);
  }
  const pairs = [["key", "key-expr"], ["bar", "no-bar"], ["bar", "quiet"], ["workers", "threads"]] as const;
  for (const [one, other] of pairs) {
    if (flags[one] !== undefined && flags[other] !== undefined) {
      throw new UsageError(`--${one} and --${other} cannot be given together`);
    }
  }
}

function limitOf(
  { cost, limit, per }: RateFlag,
  loaded: LoadedFunction,
  { "rate-key": key }: MapFlags,
  { store }: MapServices,
): RateLimit {
  const shared = store === undefined ? {} : { store, key };
  if (cost === undefined) return { limit, per, ...shared };
  const flag = `--rate ${cost}=…`;
  const costOf = loaded.find(COST_EXPORT, flag);
  const read = (item: unknown) => {
    const value = readField(costOf(item), cost);
    if (typeof value === "number" && value >= 0) return value;
    throw new UsageError(`${flag}: the function "${COST_EXPORT}" must return { ${cost}: a number of 0 or more }`);
  };
  // A report names what a limit counts after its function.
  return { limit, per, ...shared, cost: Object.defineProperty(read, "name", { value: cost }) };
}

function cacheOptions({ cache, "cache-ttl": cacheTtl, version }: MapFlags, host: HostProcess): Partial<OpmapOptions> {
  // The environment is read where it is needed alone: on Deno that takes a permission.
  const url = cache === "redis" ? host.variable("REDIS_URL") : undefined;
  const config = url === undefined ? {} : { cacheBackendConfig: { url: requireRedisUrl(url) } };
  return { cache: true, cacheBackend: cache, cacheTtl, cacheVersion: version, ...config };
}

/** What stands there is not repeated, as a password may be in it. */
function requireRedisUrl(url: string): string {
  try {
    validateRedisConfig("read REDIS_URL", { url });
    return url;
  } catch (cause) {
    throw new UsageError("REDIS_URL must be the address of a Redis server, such as redis://cache:6379", { cause });
  }
}

function journalOptions(flags: MapFlags, path: string, loaded: LoadedFunction): JournalConfig {
  return { path, resume: flags.resume, onMismatch: flags["on-mismatch"], key: keyOf(flags, loaded) };
}

function keyOf({ key, "key-expr": expression }: MapFlags, loaded: LoadedFunction): JournalConfig["key"] {
  if (expression !== undefined) return textOf(loaded.find(expression, "--key-expr"), `--key-expr ${expression}`);
  if (key === undefined) return undefined;
  const path = key.split(".");
  return textOf((item) => path.reduce<unknown>((value, name) => readField(value, name), item), `--key ${key}`);
}

function textOf(read: ItemFunction, flag: string): (item: unknown) => string {
  return (item) => {
    const value = read(item);
    if (typeof value === "string" || typeof value === "number") return String(value);
    throw new UsageError(`${flag}: an item has no text or number there`);
  };
}
