import { assert, assertEquals } from "@std/assert";
import { drawAttempts, drawErrors, drawSlowest, drawWorkers } from "../../src/report/item_sections.ts";

/** The cells of the rows of a table with bars, and how long these are. */
function rowsOf(text: string): string[] {
  const rows = text.matchAll(/<tr><th scope="row">(.*?)<td class="bar"><svg[^>]*><rect class="(\w+)" width="(.*?)"/g);
  return [...rows].map(([, cells, kind, width]) => {
    return `${cells!.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ").trim()} | ${kind} ${width}`;
  });
}

Deno.test("drawAttempts() has a row for each number of attempts, the last one open-ended where it is", () => {
  assertEquals(rowsOf(drawAttempts([80, 0, 20], false)!.text), [
    "1 80 80 % | ok 100%",
    "2 0 0 % | retried 0",
    "3 20 20 % | retried 25%",
  ]);
  assertEquals(rowsOf(drawAttempts([1, 999], true)!.text).map((row) => row.slice(0, 12)), [
    "1 1 0.1 % | ",
    "2 or more 99",
  ]);
  assertEquals(drawAttempts([], false), undefined);
});

Deno.test("drawErrors() says how many items an error failed, and when, after the begin of the run", () => {
  const example = { message: "", index: 7, key: "q83vASNFZ4mrze8BI0VniQ" };
  const errors = [{ label: "HttpError (503)", count: 4, firstMs: 61_000, lastMs: 1_000_000, examples: [example] }];
  const { text } = drawErrors(errors, 1_000)!;
  assertEquals(rowsOf(text), ["HttpError (503) 4 1 min 16 min 39 s | failed 100%"]);
  assert(text.includes('<th scope="row">#7 <code>q83vASNFZ4mrze8BI0VniQ</code><td>(no message)'));
  assertEquals(drawErrors([], 0), undefined);
});

Deno.test("drawErrors() shows examples of the most frequent errors alone", () => {
  const errors = Array.from({ length: 12 }, (_, i) => {
    return { label: `E${i}`, count: 12 - i, firstMs: 0, lastMs: 0, examples: [{ message: "m" }] };
  });
  const { text } = drawErrors(errors, 0)!;
  assertEquals([rowsOf(text).length, text.match(/<summary>/g)?.length], [12, 8]);
  assert(text.includes('<th scope="row">unnamed<td>m'));
});

Deno.test("drawSlowest() and drawWorkers() draw bars beside the longest", () => {
  const slow = [{ index: 3, seconds: 2, attempts: 4, error: "TimeoutError" }, { index: 1, seconds: 1, attempts: 1 }];
  assertEquals(rowsOf(drawSlowest(slow)!.text), [
    "#3 2 s 4 TimeoutError | failed 100%",
    "#1 1 s 1 succeeded | running 50%",
  ]);
  const workers = [{ name: "a", done: 4, failed: 1, busySeconds: 2 }, {
    name: "b",
    done: 0,
    failed: 0,
    busySeconds: 0,
  }];
  assertEquals(rowsOf(drawWorkers(workers)!.text), ["a 4 1 500 ms | ok 100%", "b 0 0 0 s | ok 0"]);
  assertEquals([drawSlowest([]), drawWorkers([])], [undefined, undefined]);
});
