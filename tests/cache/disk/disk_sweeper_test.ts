import { assert } from "@std/assert";
import { diskCache } from "../../../src/cache/disk/disk_cache.ts";

function entriesIn(directory: string): string[] {
  return [...Deno.readDirSync(directory)].flatMap(({ name, isDirectory }) => {
    const path = `${directory}/${name}`;
    return isDirectory ? entriesIn(path) : /^[0-9a-f]{64}$/.test(name) ? [path] : [];
  });
}

Deno.test("DiskSweeper makes room down to nine tenths of maxBytes, to the byte", async () => {
  const cacheDir = await Deno.makeTempDir();
  const entry = { value: "x".repeat(500), createdAt: 1, expiresAt: Infinity, staleUntil: Infinity };
  const before = diskCache({ cacheDir });
  let bytes: number | undefined;
  // The length of the checksum differs.
  for (let key = 0, kept = 0; kept < 11; key++) {
    const others = entriesIn(cacheDir);
    await before.set(`key ${key}`, entry);
    const path = entriesIn(cacheDir).find((each) => !others.includes(each))!;
    const { size } = Deno.statSync(path);
    if (size === (bytes ??= size)) kept++;
    else await Deno.remove(path);
  }
  await before.close?.();
  // One entry too many, and one for the tenth.
  const cache = diskCache({ cacheDir, maxBytes: 10 * bytes! });
  await cache.set("key 0", entry);
  const deadlineMs = performance.now() + 30_000;
  while (entriesIn(cacheDir).length > 9 && performance.now() < deadlineMs) await turn(1);
  // Long enough for one more, were it to go as well.
  await turn(100);
  await cache.close?.();
  const left = entriesIn(cacheDir).length;
  await Deno.remove(cacheDir, { recursive: true });
  assert(left === 9, `${left} of 11 entries are left`);
});

function turn(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
