import { parseArgs } from "node:util";
import { readContents } from "./contents.ts";
import { writeReference } from "./reference.ts";
import { renderSite } from "./render_site.ts";

/*
 * Builds the site of the documents: `deno task docs -o site`. All of it is static, works from `file:` and asks nothing of
 * the network: the guides from the repository's Markdown, in the order of docs/README.md, a search over them, and the
 * reference as `deno doc` makes it. `--guides` leaves the reference out, which takes most of the time.
 */

const ROOT = new URL("../../", import.meta.url);

const { values } = parseArgs({
  options: {
    output: { type: "string", short: "o", default: "site" },
    guides: { type: "boolean", default: false },
  },
});
const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
await Deno.mkdir(values.output, { recursive: true });
const files = await renderSite(await readContents(ROOT));
for (const [path, content] of files) {
  const target = `${values.output}/${path}`;
  await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(target, content);
}
if (!values.guides) await writeReference(ROOT, Object.values<string>(exports), `${values.output}/reference`);
console.log(`${files.size} files in ${values.output}`);
