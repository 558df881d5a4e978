import { type FsModule, ifThere } from "./node_fs.ts";

/**
 * Where a file lies, or is to lie, without links: so that it stays the same file where the process changes its directory.
 *
 * @param fs The files of the runtime.
 * @param path Where it is looked for.
 * @returns The path; as it was given where not even its directory is there.
 */
export function realPath(fs: FsModule, path: string): string {
  const found = ifThere(() => fs.realpathSync(path));
  if (found !== undefined) return found;
  const name = path.slice(directoryOf(path).length);
  const directory = ifThere(() => fs.realpathSync(directoryOf(path) || "."));
  return directory === undefined || name === "" ? path : `${directory}/${name}`;
}

/** With the separator at its end; empty for the directory of the process. */
function directoryOf(path: string): string {
  return path.replace(/[^/\\]*$/, "");
}

/**
 * The first of `path.old`, `path.old.2`, `path.old.3`, … under which there is nothing.
 *
 * @param fs The files of the runtime.
 * @param path The name that is taken.
 * @returns The free name.
 */
export function freeName(fs: FsModule, path: string): string {
  const first = `${path}.old`;
  if (!fs.existsSync(first)) return first;
  for (let number = 2;; number++) {
    if (!fs.existsSync(`${first}.${number}`)) return `${first}.${number}`;
  }
}

/**
 * Makes the names in the directory of `path` safe from a loss of power, where the system can do that.
 *
 * @param fs The files of the runtime.
 * @param path A file in it.
 */
export function syncNames(fs: FsModule, path: string): void {
  const directory = directoryOf(path) || ".";
  try {
    const file = fs.openSync(directory, fs.constants.O_RDONLY ?? 0);
    try {
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  } catch {
    // Windows opens no directory, and needs none to be synced.
  }
}
