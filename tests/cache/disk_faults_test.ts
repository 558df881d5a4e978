import type { CacheEntry } from "../../src/cache/cache_backend.ts";
import { diskCache, openDiskCache } from "../../src/cache/disk/disk_cache.ts";
import { DiskStore } from "../../src/cache/disk/disk_store.ts";
import { SystemClock } from "../../src/clock.ts";
import { HOSTILE_KEYS } from "../../src/conformance/key_checks.ts";
import { ConfigurationError, SerializationError } from "../../src/errors.ts";
import { type Files, openFiles } from "../../src/runtime/files.ts";
import { FakeClock } from "../../testing.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";

const IS_NIGHTLY = Deno.env.get("OPERO_NIGHTLY") === "1";
const MANY = IS_NIGHTLY ? 100_000 : 5_000;

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

async function* walk(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    yield `${directory}/${name}`;
    if (isDirectory) yield* walk(`${directory}/${name}`);
  }
}

async function fileOf(directory: string): Promise<string> {
  for await (const path of walk(directory)) {
    if (/[/][0-9a-f]{64}$/.test(path) && Deno.statSync(path).isFile) return path;
  }
  throw new Error("There is no file");
}

Deno.test("diskCache() makes files for their user alone", () =>
  inDirectory(async (directory) => {
    const cache = diskCache({ cacheDir: `${directory}/new/cache` });
    for (const key of [KEY, "other", "x".repeat(1_000)]) await cache.set(key, entryOf("x".repeat(key.length * 100)));
    await cache.close?.();
    for await (const path of walk(directory)) {
      const { mode, isDirectory } = Deno.statSync(path);
      assertEquals((mode! & 0o777).toString(8), isDirectory ? "700" : "600", path);
    }
  }));

Deno.test("diskCache() puts no file outside its directory when keys are hostile", () =>
  inDirectory(async (directory) => {
    const cacheDir = `${directory}/a/b/c/cache`;
    const cache = diskCache({ cacheDir });
    const generated = fc.sample(fc.string({ unit: "binary" }), IS_NIGHTLY ? 10_000 : 500);
    for (const key of [...HOSTILE_KEYS, ...generated, "../../x", `${part("a")}.${part("b")}./../../../x`]) {
      await cache.set(key, entryOf(1));
      await cache.clear(key);
    }
    await cache.set("../../x", entryOf(1));
    await cache.close?.();
    for await (const path of walk(directory)) {
      assert(cacheDir.startsWith(path) || path.startsWith(`${cacheDir}/`), path);
      assert(/^[/0-9a-z-]*$/.test(path.slice(cacheDir.length)), path);
    }
  }));

Deno.test("diskCache() takes a torn, foreign, future or damaged file for a miss and removes it", () =>
  inDirectory(async (directory) => {
    const cache = diskCache({ cacheDir: directory });
    for (const key of [KEY, "some other key"]) {
      await cache.set(key, entryOf({ text: "x".repeat(1_000) }));
      const path = await fileOf(directory);
      const text = await Deno.readTextFile(path);
      const damaged = ["", text.slice(0, 500), text.replace("opero1", "opero2"), "{}", text + text, `${text}\n`];
      for (const content of [...damaged, new Uint8Array([0xff, 0xfe, 0])]) {
        await (typeof content === "string" ? Deno.writeTextFile(path, content) : Deno.writeFile(path, content));
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
    const inner = `${directory}/${part("a")}/${part("b")}`;
    await Deno.rename(`${inner}/${call("c")}`, `${inner}/${call("d")}`);
    assertEquals(await cache.get(other), undefined);
    await cache.close?.();
  }));

/** A disk that is full after so many characters: what fits is there, under the name that was asked for. */
function fullDisk(files: Files, room: number): Files {
  const full = Object.create(files) as Files;
  for (const name of ["read", "rename", "remove", "makeDirectory", "list", "facts"] as const) {
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

Deno.test("diskCache() leaves no part of a file and the old entry in place when the disk is full", () =>
  inDirectory(async (directory) => {
    const files = openFiles("test");
    const before = new DiskStore(directory, Infinity, files, new SystemClock());
    await before.set(KEY, entryOf("old"));
    await before.close();
    for (const length of [5_000, 500_000]) {
      const cache = new DiskStore(directory, Infinity, fullDisk(files, length / 2), new SystemClock());
      await assertRejects(async () => await cache.set(KEY, entryOf("x".repeat(length))), Error, "no space left");
      assertEquals(await cache.get(KEY), entryOf("old"));
      await cache.close();
    }
    for await (const path of walk(`${directory}/passing`)) throw new Error(`left over: ${path}`);
  }));

Deno.test("diskCache() removes the temporary files of dead writers, and no others", () =>
  inDirectory(async (directory) => {
    const passing = `${directory}/passing`;
    await Deno.mkdir(`${passing}/old-directory/inner`, { recursive: true });
    for (const name of ["old", "new"]) await Deno.writeTextFile(`${passing}/${name}`, "half an ent");
    const long = new Date(Date.now() - 3_600_000);
    for (const name of ["old", "old-directory"]) await Deno.utime(`${passing}/${name}`, long, long);
    const cache = diskCache({ cacheDir: directory });
    await cache.set(KEY, entryOf(1));
    await cacheIsIdle(() => [...Deno.readDirSync(passing)].length === 1);
    assertEquals([...Deno.readDirSync(passing)].map(({ name }) => name), ["new"]);
    await cache.close?.();
  }));

async function cacheIsIdle(isIdle: () => boolean): Promise<void> {
  for (let turn = 0; !isIdle() && turn < 2_000; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("diskCache() removes dead entries when they are asked for, and once in a while all of them", () =>
  inDirectory(async (directory) => {
    const clock = new FakeClock();
    const cache = openDiskCache({ cacheDir: directory }, { clock });
    const dead = { value: 1, createdAt: 0, expiresAt: 1, staleUntil: clock.wallNow() + 1_000 };
    await cache.set(KEY, dead);
    await cacheIsIdle(() => [...Deno.readDirSync(directory)].some(({ name }) => name === "swept"));
    await cache.set("other", dead);
    await clock.tick("1s");
    assertEquals(await cache.get(KEY), undefined);
    await cache.close?.();
    await Deno.remove(`${directory}/swept`);
    const next = openDiskCache({ cacheDir: directory }, { clock });
    await next.set(KEY, entryOf(1));
    await cacheIsIdle(() => [...Deno.readDirSync(`${directory}/other`)].length === 0);
    assertEquals([...Deno.readDirSync(`${directory}/other`)], []);
    await next.close?.();
  }));

Deno.test("diskCache() keeps to maxBytes, and the newest entries", () =>
  inDirectory(async (directory) => {
    const cache = diskCache({ cacheDir: directory, maxBytes: 100_000 });
    for (let i = 0; i < 200; i++) {
      await cache.set(`key${i}`, entryOf("x".repeat(2_000)));
      if (i % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await cacheIsIdle(() => [...Deno.readDirSync(`${directory}/other`)].length <= 55);
    await cache.close?.();
    const { length } = [...Deno.readDirSync(`${directory}/other`)];
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
