import { createOpero, type Logger, type OperoInstance } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { ServiceWatch } from "../../../tests/support/service_watch.ts";
import { seededRandom } from "../../../src/testing/seeded_random.ts";

const SEED = 20_260_101;
const SILENT: Logger = { debug() {}, info() {}, warning() {}, error() {} };

/** A clock, chance, an instance that lives by them, and the service that it calls: all the same at every run. */
export interface Traffic {
  readonly clock: FakeClock;
  readonly startMs: number;
  readonly random: () => number;
  readonly instance: OperoInstance;
  readonly watch: ServiceWatch;
}

/**
 * Makes what a simulation needs.
 *
 * @returns It; whoever made it closes the instance.
 */
export function startTraffic(): Traffic {
  const clock = new FakeClock();
  const instance = createOpero({ clock, random: seededRandom(SEED), logger: SILENT });
  return { clock, startMs: clock.now(), random: seededRandom(SEED + 1), instance, watch: new ServiceWatch(clock) };
}

/**
 * Makes calls that do not wait for each other, as many users do.
 *
 * @param traffic The clock.
 * @param perSecond How many calls come a second.
 * @param seconds For how long they come.
 * @param call Makes one.
 */
export async function callsOfUsers(
  { clock }: Traffic,
  perSecond: number,
  seconds: number,
  call: () => Promise<unknown>,
): Promise<void> {
  // Not the chance that the service lives by: calls come at the same times whatever is compared.
  const random = seededRandom(SEED + 2);
  const endMs = clock.now() + seconds * 1_000;
  for (;;) {
    const waitMs = -Math.log(1 - random()) * 1_000 / perSecond;
    if (clock.now() + waitMs > endMs) break;
    await clock.tick(waitMs / 1_000);
    call().catch(() => {});
  }
  await clock.tick((endMs - clock.now()) / 1_000);
}
