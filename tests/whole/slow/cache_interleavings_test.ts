/** Caches whose backends take their time, in every order that a scheduler can think of. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type CacheBackend, type CacheEntry, createOpero, memoryCache, tiered } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { runs } from "../../support/runs.ts";

/** A backend each of whose operations begins and ends when the scheduler says so. */
class ScheduledBackend implements CacheBackend {
  readonly #entries = new Map<string, CacheEntry>();
  readonly #scheduler: fc.Scheduler;

  constructor(scheduler: fc.Scheduler) {
    this.#scheduler = scheduler;
  }

  get(key: string): Promise<CacheEntry | undefined> {
    return this.#operate("get", () => this.#entries.get(key));
  }

  set(key: string, entry: CacheEntry): Promise<void> {
    return this.#operate("set", () => void this.#entries.set(key, entry));
  }

  delete(key: string): Promise<boolean> {
    return this.#operate("delete", () => this.#entries.delete(key));
  }

  clear(_prefix: string): Promise<void> {
    return this.#operate("clear", () => this.#entries.clear());
  }

  async #operate<R>(name: string, act: () => R): Promise<R> {
    await this.#scheduler.schedule(Promise.resolve(), `${name} begins`);
    const answer = act();
    await this.#scheduler.schedule(Promise.resolve(), `${name} ends`);
    return answer;
  }
}

const PLACES: Record<string, (scheduler: fc.Scheduler) => CacheBackend> = {
  "one backend": (scheduler) => new ScheduledBackend(scheduler),
  "memory before a backend": (scheduler) => tiered(memoryCache(), new ScheduledBackend(scheduler)),
  "two backends": (scheduler) => tiered(new ScheduledBackend(scheduler), new ScheduledBackend(scheduler)),
};

const step = fc.constantFrom("call", "call", "call", "limited", "refresh", "delete", "clear", "clearCache", "set");

for (const [name, open] of Object.entries(PLACES)) {
  for (const isStaleServed of [false, true]) {
    Deno.test(`nothing that was removed from ${name} comes back${isStaleServed ? ", refreshes included" : ""}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 2, maxLength: 8 }), async (scheduler, steps) => {
          const clock = new FakeClock();
          const { opero, clearCache } = createOpero({ clock, retries: 0 });
          const stale = isStaleServed ? { cacheTtl: "1s", cacheStale: "1h" } as const : {};
          const options = { cache: true, cacheBackend: open(scheduler), cacheId: "shared", ...stale };
          let moment = 0;
          const wrap = () =>
            opero(async (): Promise<number> => {
              const begun = ++moment;
              await scheduler.schedule(Promise.resolve(), "run");
              return begun;
            }, options);
          const [fn, other] = [wrap(), wrap()];
          // A removal makes all old that began before it was asked for, once it is done.
          let removedAt = 0;
          const remove = async (removal: () => Promise<unknown>) => {
            const askedAt = ++moment;
            await removal();
            removedAt = Math.max(removedAt, askedAt);
          };
          const call = async (make: () => Promise<number>) => {
            const oldest = removedAt;
            const value = await make();
            assert(value > oldest, `${value} is older than the removal at ${oldest}`);
          };
          const doing: Record<string, (i: number) => Promise<unknown>> = {
            call: (i) => call(i % 2 === 0 ? fn : other),
            limited: () => call(fn.with({ deadline: "1h" })),
            refresh: () => call(other.with({ cache: "refresh" })),
            delete: () => remove(() => fn.cache.delete()),
            clear: () => remove(() => other.cache.clear()),
            clearCache: () => remove(() => clearCache()),
            set: () => remove(() => fn.cache.set(++moment)),
          };
          if (isStaleServed) {
            const first = fn();
            await scheduler.waitFor(first);
            await clock.tick("1s");
          }
          const done = steps.map(async (each, i) => {
            await scheduler.schedule(Promise.resolve(), `step ${each}`);
            await doing[each]!(i);
          });
          await scheduler.waitFor(Promise.all(done));
          await scheduler.waitFor(call(fn));
          await clock.tick("10s");
          assertEquals(clock.pending, 0);
        }),
        { numRuns: runs(2_000) },
      );
    });
  }
}
