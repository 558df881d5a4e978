import { assert, assertEquals, assertRejects } from "@std/assert";
import { createOpero, type JournalConfig, JournalError, opmap } from "@opero/core";
import { namesBeside, recordsIn, withJournal } from "../support/temporary_journal.ts";

/** A map of the task "load", which counts its runs. */
function loadMap(journal: string | JournalConfig, version?: string) {
  const runs: number[] = [];
  const map = opmap(function load(id: number) {
    runs.push(id);
    return `value of ${id}`;
  }, { retries: 0, progress: false, journal, version });
  return { map, runs };
}

const IDS = [1, 2, 3, 4];
const VALUES = IDS.map((id) => `value of ${id}`);

/** The message of the error that a run ends with, without the directory. */
async function refusal(path: string, options: Partial<JournalConfig> = {}, version?: string): Promise<string> {
  const before = Deno.readTextFileSync(path);
  const { map, runs } = loadMap({ path, ...options }, version);
  const error = await assertRejects(() => map(IDS), JournalError);
  assertEquals([runs, error.code], [[], "JOURNAL"]);
  assertEquals(Deno.readTextFileSync(path), before, "nothing was changed");
  assertEquals(namesBeside(path), ["run.jsonl"], "the lock is given back");
  return error.message.replaceAll(path, "run.jsonl");
}

Deno.test("a journal that was cut at any byte opens, and the run comes to the same", async () => {
  await withJournal(async (path) => {
    await loadMap(path).map(IDS);
    const whole = Deno.readFileSync(path);
    for (let length = 0; length <= whole.length; length++) {
      Deno.writeFileSync(path, whole.subarray(0, length));
      const { map, runs } = loadMap(path);
      assertEquals(await map(IDS), VALUES, `cut to ${length} bytes`);
      const lines = new TextDecoder().decode(whole.subarray(0, length)).split("\n").slice(1);
      const recorded = lines.filter((line) => line.endsWith("}}") || line.endsWith('"}')).length;
      assertEquals(runs.length, IDS.length - recorded, `cut to ${length} bytes`);
      assertEquals(recordsIn(path).length, IDS.length);
    }
  });
});

Deno.test("a journal whose end was lost as zeros opens", async () => {
  await withJournal(async (path) => {
    await loadMap(path).map(IDS);
    const whole = Deno.readFileSync(path);
    whole.fill(0, whole.length - 150);
    Deno.writeFileSync(path, whole);
    const { map, runs } = loadMap(path);
    assertEquals([await map(IDS), runs.length], [VALUES, 2]);
  });
});

Deno.test("a journal with a damaged line names it, and is not changed", async () => {
  await withJournal(async (path) => {
    await loadMap(path).map(IDS);
    const lines = Deno.readTextFileSync(path).split("\n");
    for (const damage of ["{", lines[2]!.slice(0, -1), lines[2]!.slice(3), "not JSON", '{"k":"x"}', "\0\0\0", "[]"]) {
      Deno.writeTextFileSync(path, lines.with(2, damage).join("\n"));
      const message = await refusal(path);
      assertEquals(
        message,
        'Cannot map "load": run.jsonl:3: this line is damaged; without it, its item runs again',
      );
    }
    Deno.writeTextFileSync(path, lines.with(2, "").join("\n"));
    assertEquals(await loadMap(path).map(IDS), VALUES, "an empty line is none");
    const bytes = new TextEncoder().encode(lines.join("\n"));
    bytes[bytes.lastIndexOf("v".charCodeAt(0))] = 0xff;
    Deno.writeFileSync(path, bytes);
    assertEquals(
      await refusal(path),
      'Cannot map "load": run.jsonl:5: this line is damaged; without it, its item runs again',
    );
  });
});

Deno.test("a file that is no journal, or one of another format, is not touched", async () => {
  await withJournal(async (path) => {
    const foreign = ["id,name\n1,a\n", "my notes", '{"id":1}\n{"id":2}\n', "\n", '{"opero":"1"}\n', "\x7fELF\0\xff"];
    for (const text of foreign) {
      Deno.writeTextFileSync(path, text);
      assertEquals(await refusal(path), 'Cannot map "load": run.jsonl: this file is no journal');
      assertEquals(
        await refusal(path, { onMismatch: "restart" }),
        'Cannot map "load": run.jsonl: this file is no journal',
      );
    }
    Deno.writeTextFileSync(path, '{"opero":2,"task":"load"}\n');
    assertEquals(
      await refusal(path),
      'Cannot map "load": run.jsonl: its format is 2, and this version of the library knows 1',
    );
  });
});

Deno.test("a journal of another task, version or kind of key is an error, or is renamed", async () => {
  await withJournal(async (path) => {
    await loadMap(path, "1").map(IDS);
    const fix = `take another file, or 'onMismatch: "restart"'`;
    assertEquals(
      await refusal(path, {}, "2"),
      `Cannot map "load": run.jsonl: it is of version "1", not of version "2"; ${fix}`,
    );
    assertEquals(await refusal(path), `Cannot map "load": run.jsonl: it is of version "1", not of no version; ${fix}`);
    assertEquals(
      await refusal(path, { key: (id) => String(id) }, "1"),
      `Cannot map "load": run.jsonl: its items are known by themselves, not by a 'key'; ${fix}`,
    );
    const other = opmap((id: number) => id, { name: "other", journal: path, version: "1", progress: false });
    const error = await assertRejects(() => other(IDS), JournalError);
    assertEquals(
      error.message.replaceAll(path, "run.jsonl"),
      `Cannot map "other": run.jsonl: it is of the task "load", not "other"; ${fix}`,
    );
    const before = Deno.readTextFileSync(path);
    for (const version of ["2", "3"]) {
      const { map, runs } = loadMap({ path, onMismatch: "restart", version }, "ignored");
      assertEquals([await map(IDS), runs], [VALUES, IDS]);
    }
    assertEquals(namesBeside(path), ["run.jsonl", "run.jsonl.old", "run.jsonl.old.2"]);
    assertEquals(Deno.readTextFileSync(`${path}.old`), before);
  });
});

Deno.test("a journal that cannot be opened names the file and the reason", async () => {
  await withJournal(async (path) => {
    const directory = path.replace(/\/run.jsonl$/, "");
    const messages: [string, string][] = [
      [`${directory}/missing/run.jsonl`, "it cannot be opened: "],
      [directory, "it cannot be opened: "],
      ["/dev/null", "it cannot be opened: it is no regular file"],
    ];
    for (const [place, reason] of messages) {
      const error = await assertRejects(() => loadMap(place).map(IDS), JournalError);
      assert(error.message.startsWith(`Cannot map "load": ${place}: ${reason}`), error.message);
    }
    assertEquals(namesBeside(directory).filter((name) => name.includes("lock")), []);
    assertEquals([...Deno.readDirSync("/dev")].filter(({ name }) => name.startsWith("null.")), []);
  });
});

Deno.test("a journal behind a link is that to which it leads, and one with loose rights is tightened", async () => {
  await withJournal(async (path) => {
    const link = `${path}.link`;
    await loadMap(path).map([1, 2]);
    Deno.chmodSync(path, 0o644);
    Deno.symlinkSync(path, link);
    const { map, runs } = loadMap(link);
    assertEquals([await map(IDS), runs], [VALUES, [3, 4]]);
    assertEquals(Deno.lstatSync(link).isSymlink, true);
    assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
  });
});

Deno.test("a second run on a journal is refused, and says who has it; then it is free", async () => {
  await withJournal(async (path) => {
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<string>();
    const first = opmap(function load(_id: number) {
      begun.resolve();
      return ended.promise;
    }, { journal: path, progress: false });
    const running = first([1]);
    await begun.promise;
    const { opmap: other } = createOpero();
    const second = other(function load(_id: number) {
      return "second";
    }, { journal: path, progress: false });
    const error = await assertRejects(() => second([2]), JournalError);
    const since = /a run of this process has it since \d{4}-\d\d-\d\dT[\d:.]+Z$/;
    assert(since.test(error.message), error.message);
    ended.resolve("first");
    assertEquals(await running, ["first"]);
    assertEquals(await second([1, 2]), ["first", "second"]);
  });
});

Deno.test("a journal that is removed, replaced or changed while a run has it is an error at its end", async () => {
  const changes: ((path: string) => void)[] = [
    (path) => Deno.removeSync(path),
    (path) => (Deno.copyFileSync(path, `${path}.copy`), Deno.renameSync(`${path}.copy`, path)),
    (path) => Deno.truncateSync(path),
    (path) => Deno.writeTextFileSync(path, "{}\n", { append: true }),
  ];
  for (const change of changes) {
    await withJournal(async (path) => {
      const map = opmap(function load(id: number) {
        if (id === 3) change(path);
        return id;
      }, { journal: path, progress: false, workers: 1 });
      const error = await assertRejects(() => map(IDS), JournalError);
      assertEquals(error.message, `Cannot map "load": ${path}: it was removed or changed while it was in use`);
      assertEquals(namesBeside(path).filter((name) => name.includes("lock")), []);
    });
  }
});

/** Runs `code` as a module in a process of its own; returns what it says. */
async function runModule(code: string, shell: string, permissions: readonly string[]): Promise<string> {
  const directory = await Deno.makeTempDir();
  try {
    const imports = JSON.stringify({ imports: { "@opero/core": new URL("../../mod.ts", import.meta.url).href } });
    await Deno.writeTextFile(`${directory}/deno.json`, imports);
    await Deno.writeTextFile(`${directory}/main.ts`, code);
    const args = ["run", "--no-check", "--quiet", ...permissions, `${directory}/main.ts`];
    const command = [Deno.execPath(), ...args].map((part) => `'${part}'`).join(" ");
    const { stdout, stderr } = await new Deno.Command("sh", { args: ["-c", `${shell}${command} </dev/null`] }).output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const LARGE_JOB = `
  import { opmap } from "@opero/core";
  let runs = 0;
  const load = opmap(async function load(id: number) {
    runs++;
    await new Promise((resolve) => setTimeout(resolve, 1));
    return String(id).padEnd(10_000, ".");
  }, { journal: Deno.args[0] ?? "PATH", progress: false, workers: 2 });
  const answer = await load(Array.from({ length: 300 }, (_, id) => id)).catch((error) => error);
  console.log(answer.name ?? "done", answer.message ?? "", runs);
`;

Deno.test("a run whose disk is full ends at once, and what was recorded is there for the next", async () => {
  await withJournal(async (path) => {
    const code = LARGE_JOB.replace("PATH", path);
    const output = await runModule(code, "trap '' XFSZ; ulimit -f 2000; ", ["-A"]);
    const [, reason, runs] = output.match(/^JournalError (.*) (\d+)$/m) ?? [];
    assert(reason?.startsWith(`Cannot map "load": ${path}: it cannot be written: `), output);
    assert(/EFBIG|File too large/.test(reason!), output);
    const recorded = recordsIn(path).length;
    assert(recorded >= 50 && recorded < 200, `${recorded} records`);
    assert(Number(runs) <= recorded + 4, `${runs} runs, ${recorded} records`);
    assertEquals(namesBeside(path), ["run.jsonl"]);
    const next = await runModule(code, "", ["-A"]);
    assertEquals(next.trim(), `done  ${300 - recorded}`);
  });
});

const LARGE_POOL_JOB = `
  import { opmap } from "@opero/core";
  await using load = opmap((id: number) => String(id).padEnd(10_000, "."), {
    name: "load", mode: "process", workers: 2, journal: "PATH", progress: false,
  });
  const answer = await load(Array.from({ length: 300 }, (_, id) => id)).catch((error) => error);
  console.log(answer.name ?? "done", answer.message ?? "");
`;

Deno.test("a run in a pool whose disk is full ends at once, and what was recorded is there for the next", async () => {
  await withJournal(async (path) => {
    const code = LARGE_POOL_JOB.replace("PATH", path);
    const output = await runModule(code, "trap '' XFSZ; ulimit -f 2000; ", ["-A"]);
    assert(output.startsWith(`JournalError Cannot map "load": ${path}: it cannot be written: `), output);
    const recorded = recordsIn(path).length;
    assert(recorded < 200, `${recorded} records`);
    assertEquals(namesBeside(path), ["run.jsonl"]);
    assertEquals((await runModule(code, "", ["-A"])).trim(), "done");
    assertEquals(recordsIn(path).length, 300);
  });
});

Deno.test("a journal asks for no permission but that of its directory, and says which one is missing", async () => {
  await withJournal(async (path) => {
    const directory = path.replace(/\/run.jsonl$/, "");
    const code = LARGE_JOB.replace("PATH", path).replace("10_000", "10");
    const granted = [`--allow-read=${directory}`, `--allow-write=${directory}`];
    assertEquals((await runModule(code, "", granted)).trim(), "done  300");
    assertEquals((await runModule(code, "", granted)).trim(), "done  0");
    const refused = await runModule(code, "", ["--no-prompt"]);
    assert(/^JournalError Cannot map "load": \S+: it cannot be read: Requires read access/.test(refused), refused);
    const readOnly = await runModule(code, "", ["--no-prompt", `--allow-read=${directory}`]);
    assert(/^JournalError Cannot map "load": \S+: it cannot be opened: Requires write access/.test(readOnly), readOnly);
  });
});

Deno.test("the journal of a run stays the same file where the process changes its directory", async () => {
  await withJournal(async (path) => {
    const directory = path.replace(/\/run.jsonl$/, "");
    const code = `
      import { chdir as enter } from "node:process";
      import { opmap } from "@opero/core";
      enter("${directory}");
      const load = opmap(function load(id: number) {
        enter("/");
        return id;
      }, { journal: "run.jsonl", progress: false });
      console.log((await load([1, 2])).length);
    `;
    assertEquals((await runModule(code, "", ["-A"])).trim(), "2");
    assertEquals(namesBeside(path), ["run.jsonl"]);
    assertEquals(recordsIn(path).length, 2);
  });
});

Deno.test("a journal on a runtime without files is a ConfigurationError where the map is made, or runs", async () => {
  const code = `
    import process from "node:process";
    process.getBuiltinModule = () => undefined;
    const { opmap } = await import("@opero/core");
    function load(id: number) {
      return id;
    }
    for (const make of [() => opmap(load, { journal: "run.jsonl" }), () => opmap(load)([1], { journal: "run.jsonl" })]) {
      try {
        await make();
      } catch (error) {
        console.log(error.name + ": " + error.message);
      }
    }
  `;
  const output = await runModule(code, "", ["-A"]);
  assertEquals(output.trim().split("\n"), [
    `ConfigurationError: Cannot wrap "load" as this runtime has no files: leave 'journal' out`,
    `ConfigurationError: Cannot map "load" as this runtime has no files: leave 'journal' out`,
  ]);
});
