/** A script whose calls are traced where the runtime has OpenTelemetry switched on. */
import { opero } from "@opero/core";

let runs = 0;
const load = opero(async function load(id: string): Promise<string> {
  await Promise.resolve();
  if (++runs === 1) throw new RangeError("secret");
  return id;
}, { minDelay: "1ms", maxDelay: "1ms" });
await load("secret");
