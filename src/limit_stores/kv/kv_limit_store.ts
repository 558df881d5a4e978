import { plainKey } from "../../cache/backend/plain_key.ts";
import type { Booked, Booking, BookOptions, LimitStore, SettleOptions } from "../../limiter/store/limit_store.ts";
import { bookStates, keptForMs, type LimitState, pauseState, settleState } from "../../limiter/store/limit_state.ts";
import { CLIENT_MS, SeenClients } from "../../limiter/store/seen_clients.ts";
import type { KvCommit, KvDatabase, KvEntry, KvKey } from "../../runtime/kv.ts";
import type { Clock } from "../../time/clock.ts";
import { PolledEvents } from "../polled_events.ts";

/** What all keys begin with: it says by which form of them they were written. */
const ROOT = "opero_limits_1";

/** How long it is tried again while others are in the way, in milliseconds, and the longest wait between two tries. */
const LIMIT_MS = 5_000;
const MAX_WAIT_MS = 20;

/** How long an event is kept, in milliseconds. */
const EVENT_MS = 60_000;

/** What a limit is known by in the database. */
interface LimitPlace {
  readonly state: KvKey;
  readonly clients: KvKey;
  readonly event: KvKey;
}

/** What is to be written, and the answer for that; nothing is written without `write`. */
interface Change<R> {
  readonly answer: R;
  readonly write?: (commit: KvCommit) => KvCommit;
}

/** Limits as entries of a Deno KV: each change is one commit, which fails where another was faster, and is made again. */
export class KvLimitStore implements LimitStore {
  readonly #open: () => Promise<KvDatabase>;
  readonly #isOwned: boolean;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #events: PolledEvents;
  #opening: Promise<KvDatabase> | undefined = undefined;
  #isClosed = false;

  /** A store whose database is not open yet; one that `isOwned` is closed with it. */
  constructor(open: () => Promise<KvDatabase>, isOwned: boolean, clock: Clock, random: () => number) {
    [this.#open, this.#isOwned, this.#clock, this.#random] = [open, isOwned, clock, random];
    this.#events = new PolledEvents((key) => this.#latestEvent(key), clock);
  }

  /** Books slots of every limit at once, or of none. */
  book(bookings: readonly Booking[], options: BookOptions): Promise<Booked> {
    const places = bookings.map(({ key }) => placeOf(key));
    const { clients } = places[0]!;
    return this.#change([...places.map(({ state }) => state), clients], (found, nowMs): Change<Booked> => {
      const known = places.map((_, i) => found[i]!.value as LimitState | null ?? undefined);
      const { answer, states } = bookStates(known, bookings, options, nowMs);
      if ("refused" in answer || states === undefined) return { answer: answer as Booked };
      const seen = new SeenClients(found.at(-1)!.value as [string, number][] | null ?? []);
      const slotMs = nowMs + Math.max(0, answer.waitMs);
      const count = seen.see(options.client, nowMs, slotMs);
      const write = (commit: KvCommit) => {
        states.forEach((state, i) => keep(commit, places[i]!, state));
        // Deno takes whole milliseconds alone.
        return commit.set(clients, [...seen.entries()], { expireIn: Math.ceil(slotMs - nowMs) + CLIENT_MS });
      };
      return { answer: { ...answer, clients: count }, write };
    });
  }

  /** Lets no slot be earlier than in `forMs` milliseconds. */
  async pause(key: string, forMs: number): Promise<void> {
    const place = placeOf(key);
    await this.#change([place.state], ([found], nowMs) => {
      const state = pauseState(found!.value as LimitState | null ?? undefined, forMs, nowMs);
      return { answer: undefined, write: (commit) => record(keep(commit, place, state), place, forMs) };
    });
  }

  /** Takes `cost` tokens more, or gives some back. */
  async settle(key: string, cost: number, options: SettleOptions): Promise<void> {
    const place = placeOf(key);
    await this.#change([place.state], ([found], nowMs) => {
      const state = settleState(found!.value as LimitState | null ?? undefined, cost, options, nowMs);
      return { answer: undefined, write: (commit) => keep(commit, place, state) };
    });
  }

  /** Forgets all that is known of a limit. */
  async reset(key: string): Promise<void> {
    const place = placeOf(key);
    await this.#change([place.state], () => {
      return { answer: undefined, write: (commit) => record(commit.delete(place.state), place, 0) };
    });
  }

  /** Calls `onPause` with each pause of a limit, and with 0 where it is reset. */
  watch(key: string, onPause: (forMs: number) => void): () => void {
    return this.#events.watch(key, onPause);
  }

  /** Closes the database, unless it was passed in. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events.close();
    if (this.#isOwned) await this.#opening?.then((kv) => kv.close(), () => {});
  }

  /** Reads `keys`, and commits what `decide` makes of them unless one of them was written meanwhile. */
  async #change<R>(
    keys: readonly KvKey[],
    decide: (found: readonly KvEntry[], nowMs: number) => Change<R>,
  ): Promise<R> {
    const untilMs = this.#clock.now() + LIMIT_MS;
    for (let waitMs = 1;; waitMs = Math.min(MAX_WAIT_MS, 2 * waitMs)) {
      try {
        const kv = await this.#database();
        const found = await Promise.all(keys.map((key) => kv.get(key)));
        const { answer, write } = decide(found, this.#clock.wallNow());
        if (write === undefined) return answer;
        const checks = found.map(({ key, versionstamp }) => ({ key, versionstamp }));
        if ((await write(kv.atomic().check(...checks)).commit()).ok) return answer;
        if (this.#clock.now() >= untilMs) throw new Error("The kv limits were changed by others again and again");
      } catch (error) {
        if (!isLocked(error) || this.#clock.now() >= untilMs) throw error;
      }
      await this.#clock.sleep(waitMs * this.#random());
    }
  }

  async #latestEvent(key: string): Promise<string | undefined> {
    const { value } = await (await this.#database()).get(placeOf(key).event);
    return typeof value === "string" ? value : undefined;
  }

  #database(): Promise<KvDatabase> {
    if (this.#isClosed) return Promise.reject(new Error("The kv limits are closed"));
    return this.#opening ??= this.#open().catch((error) => {
      // The next use tries again.
      this.#opening = undefined;
      throw error;
    });
  }
}

/** Those of all limits of a call stand together. */
function placeOf(key: string): LimitPlace {
  const name = plainKey(key);
  return { state: [ROOT, "state", name], clients: [ROOT, "clients", name], event: [ROOT, "event", name] };
}

function keep(commit: KvCommit, { state }: LimitPlace, value: LimitState): KvCommit {
  return commit.set(state, value, { expireIn: keptForMs(value) });
}

/** An event is another than the one before by its first part. */
function record(commit: KvCommit, { event }: LimitPlace, forMs: number): KvCommit {
  return commit.set(event, `${crypto.randomUUID()} ${forMs}`, { expireIn: EVENT_MS });
}

/** Another process is in the way of one file. */
function isLocked(error: unknown): boolean {
  return error instanceof Error && /database is locked/i.test(error.message);
}
