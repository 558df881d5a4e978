import { assertEquals, assertThrows } from "@std/assert";
import { MAP_FLAGS } from "../../src/cli/map_flags.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { UsageError } from "../../src/cli/usage_error.ts";

const parse = (...args: string[]) => parseFlags("opero map", args, MAP_FLAGS);

Deno.test("parseFlags() reads values of every kind, short forms, lists, and what belongs to no flag", () => {
  const { flags, rest } = parse(
    ...["a.ts", "--items", "in.jsonl", "--in=lines", "-w", "8", "-j", "r.jsonl", "--skip-bad", "--timeout", "1.5s"],
    ...["--rate", "10", "--rate=tokens=90000/1m", "--halt", "soon,fail=5%,min=100", "--out", "-"],
  );
  assertEquals(rest, ["a.ts"]);
  const { items, in: form, workers, journal, timeout, rate, halt, out, retries } = flags;
  assertEquals([items, form, workers, journal, timeout, out, retries], [
    "in.jsonl",
    "lines",
    8,
    "r.jsonl",
    "1.5s",
    "-",
    undefined,
  ]);
  assertEquals(flags["skip-bad"], true);
  assertEquals(rate, [{ cost: undefined, limit: 10, per: "1s" }, { cost: "tokens", limit: 90_000, per: "1m" }]);
  assertEquals(halt, { when: "soon", counted: "fail", limit: 5, isPercent: true, min: 100 });
});

const WRONG: readonly (readonly [args: string, message: string])[] = [
  ["--workrs 3", "--workrs is no flag of opero map, did you mean '--workers'?"],
  ["--zzzzzzzz", "--zzzzzzzz is no flag of opero map; see opero map --help"],
  ["-x", "-x is no flag of opero map; see opero map --help"],
  ["--slots 4", "--slots is no flag of opero map; see opero map --help"],
  ["--workers", "--workers needs a value"],
  ["--items --mode thread", "--items needs a value"],
  ["--quiet=1", "--quiet takes no value"],
  ["--workers 0", '--workers must be a whole number of 1 or more: received "0"'],
  ["--workers 1.5", '--workers must be a whole number of 1 or more: received "1.5"'],
  ["--retries=-1", '--retries must be a whole number of 0 or more: received "-1"'],
  ["--workers 1 --workers 2", "--workers was given twice"],
  ["--mode proces", '--mode must be thread, async, process, async_process or cluster: received "proces"'],
  ["--timeout 30", '--timeout must be a time with its unit, such as 500ms, 30s, 5m or 1h: received "30"'],
  ["--timeout 0s", '--timeout must be a time with its unit, such as 500ms, 30s, 5m or 1h: received "0s"'],
  [
    "--cache redis://me:pa55@cache/1",
    "--cache must be sqlite, disk, redis or memory, and for redis REDIS_URL the address of the server: received " +
    '"redis://…@cache/1"',
  ],
  ["--items=", '--items must be a text: received ""'],
];

for (const [args, message] of WRONG) {
  Deno.test(`parseFlags() refuses ${args}`, () => {
    assertThrows(() => parse(...args.split(" ")), UsageError, message);
  });
}

Deno.test("parseFlags() refuses rates and ends that say nothing", () => {
  for (const rate of ["0", "-1", "x", "10/", "10/0m", "10/1y", "a b=3", "1e9", ""]) {
    assertThrows(() => parse(`--rate=${rate}`), UsageError, "--rate must be a number a second, or with its time");
  }
  for (
    const halt of ["3", "soon", "soon,fail=0", "soon,fail=101%", "later,fail=1", "now,fail=1,min=3", "now,fail=1,"]
  ) {
    assertThrows(() => parse(`--halt=${halt}`), UsageError, "--halt must be soon or now, and what to count");
  }
});

Deno.test("parseFlags() has a place for what the terminator protects", () => {
  assertEquals(parse("--", "--odd.ts").rest, ["--odd.ts"]);
});
