/** What holds in the long run for who has the packed package on Node, and all of it on Bun. */
import { projects, testFirstSteps, testThePromises } from "../packed_runs.ts";

Deno.test.afterAll(() => projects.remove());

await testFirstSteps(["bun", "Bun"]);
await testThePromises(["node", "Node 24"]);
await testThePromises(["bun", "Bun"]);
