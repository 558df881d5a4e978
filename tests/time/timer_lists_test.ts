import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { TimerLists } from "../../src/time/timer_lists.ts";
import { runs } from "../support/runs.ts";

/** A platform whose time and timers are moved by hand. */
class StubHost {
  nowMs = 1_000;
  readonly timers = new Set<{ dueMs: number; callback: () => void }>();
  readonly #soon: (() => void)[] = [];

  now(): number {
    return this.nowMs;
  }

  schedule(ms: number, callback: () => void): () => void {
    const timer = { dueMs: this.nowMs + ms, callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  soon(callback: () => void): void {
    this.#soon.push(callback);
  }

  /** Ends a turn of the event loop. */
  endTurn(): void {
    for (const callback of this.#soon.splice(0)) callback();
  }

  /** Goes on until `untilMs`, a turn for every timer. */
  goTo(untilMs: number): void {
    this.endTurn();
    for (;;) {
      const due = [...this.timers].filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      this.nowMs = Math.max(this.nowMs, due.dueMs);
      this.timers.delete(due);
      due.callback();
      this.endTurn();
    }
    this.nowMs = untilMs;
  }
}

Deno.test("TimerLists.add() fires each timer once, at its time", () => {
  const host = new StubHost();
  const lists = new TimerLists(host);
  const fired: [string, number][] = [];
  const note = (name: string) => () => void fired.push([name, host.nowMs]);
  lists.add(100, note("a"));
  host.goTo(1_050);
  lists.add(100, note("b"));
  lists.add(10, note("c"));
  host.goTo(2_000);
  assertEquals(fired, [["c", 1_060], ["a", 1_100], ["b", 1_150]]);
});

Deno.test("TimerLists serves equal delays with one timer of the platform", () => {
  const host = new StubHost();
  const lists = new TimerLists(host);
  const timers = Array.from({ length: 1_000 }, () => lists.add(100, () => {}));
  assertEquals(host.timers.size, 1);
  timers.forEach((timer) => timer.cancel());
  host.endTurn();
  assertEquals(host.timers.size, 0);
});

Deno.test("TimerLists fires in time what was set before the one that sets another of the same delay", () => {
  const host = new StubHost();
  const lists = new TimerLists(host);
  const fired: [string, number][] = [];
  lists.add(100, () => {
    fired.push(["a", host.nowMs]);
    lists.add(100, () => void fired.push(["c", host.nowMs]));
  });
  host.goTo(1_050);
  lists.add(100, () => void fired.push(["b", host.nowMs]));
  host.goTo(2_000);
  assertEquals(fired, [["a", 1_100], ["b", 1_150], ["c", 1_200]]);
});

Deno.test("TimerLists goes on after a callback that throws", () => {
  const host = new StubHost();
  const lists = new TimerLists(host);
  let fired = 0;
  lists.add(100, () => {
    throw new Error("callback");
  });
  lists.add(100, () => fired++);
  let thrown = 0;
  for (let turn = 0; turn < 3; turn++) {
    try {
      host.goTo(1_200);
    } catch {
      thrown++;
    }
  }
  assertEquals([thrown, fired, host.timers.size], [1, 1, 0]);
});

Deno.test("TimerLists waits on where the platform's timer comes early", () => {
  const host = new StubHost();
  const lists = new TimerLists(host);
  const fired: number[] = [];
  lists.add(100, () => void fired.push(host.nowMs));
  const [timer] = host.timers;
  host.timers.clear();
  host.nowMs = 1_099.4;
  timer!.callback();
  assertEquals(fired, []);
  host.goTo(1_200);
  assertEquals(fired, [1_100]);
});

Deno.test("TimerLists never fires for NaN and Infinity, and no earlier than the next turn for less than nothing", () => {
  for (const ms of [NaN, Infinity, -Infinity, -1, 0]) {
    const host = new StubHost();
    const lists = new TimerLists(host);
    let fired = 0;
    const timer = lists.add(ms, () => fired++);
    assertEquals(fired, 0);
    host.goTo(1e15);
    assertEquals(fired, ms <= 0 ? 1 : 0, `${ms}`);
    timer.cancel();
    host.endTurn();
    assertEquals([...host.timers].filter(({ dueMs }) => !(dueMs === Infinity)), [], `${ms}`);
  }
});

Deno.test("TimerLists asks the platform for no delay that is no number or negative", () => {
  const host = new StubHost();
  const asked: number[] = [];
  const lists = new TimerLists({
    now: () => host.now(),
    soon: (callback) => host.soon(callback),
    schedule: (ms, callback) => {
      asked.push(ms);
      return host.schedule(ms, callback);
    },
  });
  for (const ms of [NaN, -1, -Infinity, Infinity, 5]) lists.add(ms, () => {});
  // Past the lists that are kept, each delay has a timer of its own.
  for (let ms = 100; ms < 140; ms++) lists.add(ms, () => {});
  for (const ms of [-2, -3, -NaN]) lists.add(ms, () => {});
  assertEquals(asked.filter((ms) => Number.isNaN(ms) || ms < 0), []);
});

Deno.test("TimerLists agrees with one timer each, whatever is set and called off", () => {
  const step = fc.record({
    delayMs: fc.constantFrom(0, 1, 5, 10, 100),
    afterMs: fc.nat(20),
    cancels: fc.option(fc.nat(30), { nil: undefined }),
    setsMs: fc.option(fc.constantFrom(0, 1, 5, 10), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const host = new StubHost();
      const lists = new TimerLists(host);
      const fired = new Map<string, number>();
      const due = new Map<string, number>();
      const timers: { cancel(): void }[] = [];
      const note = (name: string) => {
        if (fired.has(name)) throw new Error(`${name} fired twice`);
        fired.set(name, host.nowMs);
      };
      steps.forEach(({ delayMs, afterMs, cancels, setsMs }, i) => {
        due.set(`${i}`, host.nowMs + delayMs);
        timers.push(lists.add(delayMs, () => {
          note(`${i}`);
          if (setsMs === undefined) return;
          due.set(`${i}+`, host.nowMs + setsMs);
          lists.add(setsMs, () => note(`${i}+`));
        }));
        if (cancels !== undefined && cancels < timers.length && !fired.has(`${cancels}`)) {
          timers[cancels]!.cancel();
          due.delete(`${cancels}`);
        }
        host.goTo(host.nowMs + afterMs);
      });
      host.goTo(host.nowMs + 1_000);
      assertEquals([...fired].sort(), [...due].sort());
      assertEquals(host.timers.size, 0);
    }),
    { numRuns: runs(500) },
  );
});

Deno.test("TimerLists fires what the platform fires much too early, or early again, and tells what time it is then", () => {
  for (const alone of [false, true]) {
    const reached: number[] = [];
    const host = new StubHost();
    const lists = new TimerLists({
      now: () => host.now(),
      soon: (callback) => host.soon(callback),
      schedule: (ms, callback) => host.schedule(ms, callback),
      reach: (nowMs) => void reached.push(nowMs),
    });
    // Past the lists that are kept, a timer has one of the platform to itself.
    for (let ms = 0; alone && ms < 32; ms++) lists.add(1_000 + ms, () => {});
    let fired = 0;
    lists.add(100, () => fired++);
    // The time stands still, as where a test fakes timers only.
    [...host.timers].at(-1)!.callback();
    assertEquals([fired, reached], [1, [1_100]], `alone: ${alone}`);
  }
});

Deno.test("TimerLists waits on once only where the platform's timer comes a little early", () => {
  const host = new StubHost();
  const lists = new TimerLists(host);
  let fired = 0;
  lists.add(100, () => fired++);
  host.nowMs = 1_099;
  for (const expected of [0, 1]) {
    const [timer] = host.timers;
    host.timers.clear();
    timer!.callback();
    assertEquals(fired, expected);
  }
});

Deno.test("TimerLists says of its timers whether they may never fire any more", () => {
  let isOver = false;
  const host = new StubHost();
  const lists = new TimerLists({
    now: () => host.now(),
    soon: (callback) => host.soon(callback),
    schedule: (ms, callback) => host.schedule(ms, callback),
    isOver: () => isOver,
  });
  const timers = Array.from({ length: 40 }, (_, ms) => lists.add(ms, () => {}));
  assertEquals(timers.filter((timer) => timer.isStale).length, 0);
  isOver = true;
  assertEquals(timers.filter((timer) => timer.isStale).length, 40);
  assertEquals(new TimerLists(new StubHost()).add(1, () => {}).isStale, false);
});

Deno.test("TimerLists forgets a delay that nobody waits for, so that others can share a timer", () => {
  const host = new StubHost();
  const lists = new TimerLists(host);
  for (let ms = 1; ms < 100; ms++) {
    lists.add(ms, () => {}).cancel();
    host.endTurn();
  }
  for (let timer = 0; timer < 10; timer++) lists.add(1_000, () => {});
  assertEquals(host.timers.size, 1);
});
