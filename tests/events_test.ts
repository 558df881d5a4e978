import { assertEquals } from "@std/assert";
import { EventHub } from "../src/events.ts";

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
  assertEquals(hub.has("first"), true);
  offLate();
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
