/** The command `opero` at its limits: no input, a full disk, a reader that has enough, a million items. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { runs } from "../../support/runs.ts";
import { CommandPlace } from "../../support/run_command.ts";
import { recordsIn } from "../../support/temporary_journal.ts";
import { JOURNAL_HELP, MAIN_HELP, MAP_HELP, REPORT_HELP } from "../../../src/cli/help_texts.ts";

const MODULE = `
import { writeFileSync } from "node:fs";
export const double = (n: number) => 2 * n;
export const long = (n: number) => String(n).padEnd(10_000, ".");
let failures = 1;
export function failOnce(n: number): number {
  if (failures-- > 0) throw new TypeError("not yet");
  return n;
}
/** Says how much memory the process took at most, in kilobytes. */
export function measured(line: string): { line: string } {
  if (line === "last") {
    const [, kilobytes] = Deno.readTextFileSync("/proc/self/status").match(/VmHWM:\\s+(\\d+)/)!;
    writeFileSync("peak.txt", kilobytes!);
  }
  return { line };
}
`;

interface ShellEnded {
  readonly code: number;
  readonly out: string;
  readonly told: string;
}

/** Runs a line of bash in the place. */
async function shell(place: CommandPlace, line: string): Promise<ShellEnded> {
  const args = ["-c", line.replaceAll("opero", () => place.commandLine)];
  const command = new Deno.Command("bash", { args, cwd: place.path, env: { NO_COLOR: "1" }, stdin: "null" });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), told: text.decode(stderr) };
}

const hasTerminal = await new Deno.Command("script", { args: ["--version"] }).output().then(() => true, () => false);

Deno.test({
  name: "opero map with neither --items nor anything but a terminal on stdin says what is missing, and ends with 255",
  ignore: !hasTerminal,
  fn: async () => {
    await using place = new CommandPlace({ "job.ts": MODULE });
    await Deno.writeTextFile(`${place.path}/ask.sh`, `exec ${place.commandLine} map job.ts#double`);
    const { code, out } = await shell(place, `timeout 60 script -qec "sh ask.sh" /dev/null < /dev/null`);
    assertEquals(code, 255);
    assertEquals(
      out.trim(),
      "opero map: there are no items: give them by --items FILE or by stdin; see opero map --help",
    );
  },
});

Deno.test("opero map ends with 255 where its journal cannot be written, names it and the reason, and then continues", async () => {
  await using place = new CommandPlace({ "job.ts": MODULE });
  const map = `opero map job.ts#long --journal run.jsonl --workers 2 --no-bar`;
  const full = await shell(place, `trap '' XFSZ; ulimit -f 2000; seq 400 | ${map} > /dev/null`);
  assertEquals(full.code, 255);
  assertMatch(full.told, /^opero map: Cannot map "long": \S*run\.jsonl: it cannot be written: .*(EFBIG|too large)/m);
  const recorded = recordsIn(`${place.path}/run.jsonl`).length;
  assert(recorded > 0 && recorded < 400, `${recorded}`);
  const next = await shell(place, `seq 400 | ${map}`);
  assertEquals([next.code, next.out.split("\n").length], [0, 401]);
  assert(next.told.includes(`400 items: 400 ok (${recorded} from the journal)`), next.told);
});

Deno.test("opero map | head -3 is three lines, and 141 without a word", async () => {
  await using place = new CommandPlace({ "job.ts": MODULE });
  const line = "seq 200000 > in.jsonl; opero map job.ts#double --items in.jsonl | head -3; exit ${PIPESTATUS[0]}";
  assertEquals(await shell(place, line), { code: 141, out: "2\n4\n6\n", told: "" });
});

Deno.test("opero map --log-level says what the library does, and nothing without it", async () => {
  await using place = new CommandPlace({ "job.ts": MODULE });
  const map = "seq 2 | opero map job.ts#failOnce --retry-on all --workers 1 --no-bar";
  const [quiet, told] = [await shell(place, map), await shell(place, `${map} --log-level debug`)];
  assertEquals([quiet.code, quiet.told], [0, "2 items: 2 ok, 0 failed\n"]);
  assertEquals([told.code, told.out], [0, quiet.out]);
  assertMatch(told.told, /failOnce[^]*TypeError[^]*2 items: 2 ok, 0 failed\n$/);
});

Deno.test("the examples of the help work as they stand there", async () => {
  await using place = new CommandPlace({
    "double.ts": "export default (n: number) => 2 * n;",
    "enrich.ts": "export default (n: number) => ({ n });",
    "in.jsonl": "1\n2\n",
  });
  const example = (help: string) => help.trim().split("\n").at(-1)!.replace("Example: ", "").trim();
  assertEquals((await shell(place, example(MAIN_HELP))).out, "2\n4\n6\n");
  assertEquals((await shell(place, example(MAP_HELP))).code, 0);
  assertEquals(place.read("out.jsonl"), '{"n":1}\n{"n":2}\n');
  assertEquals((await shell(place, example(REPORT_HELP))).out, "run.html\n");
  assert(place.read("run.html").startsWith("<!DOCTYPE html>"));
  assertEquals(await shell(place, example(JOURNAL_HELP)), { code: 0, out: "", told: "" });
});

const ITEMS = runs(100_000, 10);
/** Of a million; a process that maps nothing takes the most of what few take. */
const MEGABYTES = 180 + 120 * ITEMS / 1e6;

Deno.test({
  name: `opero map of ${ITEMS} items with a journal takes at most ${MEGABYTES} MB, in a run that continues, too`,
  // Elsewhere a process does not know what it took at most.
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using place = new CommandPlace({ "job.ts": MODULE });
    const map =
      "opero map job.ts#measured --in lines --items in.txt --journal run.jsonl --workers 8 --no-bar > out.jsonl";
    await shell(place, `seq -f 'item %.0f' ${ITEMS} > in.txt; echo last >> in.txt`);
    for (const fromJournal of [0, ITEMS]) {
      const { code, told } = await shell(place, map);
      assertEquals([code, told.includes(`${fromJournal} from the journal`)], [0, fromJournal > 0], told);
      const peak = Number(place.read("peak.txt")) / 1_000;
      assert(peak > 50 && peak < MEGABYTES, `${peak} MB`);
      // The last one runs again, and measures.
      const path = `${place.path}/run.jsonl`;
      Deno.writeTextFileSync(path, Deno.readTextFileSync(path).split("\n").slice(0, -2).join("\n") + "\n");
    }
  },
});
