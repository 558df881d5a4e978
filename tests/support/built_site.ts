const ROOT = new URL("../../", import.meta.url);

/** The site of the documents, in a directory of its own until it is disposed of. */
export interface BuiltSite extends AsyncDisposable {
  /** Where it is. */
  readonly directory: string;
  /** Its pages, by their paths. */
  readonly pages: ReadonlyMap<string, string>;
}

/** Builds the site as `deno task docs` does; `flags` are passed on. */
export async function buildSite(...flags: string[]): Promise<BuiltSite> {
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "opero-site-" }));
  const dispose = () => Deno.remove(directory, { recursive: true });
  const config = ["--frozen", "--config", "tools/docs_site/deno.json"];
  const args = ["run", "-A", ...config, "tools/docs_site/main.ts", "-o", directory, ...flags];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
  if (!success) {
    await dispose();
    throw new Error(new TextDecoder().decode(stderr));
  }
  const paths = filesIn(directory, "").filter((path) => path.endsWith(".html") && !path.startsWith("reference/"));
  const pages = new Map(paths.map((path) => [path, Deno.readTextFileSync(`${directory}/${path}`)]));
  return { directory, pages, [Symbol.asyncDispose]: dispose };
}

function filesIn(directory: string, prefix: string): string[] {
  return [...Deno.readDirSync(`${directory}/${prefix}`)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(directory, `${prefix}${name}/`) : [prefix + name]
  );
}
