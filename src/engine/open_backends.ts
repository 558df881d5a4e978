import { BackendHealth, type CacheOperation } from "../cache/backend_health.ts";
import type { CacheBackend } from "../cache/cache_backend.ts";
import { GuardedCache } from "../cache/guarded_cache.ts";
import { namespacePrefix } from "../cache/engine_key.ts";
import { openCache } from "../cache/open_cache.ts";
import { TieredCache } from "../cache/tiered_cache.ts";
import type { Clock } from "../clock.ts";
import { ConfigurationError } from "../errors.ts";
import { errorLabel } from "../internal/error_label.ts";
import { className } from "../internal/read_field.ts";
import type { Telemetry } from "../telemetry.ts";

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
}

/** How a function uses a backend. */
export interface BackendUse {
  /** What cannot be done where the backend cannot be opened, as in `wrap "fetchUser"`. */
  readonly task: string;
  /** The name of a backend, or one that is handed in. */
  readonly backend: string | CacheBackend;
  readonly config: Config;
  readonly timeoutMs: number;
  readonly onError: (operation: CacheOperation, error: unknown) => void;
  /** The function, and what its results are kept under. */
  readonly fn: object;
  readonly functionName: string;
  readonly identity: string;
  /** Whether the user chose the identity, so that sharing it is meant. */
  readonly isIdentityChosen: boolean;
}

/** The backends of an instance: one opened with one configuration is opened once, and its health is known to all. */
export class OpenBackends {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #open: OpenBackend[] = [];
  readonly #healths = new WeakMap<CacheBackend, BackendHealth>();

  /** None yet. */
  constructor(clock: Clock, telemetry: Telemetry) {
    this.#clock = clock;
    this.#telemetry = telemetry;
  }

  /**
   * The backend for one function, guarded: it fails as a miss.
   *
   * @throws {ConfigurationError} If it cannot be opened.
   */
  use(use: BackendUse): GuardedCache {
    const open = this.#find(use) ?? this.#add(use);
    this.#noteIdentity(open, use);
    return this.#guard(open.backend, use.timeoutMs, use.onError);
  }

  /** Removes everything in `namespace` from every backend. */
  async clear(namespace: string, timeoutMs: number): Promise<void> {
    const prefix = await namespacePrefix(namespace);
    await Promise.all(this.#open.map(({ backend }) => this.#guard(backend, timeoutMs, () => {}).clear(prefix)));
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
    const isName = typeof given === "string";
    const backend = isName ? openCache(task, given, config, { clock: this.#clock, warn }) : given;
    const open = { backend, opened: isName ? { name: given, config } : undefined, functions: new Map() };
    this.#open.push(open);
    return open;
  }

  /** Tiers are guarded one by one, so that the trouble of one does not cost the other. */
  #guard(
    backend: CacheBackend,
    timeoutMs: number,
    onError: (operation: CacheOperation, error: unknown) => void,
  ): GuardedCache {
    const clock = this.#clock;
    if (!(backend instanceof TieredCache)) {
      return new GuardedCache({ backend, health: this.#healthOf(backend), clock, timeoutMs, onError });
    }
    const tiers = backend.withTiers((tier) => this.#guard(tier, timeoutMs, onError).asBackend());
    const limitMs = timeoutMs * TIERED_LIMIT;
    return new GuardedCache({ backend: tiers, health: undefined, clock, timeoutMs: limitMs, onError: () => {} });
  }

  #healthOf(backend: CacheBackend): BackendHealth {
    const known = this.#healths.get(backend);
    if (known !== undefined) return known;
    const label = this.#open.find((open) => open.backend === backend)?.opened?.name ?? className(backend);
    const health = new BackendHealth(this.#clock, {
      onOutage: (error) => this.#warn("a cache backend is in trouble, calls go on without it", error, label),
      onRecovery: () => this.#telemetry.log("info", "a cache backend answers again", { backend: label }),
    });
    this.#healths.set(backend, health);
    return health;
  }

  #noteIdentity({ functions }: OpenBackend, { fn, functionName, identity, isIdentityChosen }: BackendUse): void {
    const known = functions.get(identity)?.deref();
    functions.set(identity, new WeakRef(fn));
    if (known === undefined || known === fn || isIdentityChosen) return;
    this.#telemetry.log("warning", "two functions share their cached results, give each a cacheId", { functionName });
  }

  /** An error of a backend is named by its kind only, as its text may hold a password; wrong configuration tells what to do. */
  #warn(message: string, error: unknown, backend?: string): void {
    const remedy = error instanceof ConfigurationError ? { reason: error.message } : {};
    this.#telemetry.log("warning", message, { backend, error: errorLabel(error), ...remedy });
  }
}

function isSameConfig(a: Config, b: Config): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.is(a[name], b[name]));
}
