import type { CacheEntry } from "../../src/cache/backend/cache_backend.ts";
import { diskCache, openDiskCache } from "../../src/cache/disk/disk_cache.ts";
import { DiskRoot } from "../../src/cache/disk/disk_root.ts";
import { DiskStore } from "../../src/cache/disk/disk_store.ts";
import { SystemClock } from "../../src/time/system_clock.ts";
import { HOSTILE_KEYS } from "../../src/testing/conformance/key_checks.ts";
import { ConfigurationError, SerializationError } from "../../src/errors.ts";
import { type Files, openFiles } from "../../src/runtime/files.ts";
import { FakeClock } from "../../testing.ts";
import { runs } from "../support/runs.ts";
import { until } from "../support/until.ts";
import { printSeed } from "../support/seed.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";

const MANY = runs(1_500, 70);

const part = (text: string) => text.padStart(16, "0");
const call = (text: string) => text.padStart(64, "0");
const KEY = [part("a"), part("b"), call("c")].join(".");

function entryOf(value: unknown): CacheEntry {
  return { value, createdAt: 1, expiresAt: Infinity, staleUntil: Infinity };
}

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await run(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function* walk(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    yield `${directory}/${name}`;
    if (isDirectory) yield* walk(`${directory}/${name}`);
  }
}

function fileOf(directory: string): string {
  for (const path of walk(directory)) if (isEntry(path)) return path;
  throw new Error("There is no file");
}

function isEntry(path: string): boolean {
  return /[/][0-9a-f]{64}$/.test(path) && Deno.statSync(path).isFile;
}

Deno.test("diskCache() makes files for their user alone", () =>
  inDirectory(async (directory) => {
    const cache = diskCache({ cacheDir: `${directory}/new/cache` });
    for (const key of [KEY, "other", "x".repeat(1_000)]) await cache.set(key, entryOf("x".repeat(key.length * 100)));
    await cache.close?.();
    for (const path of walk(directory)) {
      const { mode, isDirectory } = Deno.statSync(path);
      assertEquals((mode! & 0o777).toString(8), isDirectory ? "700" : "600", path);
    }
  }));

/** Clearing a key reads every other, and waits for one list of names after the other, which overlap here. */
const KEPT_AT_ONCE = 5;

Deno.test("diskCache() puts no file outside its directory when keys are hostile", () =>
  inDirectory(async (directory) => {
    const cacheDir = `${directory}/a/b/c/cache`;
    const cache = diskCache({ cacheDir });
    const generated = fc.sample(fc.string({ unit: "binary" }), { seed: printSeed(), numRuns: runs(200, 50) });
    const keys = [...HOSTILE_KEYS, ...generated, "../../x", `${part("a")}.${part("b")}./../../../x`];
    for (let at = 0; at < keys.length; at += KEPT_AT_ONCE) {
      const some = keys.slice(at, at + KEPT_AT_ONCE);
      for (const key of some) await cache.set(key, entryOf(1));
      for (const path of walk(directory)) {
        assert(cacheDir.startsWith(path) || path.startsWith(`${cacheDir}/`), path);
        assert(/^[/0-9a-z-]*$/.test(path.slice(cacheDir.length)), path);
      }
      await Promise.all(some.map((key) => cache.clear(key)));
      assertEquals([...walk(cacheDir)].filter((path) => isEntry(path)), []);
    }
    await cache.close?.();
  }));

Deno.test("diskCache() takes a torn, foreign, future or damaged file for a miss and removes it", () =>
  inDirectory(async (directory) => {
    const cache = diskCache({ cacheDir: directory });
    for (const key of [KEY, "some other key"]) {
      await cache.set(key, entryOf({ text: "x".repeat(1_000) }));
      const path = fileOf(directory);
      const text = await Deno.readTextFile(path);
      const damaged = ["", text.slice(0, 500), text.replace("opero1", "opero2"), "{}", text + text, `${text}\n`];
      for (const content of [...damaged, new Uint8Array([0xff, 0xfe, 0])]) {
        // The first sweep may be about to remove an empty directory.
        Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
        Deno.writeFileSync(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
        assertEquals(await cache.get(key), undefined);
        await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
      }
      await cache.set(key, entryOf(1));
      assertEquals(await cache.get(key), entryOf(1));
      await cache.clear("");
    }
    await cache.close?.();
  }));

Deno.test("diskCache() gives no entry under another key when files are swapped", () =>
  inDirectory(async (directory) => {
    const cache = diskCache({ cacheDir: directory });
    const other = KEY.replace(/c$/, "d");
    await cache.set(KEY, entryOf("one"));
    await cache.set(other, entryOf("two"));
    const inner = `${directory}/${part("a")}/${part("b")}/00`;
    await Deno.rename(`${inner}/${call("c")}`, `${inner}/${call("d")}`);
    assertEquals(await cache.get(other), undefined);
    await cache.close?.();
  }));

/** A disk that is full after so many characters: what fits is there, under the name that was asked for. */
function fullDisk(files: Files, room: number): Files {
  const full = Object.create(files) as Files;
  for (
    const name of ["read", "rename", "remove", "makeDirectory", "list", "listNow", "facts", "factsBehind"] as const
  ) {
    full[name] = files[name].bind(files) as never;
  }
  full.write = (path, text) => {
    const written = files.write(path, text.slice(0, room));
    if (text.length <= room) return written;
    const error = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    return written instanceof Promise ? written.then(() => Promise.reject(error)) : (() => {
      throw error;
    })();
  };
  return full;
}

function storeIn(directory: string, files: Files): DiskStore {
  const clock = new SystemClock();
  const root = new DiskRoot({ path: directory, isNamed: true, clock, warnOnce: () => {} }, files);
  return new DiskStore(root, { maxBytes: Infinity, maxEntryBytes: Infinity }, files, clock);
}

Deno.test("diskCache() leaves no part of a file and the old entry in place when the disk is full", () =>
  inDirectory(async (directory) => {
    const files = openFiles("test");
    const before = storeIn(directory, files);
    await before.set(KEY, entryOf("old"));
    await before.close();
    for (const length of [5_000, 500_000]) {
      const cache = storeIn(directory, fullDisk(files, length / 2));
      await assertRejects(async () => await cache.set(KEY, entryOf("x".repeat(length))), Error, "no space left");
      assertEquals(await cache.get(KEY), entryOf("old"));
      await cache.close();
    }
    for (const path of walk(`${directory}/passing`)) throw new Error(`left over: ${path}`);
  }));

Deno.test("diskCache() removes the temporary files of dead writers, and nothing that it has not made", () =>
  inDirectory(async (directory) => {
    const passing = `${directory}/passing`;
    const temporary = (number: number) => `${crypto.randomUUID()}-${number}.${part("a")}`;
    const [dead, alive, doomed] = [temporary(1), temporary(2), crypto.randomUUID()];
    await Deno.mkdir(`${passing}/${doomed}`, { recursive: true });
    await Deno.mkdir(`${passing}/mine`);
    for (const name of [dead, alive, "notes.txt"]) await Deno.writeTextFile(`${passing}/${name}`, "half an ent");
    const long = new Date(Date.now() - 3_600_000);
    for (const name of [dead, doomed, "mine", "notes.txt"]) await Deno.utime(`${passing}/${name}`, long, long);
    const cache = diskCache({ cacheDir: directory });
    await cache.set(KEY, entryOf(1));
    await until(() => [...Deno.readDirSync(passing)].length === 3);
    const left = [...Deno.readDirSync(passing)].map(({ name }) => name).sort();
    assertEquals(left, [alive, "mine", "notes.txt"].sort());
    await cache.close?.();
  }));

/** The files of the keys that are not the engine's. */
function othersIn(directory: string): string[] {
  const other = `${directory}/other`;
  const isThere = [...Deno.readDirSync(directory)].some(({ name }) => name === "other");
  return isThere ? [...Deno.readDirSync(other)].flatMap(({ name }) => filesIn(`${other}/${name}`)) : [];
}

function filesIn(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name);
  } catch {
    return []; // Removed in the meantime.
  }
}

Deno.test("diskCache() removes dead entries when they are asked for, and once in a while all of them", () =>
  inDirectory(async (directory) => {
    const clock = new FakeClock();
    const cache = openDiskCache({ cacheDir: directory }, { clock });
    const dead = { value: 1, createdAt: 0, expiresAt: 1, staleUntil: clock.wallNow() + 1_000 };
    await cache.set(KEY, dead);
    await until(() => [...Deno.readDirSync(directory)].some(({ name }) => name === "swept"));
    await cache.set("other", dead);
    await clock.tick("1s");
    assertEquals(await cache.get(KEY), undefined);
    await cache.close?.();
    await Deno.remove(`${directory}/swept`);
    const next = openDiskCache({ cacheDir: directory }, { clock });
    await next.set(KEY, entryOf(1));
    await until(() => othersIn(directory).length === 0);
    assertEquals(othersIn(directory), []);
    await next.close?.();
  }));

Deno.test("diskCache() removes what 0.1 was about to remove, its entries with it, and nothing that it has not made", () =>
  inDirectory(async (directory) => {
    const passing = `${directory}/passing`;
    const [full, deep, mixed] = [1, 2, 3].map(() => `${passing}/${crypto.randomUUID()}`) as [string, string, string];
    for (const path of [full, `${deep}/${call("a")}`, mixed]) await Deno.mkdir(path, { recursive: true });
    const notes = `${mixed}/notes.txt`;
    for (const path of [`${full}/${call("b")}`, `${deep}/${call("a")}/${call("b")}`, notes]) {
      await Deno.writeTextFile(path, "an entry");
    }
    const long = new Date(Date.now() - 3_600_000);
    for (const path of [full, deep, mixed]) await Deno.utime(path, long, long);
    const cache = diskCache({ cacheDir: directory });
    await cache.set(KEY, entryOf(1));
    await until(() => [...Deno.readDirSync(passing)].length === 1);
    assertEquals([...walk(passing)], [mixed, notes]);
    await cache.close?.();
  }));

Deno.test("diskCache() removes of its entries those that are dead or damaged, and nothing that it has not made", () =>
  inDirectory(async (directory) => {
    const cache = diskCache({ cacheDir: directory });
    await cache.set(KEY, entryOf(1));
    const whole = await Deno.readTextFile(fileOf(directory));
    await cache.close?.();
    await Deno.remove(`${directory}/swept`);
    const contents = {
      ours: ["", "opero2:future", "opero1:torn", whole.replace(/Infinity/g, "5")],
      others: ["#!/bin/sh", "opero", " opero1:1:1,5,5:j1", whole],
    };
    // Many of both kinds, so that all of them are gone past when the dead ones are gone.
    const paths = { ours: [] as string[], others: [] as string[] };
    for (let number = 0; number < 40; number++) {
      for (const kind of ["ours", "others"] as const) {
        const name = `${number.toString(16).padStart(2, "0")}${part(kind === "ours" ? "a" : "b").padStart(62, "0")}`;
        const shard = `${directory}/${part("a")}/${part("b")}/${name.slice(0, 2)}`;
        await Deno.mkdir(shard, { recursive: true });
        await Deno.writeTextFile(`${shard}/${name}`, contents[kind][number % 4]!);
        paths[kind].push(`${shard}/${name}`);
      }
    }
    const next = diskCache({ cacheDir: directory });
    await next.set("other", entryOf(1));
    const isThere = (path: string) => filesIn(path.slice(0, path.lastIndexOf("/"))).includes(path.split("/").at(-1)!);
    await until(() => !paths.ours.some(isThere));
    assertEquals([paths.ours.filter(isThere), paths.others.filter((path) => !isThere(path))], [[], []]);
    await next.close?.();
  }));

Deno.test("diskCache() keeps to maxBytes, and the newest entries", () =>
  inDirectory(async (directory) => {
    const cache = diskCache({ cacheDir: directory, maxBytes: 100_000 });
    for (let i = 0; i < 200; i++) {
      await cache.set(`key${i}`, entryOf("x".repeat(2_000)));
      if (i % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await until(() => othersIn(directory).length <= 55);
    await cache.close?.();
    const { length } = othersIn(directory);
    assert(length <= 55 && length > 20, `${length} files`);
    const last = diskCache({ cacheDir: directory });
    assertEquals(await last.get("key199"), entryOf("x".repeat(2_000)));
    await last.close?.();
  }));

Deno.test("diskCache() does not keep what is over maxBytes by itself", () =>
  inDirectory(async (directory) => {
    const cache = diskCache({ cacheDir: directory, maxBytes: 1_000 });
    await cache.set(KEY, entryOf("old"));
    await cache.set(KEY, entryOf("x".repeat(2_000)));
    assertEquals(await cache.get(KEY), undefined);
    await cache.close?.();
  }));

Deno.test("diskCache() keeps a value of 20 MB", () =>
  inDirectory(async (directory) => {
    const cache = diskCache({ cacheDir: directory });
    const entry = entryOf({ text: "x".repeat(20_000_000), at: new Date(0) });
    await cache.set(KEY, entry);
    assertEquals((await cache.get(KEY))?.value, entry.value);
    await cache.close?.();
  }));

Deno.test(`diskCache() clears ${MANY} keys`, () =>
  inDirectory(async (directory) => {
    const cache = diskCache({ cacheDir: directory });
    for (let i = 0; i < MANY; i++) await cache.set(`${KEY.slice(0, 34)}${call(`${i}`)}`, entryOf(i));
    const other = `${part("d")}${KEY.slice(16)}`;
    await cache.set(other, entryOf("other"));
    await cache.clear(KEY.slice(0, 17));
    assertEquals(await cache.get(`${KEY.slice(0, 34)}${call("0")}`), undefined);
    assertEquals(await cache.get(other), entryOf("other"));
    await assertRejects(() => Deno.stat(`${directory}/${part("a")}`), Deno.errors.NotFound);
    await cache.close?.();
  }));

Deno.test("diskCache() fails, and does not hang, when its directory cannot be made", () =>
  inDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/file`, "");
    const cache = diskCache({ cacheDir: `${directory}/file` });
    assertEquals(await cache.get(KEY), undefined);
    await assertRejects(async () => await cache.set(KEY, entryOf(1)));
    await cache.close?.();
  }));

Deno.test("diskCache() refuses what cannot be kept without leaving a file", () =>
  inDirectory(async (directory) => {
    const cache = diskCache({ cacheDir: `${directory}/cache` });
    assertThrows(() => cache.set(KEY, entryOf(() => {})), SerializationError);
    await cache.close?.();
    assertEquals([...Deno.readDirSync(directory)], []);
  }));

Deno.test("diskCache() refuses wrong options by their kind alone", () => {
  const message = (name: string, desired: string, kind: string) =>
    `Cannot open the disk cache as '${name}' must be ${desired}: received ${kind}`;
  assertThrows(
    () => diskCache({ cacheDir: 1 as never }),
    ConfigurationError,
    message("cacheDir", "a non-empty string", "a number"),
  );
  assertThrows(
    () => diskCache({ maxBytes: 0 }),
    ConfigurationError,
    message("maxBytes", "a positive integer", "a number"),
  );
  assertThrows(
    () => diskCache({ directory: "secret" } as never),
    ConfigurationError,
    message("directory", "a known option", "a string"),
  );
});

/** A folder of the user with a file in it, beside the cache, both long ago. */
async function makeUsersFolder(directory: string): Promise<string> {
  const folder = `${directory}/letters`;
  await Deno.mkdir(folder);
  const long = new Date(Date.now() - 36 * 3_600_000);
  for (const name of ["to Ada.txt", call("c"), crypto.randomUUID(), `${crypto.randomUUID()}-1.${part("a")}`]) {
    await Deno.writeTextFile(`${folder}/${name}`, "dear Ada");
    await Deno.utime(`${folder}/${name}`, long, long);
  }
  return folder;
}

const LINKS: Readonly<Record<string, string>> = {
  "the folder of what is being written": "passing",
  "the folder of keys of one's own": "other",
  "a namespace": part("a"),
  "a function": `${part("a")}/${part("b")}`,
  "a folder of entries": `${part("a")}/${part("b")}/00`,
  "an entry": `${part("a")}/${part("b")}/00/${call("c")}`,
  "the mark of the last sweep": "swept",
};

for (const [what, place] of Object.entries(LINKS)) {
  Deno.test(`diskCache() follows no link in the place of ${what}, whatever is asked of it`, () =>
    inDirectory(async (directory) => {
      const folder = await makeUsersFolder(directory);
      const before = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
      const cacheDir = `${directory}/cache`;
      await Deno.mkdir(`${cacheDir}/${place}`.replace(/\/[^/]+$/, ""), { recursive: true });
      await Deno.symlink(folder, `${cacheDir}/${place}`);
      const cache = diskCache({ cacheDir, maxBytes: 1_000 });
      const operations: (() => unknown)[] = [
        () => cache.get(KEY),
        () => cache.set(KEY, entryOf("x".repeat(600))),
        () => cache.set("other", entryOf("x".repeat(600))),
        () => cache.set("another", entryOf("x".repeat(600))),
        () => cache.delete(KEY),
        () => cache.clear(""),
      ];
      for (const operate of operations) await Promise.resolve().then(operate).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 20));
      await cache.close?.();
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), before);
      for (const name of before) assertEquals(Deno.readTextFileSync(`${folder}/${name}`), "dear Ada");
    }));
}

Deno.test("diskCache() takes a pipe, an endless device and a directory in the place of an entry for a miss", () =>
  inDirectory(async (directory) => {
    const inner = `${directory}/${part("a")}/${part("b")}/00`;
    await Deno.mkdir(inner, { recursive: true });
    const path = `${inner}/${call("c")}`;
    const cache = diskCache({ cacheDir: directory });
    for (
      const make of [
        () => new Deno.Command("mkfifo", { args: [path] }).outputSync(),
        () => Deno.symlinkSync("/dev/zero", path),
        () => Deno.mkdirSync(path),
      ]
    ) {
      make();
      assertEquals(await cache.get(KEY), undefined);
      await Deno.remove(path);
    }
    await cache.set(KEY, entryOf(1));
    assertEquals(await cache.get(KEY), entryOf(1));
    await cache.close?.();
  }));

Deno.test("diskCache() warns once where others may put entries into its directory, and tightens what is loose in it", () =>
  inDirectory(async (directory) => {
    const warnings: string[] = [];
    const host = { clock: new FakeClock(), warnOnce: (_kind: string, message: string) => void warnings.push(message) };
    await Deno.chmod(directory, 0o777);
    const cache = openDiskCache({ cacheDir: directory }, host);
    for (const n of [1, 2]) await cache.set(KEY, entryOf(n));
    await cache.close?.();
    assertEquals(warnings, [
      "other users can put entries into the disk cache as its directory has the mode 0777: make it your own with mode " +
      "0700, or choose another 'cacheDir'",
    ]);
  }));

Deno.test("diskCache() warns where its group or others may write to its directory, not where they may read it", () =>
  inDirectory(async (directory) => {
    const modes: number[] = [];
    for (let mode = 0o700; mode <= 0o777; mode++) {
      await Deno.chmod(directory, mode);
      const host = { clock: new FakeClock(), warnOnce: () => void modes.push(mode) };
      const cache = openDiskCache({ cacheDir: directory }, host);
      await cache.set(KEY, entryOf(1));
      await cache.close?.();
    }
    const expected = Array.from({ length: 0o100 }, (_, low) => 0o700 + low).filter((mode) => (mode & 0o022) !== 0);
    assertEquals(modes, expected);
  }));

Deno.test("diskCache() keeps nothing of a write that a delete or a clear has overtaken", () =>
  inDirectory(async (directory) => {
    const [cache, other] = [diskCache({ cacheDir: directory }), diskCache({ cacheDir: directory })];
    const long = "x".repeat(2_000_000);
    for (const remover of [cache, other]) {
      for (
        const remove of [() => remover.delete(KEY), () => remover.clear(""), () => remover.clear(KEY.slice(0, 17))]
      ) {
        const writing = cache.set(KEY, entryOf(long));
        // Another process can know of a write once there is a file.
        if (remover === other) await until(() => filesIn(`${directory}/passing`).length > 0);
        await remove();
        await writing;
        assertEquals(await cache.get(KEY), undefined);
      }
    }
    await cache.set(KEY, entryOf("kept"));
    assertEquals(await other.get(KEY), entryOf("kept"));
    for (const each of [cache, other]) await each.close?.();
  }));

Deno.test("diskCache() sweeps also where the mark of the last sweep is of the future", () =>
  inDirectory(async (directory) => {
    const cache = diskCache({ cacheDir: directory });
    await cache.set("dead", { value: 1, createdAt: 0, expiresAt: 1, staleUntil: 1 });
    await cache.close?.();
    await Deno.writeTextFile(`${directory}/swept`, "");
    const ahead = new Date(Date.now() + 10 * 3_600_000);
    await Deno.utime(`${directory}/swept`, ahead, ahead);
    const next = diskCache({ cacheDir: directory });
    await next.set(KEY, entryOf(1));
    await until(() => othersIn(directory).length === 0);
    assertEquals(othersIn(directory), []);
    await next.close?.();
  }));

Deno.test("diskCache() neither writes nor reads an entry over maxEntryBytes", () =>
  inDirectory(async (directory) => {
    const [large, small] = [undefined, 1_000].map((maxEntryBytes) => diskCache({ cacheDir: directory, maxEntryBytes }));
    await large!.set(KEY, entryOf("x".repeat(2_000)));
    assertEquals(await small!.get(KEY), undefined);
    assertThrows(() => small!.set("another", entryOf("x".repeat(2_000))), SerializationError);
    for (const each of [large!, small!]) await each.close?.();
  }));
