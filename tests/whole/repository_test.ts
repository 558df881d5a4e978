import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/yaml";

const ROOT = new URL("../../", import.meta.url);
const WORKFLOWS = ".github/workflows";
const FORMS = ".github/ISSUE_TEMPLATE";

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Workflow {
  readonly on: unknown;
  readonly jobs: Readonly<Record<string, { "runs-on": string; "timeout-minutes": number; steps: readonly Step[] }>>;
}

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly { type: string; id: string; attributes: { label: string } }[];
}

function readText(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** The YAML files of a directory, by name. */
function readYaml(directory: string): Map<string, unknown> {
  const names = [...Deno.readDirSync(new URL(directory, ROOT))].map(({ name }) => name);
  return new Map(names.map((name) => [name, parse(readText(`${directory}/${name}`))]));
}

const workflows = readYaml(WORKFLOWS) as Map<string, Workflow>;
const steps = [...workflows.values()].flatMap(({ jobs }) => Object.values(jobs).flatMap((job) => job.steps));
const commands = steps.flatMap(({ run }) => run?.trim().split("\n") ?? []);

/** The tasks that `text` names, such as `test` of `deno task test`. */
function tasksIn(text: string): string[] {
  return [...text.matchAll(/\bdeno(?:@2)? task ([\w:]+)/g)].map(([, name]) => name!);
}

Deno.test("every workflow says when it runs, each job how long at most, and each step what it does", () => {
  assertEquals([...workflows.keys()].sort(), ["ci.yml", "nightly.yml", "publish.yml", "site.yml"]);
  for (const [name, { on, jobs }] of workflows) {
    assert(on, name);
    for (const job of Object.values(jobs)) {
      assert(job["runs-on"] && job["timeout-minutes"] > 0, name);
      assert(job.steps.every(({ uses, run }) => (uses === undefined) !== (run === undefined)), name);
    }
  }
  const unpinned = steps.flatMap(({ uses }) => uses ?? []).filter((uses) => !/^[\w-]+\/[\w-]+@v\d+$/.test(uses));
  assertEquals(unpinned, []);
});

Deno.test("every task that a workflow, .ci/run, the README or CONTRIBUTING names is there", () => {
  const { tasks } = JSON.parse(readText("deno.json"));
  const texts = [...commands, ...[".ci/run", "README.md", "CONTRIBUTING.md", "bench/README.md"].map(readText)];
  const named = texts.flatMap(tasksIn);
  assert(commands.flatMap(tasksIn).length >= 4);
  assertEquals(named.filter((name) => tasks[name] === undefined), []);
});

Deno.test("every file that a workflow runs or tests is there", () => {
  const paths = commands.flatMap((command) => command.match(/(?<=^| )(?:\.ci|tests|tools)\/[\w./-]*/g) ?? []);
  assert(paths.length >= 2);
  for (const path of paths) Deno.statSync(new URL(path, ROOT));
});

Deno.test("every issue form has a name, a description, and fields with an id and a label", () => {
  const forms = readYaml(FORMS) as Map<string, Form>;
  assertEquals([...forms.keys()].sort(), ["bug.yml", "config.yml", "feature.yml"]);
  for (const [name, form] of forms) {
    if (name === "config.yml") continue;
    assert(form.name && form.description && form.body.length > 0, name);
    const ids = form.body.map(({ id }) => id);
    assertEquals(new Set(ids).size, ids.length, name);
    for (const field of form.body) assert(field.id && field.attributes.label, name);
  }
});
