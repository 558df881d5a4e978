/** How many cases a property is tried on: `base` on every change, `factor` times as many at night. */
export function runs(base: number, factor = 20): number {
  return Deno.env.get("OPERO_NIGHTLY") === "1" ? base * factor : base;
}
