/** Compiled by `tsc` against the packed package: fails to compile where the types do not survive. */
import { type AllFailedError, type CacheBackend, createOpero, opero, type Wrapped } from "@opero/core";
import { FakeClock } from "@opero/core/testing";

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function assertType<_Holds extends true>(): void {}

const double = opero((n: number) => n * 2, { retries: 3, cacheTtl: "5m" });
assertType<Equals<ReturnType<typeof double>, Promise<number>>>();
assertType<Equals<Parameters<typeof double>, [n: number]>>();

const first = opero(async <Item>(items: readonly Item[]): Promise<Item | undefined> => await items[0]);
const text: Promise<string | undefined> = first(["a"]);

class Api {
  @opero({ retries: 3 })
  async user(id: string): Promise<string> {
    return await id;
  }
}
const user: Promise<string> = new Api().user("ada");

const instance = createOpero({ clock: new FakeClock(), retries: 5 });
const wrapped: Wrapped<() => Promise<number>> = instance.opero(async () => await 1);
const backend: CacheBackend = { get: () => undefined, set() {}, delete: () => false, clear() {} };
opero(double, { cacheBackend: backend, fallback: (error: AllFailedError, n: number) => error.attempts.length + n });

// @ts-expect-error -- the parameter is a number
double("2");
// @ts-expect-error -- there is no such option
opero(double, { retrys: 3 });
// @ts-expect-error -- a duration bears a known unit
opero(double, { timeout: "5 minutes" });

export { text, user, wrapped };
