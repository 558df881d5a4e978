import { assert, assertEquals } from "@std/assert";
import { findCycle, readSources, type SourceFile } from "../support/source_graph.ts";

/** The rooms on each level, the lowest first: folders of `src/` with all that is in them, and files directly in it. */
const LEVELS: readonly (readonly string[])[] = [
  ["errors"],
  ["runtime", "time", "options", "retry", "call"],
  ["telemetry", "attempt", "breaker", "function_source"],
  ["cache", "concurrency", "fallback", "hedge", "journal", "limiter", "pool", "progress", "run_stats"],
  ["layers", "limit_stores", "policy", "report"],
  ["engine", "opero"],
  ["map", "queue"],
  ["create_opero", "default_instance", "light", "opmap", "run_async"],
  ["cli", "testing"],
];

/** Rooms of one subject each, of which none imports another. */
const SUBJECTS = LEVELS[3]!;
const ENTRY_LEVEL = LEVELS.length;
const RUNTIME_NAME = /\b(?:Deno|Bun|process)\b(?=\s*[.?[])/;
const TEXT = /"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g;

const sources = readSources();
const files = [...sources.values()];

/** The folder of a source file from `src/` on, such as `cache/key`; a file directly in `src/` is a room of its own. */
function roomOf(path: string): string {
  const [, ...inner] = path.split("/");
  return inner.length > 1 ? inner.slice(0, -1).join("/") : inner[0]!.replace(/\.ts$/, "");
}

/** The room on a level that a file belongs to, such as `cache`. */
function subjectOf(path: string): string {
  return roomOf(path).split("/")[0]!;
}

function levelOf(path: string): number {
  return path.startsWith("src/") ? LEVELS.findIndex((rooms) => rooms.includes(subjectOf(path))) : ENTRY_LEVEL;
}

function mayImport({ path }: SourceFile, imported: string): boolean {
  if (!path.startsWith("src/")) return true;
  const [from, to] = [subjectOf(path), subjectOf(imported)];
  if (from === to) return from !== "layers";
  if (SUBJECTS.includes(from) && SUBJECTS.includes(to)) return false;
  return levelOf(imported) <= levelOf(path);
}

/** The files for which `isWrong` holds. */
function offenders(isWrong: (file: SourceFile) => boolean): string[] {
  return files.filter(isWrong).map(({ path }) => path);
}

Deno.test("every source file has a level, and every level its files", () => {
  assert(files.length > 50);
  assertEquals(offenders(({ path }) => levelOf(path) < 0), []);
  const rooms = new Set(files.filter(({ path }) => path.startsWith("src/")).map(({ path }) => subjectOf(path)));
  assertEquals(LEVELS.flat().filter((room) => !rooms.has(room)), []);
});

Deno.test("a source file imports from its own level and lower ones only, and no subject imports another", () => {
  const wrong = files.flatMap((file) =>
    file.imports.filter((imported) => !mayImport(file, imported)).map((imported) => `${file.path} -> ${imported}`)
  );
  assertEquals(wrong, []);
});

Deno.test("no rooms import each other in a ring, those within one subject neither", () => {
  const inRooms = new Map<string, SourceFile>();
  for (const { path, imports } of files.filter(({ path }) => path.startsWith("src/"))) {
    const room = roomOf(path);
    const known = inRooms.get(room)?.imports ?? [];
    const others = imports.map(roomOf).filter((other) => other !== room);
    inRooms.set(room, { path: room, code: "", lines: 0, imports: [...known, ...others], outside: [] });
  }
  assertEquals(findCycle(inRooms), []);
});

Deno.test("every import leads to a source file", () => {
  const wrong = files.flatMap(({ imports }) => imports.filter((path) => !sources.has(path)));
  assertEquals(wrong, []);
});

Deno.test("no source files import each other in a ring, for their types neither", () => {
  assertEquals(findCycle(sources), []);
});

Deno.test("findCycle() finds a ring", () => {
  const file = (path: string, ...imports: string[]): [string, SourceFile] => [path, {
    path,
    code: "",
    lines: 0,
    imports,
    outside: [],
  }];
  assertEquals(findCycle(new Map([file("a", "b"), file("b", "c", "d"), file("c"), file("d", "b")])), ["b", "d", "b"]);
});

Deno.test("the package imports nothing but itself", () => {
  assertEquals(offenders(({ outside }) => outside.length > 0), []);
});

Deno.test("a runtime is named in src/runtime/ alone", () => {
  const isNamed = (code: string) => RUNTIME_NAME.test(code.replace(TEXT, "")) || /"node:/.test(code);
  // What a worker is started from is the sources themselves, as one literal.
  const elsewhere = (path: string) => !path.startsWith("src/runtime/") && path !== "src/pool/worker_source.ts";
  assertEquals(offenders(({ path, code }) => elsewhere(path) && isNamed(code)), []);
  assert(isNamed("Deno.cwd()") && isNamed('builtinModule("node:fs")') && !isNamed('"no Deno.Kv"'));
});

Deno.test("the runtime is asked for the time in src/time/ alone", () => {
  const isAsked = (code: string) =>
    /\bperformance\s*\??\.\s*now\b|\bDate\s*\??\.\s*now\b|\bnew Date\b(?:\(\)|(?!\())/.test(code.replace(TEXT, ""));
  const elsewhere = (path: string) => !path.startsWith("src/time/") && path !== "src/pool/worker_source.ts";
  assertEquals(offenders(({ path, code }) => elsewhere(path) && isAsked(code)), []);
  assert(isAsked("Date.now()") && isAsked("performance.now.bind(x)") && isAsked("new Date()") && isAsked("[new Date]"));
  assert(!isAsked('new Date(text) + "Date.now()"'));
});

Deno.test("what comes next in a turn is left to a promise, as test runners fake queueMicrotask()", () => {
  const isQueued = (code: string) => /\bqueueMicrotask\(/.test(code.replace(TEXT, ""));
  assertEquals(offenders(({ path, code }) => path !== "src/pool/worker_source.ts" && isQueued(code)), []);
  assert(isQueued("queueMicrotask(() => {})") && !isQueued('"queueMicrotask("'));
});

Deno.test("a test mirrors the source file it is named after, or is about the whole", () => {
  const tests = listTests("tests").filter((path) => !/^tests\/(?:whole|runtimes|support|examples)\//.test(path));
  assert(tests.length > 50);
  const mirrored = (path: string) => path.replace(/^tests\//, "src/").replace(/_test\.ts$/, ".ts");
  assertEquals(tests.filter((path) => !sources.has(mirrored(path))), []);
});

function listTests(directory: string): string[] {
  return [...Deno.readDirSync(new URL(`../../${directory}`, import.meta.url))].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return listTests(`${directory}/${name}`);
    return name.endsWith("_test.ts") ? [`${directory}/${name}`] : [];
  });
}

/** The paths of tests that are neither units nor slow: they use threads, processes, files or servers, or try much at random. */
const TESTS_BETWEEN = [
  ...["codec", "disk", "key", "keyv", "kv", "redis", "sqlite"].map((room) => `tests/cache/${room}`),
  ...[
    "engine",
    "function_source",
    "journal",
    "limit_stores",
    "pool",
    "runtime",
    "runtimes",
    "support",
    "testing",
    "whole",
  ].map((
    room,
  ) => `tests/${room}`),
  "tests/queue/nats",
  "tests/queue/redis",
  "tests/run_async_test.ts",
];

/** The paths of the tests that a task runs, or leaves out. */
function testPathsOf(task: string): string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)));
  return [...tasks[task].command.matchAll(/(?<=[ =,])tests\/[\w/.]+/g)].map(([path]) => path);
}

Deno.test("each test is a unit, slow, or between, and the tasks say so", () => {
  const tests = listTests("tests");
  const [unit, slow] = [testPathsOf("test:unit"), ["test:slow", "test:brokers", "test:examples"].flatMap(testPathsOf)];
  const isIn = (test: string, paths: readonly string[]) =>
    paths.some((path) => test === path || test.startsWith(`${path}/`));
  const kinds = (test: string) => [isIn(test, slow), isIn(test, unit), !isIn(test, slow) && isIn(test, TESTS_BETWEEN)];
  assertEquals(tests.filter((test) => kinds(test).filter((isOfKind) => isOfKind).length !== 1), []);
  assertEquals([...unit, ...slow, ...TESTS_BETWEEN].filter((path) => !tests.some((test) => isIn(test, [path]))), []);
  assertEquals([testPathsOf("test"), testPathsOf("test:full")], [[...slow, "tests/runtimes/wide"], []]);
});

/** What changes the environment or the directory of the process, in which test files run side by side. */
const CHANGES_PROCESS = /\benv\.(?:set|delete)\(|\bchdir\(|\bumask\(/;

Deno.test("test files that run side by side do not change what they share", () => {
  const shared = listTests("tests").filter((path) => !path.startsWith("tests/whole/slow/"));
  const code = (path: string) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
  assertEquals(shared.filter((path) => CHANGES_PROCESS.test(code(path))), []);
  assert(CHANGES_PROCESS.test(["Deno.env", 'set("CI", "1")'].join(".")) && !CHANGES_PROCESS.test('Deno.env.get("CI")'));
});

Deno.test("entry points and nothing else re-export", () => {
  // The errors are one subject, with a class a file and one entry.
  const isInner = (path: string) => path.startsWith("src/") && path !== "src/errors.ts";
  assertEquals(offenders(({ path, code }) => isInner(path) && /^export .*\bfrom "/m.test(code)), []);
});

Deno.test("sources have no default exports, enums, I-names, or names that say nothing", () => {
  assertEquals(offenders(({ code }) => /^export default\b|^(?:export )?(?:const )?enum /m.test(code)), []);
  assertEquals(offenders(({ code }) => /^(?:export )?interface I[A-Z][a-z]/m.test(code)), []);
  assertEquals(offenders(({ path }) => /(?:^|[/_])(?:index|utils?|helpers?|common|misc)\b/.test(path)), []);
});

const MAX_FILE_LINES = 250;
const MAX_MEDIAN_LINES = 120;
const MAX_FUNCTION_LINES = 45;

/** The line of a formatted source that a function's body begins on: a signature, its last line, or an arrow. */
const BODY_START = /^(?:.*\bfunction\b.*|.*=>|(?:[\w*#]+ )*[\w#]+(?:<.*>)?\(.*\).*|\).*) \{$/;
const NO_FUNCTION = /^(?:\} )?(?:if|else|for|while|switch|do|try|catch|finally)\b|\b(?:class|interface)\b/;

/** The bodies of functions over `maxLines` long, by their first lines; it relies on the formatter's indentation. */
function longFunctions({ path, code }: SourceFile, maxLines: number): string[] {
  const lines = code.split("\n");
  return lines.flatMap((line, start) => {
    const text = line.trimStart();
    if (!BODY_START.test(text) || NO_FUNCTION.test(text)) return [];
    const closing = `${" ".repeat(line.length - text.length)}}`;
    const length = lines.slice(start).findIndex((each) => each.startsWith(closing)) + 1;
    return length > maxLines ? [`${path}:${start + 1} (${length} lines)`] : [];
  });
}

Deno.test("files have at most 250 lines and half of them at most 120, and functions have at most 45", () => {
  assertEquals(offenders(({ lines }) => lines > MAX_FILE_LINES), []);
  const lengths = files.map(({ lines }) => lines).sort((a, b) => a - b);
  assert(lengths[Math.floor(lengths.length / 2)]! <= MAX_MEDIAN_LINES);
  assertEquals(files.flatMap((file) => longFunctions(file, MAX_FUNCTION_LINES)), []);
});

Deno.test("longFunctions() finds functions of every form, and nothing else", () => {
  const body = (indent: string) => Array(50).fill(`${indent}  work();`).join("\n");
  const code = [
    `function plain(): void {\n${body("")}\n}`,
    `export async function* wrapped(\n  a: string,\n): AsyncGenerator<string> {\n${body("")}\n}`,
    `class Some {\n  static async #method<T>(value: T): Promise<T> {\n${body("  ")}\n  }\n}`,
    `const arrow = () => {\n${body("")}\n};`,
    `if (condition) {\n${body("")}\n} else {\n${body("")}\n}`,
    `const list = {\n${body("")}\n};`,
  ].join("\n");
  const found = longFunctions({ path: "a.ts", code } as SourceFile, 45);
  assertEquals(found, ["a.ts:1 (52 lines)", "a.ts:55 (52 lines)", "a.ts:108 (52 lines)", "a.ts:161 (52 lines)"]);
});

const CASTS_PER_1000_LINES = 8;
const NAMES_BETWEEN_FILES = /^(?:import|export) (?:type )?\{[^}]*\}/gm;

/** The assertions of types in `code`, other than `as const`, each with the word behind it. */
function castsIn(code: string): string[] {
  const own = code.replace(TEXT, '""').replace(NAMES_BETWEEN_FILES, "");
  return [...own.matchAll(/\bas (?!const\b)[\w({[]\w*/g)].map(([cast]) => cast);
}

Deno.test("there are at most 8 casts in 1 000 lines, and none by way of unknown outside src/runtime/", () => {
  const inner = files.filter(({ path }) => path.startsWith("src/") && path !== "src/pool/worker_source.ts");
  const count = inner.reduce((sum, { code }) => sum + castsIn(code).length, 0);
  const lines = inner.reduce((sum, file) => sum + file.lines, 0);
  assert(count > 20, "casts are found");
  assert(count / lines <= CASTS_PER_1000_LINES / 1_000, `${count} casts in ${lines} lines`);
  const isForced = ({ path, code }: SourceFile) =>
    !path.startsWith("src/runtime/") && /\bas (?:unknown|any|never)\s+as\b/.test(code.replace(TEXT, '""'));
  assertEquals(offenders(isForced), []);
});

Deno.test("castsIn() finds casts, and no other word that reads the same", () => {
  const code = [
    'import { a as b } from "./a.ts";',
    'const c = d as Some<"as such">;',
    "const e = [f] as const;",
    'const g = `h as ${"i"}`;',
    "const j = k as (l: m) => n as { o: p };",
  ].join("\n");
  assertEquals(castsIn(code), ["as Some", "as (l", "as {"]);
});

/** Contracts with more than one class, and files that go by their subject. */
const NAMED_BY_SUBJECT = [
  "src/telemetry/events.ts",
  "src/map/map_stream.ts",
];

/** `TimerLists` as the name of a file: `timer_lists`. */
function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z\d])(?=[A-Z])/g, "_").toLowerCase();
}

Deno.test("a source file has one exported class at most, and is named after what alone it exports", () => {
  const unlike = offenders(({ path, code }) => {
    const exported = [...code.matchAll(/^export (?:abstract |async )?(class|function)\*? (\w+)/gm)];
    const classes = exported.filter(([, kind]) => kind === "class");
    const own = path.split("/").at(-1)!.slice(0, -3);
    const isNamedOtherwise = exported.length === 1 && classes.length === 1 && snakeCase(classes[0]![2]!) !== own;
    return classes.length > 1 || isNamedOtherwise;
  });
  assertEquals(unlike.filter((path) => !NAMED_BY_SUBJECT.includes(path)), []);
});
