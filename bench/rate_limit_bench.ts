import { opero } from "@opero/core";
import { RateLimiter } from "npm:limiter@4.1.0";
import pThrottle from "npm:p-throttle@8.1.1";
import { registerSubjects, type Subject } from "./support/subject.ts";

/** More than can be called, so that nobody ever waits. */
const PER_SECOND = 1_000_000_000;

let served = 0;

// deno-lint-ignore require-await -- an async function that has nothing to wait for shows the cost of what is around it
async function serve(): Promise<number> {
  return ++served;
}

const limited = opero(serve, { rateLimit: PER_SECOND, retries: 0 });
const throttled = pThrottle({ limit: PER_SECOND, interval: 1_000 })(serve);
const limiter = new RateLimiter({ tokensPerInterval: PER_SECOND, interval: "second" });

async function afterToken(): Promise<number> {
  await limiter.removeTokens(1);
  return serve();
}

/** What a call pays for a rate that it does not reach. */
export const subjects: readonly Subject[] = [
  {
    name: "rate limit, not reached",
    contenders: [
      { name: "opero", call: () => limited() },
      { name: "p-throttle", call: () => throttled() },
      { name: "limiter", call: () => afterToken() },
    ],
    target: { rival: "p-throttle", atMost: 1 },
  },
];

registerSubjects(subjects);
