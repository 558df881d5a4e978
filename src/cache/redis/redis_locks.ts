import type { CacheBackend } from "../backend/cache_backend.ts";
import { CLAIM_SCRIPT, FULFIL_SCRIPT, KEEP_SCRIPT, RELEASE_SCRIPT } from "./lock_scripts.ts";
import { RedisError, toRedisError } from "./redis_error.ts";
import type { RedisPort } from "./redis_port.ts";
import { RedisScript } from "./redis_script.ts";
import { RedisSubscription, type SubscribingClient } from "./redis_subscription.ts";

/** How locks are reached. */
export interface RedisLocksSetup {
  readonly port: RedisPort;
  /** What all keys begin with, and the name of the channel. */
  readonly keyPrefix: string;
  /** How many bytes an entry takes at most. */
  readonly maxEntryBytes: number;
  /** Makes a client that may be given to a subscription; `undefined` where there is none but the user's. */
  readonly createClient: (() => Promise<SubscribingClient>) | undefined;
}

/** An entry as it was found, which may be any text. */
export interface FoundText {
  readonly text: unknown;
  /** What stands in it for `createdAt`. */
  readonly created: string;
}

/** What a claim has come to. */
export type RedisClaim = { readonly held: true } | { readonly busyMs: number } | FoundText;

/** What a cluster takes for the part of a key that says on which server it is. */
const HASH_TAG = /^[^{]*\{[^}]+\}/;

/** The locks of keys in Redis: each a key of its own beside that of the entry, on the same server, with a life of a lease. */
export class RedisLocks {
  readonly #setup: RedisLocksSetup;
  readonly #claim = new RedisScript(CLAIM_SCRIPT);
  readonly #keep = new RedisScript(KEEP_SCRIPT);
  readonly #fulfil = new RedisScript(FULFIL_SCRIPT);
  readonly #release = new RedisScript(RELEASE_SCRIPT);
  readonly #listeners = new Set<(key?: string) => void>();
  #subscription: RedisSubscription | undefined = undefined;

  /** Nothing is locked, or listened to, yet. */
  constructor(setup: RedisLocksSetup) {
    this.#setup = setup;
  }

  /** Claims the lock of the entry that is stored under `entryKey`, unless one is there that was not created at `seen`. */
  async claim(entryKey: string, token: string, leaseMs: number, seen: string): Promise<RedisClaim> {
    const args = [token, wholeMs(leaseMs), seen, String(this.#setup.maxEntryBytes)];
    const reply = await this.#run(this.#claim, [entryKey, this.#lockKey(entryKey)], args);
    const [kind, first, second] = Array.isArray(reply) ? reply : [];
    if (textOf(kind) === "held") return { held: true };
    if (textOf(kind) === "busy") return { busyMs: Math.max(0, Number(first)) };
    if (textOf(kind) === "entry") return { text: first, created: textOf(second) };
    throw new RedisError("EVALSHA", "UNEXPECTED_REPLY");
  }

  /** Prolongs the lock; returns whether it was held still. */
  async keep(entryKey: string, token: string, leaseMs: number): Promise<boolean> {
    return Number(await this.#run(this.#keep, [this.#lockKey(entryKey)], [token, wholeMs(leaseMs)])) === 1;
  }

  /** Stores `text` for `lifetimeMs` and gives the lock back, where it is held still; returns whether it was. */
  async fulfil(entryKey: string, key: string, token: string, text: string, lifetimeMs: number): Promise<boolean> {
    const lifetime = lifetimeMs <= Number.MAX_SAFE_INTEGER ? String(lifetimeMs) : "";
    const args = [token, this.#channel, key, text, lifetime];
    return Number(await this.#run(this.#fulfil, [entryKey, this.#lockKey(entryKey)], args)) === 1;
  }

  /** Gives the lock back, where it is held still. */
  async release(entryKey: string, key: string, token: string): Promise<void> {
    await this.#run(this.#release, [this.#lockKey(entryKey)], [token, this.#channel, key]);
  }

  /** Calls `listener` with what is given back, over a second connection; not there where the one connection is the user's. */
  get watch(): CacheBackend["watch"] {
    const { createClient } = this.#setup;
    if (createClient === undefined) return undefined;
    return (listener) => {
      this.#listeners.add(listener);
      this.#subscription ??= this.#subscribe(createClient);
      void this.#subscription.open();
      return () => void this.#listeners.delete(listener);
    };
  }

  /** Ends the connection for news. */
  close(): void {
    this.#subscription?.close();
    this.#listeners.clear();
  }

  #subscribe(createClient: () => Promise<SubscribingClient>): RedisSubscription {
    const report = (key?: string) => {
      for (const listener of [...this.#listeners]) listener(key);
    };
    return new RedisSubscription({
      channel: this.#channel,
      createClient,
      isWanted: () => this.#listeners.size > 0,
      onMessage: report,
      onGap: report,
    });
  }

  get #channel(): string {
    return `${this.#setup.keyPrefix}locks`;
  }

  #lockKey(entryKey: string): string {
    const { port, keyPrefix } = this.#setup;
    const whole = port.clientKeyPrefix + entryKey;
    return HASH_TAG.test(whole) ? `${keyPrefix}lock:${entryKey}` : `${keyPrefix}lock:{${whole}}`;
  }

  async #run(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    try {
      return await script.run(this.#setup.port, keys, args);
    } catch (error) {
      throw toRedisError("EVALSHA", error);
    }
  }
}

function wholeMs(ms: number): string {
  return String(Math.max(1, Math.ceil(ms)));
}

/** Clients may be set to answer with bytes in place of text. */
function textOf(reply: unknown): string {
  return reply instanceof Uint8Array ? new TextDecoder().decode(reply) : String(reply);
}
