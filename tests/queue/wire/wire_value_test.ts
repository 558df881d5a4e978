import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { SerializationError } from "@opero/core";
import fc from "fast-check";
import { readError, readValues, writeError, writeValues } from "../../../src/queue/wire/wire_value.ts";
import { knownErrorClasses } from "../../../src/pool/known_errors.ts";

const known = knownErrorClasses();
const task = "send an item to a worker";

Deno.test("writeValues() writes one line, which readValues() reads as it was", () => {
  fc.assert(
    fc.property(fc.array(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true })), (values) => {
      const line = writeValues(values, task);
      assertEquals(line.includes("\n"), false);
      assertEquals(readValues(line, known), structuredClone(values));
    }),
  );
});

Deno.test("writeValues() names what cannot cross, and never the value", () => {
  const cases: [unknown, string][] = [
    [() => 1, "a function"],
    [{ deep: [Symbol("s")] }, "a symbol"],
    [new URL("https://secret.example/"), "a URL"],
    [new Blob(["secret"]), "a Blob"],
    [Promise.resolve("secret"), "a Promise"],
  ];
  for (const [value, kind] of cases) {
    const error = assertThrows(() => writeValues([value], task), SerializationError);
    assertEquals(error.message.startsWith(`Cannot ${task} as it holds `), true, error.message);
    assertEquals(error.message.includes("secret"), false);
    assertEquals(
      error.message.toLowerCase().includes(kind.toLowerCase().split(" ")[1]!),
      true,
      `${error.message} ${kind}`,
    );
  }
});

Deno.test("readValues() and readError() refuse what they did not write", () => {
  for (const line of ["", "x", "j{", 'p["o"]', 'p[[1],["zz"]]']) assertThrows(() => readValues(line, known));
  for (const line of ["", "{}", "[[5]]"]) assertThrows(() => readError(line, known));
});

Deno.test("writeError() keeps class, fields and causes, and leaves out what cannot cross", () => {
  const error = Object.assign(new RangeError("no", { cause: new TypeError("inner") }), {
    status: 503,
    read: () => 1,
    file: new Blob(["x"]),
  });
  const back = readError(writeError(error), known) as RangeError & { status: number };
  assertInstanceOf(back, RangeError);
  assertInstanceOf(back.cause, TypeError);
  assertEquals([back.message, back.status, "read" in back], ["no", 503, false]);
  assertEquals(readError(writeError("text"), known), "text");
  assertEquals(readError(writeError(undefined), known), undefined);
});
