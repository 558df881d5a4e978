import { assert, assertEquals } from "@std/assert";
import * as core from "@opero/core";
import { OPMAP_TABLE } from "../../src/map/opmap_table.ts";
import { EVENT_NAMES } from "../../src/telemetry/opero_events.ts";
import { readSources } from "../support/source_graph.ts";

const PAGE = Deno.readTextFileSync(new URL("../../docs/migrating.md", import.meta.url));

/** The second cells of the tables: what this library has. */
const cells = [...PAGE.matchAll(/^\| [^|\n]+ \| ([^|\n]+) \| [^|\n]* \|$/gm)].map(([, cell]) => cell!.trim()).filter(
  (cell) => cell !== "here" && !/^-+$/.test(cell),
);
const codes = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!));

/** What options that are objects hold. */
const FIELD_SOURCES =
  /^src\/(?:policy\/\w+_fields|layers\/\w+|cache\/(?:memory|disk)\/\w+|map\/opmap_options|telemetry\/logger)\.ts$/;

/** Options, what they hold, events, and what is exported. */
function knownNames(): Set<string> {
  const fields = [...readSources().values()].filter(({ path }) => FIELD_SOURCES.test(path)).flatMap(({ code }) =>
    [...code.matchAll(/^ +readonly (\w+)\??:/gm)].map(([, name]) => name!)
  );
  return new Set([...Object.keys(OPMAP_TABLE.rules), ...EVENT_NAMES, ...Object.keys(core), ...fields]);
}

Deno.test("docs/migrating.md names options, events and exports that are there", () => {
  assert(codes.length > 120, `${codes.length}`);
  const known = knownNames();
  const named = codes.flatMap((code) => {
    if (/^\w+$/.test(code)) return [code];
    return [...code.matchAll(/(?<=[{,] ?|^)(\w+)(?=:| \}|, \w+ ?[,}])/g)].map(([, name]) => name!);
  });
  assertEquals(named.filter((name) => !known.has(name)), []);
});

Deno.test("docs/migrating.md has a table for each library, line by line", () => {
  const sections = PAGE.split(/^## /m).slice(1);
  const rows = new Map(sections.map((section) => [section.split("\n")[0]!, section.match(/^\| /gm)!.length - 2]));
  assertEquals([...rows.keys()], [
    ...["Python opero", "p-retry", "p-map", "p-limit", "p-throttle", "cockatiel", "opossum", "bottleneck"],
    ...["bentocache", "tenacity (Python)", "joblib (Python)"],
  ]);
  assertEquals([...rows].filter(([, count]) => count < 6), []);
});
