/** A worker of what is compared: `worker.ts <opero|bullmq> <url of the broker> <how many items at once>`. */
import { serve } from "@opero/core/worker";
import { Worker } from "npm:bullmq@6.7.0";
import { openTinyMap, QUEUE, work } from "./tiny_map.ts";

const [kind, url, slots] = Deno.args as [string, string, string];
if (kind === "opero") {
  await serve(openTinyMap(url).map, { slots: Number(slots) });
} else {
  const { hostname: host, port } = new URL(url);
  const connection = { host, port: Number(port), maxRetriesPerRequest: null };
  const run = async (job: { readonly data: number }) => await work(job.data);
  await new Worker(QUEUE, run, { connection, concurrency: Number(slots) }).waitUntilReady();
}
console.log("ready");
