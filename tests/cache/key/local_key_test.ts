import { assert, assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import { isLoneKey, isOwnKey, localKey, localText } from "../../../src/cache/key/local_key.ts";

Deno.test("localKey() is a lone text or number itself, but those that another list may have as its key", () => {
  for (const own of ["", "a", "user-1", '"3:abc', "\ud800", 1, -1.5, Infinity, NaN]) {
    assertStrictEquals(localKey([own]), own);
  }
  for (const other of ["\u0000x", "{}", "[1]", 0, -0]) assertNotEquals(localKey([other]), other);
});

Deno.test("localKey() tells lists apart that look alike, and takes equal ones for the same", () => {
  const lists: unknown[][] = [
    [],
    [undefined],
    [null],
    ["[]"],
    ["{}"],
    [{}],
    [[]],
    [{ a: undefined }],
    ["1"],
    [1],
    [1n],
    [0],
    [-0],
    [[0]],
    [[-0]],
    [new Date(0)],
    ["1970-01-01T00:00:00.000Z"],
    [{ toJSON: 1 }],
    [1, 2],
    [[1, 2]],
    ["\u0000u"],
    ["x".repeat(5_000)],
    [["x".repeat(5_000)]],
    [["x".repeat(5_001)]],
  ];
  const keys = new Map(lists.map((list) => [localKey(list), list]));
  assertEquals(keys.size, lists.length);
  for (const list of lists) assertStrictEquals(keys.get(localKey(structuredClone(list))), list);
  assertEquals(localKey([{ a: 1, b: [2] }]), localKey([{ b: [2], a: 1 }]));
});

Deno.test("localText() is short for arguments of any size", () => {
  assert(localText([["x".repeat(100_000)]]).length < 100);
  assert(localText([new Set(["x".repeat(100_000)])]).length < 100);
});

Deno.test("isLoneKey() and isOwnKey() leave out what the key of other arguments may look like", () => {
  assertEquals([["a"], [1], [0], [true], [], ["a", "b"]].map(isLoneKey), [true, true, false, false, false, false]);
  assertEquals(["a", "\u0000", "{", "[", 1].map(isOwnKey), [true, false, false, false, false]);
});
