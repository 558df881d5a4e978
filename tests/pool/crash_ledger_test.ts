import { assertEquals, assertInstanceOf } from "@std/assert";
import { WorkerError } from "../../src/errors.ts";
import type { Call } from "../../src/call/call.ts";
import { CrashLedger } from "../../src/pool/crash_ledger.ts";
import { CallJob } from "../../src/pool/call_job.ts";
import type { LossReason } from "../../src/pool/loss_reason.ts";
import { callFor, rejection } from "../support/open_pool.ts";

/** What an attempt of `call` fails with where it ended its worker. */
function charge(ledger: CrashLedger, call: Call, reason: LossReason, error?: unknown): Promise<WorkerError> {
  const job = new CallJob(call, { stop: () => {}, onSettled: () => {} });
  const failed = rejection<WorkerError>(job.promise);
  ledger.fail(job, reason, error);
  return failed;
}

Deno.test("CrashLedger.fail() says how the item ended its worker", async () => {
  const ends: [LossReason, unknown, string, unknown][] = [
    ["exit", 3, "by an exit with code 3", undefined],
    ["exit", undefined, "by an exit with code 0", undefined],
    ["memory", undefined, "by more memory than it has", undefined],
    ["uncaught", "thrown", "by an error that nothing caught", "thrown"],
    ["gone", undefined, "without an error", undefined],
  ];
  for (const [reason, thrown, words, cause] of ends) {
    const error = await charge(new CrashLedger('"f"', 2), callFor(1), reason, thrown);
    assertInstanceOf(error, WorkerError);
    assertEquals([error.message, error.cause], [`An item of "f" ended its worker ${words}`, cause]);
  }
});

Deno.test("CrashLedger.fail() gives an item up once it ended as many workers as it may", async () => {
  const ledger = new CrashLedger('"f"', 3);
  const [call, other] = [callFor(1), callFor(2)];
  const messages: string[] = [];
  for (let n = 0; n < 3; n++) messages.push((await charge(ledger, call, "gone")).message);
  assertEquals(messages, [
    'An item of "f" ended its worker without an error',
    'An item of "f" ended its worker without an error',
    'An item of "f" ended 3 workers and is not run again, the last without an error',
  ]);
  assertEquals(call.state?.isFinal, true);
  await charge(ledger, other, "gone");
  assertEquals(other.state?.isFinal, undefined);
});

Deno.test("CrashLedger.fail() gives an item up at its first end where it may end one worker", async () => {
  const call = callFor(1);
  const error = await charge(new CrashLedger('"f"', 1), call, "gone");
  assertEquals([error.message, call.state?.isFinal], ['An item of "f" ended its worker without an error', true]);
});
