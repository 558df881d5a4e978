import { assertEquals } from "@std/assert";
import { describeMachine } from "../../src/runtime/machine.ts";

Deno.test("describeMachine() names the runtime, its version, and the processors", () => {
  assertEquals(describeMachine(), { runtime: `Deno ${Deno.version.deno}`, cpus: navigator.hardwareConcurrency });
});
