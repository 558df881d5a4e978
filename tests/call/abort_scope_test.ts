import { assertEquals } from "@std/assert";
import { AbortScope } from "../../src/call/abort_scope.ts";

/** Answers how to leave. */
function join(scope: AbortScope, callback: (reason: unknown) => void): () => void {
  scope.onAbort(callback);
  return () => scope.offAbort(callback);
}

Deno.test("AbortScope.abort() calls all who wait, once, in their order, and none who left", () => {
  const scope = new AbortScope();
  const called: string[] = [];
  const leave = ["a", "b", "c", "d"].map((name) => join(scope, (reason) => called.push(`${name} ${reason}`)));
  leave[0]!();
  leave[2]!();
  leave[2]!();
  const leaveE = join(scope, (reason) => called.push(`e ${reason}`));
  leave[0]!();
  scope.abort("stop");
  scope.abort("again");
  leaveE();
  assertEquals([called, scope.isAborted, scope.reason], [["b stop", "d stop", "e stop"], true, "stop"]);
});

Deno.test("AbortScope.onAbort() calls at once who comes after the abort, once", () => {
  const scope = new AbortScope();
  const called: string[] = [];
  scope.onAbort((reason) => {
    called.push(`first ${reason}`);
    scope.onAbort((reason) => called.push(`within ${reason}`));
  });
  scope.abort("stop");
  const leave = join(scope, (reason) => called.push(`late ${reason}`));
  leave();
  scope.abort("again");
  assertEquals(called, ["first stop", "within stop", "late stop"]);
});

Deno.test("AbortScope.onAbort() gives the place of one who left to the next", () => {
  const scope = new AbortScope();
  const called: string[] = [];
  join(scope, () => called.push("left"))();
  const leave = join(scope, () => called.push("stays"));
  scope.abort("stop");
  leave();
  assertEquals(called, ["stays"]);
});

Deno.test("AbortScope.onAbort() lets one who left leave again, at no cost to the next", () => {
  const scope = new AbortScope();
  const called: string[] = [];
  const leave = join(scope, () => called.push("left"));
  leave();
  join(scope, () => called.push("stays"));
  leave();
  scope.abort("stop");
  assertEquals(called, ["stays"]);
});
