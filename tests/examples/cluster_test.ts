import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/yaml";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { WORKER_FLAGS } from "../../src/cli/worker_flags.ts";
import { parseDuration } from "../../src/time/duration.ts";
import { exampleUrl, readBlock, readCommands } from "../support/example_document.ts";
import { ExampleProgram } from "../support/example_program.ts";
import { hasNatsServer } from "../support/nats_server.ts";

const readText = (name: string) => Deno.readTextFileSync(exampleUrl(`cluster/${name}`));

/** What a command line gives `opero worker`: throws where that does not know a flag. */
function workerOf(words: readonly string[]) {
  const { flags, rest } = parseFlags("opero worker", words.slice(words.indexOf("worker") + 1), WORKER_FLAGS);
  return {
    flags,
    module: rest[0],
    deno: words.slice(0, words.indexOf("worker")),
    graceMs: parseDuration(flags.grace)!,
  };
}

/** The values of a unit file, by section and name. */
function readUnit(text: string): Record<string, Record<string, string>> {
  const sections: Record<string, Record<string, string>> = {};
  let current: Record<string, string> = {};
  for (const line of text.split("\n").filter((each) => each !== "" && !each.startsWith("#"))) {
    const [, section] = /^\[(\w+)\]$/.exec(line) ?? [];
    const [, name, value] = /^(\w+)=(.+)$/.exec(line) ?? [];
    if (section !== undefined) current = sections[section] = {};
    else if (name !== undefined) current[name] = value!;
    else throw new Error(`This is no line of a unit: ${line}`);
  }
  return sections;
}

/** The words of an instruction of a Dockerfile that is written as JSON. */
function instruction(name: string): string[] {
  return JSON.parse(new RegExp(`^${name} (\\[.*\\])$`, "m").exec(readText("Dockerfile"))![1]!);
}

const MODULE = "examples/cluster/quakes.ts";

Deno.test("examples/cluster/opero-worker.service starts a worker with flags that there are, and waits for its grace", () => {
  const { Unit, Service, Install } = readUnit(readText("opero-worker.service"));
  const { module, flags, graceMs, deno } = workerOf(Service!.ExecStart!.split(" "));
  assertEquals([module, flags["max-items"], deno.at(-1)], [MODULE, 100_000, "cli.ts"]);
  assert(Number(Service!.TimeoutStopSec) * 1_000 >= graceMs + 10_000);
  // It ends with 0 after --max-items.
  assertEquals(Service!.Restart, "always");
  assert(Unit!.Description !== undefined && Install!.WantedBy !== undefined);
});

Deno.test("examples/cluster/Dockerfile starts a worker with flags that there are, as a user without rights", () => {
  const { module, flags } = workerOf([...instruction("ENTRYPOINT"), ...instruction("CMD")]);
  assertEquals(module, MODULE);
  const text = readText("Dockerfile");
  assert(text.includes(`\nEXPOSE ${flags.health!.port}\n`) && text.includes("\nUSER deno\n"));
  for (const [, paths] of text.matchAll(/^RUN deno cache (.*)$/gm)) {
    for (const path of paths!.split(" ")) assert(Deno.statSync(exampleUrl(`../${path}`)).isFile, path);
  }
});

Deno.test("examples/cluster/kubernetes.yaml asks the worker how it is, and waits for its grace", () => {
  // deno-lint-ignore no-explicit-any -- what a file holds
  const deployment = parse(readText("kubernetes.yaml")) as any;
  assertEquals([deployment.apiVersion, deployment.kind], ["apps/v1", "Deployment"]);
  const { spec, metadata } = deployment.spec.template;
  assertEquals(deployment.spec.selector.matchLabels, metadata.labels);
  const [container] = spec.containers;
  const { flags, graceMs } = workerOf(["worker", ...container.args]);
  assert(spec.terminationGracePeriodSeconds * 1_000 >= graceMs + 10_000);
  const [port] = container.ports;
  assertEquals(port.containerPort, flags.health!.port);
  for (const [probe, path] of [["readinessProbe", "/ready"], ["livenessProbe", "/live"]] as const) {
    assertEquals(container[probe].httpGet, { path, port: port.name });
  }
  assertEquals(container.env[0].name, "OPERO_NATS");
  assert(container.env[0].valueFrom.secretKeyRef.name !== undefined, "no password stands in the file");
});

Deno.test({
  name: "examples/cluster loses no item though a worker is killed, as its README shows (needs nats-server)",
  ignore: !hasNatsServer,
  fn: async () => {
    const env = { PATH: `${Deno.env.get("PATH")}:/usr/sbin` };
    await using program = new ExampleProgram(readCommands("cluster")[0]!, { env });
    assertEquals(await program.untilEnd(), 0);
    const shown = readBlock("cluster", "text");
    assertEquals(program.lines.slice(0, 5), shown.slice(0, 5));
    const did = (lines: readonly string[]) => lines.slice(5).map((line) => /^(left|right) did (\d+)$/.exec(line)!);
    for (const lines of [program.lines, shown]) {
      assertEquals(did(lines).map(([, name]) => name).toSorted(), ["left", "right"]);
      assertEquals(did(lines).reduce((sum, [, , count]) => sum + Number(count), 0), 1_707);
    }
  },
});
