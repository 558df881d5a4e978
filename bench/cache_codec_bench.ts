/** The text of a value of 1 KB: JSON alone, and with what makes an entry of it; and a value that JSON cannot keep, beside V8's own form. */
import { decodeEntry, encodeEntry } from "../src/cache/codec/cache_codec.ts";
import { deserialize, serialize } from "node:v8";
import { BENCH_KEY, BENCH_VALUE, entryOf } from "./support/cache_load.ts";

const json = JSON.stringify(BENCH_VALUE);
const entry = entryOf(BENCH_VALUE);
const text = encodeEntry(BENCH_KEY, entry);
const rich = { ...BENCH_VALUE, at: new Date(0), tags: new Set(["a", "b"]) };
const richEntry = entryOf(rich);
const richText = encodeEntry(BENCH_KEY, richEntry);
const richBytes = serialize(rich);

Deno.bench("JSON.stringify()", { group: "write plain data", baseline: true }, () => void JSON.stringify(BENCH_VALUE));
Deno.bench("encodeEntry()", { group: "write plain data" }, () => void encodeEntry(BENCH_KEY, entry));

Deno.bench("JSON.parse()", { group: "read plain data", baseline: true }, () => void JSON.parse(json));
Deno.bench("decodeEntry()", { group: "read plain data" }, () => void decodeEntry(BENCH_KEY, text));

Deno.bench("node:v8 serialize()", { group: "write a Date and a Set", baseline: true }, () => void serialize(rich));
Deno.bench("encodeEntry() with a Date and a Set", { group: "write a Date and a Set" }, () => {
  encodeEntry(BENCH_KEY, richEntry);
});

Deno.bench(
  "node:v8 deserialize()",
  { group: "read a Date and a Set", baseline: true },
  () => void deserialize(richBytes),
);
Deno.bench("decodeEntry() with a Date and a Set", { group: "read a Date and a Set" }, () => {
  decodeEntry(BENCH_KEY, richText);
});
