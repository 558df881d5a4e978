import type { CacheBackend } from "./cache_backend.ts";

/** A backend made of two: what watches over backends watches over each by itself. */
export interface TieredBackend extends CacheBackend {
  /** The two. */
  readonly tiers: readonly [CacheBackend, CacheBackend];
  /** The same with each tier wrapped. */
  withTiers(wrap: (tier: CacheBackend) => CacheBackend): CacheBackend;
}

/** Known by this, not by its class, so that only code that makes one loads the class. */
const known = new WeakSet<CacheBackend>();

/**
 * Makes `backend` known as one that is made of two.
 *
 * @param backend A backend of the library.
 */
export function noteTiers(backend: TieredBackend): void {
  known.add(backend);
}

/**
 * Whether `backend` is made of two.
 *
 * @param backend A backend of the library or of the user.
 * @returns `false` for one of the user's own.
 */
export function isTiered(backend: CacheBackend): backend is TieredBackend {
  return known.has(backend);
}

/**
 * The tiers that `backend` is made of, those of tiers in their place.
 *
 * @param backend A backend of the library or of the user.
 * @returns Itself, where it is made of none.
 */
export function tiersOf(backend: CacheBackend): readonly CacheBackend[] {
  return isTiered(backend) ? backend.tiers.flatMap(tiersOf) : [backend];
}
