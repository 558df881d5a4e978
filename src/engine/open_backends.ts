import { quoted } from "../errors/printable.ts";
import { attach, isAttachable } from "../cache/backend/attached_host.ts";
import { BackendHealth, type CacheOperation } from "../cache/guard/backend_health.ts";
import { troubleText, uselessText } from "../cache/guard/backend_trouble.ts";
import type { CacheBackend } from "../cache/backend/cache_backend.ts";
import { namespacePrefix } from "../cache/backend/engine_key.ts";
import { SeenTags } from "../cache/tags/seen_tags.ts";
import { TagVersions } from "../cache/tags/tag_versions.ts";
import { Flights } from "../cache/results/flights.ts";
import type { BackendState } from "../cache/guard/guard_options.ts";
import { GuardedCache, PATIENCE_TIMEOUTS } from "../cache/guard/guarded_cache.ts";
import { ReopeningBackend } from "../cache/backend/reopening_backend.ts";
import type { BackendList, OpenBackend } from "./backend_list.ts";
import { isTiered, type TieredBackend, tiersOf } from "../cache/backend/tiered_backend.ts";
import { WriteOrder } from "../cache/guard/write_order.ts";
import type { Clock } from "../time/clock.ts";
import { CacheError } from "../errors/cache_error.ts";
import { className } from "../errors/read_field.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** A tier that takes its whole time leaves a little for what the other has already found. */
const TIERED_LIMIT = 1.2;

/** How long a function waits for a backend, and the listener for its troubles. */
export interface BackendLimits {
  /** For an operation. */
  readonly timeoutMs: number;
  /** For the first operation of all, of a backend that has to be opened. */
  readonly connectTimeoutMs: number;
  readonly functionName: string;
  readonly onError: (operation: CacheOperation, error: unknown) => void;
}

/** How long a backend is waited for. */
type OperationLimits = Pick<BackendLimits, "timeoutMs" | "connectTimeoutMs">;

/** How a function uses a backend. */
export interface BackendUse extends BackendLimits {
  /** The backend. */
  readonly open: OpenBackend;
  /** The namespace of its results. */
  readonly namespace: string;
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
  /** Makes the versions of the tags of its results; `random` draws a number from 0 up to 1, exclusive. */
  readonly tags: (random: () => number) => TagVersions;
}

/** Watches over the backends of an instance: the health of each is known to all functions. */
export class OpenBackends {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #list: BackendList;
  readonly #attached = new WeakSet<OpenBackend>();
  readonly #states = new WeakMap<CacheBackend, BackendState>();

  /** Watches over the backends in `list`. */
  constructor(list: BackendList, telemetry: Telemetry) {
    this.#list = list;
    this.#clock = list.host.clock;
    this.#telemetry = telemetry;
  }

  /** The backend for one function, guarded. */
  use(use: BackendUse): UsedBackend {
    const { open } = use;
    this.#attach(open);
    this.#recordIdentity(open, use);
    const flights = open.flights.get(use.identity) ?? new Flights();
    open.flights.set(use.identity, flights);
    const { namespace } = use;
    const seen = open.tags.get(namespace) ?? new SeenTags();
    open.tags.set(namespace, seen);
    const tags = (random: () => number) => this.#tagsOf(open, namespace, seen, random, use);
    return { cache: this.#guard(open.backend, use), flights, tags };
  }

  /**
   * Removes everything in `namespace` from every backend.
   *
   * @throws {CacheError} If it could not be removed from one of them.
   */
  async clear(namespace: string, limits: OperationLimits): Promise<void> {
    const prefix = await namespacePrefix(namespace);
    const task = `clear the namespace ${quoted(namespace)}`;
    const quiet = { ...limits, functionName: task, onError: () => {} };
    await this.#inAll(task, async ({ backend }) => await this.#guard(backend, quiet).clear(prefix));
  }

  /**
   * Invalidates the results with one of `tags` in every backend, in each namespace that functions use there.
   *
   * @throws {CacheError} If it could not be done in one of them.
   */
  async invalidateTags(tags: readonly string[], limits: OperationLimits, random: () => number): Promise<void> {
    const task = "invalidate tags";
    const quiet = { ...limits, functionName: task, onError: () => {} };
    await this.#inAll(task, async (open) => {
      const namespaces = [...open.tags].map(([namespace, seen]) => this.#tagsOf(open, namespace, seen, random, quiet));
      await Promise.all(namespaces.map((versions) => versions.invalidate(tags)));
    });
  }

  /** Does the same in all backends; where one fails, the others are done with first. */
  async #inAll(task: string, act: (open: OpenBackend) => Promise<void>): Promise<void> {
    const all = [...this.#list.all];
    const done = await Promise.allSettled(all.map(act));
    const failed = all.flatMap(({ backend }, i) => {
      const result = done[i];
      return result?.status === "rejected" ? [{ label: this.#labelOf(backend), error: result.reason }] : [];
    });
    if (failed.length === 0) return;
    const reasons = failed.map(({ label, error }) => `${quoted(label)}: ${troubleText(error)}`).join("; ");
    throw new CacheError(`Cannot ${task} as a cache backend failed: ${reasons}`, { cause: failed[0]!.error });
  }

  /** Of several tiers the last is asked, which is the one that others may share. */
  #tagsOf(
    { backend }: OpenBackend,
    namespace: string,
    seen: SeenTags,
    random: () => number,
    limits: BackendLimits,
  ): TagVersions {
    const guard = this.#guard(tiersOf(backend).at(-1)!, limits);
    return new TagVersions({ backend: guard, namespace, seen, clock: this.#clock, random });
  }

  #attach(open: OpenBackend): void {
    if (this.#attached.has(open)) return;
    this.#attached.add(open);
    for (const part of tiersOf(open.backend)) attach(part, this.#list.host);
  }

  #guard(backend: CacheBackend, limits: BackendLimits): GuardedCache {
    const clock = this.#clock;
    if (isTiered(backend)) return this.#guardTiers(backend, limits);
    const state = this.#stateOf(backend, limits.timeoutMs);
    const hasToOpen = isAttachable(backend) || backend instanceof ReopeningBackend;
    return new GuardedCache({ ...limits, backend, state, clock, isFirst: () => hasToOpen && !state.health.wasAsked });
  }

  /** Tiers are guarded one by one, so that the trouble of one does not cost the other. */
  #guardTiers(backend: TieredBackend, limits: BackendLimits): GuardedCache {
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
    if (backend instanceof ReopeningBackend) backend.onClose = () => state.health.recordClosed();
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
      onOutage: (error) => this.#list.warn("a cache backend fails, calls continue without it", error, label),
      onRecovery: () => this.#telemetry.log("info", "a cache backend works again", { backend: label }),
    });
  }

  #labelOf(backend: CacheBackend): string {
    return this.#list.all.find((open) => open.backend === backend)?.opened?.name ?? className(ownOf(backend)) ??
      "Object";
  }

  #recordIdentity({ functions }: OpenBackend, { fn, functionName, identity, isIdentityChosen }: BackendUse): void {
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
}

/** What the user knows of a backend that is opened by its name. */
function ownOf(backend: CacheBackend): CacheBackend {
  return backend instanceof ReopeningBackend ? backend.opened : backend;
}
