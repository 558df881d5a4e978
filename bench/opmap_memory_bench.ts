import { inChild } from "./support/in_child.ts";
import { registerRows } from "./support/register_rows.ts";
import type { Contender, Row } from "./support/row.ts";

const child = (name: string): Contender => ({
  name,
  run: async () => (await inChild("support/stream_memory.ts", name)).bytes,
});

/** How much memory a stream takes, each time in a process of its own. */
export const rows: readonly Row[] = [{
  name: "memory over an idle process, a million items streamed",
  unit: "B",
  isReported: true,
  warmUps: 0,
  rounds: 5,
  contenders: [child("opmap"), child("pMapIterable"), child("p-map")],
}];

registerRows(rows);
