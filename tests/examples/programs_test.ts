import { assert, assertEquals } from "@std/assert";
import { readBlock, readCommands, withoutTimes } from "../support/example_document.ts";
import { ExampleProgram } from "../support/example_program.ts";
import { ExampleService } from "../support/example_service.ts";

/** Starts what the README of an example says, with the service at `url`. */
function startProgram(name: string, url: string, ...more: readonly string[]): ExampleProgram {
  const command = readCommands(name)[1]!.map((word) => word.replace("http://localhost:8001", url));
  return new ExampleProgram([...command, ...more], { env: { API_URL: url, OPENAI_BASE_URL: `${url}/v1` } });
}

/** Looks whether a program ends well, and has written what its README shows. */
async function checkOutput(name: string, program: ExampleProgram, shown = readBlock(name, "text")): Promise<void> {
  assertEquals(await program.untilEnd(), 0);
  assertEquals(withoutTimes(program.lines), withoutTimes(shown));
}

Deno.test("examples/fetch leaves a key that has expired, and waits as long as Retry-After says", async () => {
  await using service = await ExampleService.start("fetch");
  await using program = startProgram("fetch", service.url);
  await checkOutput("fetch", program);
  const asked = ["401 GET /rates/EUR", "429 GET /rates/EUR", "200 GET /rates/EUR", "200 GET /rates/GBP"];
  assertEquals(service.lines, [...asked, "404 GET /rates/XYZ"]);
});

Deno.test("examples/crawler loads each page once, and keeps to the limit of each host", async () => {
  await using service = await ExampleService.start("crawler");
  await using program = startProgram("crawler", service.url);
  const port = new URL(service.url).port;
  await checkOutput("crawler", program, readBlock("crawler", "text").map((line) => line.replace(":8001", `:${port}`)));
  const loaded = service.lines.filter((line) => line.startsWith("200 "));
  assertEquals(loaded.toSorted(), Array.from({ length: 15 }, (_, i) => `200 GET /pages/${i + 1}`).toSorted());
  const seconds = Number(/^in ([\d.]+) s$/.exec(program.lines.at(-1)!)![1]);
  assert(seconds >= 1.8, `ten pages at five a second took ${seconds} s`);
});

Deno.test("examples/llm_batch continues where it was killed, and asks for nothing twice but what was in flight", async () => {
  await using service = await ExampleService.start("llm_batch");
  const directory = await Deno.makeTempDir();
  const args = ["examples/data/earthquakes.jsonl", `${directory}/run.jsonl`];
  {
    await using killed = startProgram("llm_batch", service.url, ...args);
    await service.untilLines(40);
    await killed.kill();
    assertEquals(killed.lines, []);
  }
  await using program = startProgram("llm_batch", service.url, ...args);
  await checkOutput("llm_batch", program);
  const journaled = Number(/(\d+) from the journal$/.exec(program.lines.at(-1)!)![1]);
  assert(journaled > 0 && journaled < 100, `${journaled} from the journal`);
  const answered = service.lines.filter((line) => line.startsWith("200 ")).length;
  assert(answered >= 100 && answered <= 120, `20 were in flight, and ${answered - 100} are asked for twice`);
  assert(service.lines.some((line) => line.startsWith("429 ")), "the service refuses some");
  await Deno.remove(directory, { recursive: true });
});
