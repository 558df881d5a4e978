/** The command `opero`, run as a user runs it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { runs } from "../../support/runs.ts";
import { CommandPlace } from "../../support/run_command.ts";
import { ownIdentity } from "../../../src/runtime/process_identity.ts";

const MODULE = `
/** Fails for multiples of seven. */
export default function double(n: number): number {
  if (n % 7 === 0) throw Object.assign(new Error("busy"), { status: 503 });
  return 2 * n;
}
export const shout = (text: string) => text.toUpperCase();
export const odd = (n: number) => n === 2 ? undefined : n === 3 ? 3n : { n };
export const idOf = (item: { id: number }) => "id" + item.id;
export const cost = (item: unknown) => ({ tokens: String(item).length });
export const name = (item: { id: number; at: string }) => item.at;
export const leak = (key: string) => { throw new Error("refused " + key); };
let asked = 0;
export function busy(n: number): number {
  if (++asked === 1) throw Object.assign(new Error("slow down"), { status: 429, retryAfter: 1 });
  return n;
}
export const map = Object.assign(() => {}, { stream: 1, withMeta: 1 });
export const notAFunction = 1;
`;

const SEVERAL = `export const one = (n: number) => n; export const two = one;`;
const FILES = { "double.ts": MODULE, "several.ts": SEVERAL, "empty.ts": "export {};", "torn.ts": "export {" };

/** The numbers from 1 on, a line each. */
const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i + 1}\n`).join("");
const QUICK = ["--retries", "0"];

Deno.test("opero map writes a value a line, in the order of the items, and says what failed", async () => {
  await using place = new CommandPlace(FILES);
  assertEquals(await place.run(["map", "double.ts", ...QUICK], numbers(8)), {
    code: 1,
    lines: ["2", "4", "6", "8", "10", "12", "16"],
    told: ["1 failed with Error (503), in line 7: busy", "8 items: 7 ok, 1 failed"],
  });
});

Deno.test("opero map ends with the number of items without success, and 101 for more than 100", async () => {
  await using place = new CommandPlace(FILES);
  for (const [items, code] of [[6, 0], [14, 2], [700, 100], [707, 101]] as const) {
    assertEquals((await place.run(["map", "double.ts", ...QUICK], numbers(items))).code, code);
  }
});

const WRONG: readonly (readonly [args: string, told: string])[] = [
  ["", "opero: batches that survive"],
  ["mp", `opero: "mp" is no command, did you mean 'map'?`],
  ["map", "opero map: name the module to map, as in opero map enrich.ts"],
  ["map double.ts other.ts", 'opero map: name the module to map, as in opero map enrich.ts: received "other.ts"'],
  ["map double.ts --workrs 2", "opero map: --workrs is no flag of opero map, did you mean '--workers'?"],
  ["map double.ts --resume new", "opero map: --resume needs --journal"],
  ["map double.ts --on-mismatch restart", "opero map: --on-mismatch needs --journal"],
  ["map double.ts --key a --key-expr b --journal j", "opero map: --key and --key-expr cannot be given together"],
  ["map double.ts --items none.jsonl", "opero map: --items none.jsonl: the file cannot be used: "],
  ["map double.ts --items .", "opero map: --items .: the file cannot be used: EISDIR"],
  ["map double.ts --out none/out.jsonl", "opero map: --out none/out.jsonl: the file cannot be used: "],
  ["map double.ts --report none/run.html", "opero map: --report none/run.html: the file cannot be used: "],
  ["map double.ts --items double.ts --out double.ts", "opero map: --items and --out name one file: double.ts"],
  ["map none.ts", "opero map: none.ts: the module cannot be loaded: "],
  ["map torn.ts", "opero map: torn.ts: the module cannot be loaded: "],
  ["map empty.ts", "opero map: empty.ts: the module exports no function"],
  ["map several.ts", "opero map: several.ts: the module exports several functions; choose one: several.ts#one, "],
  ["map several.ts#tow", `opero map: several.ts: the module exports no function "tow", did you mean 'two'?`],
  ["map double.ts#notAFunction", 'opero map: double.ts: the module exports no function "notAFunction"'],
  ["map double.ts#map", 'opero map: double.ts: "map" is a map itself: export the function of one item that it maps'],
  ["map several.ts#one --rate tokens=5", 'opero map: --rate tokens=…: the module exports no function "cost"'],
  ["map double.ts --key-expr nope --journal j", 'opero map: --key-expr: the module exports no function "nope"'],
  ["map double.ts --mode async", `opero map: Cannot wrap "double" as 'mode' must be "thread" for a function`],
  ["report", "opero report: name the journal, as in opero report run.jsonl"],
  ["report none.jsonl", "opero report: Cannot make the report: none.jsonl: it cannot be read: "],
  ["report double.ts", "opero report: Cannot make the report: double.ts: this file is no journal"],
  ["journal none.jsonl", "opero journal: Cannot read the journal: none.jsonl: it cannot be read: "],
  ["journal none.jsonl --stats --failed", "opero journal: --stats and --failed cannot be given together"],
];

Deno.test("opero ends with 255 where it cannot begin, and names the flag, the file or the line", async (t) => {
  await using place = new CommandPlace(FILES);
  for (const [args, told] of WRONG) {
    await t.step(`opero ${args}`, async () => {
      const ended = await place.run(args.split(" ").filter((each) => each !== ""), "1\n");
      assertEquals(ended.code, 255);
      const said = [...ended.told, ...ended.lines].join("\n");
      assert(said.startsWith(told), said);
      assert(!/^\s+at /m.test(said), said);
    });
  }
});

Deno.test("opero map ends with 255 at a line that is no JSON, after what came before, unless it is to be skipped", async () => {
  await using place = new CommandPlace(FILES);
  const bad = await place.run(["map", "double.ts"], "1\n2\n\n{oops\n5\n");
  assertEquals([bad.code, bad.lines], [255, ["2", "4"]]);
  assertMatch(
    bad.told.at(-1)!,
    /^opero map: stdin:4: this line is no JSON: .*; --skip-bad counts such lines as failed$/,
  );
  const skipped = await place.run(["map", "double.ts", "--skip-bad"], "1\n2\n\n{oops\n5\n");
  assertEquals([skipped.code, skipped.lines, skipped.told.at(-1)], [1, ["2", "4", "10"], "4 items: 3 ok, 1 failed"]);
});

Deno.test("opero map --form records has a line for each item, and --errors one for each that failed", async () => {
  await using place = new CommandPlace(FILES);
  const args = ["map", "double.ts", ...QUICK, "--form", "records", "--errors", "failed.jsonl", "--skip-bad"];
  const { lines } = await place.run(args, "1\n7\n{\n3\n");
  const records = lines.map((line) => JSON.parse(line));
  assertEquals(records.map(({ ms: _ms, ...record }) => record), [
    { index: 0, status: "ok", value: 2, attempts: 1 },
    { index: 1, status: "failed", error: { name: "Error", message: "busy", status: 503 }, attempts: 1 },
    { index: 2, status: "failed", error: { name: "SyntaxError", message: records[2].error.message }, attempts: 0 },
    { index: 3, status: "ok", value: 6, attempts: 1 },
  ]);
  const failed = place.read("failed.jsonl").trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(failed.map(({ index, item, error }) => [index, item, error.name]), [
    [1, 7, "Error"],
    [2, undefined, "SyntaxError"],
  ]);
});

Deno.test("opero map takes lines of text, files, a part of the items, and writes to a file", async () => {
  await using place = new CommandPlace({ ...FILES, "in.txt": "a\nb\n\nc\nd\ne\n" });
  const args = ["map", "double.ts#shout", "--in", "lines", "--items", "in.txt", "--out", "out.jsonl"];
  assertEquals((await place.run([...args, "--offset", "1", "--limit", "3"])).told, ["3 items: 3 ok, 0 failed"]);
  assertEquals(place.read("out.jsonl"), '"B"\n"C"\n"D"\n');
  const { told } = await place.run([...args, "--sample", "2"]);
  assertEquals(told, ["2 items: 2 ok, 0 failed"]);
});

Deno.test("opero map writes null for undefined, and an item fails whose value JSON has no form for", async () => {
  await using place = new CommandPlace(FILES);
  const { code, lines, told } = await place.run(["map", "double.ts#odd"], numbers(4));
  assertEquals([code, lines], [1, ['{"n":1}', "null", '{"n":4}']]);
  assertMatch(told[0]!, /^1 failed with TypeError, in line 3: .*BigInt/);
});

Deno.test("opero map continues from its journal: the output is that of one whole run, in whatever order items come", async () => {
  await using place = new CommandPlace(FILES);
  const args = ["map", "double.ts", ...QUICK, "--journal", "run.jsonl"];
  const first = await place.run([...args, "--limit", "8"], numbers(20));
  assertEquals([first.code, first.told.at(-1)], [1, "8 items: 7 ok, 1 failed"]);
  const second = await place.run(args, numbers(20));
  const whole = numbers(20).trim().split("\n").map(Number).filter((n) => n % 7 !== 0).map((n) => `${2 * n}`);
  assertEquals([second.code, second.lines], [2, whole]);
  assertEquals(second.told.at(-1), "20 items: 18 ok (7 from the journal), 2 failed");
  const reversed = await place.run(args, `${numbers(20).trim().split("\n").toReversed().join("\n")}\n`);
  assertEquals(reversed.lines, whole.toReversed());
  assertEquals(reversed.told.at(-1), "20 items: 18 ok (18 from the journal), 2 failed");
});

Deno.test("opero map runs what failed again after a fix, and knows equal, removed and added items", async () => {
  await using place = new CommandPlace(FILES);
  const args = ["map", "double.ts", ...QUICK, "--journal", "run.jsonl"];
  await place.run(args, "1\n1\n7\n2\n");
  await Deno.writeTextFile(`${place.path}/double.ts`, "export default function double(n: number) { return 3 * n; }");
  const fixed = await place.run(args, "2\n7\n1\n1\n1\n4\n");
  // Recorded before the fix: 2 and two ones. New: 7, which had failed, the third one, and 4.
  assertEquals([fixed.code, fixed.lines], [0, ["4", "21", "2", "2", "3", "12"]]);
  assertEquals(fixed.told, ["6 items: 6 ok (3 from the journal), 0 failed"]);
});

Deno.test("opero map --resume leaves items alone, which count as without success", async () => {
  await using place = new CommandPlace(FILES);
  const args = ["map", "double.ts", ...QUICK, "--journal", "run.jsonl"];
  await place.run([...args, "--limit", "8"], numbers(20));
  const failed = await place.run([...args, "--resume", "failed", "--form", "records"], numbers(20));
  assertEquals([failed.code, failed.told.at(-1)], [13, "20 items: 7 ok (7 from the journal), 1 failed, 12 skipped"]);
  assertEquals(failed.lines.map((line) => JSON.parse(line).status).slice(6, 9), ["failed", "ok", "skipped"]);
  const fresh = await place.run([...args, "--resume", "new"], numbers(20));
  assertEquals([fresh.code, fresh.told.at(-1)], [2, "20 items: 18 ok (7 from the journal), 1 failed, 1 skipped"]);
});

Deno.test("opero map --dry-run says what would run, and runs and writes nothing", async () => {
  await using place = new CommandPlace(FILES);
  const args = ["map", "double.ts", ...QUICK, "--journal", "run.jsonl"];
  assertEquals((await place.run([...args, "--dry-run"], numbers(9))).told, ["9 items: 9 to run"]);
  await place.run([...args, "--limit", "8"], numbers(9));
  const plan = await place.run([...args, "--dry-run", "--skip-bad"], `${numbers(9)}{\n`);
  assertEquals(plan, { code: 0, lines: [], told: ["10 items: 7 in the journal, 2 to run, 1 with bad lines"] });
  const other = await place.run([...args, "--dry-run", "--version", "2"], numbers(9));
  assertEquals(other.told, [
    'opero map: Cannot plan the run: run.jsonl: it is of no version, not of version "2"; ' +
    "take another file, or --on-mismatch restart",
  ]);
  const restart = ["--version", "2", "--on-mismatch", "restart"];
  assertEquals((await place.run([...args, ...restart, "--dry-run"], numbers(9))).told, ["9 items: 9 to run"]);
  const begun = await place.run([...args, ...restart], numbers(8));
  assertEquals([begun.lines.length, begun.told.at(-1)], [7, "8 items: 7 ok, 1 failed"]);
  assert(place.read("run.jsonl.old").split("\n").length > 8, "the journal of the other version is kept");
});

Deno.test("opero map --key and --key-expr tell items by what does not change", async () => {
  await using place = new CommandPlace(FILES);
  const items = (at: string) => [1, 2].map((id) => `${JSON.stringify({ id, at })}\n`).join("");
  for (const key of [["--key", "id"], ["--key-expr", "idOf"]]) {
    const args = ["map", "double.ts#name", "--journal", `${key[0]!.slice(2)}.jsonl`, ...key];
    assertEquals((await place.run(args, items("noon"))).lines, ['"noon"', '"noon"']);
    assertEquals((await place.run(args, items("night"))).lines, ['"noon"', '"noon"']);
  }
  const { code, told } = await place.run(
    ["map", "double.ts#name", "--journal", "x.jsonl", "--key", "a.b"],
    items("noon"),
  );
  assertEquals([code, told[0]], [
    2,
    "2 failed with UsageError, first in line 1: --key a.b: an item has no text or number there",
  ]);
});

Deno.test("opero map --halt ends soon or now, and counts what was left as without success", async () => {
  await using place = new CommandPlace({ ...FILES, "in.jsonl": numbers(300) });
  const args = ["map", "double.ts", ...QUICK, "--workers", "1", "--items", "in.jsonl", "--halt"];
  const soon = await place.run([...args, "soon,fail=2"]);
  assertEquals([soon.code, soon.told[0]], [101, "halted as --halt asks for: 12 ok, 2 failed"]);
  const now = await place.run([...args, "now,done=10"]);
  assertEquals(now.code, 101);
  assertMatch(now.told.at(-1)!, /^300 items: \d+ ok, 1 failed, 29\d not done$/);
  const later = await place.run([...args, "soon,fail=5%,min=100"]);
  assertEquals(later.told[0], "halted as --halt asks for: 86 ok, 14 failed");
});

Deno.test("opero map --halt and the page tell items of this run from those of the journal, and those left alone", async () => {
  await using place = new CommandPlace({ ...FILES, "in.jsonl": numbers(20) });
  const args = ["map", "double.ts", ...QUICK, "--workers", "1", "--items", "in.jsonl", "--journal", "run.jsonl"];
  assertEquals((await place.run(args)).code, 2);
  // One of one failed, and not one of the seven that were read.
  const halted = await place.run([...args, "--halt", "soon,fail=50%"]);
  assertEquals([halted.code, halted.told[0]], [14, "halted as --halt asks for: 0 ok, 1 failed"]);
  const left = await place.run([...args, "--resume", "new", "--report", "run.html"]);
  assertEquals([left.code, left.told.at(-1)], [2, "20 items: 18 ok (18 from the journal), 0 failed, 2 skipped"]);
  assert(place.read("run.html").includes("18 of 20 items succeeded, 2 not done"));
});

Deno.test("opero map keeps a limit by cost", async () => {
  await using place = new CommandPlace(FILES);
  const startedMs = performance.now();
  const { code } = await place.run(
    ["map", "double.ts#shout", "--in", "lines", "--rate", "tokens=4/1s", "--report", "run.html"],
    "aaaa\nbbbb\ncccc\n",
  );
  assertEquals(code, 0);
  assert(performance.now() - startedMs >= 1_900);
  const page = place.read("run.html");
  assert(page.includes("<dt>tokens</dt><dd><b>12</b>"));
});

Deno.test("opero map --report sums the cost of every attempt, and shows when the service paused the run", async () => {
  await using place = new CommandPlace(FILES);
  const rates = ["--rate", "10", "--rate", "tokens=90/1s"];
  await place.run(["map", "double.ts#busy", ...rates, "--report", "run.html"], "11\n22\n33\n");
  const page = place.read("run.html");
  // Two characters an item, and one item twice.
  assert(page.includes("<dt>tokens</dt><dd><b>8</b>"));
  assert(page.includes("paused, as the service asked for it"));
});

Deno.test("opero map runs in workers, as many as --threads says, and the page shows how", async () => {
  await using place = new CommandPlace(FILES);
  const pooled = await place.run(["map", "double.ts", ...QUICK, "--mode", "process", "--workers", "2"], numbers(8));
  assertEquals([pooled.code, pooled.lines.length], [1, 7]);
  const threads = await place.run(["map", "double.ts", ...QUICK, "--threads", "3", "--report", "run.html"], numbers(8));
  assertEquals([threads.code, threads.lines], [pooled.code, pooled.lines]);
  assertMatch(place.read("run.html"), /threads.{0,40}>3</);
});

Deno.test("opero map --cache disk runs no item again, in a later run either", async () => {
  await using place = new CommandPlace({
    "counted.ts": `export default (n: number) => {
      Deno.writeTextFileSync("runs.txt", n + "\\n", { append: true });
      return -n;
    };`,
  });
  const args = ["map", "counted.ts", "--cache", "disk", "--cache-ttl", "1d"];
  const first = await place.run(args, numbers(3));
  assertEquals([first.code, first.lines], [0, ["-1", "-2", "-3"]]);
  const second = await place.run(args, numbers(4));
  assertEquals([second.code, second.lines], [0, ["-1", "-2", "-3", "-4"]]);
  assertEquals(place.read("runs.txt").trim().split("\n").toSorted(), ["1", "2", "3", "4"]);
});

Deno.test("opero map --report writes a page about the run, without private texts", async () => {
  await using place = new CommandPlace(FILES);
  const args = ["map", "double.ts#leak", ...QUICK, "--in", "lines", "--journal", "run.jsonl", "--report"];
  await place.run([...args, "run.html"], "canary\n");
  const page = place.read("run.html");
  assert(page.includes("0 of 1 items succeeded, 1 failed") && page.includes("ran to its end (exit code 1)"));
  assert(!page.includes("canary") && page.includes("--journal run.jsonl"));
  await place.run([...args, "open.html", "--report-values"], "canary\n");
  assert(place.read("open.html").includes("refused canary"));
});

Deno.test("opero report and opero journal read a journal", async () => {
  await using place = new CommandPlace(FILES);
  const args = ["map", "double.ts", ...QUICK, "--journal", "run.jsonl", "--version", "3"];
  await place.run(args, numbers(8));
  await place.run(args, numbers(8));
  assertEquals((await place.run(["report", "run.jsonl"])).lines, ["run.html"]);
  assert(place.read("run.html").includes("7 of 8 items succeeded, 1 failed"));
  assert((await place.run(["report", "run.jsonl", "-o", "-"])).lines[0]!.startsWith("<!DOCTYPE html>"));
  const stats = await place.run(["journal", "run.jsonl"]);
  assertMatch(stats.lines[0]!, /^task double, version 3, begun 2/);
  assertEquals(stats.lines.slice(1), [
    "8 items: 7 ok, 1 failed",
    "1 failed with Error (503)",
    "1 record that later ones have replaced",
  ]);
  const failed = (await place.run(["journal", "run.jsonl", "--failed"])).lines.map((line) => JSON.parse(line));
  assertEquals(failed.map(({ attempts, error }) => [attempts, error.status]), [[1, 503]]);
  assertMatch(
    (await place.run(["journal", "run.jsonl", "--compact"])).lines[0]!,
    /^run\.jsonl: \d+ bytes before, \d+ now$/,
  );
  assertEquals(place.read("run.jsonl").trim().split("\n").length, 9);
});

Deno.test("opero journal names the most frequent error first, and does not compact what a run has", async () => {
  const failed = (key: string, name: string) => {
    const error = { name, message: "no", attempts: ["Error"] };
    return { k: key.padEnd(22, "A"), s: "failed", a: 1, t: 1, d: 1, w: 0, e: error };
  };
  const records = [failed("a", "Rare"), failed("b", "Often"), failed("c", "Often"), failed("c", "Often")];
  const header = { opero: 1, task: "enrich", key: "item", at: "2026-11-25T22:00:00.000Z" };
  const text = [header, ...records].map((line) => `${JSON.stringify(line)}\n`).join("");
  const holder = { ...ownIdentity(), since: header.at, token: "of this test", system: false };
  await using place = new CommandPlace({ "run.jsonl": text, "run.jsonl.lock": JSON.stringify(holder) });
  assertEquals((await place.run(["journal", "run.jsonl"])).lines, [
    `task enrich, begun ${header.at}`,
    "3 items: 0 ok, 3 failed",
    "2 failed with Often",
    "1 failed with Rare",
    "1 record that later ones have replaced",
  ]);
  const { code, told } = await place.run(["journal", "run.jsonl", "--compact"]);
  assertEquals([code, place.read("run.jsonl")], [255, text]);
  assertMatch(told.join("\n"), new RegExp(`a run of process ${Deno.pid} has it since ${header.at}`));
});

const RECORDS = runs(50_000);

Deno.test(`opero report of ${RECORDS} records is a page of less than 100 KB`, async () => {
  await using place = new CommandPlace(FILES);
  const error = { name: "HttpError", message: "no", status: 500, attempts: ["500"] };
  const head = { opero: 1, task: "enrich", key: "item", at: "2026-11-25T22:00:00.000Z" };
  const file = await Deno.open(`${place.path}/run.jsonl`, { write: true, create: true });
  const writer = file.writable.getWriter();
  for (let i = -1, text = ""; i < RECORDS; i++) {
    const facts = {
      k: String(i).padStart(22, "k"),
      s: i % 50 === 0 ? "failed" : "ok",
      a: 1 + i % 3,
      t: 1.764e12 + i * 20,
    };
    const record = { ...facts, d: i % 997, w: i % 7, ...(i % 50 === 0 ? { e: error } : { v: { n: i } }) };
    text += `${JSON.stringify(i < 0 ? head : record)}\n`;
    if (text.length < 100_000 && i < RECORDS - 1) continue;
    await writer.write(new TextEncoder().encode(text));
    text = "";
  }
  await writer.close();
  assertEquals((await place.run(["report", "run.jsonl"])).code, 0);
  const page = place.read("run.html");
  assert(new TextEncoder().encode(page).length < 100_000);
  const grouped = (count: number) => String(count).replace(/\B(?=(?:\d{3})+$)/g, "\u202f");
  assert(page.includes(`${grouped(RECORDS * 0.98)} of ${grouped(RECORDS)} items succeeded`));
  assert(!/https?:|\/\//.test(page));
});

Deno.test("opero --help, --version and the help of each command go to stdout", async () => {
  await using place = new CommandPlace(FILES);
  for (const args of [["--help"], ["map", "--help"], ["report", "-h"], ["journal", "--help"], ["--version"]]) {
    const { code, lines, told } = await place.run(args);
    assertEquals([code, told], [0, []]);
    assert(lines.length > 0);
  }
});
