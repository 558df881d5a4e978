import { assertEquals, assertThrows } from "@std/assert";
import { openFiles } from "../../src/runtime/files.ts";

const MAX_BYTES = 1_000;

function withDirectory(use: (directory: string) => void): void {
  const directory = Deno.makeTempDirSync();
  try {
    use(directory);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

Deno.test("Files.read() finds a file that is there after any number of missing ones", () => {
  withDirectory((directory) => {
    const files = openFiles("test files");
    files.write(`${directory}/there`, "text");
    for (const missing of [0, 1, 2, 63, 64, 65, 200]) {
      for (let i = 0; i < missing; i++) assertEquals(files.read(`${directory}/missing`, MAX_BYTES), undefined);
      assertEquals(files.read(`${directory}/there`, MAX_BYTES), "text");
    }
  });
});

Deno.test("Files.read() reads no link and no directory, also after missing files", () => {
  withDirectory((directory) => {
    const files = openFiles("test files");
    files.write(`${directory}/there`, "text");
    Deno.symlinkSync(`${directory}/there`, `${directory}/link`);
    Deno.symlinkSync(`${directory}/nothing`, `${directory}/dangling`);
    for (const missing of [0, 1, 64]) {
      for (let i = 0; i < missing; i++) files.read(`${directory}/missing`, MAX_BYTES);
      for (const name of ["link", "dangling", ""]) {
        assertEquals(files.read(`${directory}/${name}`, MAX_BYTES), undefined, name);
      }
    }
  });
});

Deno.test("Files.read() throws within 64 reads where what seems to be missing cannot be read at all", () => {
  withDirectory((directory) => {
    const files = openFiles("test files");
    const unreadable = `${directory}/${"x".repeat(300)}`;
    assertThrows(() => files.read(unreadable, MAX_BYTES));
    files.read(`${directory}/missing`, MAX_BYTES);
    assertThrows(() => {
      for (let i = 0; i < 64; i++) files.read(unreadable, MAX_BYTES);
    });
    // And from then on at once.
    assertThrows(() => {
      for (let i = 0; i < 2; i++) files.read(unreadable, MAX_BYTES);
    });
  });
});
