import { createOpero } from "@opero/core";
import { type Fault, FAULT_ERRORS, faultyItem, runFaulty } from "../../tests/support/faulty_item.ts";
import { faultOf, ITEM_LIMIT_MS, ITEMS_A_ROUND } from "./faulty_items.ts";
import { Pace } from "./pace.ts";
import type { SoakPart, SoakRates, SoakTally } from "./soak_part.ts";

/** What goes wrong after an `await`: on a busy machine the limit of the item may come first. */
const LATER: readonly (Fault | undefined)[] = ["unhandled rejection", "uncaught error", "exit later"];

/** Maps on a pool in which one item in fifty goes wrong. */
export function poolPart(tally: SoakTally, { itemsPerSecond }: SoakRates): Promise<SoakPart> {
  const instance = createOpero();
  const options = {
    workers: 2,
    retries: 0,
    timeout: `${ITEM_LIMIT_MS}ms`,
    onError: "return",
    progress: false,
  } as const;
  const maps = (["process", "async_process"] as const).map((mode) => instance.opmap(runFaulty, { ...options, mode }));
  const pace = new Pace(itemsPerSecond);
  let next = 0;
  return Promise.resolve({
    async round() {
      await pace.turn(ITEMS_A_ROUND);
      tally.items.begun += ITEMS_A_ROUND;
      const map = maps[(next / ITEMS_A_ROUND) % maps.length]!;
      const ids = Array.from({ length: ITEMS_A_ROUND }, () => next++);
      const results = await map(ids.map((id) => faultyItem(id, faultOf(id))));
      for (const [i, result] of results.entries()) {
        const fault = faultOf(ids[i]!);
        if (fault !== undefined) tally.faults++;
        const found = result instanceof Error ? nameOfCause(result) : result;
        const expected = fault === undefined ? ids[i]! * 2 : FAULT_ERRORS[fault];
        const isLate = LATER.includes(fault) && found === "TimeoutError";
        if (found !== expected && !isLate) {
          const shown = Deno.inspect(result, { breakLength: Infinity });
          tally.wrong.push(`item ${ids[i]} (${fault}) came to ${shown} in place of ${expected}`);
        }
        tally.items.done++;
      }
    },
    close: () => instance.close(),
  });
}

function nameOfCause(error: Error): string | undefined {
  const cause = error.cause as Error | undefined;
  return cause?.name;
}
