/** What Next makes of the packed package: a route for its edge and one for Node, each with a retry in it. */
import { assertEquals } from "@std/assert";
import { findTool, mustEnd, PackedProjects } from "../packed_project.ts";

const PACKAGES = ["next@16.4.6", "react@19.2.0", "react-dom@19.2.0"];

const FLAKY = `const answerLate = () => {
  let runs = 0;
  return opero((keys) => {
    if (++runs < 3) throw new Error("not yet");
    return \`\${keys[0]} at \${runs}\`;
  }, { minDelay: "1ms", argFallback: 0, cache: true, rateLimit: 1_000, timeout: "1m" })(["a", "b"]);
};`;

/** The last one begins what Next has built, asks both routes, and prints what they answered. */
const FILES: Readonly<Record<string, string>> = {
  "app/layout.js": `export default ({ children }) => <html><body>{children}</body></html>;`,
  "app/edge/route.js": `import { opero } from "@opero/core";
export const runtime = "edge";
export const dynamic = "force-dynamic";
${FLAKY}
export const GET = async () => Response.json(await answerLate());`,
  "app/node/route.js": `import { opero, opmap } from "@opero/core";
export const dynamic = "force-dynamic";
${FLAKY}
const doubled = opmap((n) => 2 * n, { mode: "process", workers: 1, progress: false });
export const GET = async () => Response.json([await answerLate(), await doubled([1, 2])]);`,
  "build.js": `process.env.NEXT_TELEMETRY_DISABLED = "1";
process.argv.push("build");
await import("next/dist/bin/next");`,
  "ask.js": `import { createServer } from "node:http";
import next from "next";
const app = next({ dev: false });
await app.prepare();
const server = createServer(app.getRequestHandler()).listen(0, "127.0.0.1", async () => {
  const ask = async (path) => await (await fetch(\`http://127.0.0.1:\${server.address().port}\${path}\`)).text();
  console.log(JSON.stringify([await ask("/edge"), await ask("/node")]));
  process.exit();
});`,
};

/** What Next says of every edge route, whatever it imports. */
const OF_NEXT = [
  '⚠ The Edge Runtime is deprecated. You can use the "nodejs" runtime instead. ' +
  "Learn more: https://nextjs.org/docs/messages/edge-runtime-deprecated",
  "⚠ Using edge runtime on a page currently disables static generation for that page",
];

const node = await findTool("node");
const projects = new PackedProjects();

Deno.test.afterAll(() => projects.remove());

Deno.test({
  name: "Next builds an edge route and a Node route without a warning, and both retry",
  ignore: node === undefined,
  fn: async () => {
    const project = await projects.directory([], PACKAGES);
    for (const directory of ["edge", "node"]) await Deno.mkdir(`${project}/app/${directory}`, { recursive: true });
    for (const [name, text] of Object.entries(FILES)) await Deno.writeTextFile(`${project}/${name}`, text);
    const build = await node!(project, "build.js");
    await mustEnd(Promise.resolve(build));
    const complaints = build.stderr.split("\n").filter((line) => line !== "" && !OF_NEXT.includes(line));
    assertEquals(complaints, []);
    const answers = JSON.parse(
      (await mustEnd(node!(project, "ask.js"))).trim().split("\n").at(-1)!,
    );
    assertEquals(answers, ['"a at 3"', '["a at 3",[2,4]]']);
  },
});
