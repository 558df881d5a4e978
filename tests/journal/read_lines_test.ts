import { assert, assertEquals } from "@std/assert";
import { LineWindow } from "../../src/journal/line_window.ts";
import { type JournalLine, type LineSource, readLines } from "../../src/journal/read_lines.ts";
import { seededRandom } from "../../src/testing/seeded_random.ts";

/** A file that gives some bytes at a time, and leaves what stood in the target behind them. */
function fileOf(bytes: Uint8Array, atOnce = Infinity): LineSource {
  return {
    read: (target, position) => {
      const part = bytes.subarray(position, position + Math.min(target.length, atOnce));
      target.set(part);
      return part.length;
    },
  };
}

async function linesOf(bytes: Uint8Array, atOnce?: number): Promise<JournalLine[]> {
  const lines: JournalLine[] = [];
  await readLines(fileOf(bytes, atOnce), (line) => lines.push(line));
  return lines;
}

const encoder = new TextEncoder();

/** Lines of all lengths, those of more than a buffer as well, of characters of one to four bytes. */
function someTexts(seed: number): string[] {
  const random = seededRandom(seed);
  const characters = ["a", "é", "€", "😀"];
  const lengths = Array.from({ length: 60 }, () => Math.floor(random() ** 4 * 2_000));
  lengths[30] = 150_000;
  return lengths.map((length) => characters[Math.floor(random() * 4)]!.repeat(length));
}

Deno.test("readLines() gives all lines with their places, whatever a reading gives at a time", async () => {
  const texts = someTexts(1);
  const bytes = encoder.encode(texts.map((text) => `${text}\n`).join(""));
  for (const atOnce of [Infinity, 70_001, 4_097, 999]) {
    const lines = await linesOf(bytes, atOnce);
    assertEquals(lines.map(({ text }) => text), texts);
    assert(lines.every(({ isWhole, number }, i) => isWhole && number === i + 1));
    assertEquals(lines.map(({ next }) => next).slice(0, -1), lines.map(({ offset }) => offset).slice(1));
    assertEquals(lines.at(-1)!.next, bytes.length);
  }
});

Deno.test("readLines() says which line has no end, and which is no UTF-8", async () => {
  assertEquals(await linesOf(encoder.encode("")), []);
  assertEquals((await linesOf(encoder.encode("a\n\nb"))).map(({ text, isWhole }) => [text, isWhole]), [
    ["a", true],
    ["", true],
    ["b", false],
  ]);
  const damaged = new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0x0a, 0xff, 0x0a, 0x62, 0x0a, 0xe2, 0x82]);
  assertEquals((await linesOf(damaged)).map(({ text, offset }) => [text, offset]), [
    ["\ufeffa", 0],
    [undefined, 5],
    ["b", 7],
    [undefined, 9],
  ]);
});

Deno.test("readLines() lets the loop turn between its parts", async () => {
  let turns = 0;
  let isDone = false;
  const turn = () => void (isDone || (turns++, setTimeout(turn, 0)));
  turn();
  await linesOf(encoder.encode(`${"a".repeat(99)}\n`.repeat(20_000)));
  isDone = true;
  assert(turns > 3, `${turns} turns`);
  await new Promise((resolve) => setTimeout(resolve, 5));
});

Deno.test("LineWindow.lineAt() gives the line at any place, in any order", () => {
  const texts = someTexts(2);
  const bytes = encoder.encode(texts.join("\n"));
  const offsets = texts.map((_, i) => encoder.encode(texts.slice(0, i).map((text) => `${text}\n`).join("")).length);
  const random = seededRandom(3);
  for (const atOnce of [Infinity, 5_000]) {
    const window = new LineWindow(fileOf(bytes, atOnce));
    for (let i = 0; i < 200; i++) {
      const line = Math.floor(random() * texts.length);
      assertEquals(window.lineAt(offsets[line]!), texts[line], `line ${line}`);
    }
    for (let line = 0; line < texts.length; line++) assertEquals(window.lineAt(offsets[line]!), texts[line]);
  }
  assertEquals(new LineWindow(fileOf(new Uint8Array([0xff, 0x0a]))).lineAt(0), undefined);
});
