import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { EventEmitter } from "node:events";
import { AllFailedError, isFailedResponse, ResultError } from "@opero/core";
import { dropResponse, dropResponseOf } from "../../src/call/drop_response.ts";
import { lab, rejectionOf } from "../support/lab.ts";

/** A response whose body says in `log` when it is cancelled. */
function logged(log: string[], name = "cancelled", status = 503): Response {
  return new Response(new ReadableStream({ pull() {}, cancel: () => void log.push(name) }), { status });
}

Deno.test("dropResponse() cancels the body of a Response, also of one that was refused, once", () => {
  const log: string[] = [];
  const response = logged(log);
  dropResponse(response);
  dropResponse(response);
  dropResponse(new ResultError("load", logged(log, "refused")));
  assertEquals(log, ["cancelled", "refused"]);
});

Deno.test("dropResponse() leaves alone what somebody reads, what has no body, and all else", async () => {
  const log: string[] = [];
  const locked = logged(log);
  const reader = locked.body!.getReader();
  const used = new Response("text");
  await used.text();
  const stream = { destroy: () => log.push("destroyed"), cancel: () => log.push("cancelled") };
  const odd = Object.defineProperty(new Response("x"), "body", {
    get: () => {
      throw new Error("read");
    },
  });
  for (
    const dropped of [locked, used, odd, new Response(null), undefined, null, "text", { body: stream }, {
      data: stream,
    }]
  ) {
    dropResponse(dropped);
    dropResponseOf(dropped);
  }
  dropResponseOf({ response: { data: stream, status: 503 } });
  assertEquals(log, []);
  reader.releaseLock();
});

Deno.test("dropResponse() survives a body that cannot be cancelled", () => {
  const response = (cancel: () => unknown) =>
    Object.defineProperty(new Response(null), "body", { value: { locked: false, cancel } });
  dropResponse(response(() => Promise.reject(new Error("late"))));
  dropResponse(response(() => {
    throw new Error("at once");
  }));
});

Deno.test("dropResponse() destroys the body of node-fetch, whose error then reaches nobody", () => {
  const log: string[] = [];
  const body = Object.assign(new EventEmitter(), { destroy: () => log.push("destroyed") });
  dropResponse({ [Symbol.toStringTag]: "Response", status: 503, body });
  body.emit("error", new Error("Premature close"));
  assertEquals(log, ["destroyed"]);
});

Deno.test("a thrown Response is cancelled before the next attempt, and the last one when the call is over", async () => {
  const { opero, clock } = lab({ retries: 2 });
  const log: string[] = [];
  let attempt = 0;
  const fn = opero(() => {
    log.push(`attempt ${++attempt}`);
    throw logged(log, `cancelled ${attempt}`);
  });
  const rejected = rejectionOf(fn());
  await clock.tick("1m");
  assertInstanceOf(await rejected, AllFailedError);
  assertEquals(log, ["attempt 1", "cancelled 1", "attempt 2", "cancelled 2", "attempt 3", "cancelled 3"]);
});

Deno.test("a Response that failOn refused is cancelled before the next fallback value is tried", async () => {
  const { opero } = lab({ retries: 0 });
  const log: string[] = [];
  const fn = opero((keys: string[]) => {
    log.push(keys[0]!);
    return Promise.resolve(logged(log, `cancelled ${keys[0]}`));
  }, { argFallback: 0, failOn: isFailedResponse });
  await rejectionOf(fn(["a", "b"]));
  assertEquals(log, ["a", "cancelled a", "b", "cancelled b"]);
});

Deno.test("a Response that the caller gets is left open: reraised, or thrown on as it is", async () => {
  const log: string[] = [];
  const thrown = logged(log);
  const throwing = () => {
    throw thrown;
  };
  const { opero } = lab({ retries: 0 });
  assertStrictEquals(await rejectionOf(opero(throwing, { reraise: true })()), thrown);
  assertStrictEquals(await rejectionOf(opero(throwing, { retryOn: () => false })()), thrown);
  const refused = await rejectionOf(opero(() => thrown, { failOn: isFailedResponse, reraise: true })());
  assertStrictEquals((refused as ResultError).response, thrown);
  assertEquals(log, []);
  await thrown.body!.cancel();
});

Deno.test("a Response that was to be reraised is cancelled where a fallback takes its place", async () => {
  const { opero } = lab({ retries: 0 });
  const log: string[] = [];
  const fn = opero(() => {
    throw logged(log);
  }, { reraise: true, fallback: "plan B" });
  assertEquals([await fn() as unknown, log], ["plan B", ["cancelled"]]);
});

Deno.test("a Response that comes late is cancelled: after the limit of time, the deadline and an abort", async () => {
  for (const ending of ["timeout", "deadline", "abort"]) {
    for (const isThrown of [false, true]) {
      const { opero, clock } = lab({ retries: 0 });
      const log: string[] = [];
      const controller = new AbortController();
      const fn = opero(async () => {
        await clock.sleep(2_000);
        if (isThrown) throw logged(log);
        return logged(log, "cancelled", 200);
      }, ending === "abort" ? { signal: controller.signal } : { [ending]: "1s" });
      const rejected = rejectionOf(fn());
      await clock.tick("1s");
      controller.abort(new Error("enough"));
      await rejected;
      assertEquals(log, []);
      await clock.tick("2s");
      assertEquals(log, ["cancelled"], `${ending}, ${isThrown}`);
    }
  }
});

Deno.test("the answer of an attempt in time is left open", async () => {
  const { opero, clock } = lab({ timeout: "1s", deadline: "2s" });
  const log: string[] = [];
  const response = await opero(() => logged(log, "cancelled", 200))();
  await clock.tick("5s");
  assertEquals(log, []);
  await response.body!.cancel();
});

Deno.test("an error that a client made of a Response lets go of it before the next attempt, and keeps the last", async () => {
  const { opero, clock } = lab({ retries: 1 });
  const log: string[] = [];
  let attempt = 0;
  const fn = opero(() => {
    throw Object.assign(new Error("http"), { response: logged(log, `cancelled ${++attempt}`) });
  });
  const rejected = rejectionOf(fn());
  await clock.tick("1m");
  const error = await rejected as AllFailedError;
  assertEquals(log, ["cancelled 1"]);
  const { response } = error.cause as Error & { response: Response };
  assert(!response.bodyUsed);
  await response.body!.cancel();
});

Deno.test("dropResponse() cancels a body that was read in part and left", async () => {
  const log: string[] = [];
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1)),
    cancel: () => void log.push("cancelled"),
  });
  const response = new Response(body);
  const reader = response.body!.getReader();
  await reader.read();
  reader.releaseLock();
  dropResponse(response);
  assertEquals(log, ["cancelled"]);
});

Deno.test("a Response is cancelled where its call is aborted while it is judged, and where failOn throws", async () => {
  const { opero } = lab();
  const log: string[] = [];
  const controller = new AbortController();
  const aborted = opero(() => {
    throw logged(log, "aborted");
  }, {
    signal: controller.signal,
    retryOn: () => {
      controller.abort("enough");
      return true;
    },
  });
  assertEquals(await rejectionOf(aborted()), "enough");
  const judged = opero(() => logged(log, "judged"), {
    failOn: () => {
      throw new RangeError("predicate");
    },
  });
  assertInstanceOf(await rejectionOf(judged()), RangeError);
  assertEquals(log, ["aborted", "judged"]);
});

for (const when of ["before it is thrown", "while it is judged"]) {
  Deno.test(`a Response is cancelled where its call is aborted ${when}, unless it is the reason itself`, async () => {
    for (const isReason of [false, true]) {
      const { opero } = lab({ retries: 1 });
      const log: string[] = [];
      const thrown = logged(log);
      const reason = isReason ? thrown : new Error("stopped");
      const controller = new AbortController();
      const abortIf = (isNow: boolean) => isNow && controller.abort(reason);
      const fn = opero(() => {
        abortIf(when === "before it is thrown");
        throw thrown;
      }, {
        signal: controller.signal,
        retryOn: () => {
          abortIf(when === "while it is judged");
          return true;
        },
      });
      assertStrictEquals(await rejectionOf(fn()), reason);
      assertEquals(log, isReason ? [] : ["cancelled"]);
      await thrown.body!.cancel();
    }
  });
}
