import { type Files, isMissing } from "../../runtime/files.ts";
import { isKeyPart } from "../engine_key.ts";
import { OTHER_KEYS, PASSING } from "./disk_place.ts";
import { plainKey } from "../plain_key.ts";

/** How many parts an engine's key has. */
const PARTS = 3;

/** Removes every entry whose key begins with `prefix` from the cache in the directory `root`. */
export async function clearDisk(root: string, prefix: string, files: Files): Promise<void> {
  await clearEngineKeys(root, prefix, files);
  if (prefix === "") await removeDirectory(root, `${root}/${OTHER_KEYS}`, files);
  else await clearOtherKeys(`${root}/${OTHER_KEYS}`, plainKey(prefix), files);
}

/** Goes down only where keys may begin with `prefix`, and removes whole directories where all of them do. */
async function clearEngineKeys(root: string, prefix: string, files: Files): Promise<void> {
  const pending = [{ directory: root, rest: prefix, parts: 1 }];
  for (const { directory, rest, parts } of pending) {
    for (const name of await files.list(directory)) {
      const path = `${directory}/${name}`;
      const part = parts < PARTS ? `${name}.` : name;
      if (!isKeyPart(name)) continue;
      if (!part.startsWith(rest)) {
        if (parts < PARTS && rest.startsWith(part)) {
          pending.push({ directory: path, rest: rest.slice(part.length), parts: parts + 1 });
        }
      } else if (parts < PARTS) await removeDirectory(root, path, files);
      else files.remove(path);
    }
  }
}

/** At once for whoever looks for it: it is given another name first, then removed file by file. */
async function removeDirectory(root: string, path: string, files: Files): Promise<void> {
  const passing = `${root}/${PASSING}/${crypto.randomUUID()}`;
  files.makeDirectory(`${root}/${PASSING}`);
  try {
    files.rename(path, passing);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  try {
    await files.removeTree(passing);
  } catch {
    // Another process was about to put a file there when the directory got its new name. Nobody finds it, and a later
    // sweep removes it.
  }
}

/** Such a file ends with its key, on a line of its own. */
async function clearOtherKeys(directory: string, plainPrefix: string, files: Files): Promise<void> {
  for (const name of await files.list(directory)) {
    const text = await files.read(`${directory}/${name}`);
    if (text?.startsWith(`\n${plainPrefix}`, text.indexOf("\n"))) files.remove(`${directory}/${name}`);
  }
}
