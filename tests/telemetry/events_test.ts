import { assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError, createOpero, type OperoEvents } from "@opero/core";
import { EventHub } from "../../src/telemetry/events.ts";

interface Named {
  first: number;
  second: string;
}

Deno.test("EventHub.on() calls every listener of the event, and none of another", () => {
  const hub = new EventHub<Named>();
  const seen: unknown[] = [];
  hub.on("first", (event) => seen.push(["a", event]));
  hub.on("first", (event) => seen.push(["b", event]));
  hub.on("second", (event) => seen.push(["c", event]));
  hub.emit("first", 1);
  assertEquals(seen, [["a", 1], ["b", 1]]);
});

Deno.test("EventHub.on() answers a function that takes off this listener alone, once", () => {
  const hub = new EventHub<Named>();
  const seen: number[] = [];
  const listener = (event: number) => seen.push(event);
  const off = hub.on("first", listener);
  hub.on("first", listener);
  hub.emit("first", 1);
  off();
  off();
  hub.emit("first", 2);
  assertEquals(seen, [1, 1, 2]);
});

Deno.test("EventHub tells whether anybody listens", () => {
  const hub = new EventHub<Named>();
  assertEquals([hub.isOn, hub.has("first")], [false, false]);
  const off = hub.on("first", () => {});
  assertEquals([hub.isOn, hub.has("first"), hub.has("second")], [true, true, false]);
  off();
  assertEquals([hub.isOn, hub.has("first")], [false, false]);
  const offLate = hub.on("first", () => {});
  off();
  assertEquals([hub.isOn, hub.has("first")], [true, true]);
  offLate();
  offLate();
  const offLast = hub.on("first", () => {});
  assertEquals(hub.isOn, true);
  offLast();
  assertEquals(hub.isOn, false);
});

Deno.test("EventHub.emit() goes on after a listener that throws", () => {
  const hub = new EventHub<Named>();
  const seen: number[] = [];
  hub.on("first", () => {
    throw new Error("listener");
  });
  hub.on("first", (event) => seen.push(event));
  hub.emit("first", 1);
  assertEquals(seen, [1]);
});

Deno.test("EventHub.emit() leaves no unhandled rejection of an async listener", async () => {
  const hub = new EventHub<Named>();
  hub.on("first", () => Promise.reject(new Error("listener")));
  hub.emit("first", 1);
  // A rejection that nobody handles fails the test by now.
  await new Promise((resolve) => setTimeout(resolve, 0));
});

Deno.test("EventHub.emit() calls a listener no more that was taken off by one before it", () => {
  const hub = new EventHub<Named>();
  const seen: string[] = [];
  hub.on("first", () => {
    seen.push("a");
    off();
  });
  const off = hub.on("first", () => seen.push("b"));
  hub.emit("first", 1);
  assertEquals(seen, ["a"]);
});

Deno.test("EventHub.emit() does not call a listener that was added during the delivery, but from the next event on", () => {
  const hub = new EventHub<Named>();
  const seen: string[] = [];
  let isFirst = true;
  hub.on("first", (event) => {
    seen.push(`outer ${event}`);
    if (isFirst) hub.on("first", (event) => void seen.push(`added ${event}`));
    isFirst = false;
  });
  hub.emit("first", 1);
  assertEquals(seen, ["outer 1"]);
  hub.emit("first", 2);
  assertEquals(seen, ["outer 1", "outer 2", "added 2"]);
});

Deno.test("EventHub.emit() ends where each listener takes itself off and listens anew", () => {
  const hub = new EventHub<Named>();
  const seen: number[] = [];
  hub.on("first", () => {});
  function listen(): void {
    const off = hub.on("first", (event) => {
      off();
      seen.push(event);
      if (seen.length < 100) listen();
    });
  }
  listen();
  hub.emit("first", 1);
  hub.emit("first", 2);
  assertEquals(seen, [1, 2]);
});

Deno.test("EventHub.emit() does not call a listener that was taken off during the delivery", () => {
  const hub = new EventHub<Named>();
  const seen: string[] = [];
  hub.on("first", () => off());
  const off = hub.on("first", () => void seen.push("taken off"));
  hub.on("first", () => void seen.push("last"));
  hub.emit("first", 1);
  assertEquals(seen, ["last"]);
});

Deno.test("EventHub.emit() within a delivery reaches those added before it", () => {
  const hub = new EventHub<Named>();
  const seen: string[] = [];
  hub.on("first", (event) => {
    if (event > 1) return;
    hub.on("first", (inner) => void seen.push(`added ${inner}`));
    hub.emit("first", 2);
  });
  hub.emit("first", 1);
  assertEquals(seen, ["added 2"]);
});

Deno.test("EventHub.on() refuses names that no event has, and listeners that are no function", () => {
  const { events, opero } = createOpero();
  const fn = opero(function load() {});
  for (const hub of [events, fn.events]) {
    const names =
      '"success", "failure", "retry", "fallback", "fallbackCooldown", "cacheHit", "cacheMiss", "cacheStale", ' +
      '"cacheCoalesced", "cacheError", "rateLimited", "rateLimitPaused", "hedge", "queued", "shed", "circuitOpened", "circuitHalfOpened", "circuitClosed", "circuitIsolated", ' +
      '"circuitWait", "itemDone"';
    const unknown = assertThrows(() => hub.on("retries" as "retry", () => {}), ConfigurationError);
    assertEquals(
      unknown.message,
      `Cannot listen to an event as 'name' must be one of ${names}: received "retries"`,
    );
    const noFunction = assertThrows(() => hub.on("retry", undefined as never), ConfigurationError);
    assertEquals(noFunction.message, "Cannot listen to an event as 'listener' must be a function: received undefined");
  }
  new EventHub<Record<string, number>>().on("any name", () => {});
});

Deno.test("events.on() added in mid-run hears of the rest of a map", async () => {
  for (const name of ["itemDone", "success"] as const) {
    const { opmap, events } = createOpero();
    const seen: OperoEvents[typeof name][] = [];
    const each = opmap((n: number) => {
      if (n === 2) events.on(name, (event: OperoEvents[typeof name]) => void seen.push(event));
      return n;
    }, { workers: 1, progress: false });
    await each([0, 1, 2, 3, 4]);
    // The call of the third item had begun before anybody listened, so that it is done is heard, its success is not.
    assertEquals(seen.length, name === "itemDone" ? 3 : 2, name);
  }
});

Deno.test("fn.events hears of this function alone, of one of the same name neither", async () => {
  const { opero, opmap, events } = createOpero();
  const seen: string[] = [];
  const make = () =>
    opero(function load(n: number) {
      return n;
    }, { cache: true });
  const [one, other] = [make(), make()];
  const map = opmap((n: number) => n, { progress: false });
  one.events.on("success", ({ functionName, cache }) => void seen.push(`one ${functionName} ${cache}`));
  map.events.on("itemDone", ({ index, ok }) => void seen.push(`map ${index} ${ok}`));
  events.on("success", () => void seen.push("all"));
  await one(1);
  await one.with({ timeout: "1m" })(1);
  await one.withMeta(1);
  await other(1);
  await map(["x" as never]);
  assertEquals(seen, [
    "all",
    "one load miss",
    "all",
    "one load hit",
    "all",
    "one load hit",
    "all",
    "all",
    "map 0 true",
  ]);
});

Deno.test("a listener can neither fail a call nor change what others hear", async () => {
  const { opero, events } = createOpero();
  const heard: unknown[] = [];
  events.on("success", (event) => {
    (event as { functionName: string }).functionName = "forged";
  });
  events.on("success", () => Promise.reject(new Error("listener")) as never);
  const fn = opero(function load() {
    return 1;
  });
  fn.events.on("success", ({ functionName }) => void heard.push(functionName));
  assertEquals(await fn(), 1);
  assertEquals(heard, ["load"]);
});
