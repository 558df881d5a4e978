import { opero } from "@opero/core";
import { RateLimiter } from "npm:limiter@4.1.0";
import pThrottle from "npm:p-throttle@8.1.1";
import { RATES } from "./bars.ts";
import { busyMachine } from "./support/busy_machine.ts";
import { inChild } from "./support/in_child.ts";
import { registerRows } from "./support/register_rows.ts";
import { callRow, type Contender, type Row } from "./support/row.ts";

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

const WATCHED = ["opero", "p-throttle, strict"] as const;
const WATCHED_ROUNDS = 3;

/** What each of them came to, run by run. A run keeps limiters of all rates busy, so the rows of all rates share it. */
const watched: Readonly<Record<string, Readonly<Record<string, number>>[]>> = { opero: [], "p-throttle, strict": [] };

async function watchRates(name: string): Promise<Readonly<Record<string, number>>> {
  await using _ = busyMachine();
  return await inChild("support/rate_check.ts", name);
}

/** The row of one figure, which reads in its nth round what the nth run came to. */
function rateRow(name: string, figure: string): Row {
  const contender = (who: string): Contender => {
    let round = 0;
    const run = async () => (watched[who]![round] ??= await watchRates(who), watched[who]![round++]![figure]);
    return { name: who, run };
  };
  const contenders: Row["contenders"] = [contender(WATCHED[0]), contender(WATCHED[1])];
  return { name, unit: "%", isReported: true, warmUps: 0, rounds: WATCHED_ROUNDS, contenders };
}

/** What a call pays for a rate that it does not reach, and how much of a rate is used by those who wait for it. */
export const rows: readonly Row[] = [
  callRow("rate limit, not reached", [
    { name: "opero", call: () => limited() },
    { name: "p-throttle", call: () => throttled() },
    { name: "limiter", call: () => afterToken() },
  ]),
  ...RATES.flatMap((rate) => [
    rateRow(`${rate}/s over 5 s on a busy machine`, `reached ${rate}`),
    rateRow(`${rate}/s, starts in the fullest second as a share of the rate`, `fullest ${rate}`),
  ]),
];

registerRows(rows);
