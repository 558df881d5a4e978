import { pathToFileURL } from "node:url";

const SOURCES = new URL("../../src/", import.meta.url);

/** The files of `src/errors/`, by name. */
export const ERROR_FILES: readonly string[] = [...Deno.readDirSync(new URL("errors/", SOURCES))].map(({ name }) =>
  name
);

/** The errors of another copy of the library: the same files, imported from another place. */
export async function importCopiedErrors(): Promise<typeof import("../../src/errors.ts")> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${directory}/errors`);
    for (const path of ["errors.ts", ...ERROR_FILES.map((name) => `errors/${name}`)]) {
      await Deno.copyFile(new URL(path, SOURCES), `${directory}/${path}`);
    }
    return await import(pathToFileURL(`${directory}/errors.ts`).href);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
