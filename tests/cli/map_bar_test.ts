import { assert, assertEquals } from "@std/assert";

const MAP_BAR = new URL("../../src/cli/map_bar.ts", import.meta.url);

/** What the bar of a run of six items leaves in an environment of continuous integration, 20 s after it began. */
async function writtenBy(counted: string): Promise<string> {
  const code = `
    let nowMs = 0;
    performance.now = () => nowMs;
    const { MapBar } = await import("${MAP_BAR}");
    const bar = new MapBar({ label: "load", total: () => 6, wait: () => undefined });
    const record = { endedMs: 0, durationMs: 1, attempts: 1 };
    ${counted}
    nowMs = 20_000;
    bar.finish();
  `;
  const args = ["eval", "--no-lock", "--no-check", code];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { CI: "1" } }).output();
  const text = new TextDecoder().decode(stderr);
  assert(success, text);
  return text;
}

Deno.test("MapBar counts items that were not to run as done, and says how many these are", async () => {
  const counted = "bar.count(record); bar.skip(); bar.skip();";
  assertEquals(await writtenBy(counted), "load: 3/6 50%, 2 skipped, 0.15/s, 0:20 elapsed, ETA 1:00\n");
});

Deno.test("MapBar tells failed, retried, cached and journaled items apart", async () => {
  const counted = `
    bar.count({ ...record, attempts: 2 });
    bar.count({ ...record, attempts: 3, failure: { label: "Error", message: "no" } });
    bar.count({ ...record, attempts: 0 });
    bar.count({ ...record, attempts: 2, isFromJournal: true });
    bar.count({ ...record, attempts: 0, failure: { label: "Error", message: "no" } });
  `;
  assertEquals(
    await writtenBy(counted),
    "load: 5/6 83%, 2 failed, 2 retried, 1 cached, 1 journaled, 0.25/s, 0:20 elapsed, ETA 0:07\n",
  );
});
