import { attach } from "../cache/backend/attached_host.ts";
import type { CacheBackend, CacheBackendHost } from "../cache/backend/cache_backend.ts";
import { reopening } from "../cache/backend/reopening_backend.ts";
import { tiersOf } from "../cache/backend/tiered_backend.ts";
import type { SeenTags } from "../cache/tags/seen_tags.ts";
import type { Flights } from "../cache/results/flights.ts";
import { errorLabel } from "../errors/error_label.ts";
import { isOperoError } from "../errors/opero_error.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Clock } from "../time/clock.ts";
import { openCache } from "./open_cache.ts";

/** What a named backend is opened with. */
export type BackendConfig = Readonly<Record<string, unknown>>;

/** A backend that functions of an instance use. */
export interface OpenBackend {
  readonly backend: CacheBackend;
  /** What it was opened with, where the instance opened it; otherwise it was passed in and stays open. */
  readonly opened: { readonly name: string; readonly config: BackendConfig } | undefined;
  /** The functions by their identity, to notice when two share one. */
  readonly functions: Map<string, WeakRef<object>>;
  /** What was seen of the tags of each namespace that functions keep their results in. */
  readonly tags: Map<string, SeenTags>;
  /** The runs under way by the same identity. */
  readonly flights: Map<string, Flights>;
}

/** The backends of an instance: one that is opened with one configuration is opened once. */
export class BackendList {
  /** What a backend of this instance is given. */
  readonly host: CacheBackendHost;
  readonly #telemetry: Telemetry;
  readonly #open: OpenBackend[] = [];

  /** None yet. */
  constructor(clock: Clock, telemetry: Telemetry) {
    this.#telemetry = telemetry;
    this.host = {
      clock,
      warn: (message, fields = {}) => telemetry.log("warning", message, fields),
      warnOnce: (kind, message) => telemetry.warnOnce(kind, "", message),
    };
  }

  /** All that are open. */
  get all(): readonly OpenBackend[] {
    return this.#open;
  }

  /**
   * The backend that is open already, or is opened now; without waiting for it.
   *
   * @param task What cannot be done where it cannot be opened, as in `wrap "fetchUser"`.
   * @param backend Its name, or one that is passed in.
   * @param config What one with a name is opened with.
   * @throws {ConfigurationError} If it cannot be opened.
   */
  open(task: string, backend: string | CacheBackend, config: BackendConfig): OpenBackend {
    return this.#find(backend, config) ?? this.#add(task, backend, config);
  }

  /**
   * Closes what was opened here, until it is used again; what was passed in stays open. What runs now is not kept, as
   * that would open it.
   */
  async close(): Promise<void> {
    const closing = this.#open.filter(({ opened }) => opened !== undefined);
    for (const { flights } of closing) for (const each of flights.values()) each.forgetAll();
    const closed = await Promise.allSettled(closing.map(async ({ backend }) => await backend.close?.()));
    for (const result of closed) {
      if (result.status === "rejected") this.warn("a cache backend could not be closed", result.reason);
    }
  }

  /** An error of a backend is named by its kind only, as its text may hold a password; the library's own says what to do. */
  warn(message: string, error: unknown, backend?: string): void {
    const remedy = isOperoError(error) ? { reason: error.message } : {};
    this.#telemetry.log("warning", message, { backend, error: errorLabel(error), ...remedy });
  }

  #find(backend: string | CacheBackend, config: BackendConfig): OpenBackend | undefined {
    return this.#open.find((open) =>
      typeof backend === "string"
        ? open.opened?.name === backend && isSameConfig(open.opened.config, config)
        : open.backend === backend
    );
  }

  /** `backend`, whose tiers may have been made outside of the instance. */
  #attached(backend: CacheBackend): CacheBackend {
    for (const part of tiersOf(backend)) attach(part, this.host);
    return backend;
  }

  #add(task: string, given: string | CacheBackend, config: BackendConfig): OpenBackend {
    const isName = typeof given === "string";
    const backend = isName ? reopening(() => this.#attached(openCache(task, given, config, this.host))) : given;
    const opened = isName ? { name: given, config } : undefined;
    const open: OpenBackend = { backend, opened, functions: new Map(), tags: new Map(), flights: new Map() };
    this.#open.push(open);
    return open;
  }
}

function isSameConfig(a: BackendConfig, b: BackendConfig): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.is(a[name], b[name]));
}
