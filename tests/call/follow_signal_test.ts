import { assertEquals } from "@std/assert";
import { createOpero } from "@opero/core";
import { followSignal, unfollowSignal } from "../../src/call/follow_signal.ts";

Deno.test("unfollowSignal() takes back one that was to be called off next by the same abort", () => {
  const controller = new AbortController();
  const called: string[] = [];
  const second = { abort: () => called.push("second") };
  const first = {
    abort(reason: unknown): void {
      called.push(`first ${reason}`);
      unfollowSignal(controller.signal, second);
    },
  };
  followSignal(controller.signal, first);
  followSignal(controller.signal, second);
  controller.abort("stop");
  assertEquals(called, ["first stop"]);
});

Deno.test("signal aborts the items of a map that are left when others have ended", async () => {
  const { opmap } = createOpero();
  const controller = new AbortController();
  const waiting = Promise.withResolvers<void>();
  const fn = opmap(async (n: number) => {
    if (n === 0) return n;
    waiting.resolve();
    return await new Promise<number>(() => {});
  }, { workers: 3, progress: false, retries: 0, onError: "return", signal: controller.signal });
  const run = fn([0, 1, 2]).catch((error) => error);
  await waiting.promise;
  await new Promise((resolve) => setTimeout(resolve, 1));
  controller.abort("stop");
  assertEquals(await run, "stop");
});
