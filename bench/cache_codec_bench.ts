import { decodeEntry, encodeEntry } from "../src/cache/codec/cache_codec.ts";
import { deserialize, serialize } from "node:v8";
import { BENCH_KEY, BENCH_VALUE, entryOf } from "./support/cache_load.ts";
import { registerRows } from "./support/register_rows.ts";
import { callRow, type Row } from "./support/row.ts";

const json = JSON.stringify(BENCH_VALUE);
const entry = entryOf(BENCH_VALUE);
const text = encodeEntry(BENCH_KEY, entry);
const rich = { ...BENCH_VALUE, at: new Date(0), tags: new Set(["a", "b"]) };
const richEntry = entryOf(rich);
const richText = encodeEntry(BENCH_KEY, richEntry);
const richBytes = serialize(rich);

/** The text of a value of 1 KB beside JSON alone; and of a value that JSON cannot keep, beside V8's own form. */
export const rows: readonly Row[] = [
  callRow("1 KB of plain data to text", [
    { name: "encodeEntry()", call: () => encodeEntry(BENCH_KEY, entry) },
    { name: "JSON.stringify", call: () => JSON.stringify(BENCH_VALUE) },
  ]),
  callRow("1 KB of plain data from text", [
    { name: "decodeEntry()", call: () => decodeEntry(BENCH_KEY, text) },
    { name: "JSON.parse", call: () => JSON.parse(json) },
  ]),
  callRow("1 KB with a Date and a Set to text", [
    { name: "encodeEntry()", call: () => encodeEntry(BENCH_KEY, richEntry) },
    { name: "node:v8 serialize", call: () => serialize(rich) },
  ]),
  callRow("1 KB with a Date and a Set from text", [
    { name: "decodeEntry()", call: () => decodeEntry(BENCH_KEY, richText) },
    { name: "node:v8 deserialize", call: () => deserialize(richBytes) },
  ]),
];

registerRows(rows);
