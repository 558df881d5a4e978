import { assertEquals, assertRejects } from "@std/assert";
import { loadTask } from "../../src/cli/load_task.ts";
import { UsageError } from "../../src/cli/usage_error.ts";
import { clusterTaskOf } from "../../src/queue/cluster_task.ts";
import type { HostProcess } from "../../src/runtime/host_process.ts";

const HOST: HostProcess = { ...({} as HostProcess), directory: "/", variable: () => undefined };
const NONE = { engine: undefined, task: undefined, version: undefined };

const HEAD = `
import { opmap } from ${JSON.stringify(import.meta.resolve("@opero/core"))};
import { memoryEngine } from ${JSON.stringify(import.meta.resolve("@opero/core/testing"))};
const engine = memoryEngine();
const mapped = (fn, task, version) => opmap(fn, { mode: "cluster", engine, task, version });
`;

/** A module of this text, behind what makes maps. */
async function withModule<T>(text: string, use: (path: string) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempFile({ prefix: "opero_task_", suffix: ".mjs" });
  await Deno.writeTextFile(path, HEAD + text);
  try {
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}

/** The address of the task that is chosen, and the name of its function. */
async function chosen(text: string, name = "", flags: Partial<typeof NONE> | Record<string, string> = {}) {
  return await withModule(text, async (path) => {
    const { map, close } = await loadTask(path + name, { ...NONE, ...flags }, HOST);
    await close();
    const { address, functionName } = clusterTaskOf(map)!;
    return `${functionName} ${address.task}@${address.version}`;
  });
}

const SEVERAL = `
export async function one(n) { return n; }
export const ones = mapped(one, "one", "1");
export const older = mapped(one, "one", "0");
export const others = mapped(async (n) => n, "other");
export { others as again };
`;

Deno.test("loadTask() takes the only map of a module, and the one that is named by export, task or version", async () => {
  assertEquals(await chosen(`export default mapped(async function f(n) { return n; }, "t", "3");`), "f t@3");
  assertEquals(await chosen(SEVERAL, "#older"), "one one@0");
  assertEquals(await chosen(SEVERAL, "", { task: "other" }), "anonymous other@0");
  assertEquals(await chosen(SEVERAL, "", { version: "1" }), "one one@1");
});

Deno.test("loadTask() makes a map of a function, which bears the names that flags give", async () => {
  const engine = "nats://127.0.0.1:1";
  const text = "export const enrich = async (n) => n;";
  assertEquals(await chosen(text, "", { engine }), "enrich enrich@0");
  assertEquals(await chosen(text, "", { engine, task: "other", version: "7" }), "enrich other@7");
  // What is named is no map, though there are some.
  assertEquals(await chosen(SEVERAL, "#one", { engine }), "one one@0");
});

Deno.test("loadTask() refuses what is not there, or not clear, and says what there is", async () => {
  const refusal = (text: string, name = "", flags = {}) =>
    withModule(text, async (path) => {
      const { message } = await assertRejects(() => loadTask(path + name, { ...NONE, ...flags }, HOST), UsageError);
      return message.replaceAll(path, "tasks.mjs");
    });
  const all = ["older", "ones"].map((name) => `tasks.mjs#${name} of "one@${name === "ones" ? 1 : 0}"`);
  assertEquals(
    await refusal(SEVERAL, "", { task: "one" }),
    `tasks.mjs: the module exports several maps; choose one: tasks.mjs#others of "other@0", ${all.join(", ")}`,
  );
  assertEquals(
    await refusal(SEVERAL, "#ones", { version: "2" }),
    `--version 2: the module exports no such map; there is tasks.mjs#ones of "one@1"`,
  );
  assertEquals(
    await refusal(SEVERAL, "#ones", { task: "two" }),
    `--task two: the module exports no such map; there is tasks.mjs#ones of "one@1"`,
  );
  assertEquals(await refusal("export const n = 1;"), "tasks.mjs: the module exports no function");
  assertEquals((await refusal("export const f = async () => {};")).split(":")[0], "--engine is needed");
});
