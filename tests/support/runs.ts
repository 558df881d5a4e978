/** Whether the tests run at their full size, which takes up to an hour: `deno task nightly`. */
export const isNightly: boolean = Deno.env.get("OPERO_NIGHTLY") === "1";

/** How many cases a property is tried on: `base` on every change, `factor` times as many at night. */
export function runs(base: number, factor = 20): number {
  return isNightly ? base * factor : base;
}
