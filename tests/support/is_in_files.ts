/** Whether a text stands in one of the files below a directory. */
export async function isInFiles(directory: string, text: string): Promise<boolean> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory ? await isInFiles(path, text) : (await Deno.readTextFile(path)).includes(text)) return true;
  }
  return false;
}
