import { wrongOption } from "../../options/validate.ts";
import { LazyModule } from "../../runtime/lazy_module.ts";
import { attachable } from "../backend/attached_host.ts";
import type { CacheBackend } from "../backend/cache_backend.ts";
import { LateBackend } from "../backend/late_backend.ts";
import type { KeyvLike } from "./keyv_like.ts";

const store = /* @__PURE__ */ new LazyModule(() => import("./keyv_store.ts"));

/**
 * A Keyv instance as a cache, for `cacheBackend`. Entries are texts under keys of their own kind (`opero:…`), so the
 * instance may hold other things as well, which are never touched. They expire with Keyv's `ttl`; a `ttl` of the
 * instance does not count.
 *
 * A clear goes through the keys with Keyv's iterator. A store that has none makes it fail with a
 * `ConfigurationError`: emptying all of it would take what is not ours. Mind that Keyv turns failures of a store into
 * `error` events and answers as if nothing was there, unless it was made with `throwOnErrors`. It is not closed.
 *
 * @param keyv The Keyv instance. It stays open when the backend is closed.
 * @returns The backend.
 * @throws {ConfigurationError} If `keyv` is no Keyv instance.
 *
 * @example
 * ```ts
 * import { fromKeyv } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 * import Keyv from "keyv";
 *
 * const cache = fromKeyv(new Keyv());
 * await cache.set("key", { value: new Date(0), createdAt: 0, expiresAt: Infinity, staleUntil: Infinity });
 * assertEquals((await cache.get("key"))?.value, new Date(0));
 * ```
 */
export function fromKeyv(keyv: KeyvLike): CacheBackend {
  const { get, set, delete: remove } = (keyv ?? {}) as Partial<KeyvLike>;
  if ([get, set, remove].some((method) => typeof method !== "function")) {
    throw wrongOption("use a Keyv store", "keyv", { desired: "a Keyv instance", isPrivate: true }, keyv);
  }
  return attachable(({ clock }) => new KeyvCache(store, ({ KeyvStore }) => new KeyvStore(keyv, clock)));
}

/** So that it is called by its name where it is in trouble. */
class KeyvCache extends LateBackend<typeof import("./keyv_store.ts")> {}
