/**
 * All policies together: whatever stack they make, in whatever order attempts end, calls are aborted and callbacks of the
 * user's throw, each call settles, and all that was taken comes back.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { AllFailedError, createOpero, type EventHub, type OperoEvents, type OperoOptions } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { CountedSignal } from "../support/counted_signal.ts";
import { type Outcome, outcomeOf } from "../support/outcome.ts";
import { ResourceLedger } from "../support/resource_ledger.ts";
import { runs } from "../support/runs.ts";
import { TogetherClock } from "../support/together_clock.ts";
import { type Fate, wildStack } from "../support/wild_stack.ts";
import { seededRandom } from "../../src/testing/seeded_random.ts";

const STOP = { name: "a reason to stop" };
const KEYS = ["a", "b", "c"];
const ENDINGS = ["value", "value", "error", "busy", "asked to wait", "sync error", "abort error", "hang"] as const;
type Ending = typeof ENDINGS[number];

/** What one call does: how its attempts end one after the other, and when it begins and is aborted. */
interface Plan {
  readonly endings: readonly Ending[];
  readonly beginMs: number;
  readonly abortMs: number | undefined;
}

const tenths = (most: number) => fc.nat(most).map((n) => n * 100);
const plans = fc.array(
  fc.record({
    endings: fc.array(fc.constantFrom(...ENDINGS), { minLength: 1, maxLength: 6 }),
    beginMs: tenths(15),
    abortMs: fc.option(tenths(15), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 8 },
);
/** What happens next: an attempt ends, or time goes on. */
const steps = fc.array(fc.oneof(fc.constant("end" as const), tenths(4)), { maxLength: 40 });

const fate: Fate = { random: () => 0, bugs: 0 };

type Wrapped = (keys: readonly string[], id: number, part: number) => Promise<unknown>;

/** Calls of one stack, and what became of them. */
class World {
  readonly clock: FakeClock;
  readonly signals: CountedSignal[] = [];
  readonly outcomes: (Outcome<unknown> | undefined)[] = [];
  /** How often the function ran for each call, and how often for each of its hedged attempts. */
  readonly runs: number[] = [];
  readonly races: number[][] = [];
  /** The calls for which it ran although they were over. */
  readonly late: number[] = [];
  /** Whether what hangs may hang: nobody would end a refresh behind a stale value. */
  canHang = true;
  isOver = false;
  readonly #scheduler: fc.Scheduler;
  readonly #plans: readonly Plan[];

  constructor(scheduler: fc.Scheduler, plans: readonly Plan[], isTogether: boolean) {
    this.#scheduler = scheduler;
    this.#plans = plans;
    this.clock = isTogether ? new TogetherClock() : new FakeClock();
  }

  /** What is wrapped. */
  readonly load: Wrapped = (keys, id) => {
    if (this.isOver) return Promise.resolve("up");
    if (this.signals[id]!.signal.aborted || this.outcomes[id] !== undefined) this.late.push(id);
    const run = this.runs[id] ?? 0;
    this.runs[id] = run + 1;
    const races = this.races[id];
    if (races !== undefined) races[races.length - 1]!++;
    const { endings } = this.#plans[id]!;
    const ending = endings[Math.min(run, endings.length - 1)]!;
    if (ending === "sync error") throw new Error("sync");
    if (ending === "hang" && this.canHang) return new Promise(() => {});
    return this.#scheduler.schedule(Promise.resolve(), `${id} with ${keys[0]} ends`).then(() => {
      if (ending === "value" || ending === "hang") return "up";
      throw errorOf(ending);
    });
  };

  /** Makes all calls, each at its time. */
  begin(wrap: (signal: AbortSignal) => Wrapped): void {
    for (const [id, { beginMs, abortMs }] of this.#plans.entries()) {
      const signal = this.signals[id] = new CountedSignal();
      this.outcomes[id] = undefined;
      this.clock.setTimer(beginMs, () => {
        outcomeOf(wrap(signal.signal)(KEYS, id, id % 2)).then((outcome) => this.outcomes[id] = outcome);
        if (abortMs !== undefined) this.clock.setTimer(abortMs, () => signal.abort(STOP));
      });
    }
  }

  get isSettled(): boolean {
    return !this.outcomes.includes(undefined);
  }

  /** Lets all end that can, refreshes behind a stale value too; then aborts what is left. */
  async drain(): Promise<void> {
    for (let turn = 0; turn < 200 && !this.#isDone; turn++) {
      while (this.#scheduler.count() > 0) await this.#scheduler.waitOne();
      await this.clock.tick(turn < 20 ? "100ms" : "1s");
      if (turn === 150) { for (const signal of this.signals) signal.abort(STOP); }
    }
  }

  get #isDone(): boolean {
    return this.isSettled && this.#scheduler.count() === 0 && this.clock.pending === 0;
  }
}

function errorOf(ending: Ending): unknown {
  if (ending === "busy") return Object.assign(new Error("unavailable"), { status: 503 });
  if (ending === "asked to wait") return Object.assign(new Error("too many"), { status: 429, retryAfter: 1 });
  if (ending === "abort error") return new DOMException("left", "AbortError");
  return new RangeError("no");
}

const EVENTS: readonly (keyof OperoEvents)[] = [
  ...["success", "failure", "retry", "fallback", "fallbackCooldown", "hedge", "queued", "shed"] as const,
  ...["rateLimited", "circuitOpened", "circuitHalfOpened", "circuitClosed", "circuitWait", "cacheHit"] as const,
];

function addBadListeners(events: EventHub<OperoEvents>): void {
  for (const name of EVENTS) {
    events.on(name, () => {
      throw new Error("a bug in a listener");
    });
  }
}

/** Notes where each hedged attempt begins, so that its hedges can be counted. */
function countRaces(races: number[][], options: Readonly<Record<string, unknown>>): OperoOptions {
  if (options.hedge === undefined) return options;
  const layer = {
    name: "races",
    outside: "hedge",
    layer: (next: (call: never) => Promise<unknown>) => (call: { args: readonly unknown[] }) => {
      (races[call.args[1] as number] ??= []).push(0);
      return next(call as never);
    },
  };
  return { ...options, layers: [layer, ...options.layers as [] ?? []] } as OperoOptions;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** Where no callback throws, the errors of a call that failed are those of all its runs. */
function checkAttempts({ outcomes, runs }: World): void {
  for (const [id, outcome] of outcomes.entries()) {
    if (outcome === undefined || outcome.ok || !(outcome.error instanceof AllFailedError)) continue;
    const numbers = outcome.error.attempts.map(({ number }) => number).sort((a, b) => a - b);
    assertEquals(numbers, Array.from({ length: runs[id] ?? 0 }, (_, i) => i + 1), `the attempts of ${id}`);
  }
}

function checkOutcomes({ outcomes, signals }: World): void {
  for (const [id, outcome] of outcomes.entries()) {
    if (!outcome!.ok && outcome!.error === STOP) assert(signals[id]!.signal.aborted, `${id} was not aborted`);
  }
}

Deno.test("all policies together: each call settles, and all that was taken comes back, in any interleaving", async () => {
  using ledger = new ResourceLedger();
  const seed = fc.integer();
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      wildStack(fate),
      plans,
      steps,
      seed,
      async (scheduler, { options, bugs, values, hasBadListeners }, planned, moments, seed) => {
        ledger.clear();
        Object.assign(fate, { random: seededRandom(seed), bugs });
        const world = new World(scheduler, planned, seed % 2 === 0);
        const { clock } = world;
        world.canHang = options.cache === undefined;
        await using instance = createOpero({ clock, random: seededRandom(seed + 1) });
        if (hasBadListeners) addBadListeners(instance.events);
        const isCounted = seed % 3 === 0 && options.hedge !== undefined && bugs === 0;
        const fn = instance.opero(world.load, isCounted ? countRaces(world.races, options) : options);
        world.begin((signal) => fn.with({ signal }));
        for (const moment of moments) {
          if (moment !== "end") await clock.tick(moment / 1_000);
          else if (scheduler.count() > 0) await scheduler.waitOne();
        }
        await clock.tick("1500ms");
        await world.drain();
        assert(world.isSettled, "a call did not settle");
        checkOutcomes(world);
        if (options.cache === undefined) assertEquals(world.late, []);
        if (options.cache === undefined && bugs === 0) checkAttempts(world);
        const { hedges, retries: _, ...out } = ledger.out;
        assertEquals(out, { permits: 0, tickets: 0, slots: 0, values: 0 });
        if (isCounted) assertEquals(hedges, sum(world.races.flat().map((runs) => Math.max(0, runs - 1))));
        assertEquals([clock.pending, sum(world.signals.map(({ listeners }) => listeners))], [0, 0]);
        const { calls, succeeded, failed } = fn.stats!();
        assertEquals([calls, succeeded + failed], [planned.length, planned.length]);
        await clock.tick("10m");
        world.isOver = true;
        Object.assign(fate, { random: () => 0.5, bugs: 0 });
        for (let probe = 0; probe < 3; probe++) {
          for (const key of KEYS.slice(0, values)) {
            const outcome = outcomeOf(fn.with({ retries: 0, cache: "bypass" })([key], -1, probe % 2));
            await clock.tick("10s");
            assertEquals(await outcome, { ok: true, value: "up" });
          }
        }
        const available = fn.limiter?.available;
        fn.limiter?.reset();
        assertEquals([fn.limiter?.waiting ?? 0, fn.limiter?.available, clock.pending], [0, available, 0]);
        if (fn.breaker !== undefined) assertEquals(fn.breaker.state, "closed");
      },
    ),
    { numRuns: runs(300, 200) },
  );
});
