import { assert, assertEquals } from "@std/assert";
import { stderrTerminal } from "../../src/runtime/terminal.ts";

Deno.test("stderrTerminal() asks for no permission", { permissions: "none" }, () => {
  const terminal = stderrTerminal()!;
  assertEquals(terminal.style, Deno.stderr.isTerminal() ? "bar" : "lines");
  assertEquals(terminal.isColored, !Deno.noColor);
  assert(terminal.columns > 0);
});

Deno.test("stderrTerminal() writes the whole text to stderr, and ignores that it is closed", () => {
  const stderr = Object.getOwnPropertyDescriptor(Deno, "stderr")!;
  const bytes: number[] = [];
  const fake = { isTerminal: () => false, writeSync: (part: Uint8Array) => (bytes.push(part[0]!), 1) };
  Object.defineProperty(Deno, "stderr", { value: fake, configurable: true });
  try {
    const terminal = stderrTerminal()!;
    terminal.write("█ 1");
    assertEquals(new TextDecoder().decode(Uint8Array.from(bytes)), "█ 1");
    fake.writeSync = () => {
      throw new Deno.errors.BrokenPipe();
    };
    terminal.write("more");
  } finally {
    Object.defineProperty(Deno, "stderr", stderr);
  }
});
