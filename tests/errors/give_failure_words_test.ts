import { assert, assertEquals } from "@std/assert";
import { AllFailedError, failureWords } from "../../src/errors/all_failed_error.ts";
import { giveFailureWords } from "../../src/errors/give_failure_words.ts";
import { knownErrorClasses } from "../../src/pool/known_errors.ts";
import { opero } from "@opero/core/light";

const attempt = { number: 1, retry: 0, fallbackIndex: undefined, startedAt: new Date(0), duration: 0.25 };

function byHand(error: unknown): AllFailedError {
  return new AllFailedError("failed", { attempts: [{ ...attempt, error }], reason: "attempts", correlationId: "c-1" });
}

Deno.test("an AllFailedError made by hand where nothing was wrapped has its message alone", () => {
  failureWords.current = undefined;
  const error = byHand(new TypeError("no"));
  assertEquals(error.summary(), "failed");
  const head = { name: "AllFailedError", code: "ALL_FAILED", message: "failed", reason: "attempts" };
  assertEquals(JSON.parse(JSON.stringify(error)), { ...head, correlationId: "c-1" });
  assertEquals(Object.keys(error.errorsByType()), ["TypeError"]);
});

Deno.test("giveFailureWords() is called where an AllFailedError may be made or rebuilt", () => {
  for (const give of [giveFailureWords, () => opero(() => {}), () => knownErrorClasses()]) {
    failureWords.current = undefined;
    const error = byHand(new TypeError("no"));
    give();
    assertEquals(error.summary(), "failed\n  1. retry 0, at 1970-01-01T00:00:00.000Z, after 250 ms: TypeError");
    assert(JSON.stringify(error).includes('"message":"no"'));
  }
});
