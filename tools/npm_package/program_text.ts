import { ENGINES } from "./npm_manifest.ts";

/**
 * The program that `npx` and `bunx` start. An older Node cannot read the package, nor does it know of
 * `import.meta.main`: so this asks for the version first, and then calls what the command is.
 *
 * @param cli The module of the command, from where the program is.
 * @returns The text of the program.
 */
export function programText(cli: string): string {
  const least = ENGINES.node.replace(/^\D+/, "");
  const [major, minor] = least.split(".");
  return `#!/usr/bin/env node
import process from "node:process";

const { bun, node } = process.versions;
const [major, minor] = node.split(".").map(Number);
if (bun === undefined && (major < ${major} || (major === ${major} && minor < ${minor}))) {
  console.error(\`opero needs Node ${least} or later, 22.18 for modules in TypeScript: this is Node \${node}\`);
  process.exitCode = 255;
} else {
  const { main } = await import("${cli}");
  await main();
}
`;
}
