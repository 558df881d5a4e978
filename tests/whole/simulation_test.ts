/** Policies put together by chance, against a service that misbehaves: what each promises holds beside all the others. */
import { assert, assertEquals } from "@std/assert";
import { createOpero, type OperoEvents } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { mostInWindow } from "../support/most_in_window.ts";
import { oneOf, randomService, type ServiceLog } from "../support/random_service.ts";
import { type RandomStack, randomStack } from "../support/random_stack.ts";
import { runs } from "../support/runs.ts";
import { printSeed } from "../support/seed.ts";
import { seededRandom } from "../../src/testing/seeded_random.ts";

const CALLS = 12;

type Change = "circuitOpened" | "circuitHalfOpened" | "circuitClosed";
const MAY_FOLLOW: Readonly<Record<Change, readonly Change[]>> = {
  circuitOpened: ["circuitHalfOpened"],
  circuitHalfOpened: ["circuitOpened", "circuitClosed"],
  circuitClosed: ["circuitOpened"],
};
const TRACED = ["retry", "fallback", "fallbackCooldown", "hedge", "queued", "shed", "rateLimited"] as const;

interface Simulated {
  readonly stack: RandomStack;
  readonly log: ServiceLog;
  readonly trace: readonly string[];
  readonly changes: readonly (readonly [number | undefined, Change])[];
  readonly settled: number;
  readonly pending: number;
  readonly waiting: number;
}

/** All that chance decides follows from `seed`. */
async function simulate(seed: number): Promise<Simulated> {
  const random = seededRandom(seed);
  const clock = new FakeClock();
  const startMs = clock.now();
  const trace: string[] = [];
  const note = (...what: unknown[]) => void trace.push([clock.now() - startMs, ...what].join(" "));
  const changes: (readonly [number | undefined, Change])[] = [];
  const stack = randomStack(random);
  const { answer, log } = randomService(random, clock, note);
  await using instance = createOpero({ clock, random: seededRandom(seed + 1) });
  const { opero, events } = instance;
  for (const name of TRACED) events.on(name, () => note(name));
  for (const name of Object.keys(MAY_FOLLOW) as (Change & keyof OperoEvents)[]) {
    events.on(name, ({ fallbackIndex }) => {
      note(name, fallbackIndex);
      changes.push([fallbackIndex, name]);
    });
  }
  const fn = opero(answer, stack.options);
  const keys = Array.from({ length: stack.values }, (_, index) => `key${index}`);
  let settled = 0;
  for (let id = 0; id < CALLS; id++) {
    const abort = new AbortController();
    const end = (how: string) => (what: unknown) => {
      settled++;
      note(how, id, what);
    };
    fn.with({ signal: abort.signal })(keys, id).then(end("value"), end("error"));
    if (random() < 0.2) clock.setTimer(oneOf(random, 0, 40, 900, 4_000), () => abort.abort());
    await clock.tick(oneOf(random, 0, 0, 0.01, 0.5, 3));
  }
  await clock.tick("12h");
  const waiting = fn.limiter?.waiting ?? 0;
  return { stack, log, trace, changes, settled, pending: clock.pending, waiting };
}

/** Each breaker goes from closed to open, from there to half-open, and only from there to one of the two. */
function checkChanges(changes: Simulated["changes"]): void {
  const latest = new Map<number | undefined, Change>();
  for (const [breaker, change] of changes) {
    const before = latest.get(breaker) ?? "circuitClosed";
    assert(MAY_FOLLOW[before].includes(change), `${change} after ${before}`);
    latest.set(breaker, change);
  }
}

function check({ stack, log, changes, settled, pending, waiting }: Simulated): void {
  assertEquals({ settled, pending, waiting }, { settled: CALLS, pending: 0, waiting: 0 });
  // A key has a limit of its own where the health of the keys is known.
  const groups = "fallbackStrategy" in stack.options ? log.startedMsOf.values() : [log.watch.startedMs];
  for (const startedMs of groups) {
    for (const { perMs, most } of stack.rates) {
      const reached = mostInWindow(startedMs, perMs);
      assert(reached <= most, `${reached} starts within ${perMs} ms, more than ${most}`);
    }
  }
  const { mostInFlight } = log.watch;
  assert(mostInFlight <= stack.mostInFlight, `${mostInFlight} in flight, more than ${stack.mostInFlight}`);
  for (const [id, count] of log.runsOf) {
    assert(count <= stack.mostRuns, `call ${id} ran ${count} times, more than ${stack.mostRuns}`);
  }
  checkChanges(changes);
}

Deno.test("policies put together by chance keep each what it promises, and a seed tells all that happens", async () => {
  const first = printSeed();
  for (let seed = first; seed < first + runs(150, 68); seed++) {
    const simulated = await simulate(seed);
    try {
      check(simulated);
      assertEquals((await simulate(seed)).trace, simulated.trace, "the same seed, another trace");
    } catch (error) {
      throw new Error(`seed ${seed}, ${JSON.stringify(simulated.stack)}`, { cause: error });
    }
  }
});
