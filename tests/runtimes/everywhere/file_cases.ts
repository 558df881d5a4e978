import { createOpero, diskCache, kvCache, opero, opmap, sqliteCache } from "@opero/core";
import { equal, match, thrown } from "./expect.ts";
import { where } from "./everywhere_case.ts";

function refuses(fn: () => unknown, pattern: RegExp): void {
  match(thrown(fn, "ConfigurationError").message, pattern);
}

const options = { cache: true, name: "fn" } as const;

where("files", "a disk cache keeps results", async () => {
  const { mkdtempSync, rmSync } = process.getBuiltinModule("node:fs");
  const { tmpdir } = process.getBuiltinModule("node:os");
  const cacheDir = mkdtempSync(`${tmpdir()}/opero-everywhere-`);
  const { opero, close } = createOpero();
  const fn = opero((n: number) => new Map([[n, n]]), {
    ...options,
    cacheBackend: "disk",
    cacheBackendConfig: { cacheDir },
  });
  await fn(1);
  equal((await fn.withMeta(1)).meta.cache, "hit");
  await close();
  rmSync(cacheDir, { recursive: true });
}, () => {
  refuses(() => opero(() => 1, { ...options, cacheBackend: "disk" }), /this runtime has no files: use another backend/);
  refuses(() => diskCache(), /this runtime has no files/);
});

where("sqlite", "a sqlite cache keeps results", async () => {
  const { opero, close } = createOpero();
  const cacheBackend = sqliteCache({ path: ":memory:" });
  const fn = opero((n: number) => new Date(n), { ...options, cacheBackend });
  await fn(1);
  equal((await fn.withMeta(1)).meta.cache, "hit");
  await close();
  await cacheBackend.close?.();
}, () => refuses(() => opero(() => 1, { ...options, cacheBackend: "sqlite" }), /this runtime has no node:sqlite/));

where("kv", "a kv cache keeps results", async () => {
  const cacheBackend = kvCache({ path: ":memory:" });
  const fn = createOpero().opero((n: number) => n, { ...options, cacheBackend });
  await fn(1);
  equal((await fn.withMeta(1)).meta.cache, "hit");
  await cacheBackend.close?.();
}, () => refuses(() => opero(() => 1, { ...options, cacheBackend: "kv" }), /Deno\.openKv is missing/));

where(
  "files",
  "a journal continues where a run stopped",
  async () => {
    const { mkdtempSync, rmSync } = process.getBuiltinModule("node:fs");
    const { tmpdir } = process.getBuiltinModule("node:os");
    const directory = mkdtempSync(`${tmpdir()}/opero-everywhere-`);
    const runs: number[] = [];
    const load = opmap((n: number) => (runs.push(n), n * 2), {
      name: "load",
      journal: `${directory}/run.jsonl`,
      progress: false,
    });
    equal([await load([1, 2]), await load([1, 2, 3]), runs], [[2, 4], [2, 4, 6], [1, 2, 3]]);
    rmSync(directory, { recursive: true });
  },
  () =>
    refuses(() => opmap((n: number) => n, { journal: "run.jsonl" }), /this runtime has no files: leave 'journal' out/),
);
