import { quoted } from "../errors/printable.ts";
import { attach, isAttachable } from "../cache/backend/attached_host.ts";
import { BackendHealth, type CacheOperation } from "../cache/guard/backend_health.ts";
import { troubleText, uselessText } from "../cache/guard/backend_trouble.ts";
import type { CacheBackend } from "../cache/backend/cache_backend.ts";
import { namespacePrefix } from "../cache/backend/engine_key.ts";
import { Flights } from "../cache/results/flights.ts";
import { type BackendState, GuardedCache, PATIENCE_TIMEOUTS } from "../cache/guard/guarded_cache.ts";
import { openCache } from "./open_cache.ts";
import { TieredCache } from "../cache/tiered/tiered_cache.ts";
import { WriteOrder } from "../cache/guard/write_order.ts";
import type { Clock } from "../time/clock.ts";
import { CacheError } from "../errors/cache_error.ts";
import { isOperoError } from "../errors/opero_error.ts";
import { errorLabel } from "../errors/error_label.ts";
import { className } from "../errors/read_field.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** A tier that takes its whole time leaves a little for what the other has already found. */
const TIERED_LIMIT = 1.2;

type Config = Readonly<Record<string, unknown>>;

/** A backend that functions of an instance use. */
interface OpenBackend {
  readonly backend: CacheBackend;
  /** What it was opened with, where the instance opened it; otherwise it was handed in and stays open. */
  readonly opened: { readonly name: string; readonly config: Config } | undefined;
  /** The functions by their identity, to notice when two share one. */
  readonly functions: Map<string, WeakRef<object>>;
  /** The runs under way by the same identity. */
  readonly flights: Map<string, Flights>;
}

/** How long a function waits for a backend, and who hears of its troubles. */
export interface BackendLimits {
  /** For an operation. */
  readonly timeoutMs: number;
  /** For the first operation of all, of a backend that has to be opened. */
  readonly connectTimeoutMs: number;
  readonly functionName: string;
  readonly onError: (operation: CacheOperation, error: unknown) => void;
}

/** How a function uses a backend. */
export interface BackendUse extends BackendLimits {
  /** What cannot be done where the backend cannot be opened, as in `wrap "fetchUser"`. */
  readonly task: string;
  /** The name of a backend, or one that is handed in. */
  readonly backend: string | CacheBackend;
  readonly config: Config;
  /** The function, and what its results are kept under. */
  readonly fn: object;
  readonly identity: string;
  /** Whether the user chose the identity, so that sharing it is meant. */
  readonly isIdentityChosen: boolean;
}

/** What a function has of a backend. */
export interface UsedBackend {
  /** It fails as a miss. */
  readonly cache: GuardedCache;
  /** The runs under way of all functions with the same identity. */
  readonly flights: Flights;
}

/** The backends of an instance: one opened with one configuration is opened once, and its health is known to all. */
export class OpenBackends {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #open: OpenBackend[] = [];
  readonly #states = new WeakMap<CacheBackend, BackendState>();

  /** None yet. */
  constructor(clock: Clock, telemetry: Telemetry) {
    this.#clock = clock;
    this.#telemetry = telemetry;
  }

  /**
   * The backend for one function, guarded.
   *
   * @throws {ConfigurationError} If it cannot be opened.
   */
  use(use: BackendUse): UsedBackend {
    const open = this.#find(use) ?? this.#add(use);
    this.#noteIdentity(open, use);
    const flights = open.flights.get(use.identity) ?? new Flights();
    open.flights.set(use.identity, flights);
    return { cache: this.#guard(open.backend, use), flights };
  }

  /**
   * Removes everything in `namespace` from every backend.
   *
   * @throws {CacheError} If it could not be removed from one of them.
   */
  async clear(namespace: string, limits: Pick<BackendLimits, "timeoutMs" | "connectTimeoutMs">): Promise<void> {
    const prefix = await namespacePrefix(namespace);
    const task = `clear the namespace ${quoted(namespace)}`;
    const clearOne = async ({ backend }: OpenBackend) =>
      await this.#guard(backend, { ...limits, functionName: task, onError: () => {} }).clear(prefix);
    const cleared = await Promise.allSettled(this.#open.map(clearOne));
    const failed = this.#open.flatMap(({ backend }, i) => {
      const result = cleared[i];
      return result?.status === "rejected" ? [{ label: this.#labelOf(backend), error: result.reason }] : [];
    });
    if (failed.length === 0) return;
    const reasons = failed.map(({ label, error }) => `${quoted(label)}: ${troubleText(error)}`).join("; ");
    throw new CacheError(`Cannot ${task} as a cache backend failed: ${reasons}`, { cause: failed[0]!.error });
  }

  /** Closes what was opened here; what was handed in stays open. */
  async close(): Promise<void> {
    const closing = this.#open.splice(0).filter(({ opened }) => opened !== undefined);
    const closed = await Promise.allSettled(closing.map(async ({ backend }) => await backend.close?.()));
    for (const result of closed) {
      if (result.status === "rejected") this.#warn("a cache backend could not be closed", result.reason);
    }
  }

  #find({ backend, config }: BackendUse): OpenBackend | undefined {
    return this.#open.find((open) =>
      typeof backend === "string"
        ? open.opened?.name === backend && isSameConfig(open.opened.config, config)
        : open.backend === backend
    );
  }

  #add({ task, backend: given, config }: BackendUse): OpenBackend {
    const warn = (message: string, fields = {}) => this.#telemetry.log("warning", message, fields);
    const warnOnce = (kind: string, message: string) => this.#telemetry.warnOnce(kind, "", message);
    const host = { clock: this.#clock, warn, warnOnce };
    const isName = typeof given === "string";
    const backend = isName ? openCache(task, given, config, host) : given;
    for (const part of partsOf(backend)) attach(part, host);
    const opened = isName ? { name: given, config } : undefined;
    const open: OpenBackend = { backend, opened, functions: new Map(), flights: new Map() };
    this.#open.push(open);
    return open;
  }

  #guard(backend: CacheBackend, limits: BackendLimits): GuardedCache {
    const clock = this.#clock;
    if (backend instanceof TieredCache) return this.#guardTiers(backend, limits);
    const state = this.#stateOf(backend, limits.timeoutMs);
    const hasToOpen = isAttachable(backend) || this.#open.some((open) => open.backend === backend && open.opened);
    return new GuardedCache({ ...limits, backend, state, clock, isFirst: () => hasToOpen && !state.health.wasAsked });
  }

  /** Tiers are guarded one by one, so that the trouble of one does not cost the other. */
  #guardTiers(backend: TieredCache, limits: BackendLimits): GuardedCache {
    const guards = new Map(backend.tiers.map((tier) => [tier, this.#guard(tier, limits)]));
    return new GuardedCache({
      ...limits,
      backend: backend.withTiers((tier) => guards.get(tier)!.asTier(false)),
      named: backend.withTiers((tier) => guards.get(tier)!.asTier(true)),
      state: undefined,
      clock: this.#clock,
      timeoutMs: limits.timeoutMs * TIERED_LIMIT,
      connectTimeoutMs: limits.connectTimeoutMs * TIERED_LIMIT,
      isFirst: () => [...guards.values()].some((guard) => guard.isFirst),
      onError: () => {},
    });
  }

  #stateOf(backend: CacheBackend, timeoutMs: number): BackendState {
    const known = this.#states.get(backend);
    if (known !== undefined) return known;
    const remove = (key: string) => backend.delete(key);
    const state = {
      health: this.#healthOf(this.#labelOf(backend)),
      order: new WriteOrder(this.#clock, timeoutMs * PATIENCE_TIMEOUTS, remove),
    };
    this.#states.set(backend, state);
    return state;
  }

  #healthOf(label: string): BackendHealth {
    return new BackendHealth(this.#clock, {
      onUseless: (operation, error, functionName) =>
        this.#telemetry.warnOnce(
          `cache backend ${label}`,
          functionName,
          uselessText(label, operation, error, functionName),
        ),
      onOutage: (error) => this.#warn("a cache backend is in trouble, calls go on without it", error, label),
      onRecovery: () => this.#telemetry.log("info", "a cache backend answers again", { backend: label }),
    });
  }

  #labelOf(backend: CacheBackend): string {
    return this.#open.find((open) => open.backend === backend)?.opened?.name ?? className(backend) ?? "Object";
  }

  #noteIdentity({ functions }: OpenBackend, { fn, functionName, identity, isIdentityChosen }: BackendUse): void {
    const known = functions.get(identity)?.deref();
    functions.set(identity, new WeakRef(fn));
    if (known === undefined || known === fn || isIdentityChosen) return;
    const name = JSON.stringify(functionName);
    this.#telemetry.warnOnce(
      "identity",
      functionName,
      `two functions ${name} with the same text share their cached results: give each a 'cacheId' of its own`,
    );
  }

  /** An error of a backend is named by its kind only, as its text may hold a password; the library's own tells what to do. */
  #warn(message: string, error: unknown, backend?: string): void {
    const remedy = isOperoError(error) ? { reason: error.message } : {};
    this.#telemetry.log("warning", message, { backend, error: errorLabel(error), ...remedy });
  }
}

/** A backend, and the tiers that it is made of. */
function partsOf(backend: CacheBackend): readonly CacheBackend[] {
  return backend instanceof TieredCache ? backend.tiers.flatMap(partsOf) : [backend];
}

function isSameConfig(a: Config, b: Config): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.is(a[name], b[name]));
}
