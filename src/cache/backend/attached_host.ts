import type { Clock, Timer } from "../../time/clock.ts";
import { SystemClock } from "../../time/system_clock.ts";
import type { LogFields } from "../../telemetry/logger.ts";
import { setHousekeepingTimer } from "../../runtime/housekeeping_timer.ts";
import type { CacheBackend, CacheBackendHost } from "./cache_backend.ts";

/** The hosts of the backends that were made outside of an instance. */
const hosts = new WeakMap<CacheBackend, AttachedHost>();

/**
 * A backend that is made before it is known which instance will use it: it keeps its own time until it is attached
 * to one, and from then on follows that one's clock and log.
 *
 * @param open Opens the backend with the given clock and log.
 * @returns The backend. It follows an instance once it is attached to one.
 */
export function attachable<Backend extends CacheBackend>(open: (host: CacheBackendHost) => Backend): Backend {
  const host = new AttachedHost();
  const backend = open(host);
  hosts.set(backend, host);
  return backend;
}

/**
 * Lets `backend` follow the instance of `host`, the latest one where several use it; a backend of the user's own keeps its time.
 *
 * @param backend A backend of the library or of the user.
 * @param host The clock and the log of the instance.
 */
export function attach(backend: CacheBackend, host: CacheBackendHost): void {
  hosts.get(backend)?.follow(host);
}

/**
 * Whether `backend` is one of the library's.
 *
 * @param backend A backend of the library or of the user.
 * @returns `false` for a backend of the user's own.
 */
export function isAttachable(backend: CacheBackend): boolean {
  return hosts.has(backend);
}

class AttachedHost implements CacheBackendHost {
  readonly clock = new AttachedClock();
  #host: Pick<CacheBackendHost, "warn" | "warnOnce"> = { warn: () => {} };
  readonly warn = (message: string, fields?: LogFields): void => this.#host.warn(message, fields);
  readonly warnOnce = (kind: string, message: string): void => this.#host.warnOnce?.(kind, message);

  follow(host: CacheBackendHost): void {
    this.clock.followed = host.clock;
    this.#host = host;
  }
}

/** Asks the clock that it follows now. */
class AttachedClock implements Clock {
  followed: Clock = new SystemClock();

  now(): number {
    return this.followed.now();
  }

  wallNow(): number {
    return this.followed.wallNow();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.followed.sleep(ms, signal);
  }

  setTimer(ms: number, callback: () => void): Timer {
    return this.followed.setTimer(ms, callback);
  }

  setBackgroundTimer(ms: number, callback: () => void): Timer {
    return this.followed.setBackgroundTimer?.(ms, callback) ?? backgroundTimer(ms, callback);
  }
}

function backgroundTimer(ms: number, callback: () => void): Timer {
  return { cancel: setHousekeepingTimer(ms, callback) };
}
