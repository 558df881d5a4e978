import { until } from "../../support/until.ts";
import { assertEquals } from "@std/assert";
import { diskCache } from "../../../src/cache/disk/disk_cache.ts";

const ENTRY = { value: "x".repeat(500), createdAt: 1, expiresAt: Infinity, staleUntil: Infinity };

function entriesIn(directory: string): string[] {
  return [...Deno.readDirSync(directory)].flatMap(({ name, isDirectory }) => {
    const path = `${directory}/${name}`;
    return isDirectory ? entriesIn(path) : /^[0-9a-f]{64}$/.test(name) ? [path] : [];
  });
}

for (const [less, expected] of [[0, 9], [1, 8]] as const) {
  Deno.test(`DiskSweeper makes room down to nine tenths of maxBytes, to the byte: ${expected} of 11 stay`, async () => {
    const cacheDir = await Deno.makeTempDir();
    const bytes = await fill(cacheDir, 11);
    // One entry too many, and one for the tenth.
    const cache = diskCache({ cacheDir, maxBytes: 10 * bytes - less });
    await cache.set("key 0", ENTRY);
    await until(() => entriesIn(cacheDir).length <= expected);
    // Long enough for one more, were it to go as well.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await cache.close?.();
    const left = entriesIn(cacheDir).length;
    await Deno.remove(cacheDir, { recursive: true });
    assertEquals(left, expected);
  });
}

/** Keeps `count` entries of one size, which it answers; the first of them under "key 0". */
async function fill(cacheDir: string, count: number): Promise<number> {
  const cache = diskCache({ cacheDir });
  let bytes: number | undefined;
  // The length of the checksum differs.
  for (let key = 0, kept = 0; kept < count; key++) {
    const others = entriesIn(cacheDir);
    await cache.set(`key ${key}`, ENTRY);
    const path = entriesIn(cacheDir).find((each) => !others.includes(each))!;
    const { size } = Deno.statSync(path);
    if (size === (bytes ??= size)) kept++;
    else await Deno.remove(path);
  }
  await cache.close?.();
  return bytes!;
}
