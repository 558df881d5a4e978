/** What has to work without any permission, and without a prompt for one. */
import { configureLogging, createOpero } from "../../mod.ts";

configureLogging({ level: "error" });
await using instance = createOpero({ retries: 1, minDelay: "1ms" });
const double = instance.opero((n: number) => n * 2, {
  cache: true,
  rateLimit: 1_000,
  timeout: "10s",
  context: "async",
});
const increments = instance.opmap((n: number) => n + 1, { mode: "process", workers: 2 });
console.log(JSON.stringify([await double(2), await increments([1, 2, 3])]));
await increments.close();
