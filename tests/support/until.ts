import { assert } from "@std/assert";

/** Far more than anything takes, however busy the machine is. */
const PATIENCE_MS = 60_000;

/** Waits until `holds`, which comes about by itself, for a minute at most. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  while (!await holds()) {
    assert(performance.now() < endMs, "it did not come about in a minute");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
