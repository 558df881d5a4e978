import { assertEquals } from "@std/assert";
import { mapExported, mapHidden, mapLate, mapPlusOne, mapPlusTwo, mapSecondTime } from "../support/module_functions.ts";
import { rejection } from "../support/open_pool.ts";

Deno.test("a pool finds in its module a function that is exported, and one that is only wrapped there", async () => {
  assertEquals(await mapExported([1, 2]), [3, 6]);
  assertEquals(await mapHidden([1, 2]), [3, 6]);
  await mapExported.close();
  await mapHidden.close();
});

Deno.test("a pool tells functions of its module apart that look the same", async () => {
  assertEquals(await mapPlusOne([1]), [2]);
  assertEquals(await mapPlusTwo([1]), [3]);
  await mapPlusOne.close();
  await mapPlusTwo.close();
});

Deno.test("currentCall() of the module's own copy of the library knows the call of the item", async () => {
  assertEquals(await mapSecondTime([5, 6]), ["0: attempt 2", "1: attempt 2"]);
  await mapSecondTime.close();
});

Deno.test("a pool says that a function is not to be found in its module", async () => {
  const map = mapLate();
  const error = await rejection<{ errors: { error: { errors: Error[] } }[] }>(map([1]));
  const cause = error.errors[0]?.error.errors[0]?.cause as Error;
  assertEquals(
    cause.message,
    'Cannot find the function "late" in its module: it must be exported, or wrapped while the module is imported, ' +
      "not only where 'import.meta.main' holds",
  );
  await map.close();
});
