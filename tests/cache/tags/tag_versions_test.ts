import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import type { CacheEntry } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { UNREADABLE_ENTRY } from "../../../src/cache/backend/read_entry.ts";
import { SeenTags } from "../../../src/cache/tags/seen_tags.ts";
import { type TagBackend, TagVersions } from "../../../src/cache/tags/tag_versions.ts";

/** A store, and as many processes that share it as are asked for; `isAsync` answers a turn later. */
function shared(isAsync = false) {
  const clock = new FakeClock();
  const entries = new Map<string, CacheEntry>();
  const state = { isDown: false, reads: 0 };
  const answer = <T>(value: T) => isAsync ? Promise.resolve(value) : value;
  const backend: TagBackend = {
    get: (key) => (state.reads++, answer(state.isDown ? UNREADABLE_ENTRY : entries.get(key))),
    set: (key, entry) => answer(!state.isDown && entries.set(key, entry) === entries),
    store: (key, entry) => answer(!state.isDown && entries.set(key, entry) === entries),
  };
  const open = (namespace = "n") =>
    new TagVersions({ backend, namespace, seen: new SeenTags(), clock, random: () => 0.5 });
  return { clock, entries, state, open };
}

/** A run of `versions` that begins now. */
function begun(versions: TagVersions, clock: FakeClock, ...tags: string[]) {
  return { tags, since: versions.mark(), startedAt: clock.wallNow() };
}

for (const isAsync of [false, true]) {
  const how = isAsync ? "of a store that answers later" : "of a store that answers at once";

  Deno.test(`TagVersions.areCurrent() holds until one of the tags is invalidated, by any process, ${how}`, async () => {
    const { clock, open } = shared(isAsync);
    const [one, two] = [open(), open()];
    const both = (await one.stamp(begun(one, clock, "a", "b")))!;
    const alone = (await one.stamp(begun(one, clock, "b")))!;
    assertEquals([await one.areCurrent(both), await two.areCurrent(both)], [true, true]);
    await two.invalidate(["a"]);
    assertEquals([await one.areCurrent(both), await two.areCurrent(both)], [false, false]);
    assertEquals([await one.areCurrent(alone), await open().areCurrent(alone)], [true, true]);
  });

  Deno.test(`TagVersions.stamp() refuses a run that an invalidation came after, and takes the next, ${how}`, async () => {
    const { clock, open } = shared(isAsync);
    const [one, two] = [open(), open()];
    await one.stamp(begun(one, clock, "a"));
    for (const by of [one, two]) {
      const before = begun(one, clock, "a");
      await by.invalidate(["a"]);
      assertEquals(await one.stamp(before), undefined);
      const after = await one.stamp(begun(one, clock, "a"));
      assertEquals(await one.areCurrent(after!), true);
    }
  });

  Deno.test(`TagVersions.stamp() of many results with one new tag gives them one version, ${how}`, async () => {
    const { clock, entries, open } = shared(isAsync);
    const one = open();
    const stamps = await Promise.all(Array.from({ length: 20 }, () => one.stamp(begun(one, clock, "a"))));
    assertEquals(new Set(stamps.map((stamp) => JSON.stringify(stamp))).size, 1);
    assertEquals(entries.size, 1);
  });
}

Deno.test("TagVersions.stamp() trusts the time of day by 5 s where another process has invalidated the tag", async () => {
  const { clock, open } = shared();
  await open().invalidate(["a"]);
  const fresh = () => {
    const process = open();
    return process.stamp(begun(process, clock, "a"));
  };
  await clock.tick("5s");
  assertEquals(await fresh(), undefined);
  await clock.tick("1ms");
  assertNotEquals(await fresh(), undefined);
  const set = open();
  await open().invalidate(["a"]);
  assertNotEquals(await set.stamp({ tags: ["a"], since: undefined, startedAt: 0 }), undefined);
});

Deno.test("TagVersions takes a version that was lost, or has expired after 30 days, for invalidated", async () => {
  const { clock, entries, open } = shared();
  const one = open();
  const lost = (await one.stamp(begun(one, clock, "a")))!;
  entries.clear();
  assertEquals(await one.areCurrent(lost), false);
  const stamp = (await one.stamp(begun(one, clock, "a")))!;
  assertEquals([await one.areCurrent(lost), await one.areCurrent(stamp)], [false, true]);
  await clock.tick(30 * 86_400 - 1);
  assertEquals(await one.areCurrent(stamp), true);
  await clock.tick(1);
  assertEquals(await one.areCurrent(stamp), false);
});

Deno.test("TagVersions tells namespaces apart, and stores no tag in clear", async () => {
  const { clock, entries, open } = shared();
  const [one, other] = [open("one"), open("other")];
  const stamp = (await one.stamp(begun(one, clock, "user:s3cret")))!;
  await other.invalidate(["user:s3cret"]);
  assertEquals(await one.areCurrent(stamp), true);
  assertEquals(entries.size, 2);
  for (const key of entries.keys()) assert(/^[0-9a-f]{16}\.[0-9a-f]{16}\.[0-9a-f]{64}$/.test(key));
  assert(!JSON.stringify([...entries, stamp]).includes("s3cret"));
});

Deno.test("TagVersions does not know while its store is down, keeps nothing, and fails to invalidate", async () => {
  const { clock, state, open } = shared();
  const one = open();
  const stamp = (await one.stamp(begun(one, clock, "a")))!;
  state.isDown = true;
  assertEquals([await one.areCurrent(stamp), await one.stamp(begun(one, clock, "a"))], [undefined, undefined]);
  await assertRejects(
    () => one.invalidate(["a"]),
    Error,
    "Cannot keep the version of a tag as the backend did not take it",
  );
  state.isDown = false;
  assertEquals(await one.areCurrent(stamp), true);
});

Deno.test("TagVersions.invalidate() stands against a process that found no version a moment before", async () => {
  const clock = new FakeClock();
  const entries = new Map<string, CacheEntry>();
  const late: (() => void)[] = [];
  const open = (backend: TagBackend) =>
    new TagVersions({ backend, namespace: "n", seen: new SeenTags(), clock, random: () => 0.5 });
  const put = (key: string, entry: CacheEntry) => entries.set(key, entry) === entries;
  // The version that the slow process makes lands behind that of the invalidation.
  const slow = open({
    get: (key) => entries.get(key),
    set: (key, entry) => new Promise((resolve) => late.push(() => resolve(put(key, entry)))),
    store: put,
  });
  const quick = open({
    get: (key) => {
      late.splice(0).forEach((land) => land());
      return entries.get(key);
    },
    set: put,
    store: put,
  });
  const stamping = slow.stamp(begun(slow, clock, "a"));
  await quick.invalidate(["a"]);
  const stamp = await stamping;
  assert(stamp !== undefined);
  assertEquals([await quick.areCurrent(stamp!), await slow.areCurrent(stamp!)], [false, false]);
});

Deno.test("TagVersions.stamp() puts no version of its own over that of an invalidation that came meanwhile", async () => {
  const clock = new FakeClock();
  const entries = new Map<string, CacheEntry>();
  const reads: (() => void)[] = [];
  const put = (key: string, entry: CacheEntry) => entries.set(key, entry) === entries;
  const one = new TagVersions({
    backend: {
      get: (key) => {
        const found = entries.get(key);
        return new Promise((resolve) => reads.push(() => resolve(found)));
      },
      set: put,
      store: put,
    },
    namespace: "n",
    seen: new SeenTags(),
    clock,
    random: () => 0.5,
  });
  const stamping = one.stamp(begun(one, clock, "a"));
  const invalidating = one.invalidate(["a"]);
  await new Promise((resolve) => setTimeout(resolve));
  reads.forEach((answer) => answer());
  await invalidating;
  assertEquals(await stamping, undefined);
  assertEquals([...entries.values()].map(({ value }) => String(value)[0]), ["i"]);
});

Deno.test("SeenTags remembers 10 000 versions, the latest, and when each was first seen", () => {
  const seen = new SeenTags();
  for (let n = 0; n < 10_001; n++) seen.record(`tag ${n}`, "v");
  assertEquals([seen.since("tag 0", 0), seen.since("tag 1", 0), seen.since("tag 1", 2)], [undefined, "v", undefined]);
  assertEquals([seen.record("tag 5", "v"), seen.record("tag 5", "w"), seen.mark()], [6, 10_002, 10_002]);
});
