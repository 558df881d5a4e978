/**
 * Writes the reference of all entry points, with a search of its own.
 *
 * @param root Where the repository is.
 * @param entries The modules that the package exports, from there on.
 * @param directory Where the pages go.
 * @throws {Error} If `deno doc` fails.
 */
export async function writeReference(root: URL, entries: readonly string[], directory: string): Promise<void> {
  const output = await Deno.realPath(directory.slice(0, directory.lastIndexOf("/")));
  const name = directory.slice(directory.lastIndexOf("/") + 1);
  const args = ["doc", "--html", "--name=@opero/core", `--output=${output}/${name}`, ...entries];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
