import { ConfigurationError } from "../errors/configuration_error.ts";
import { builtinModule } from "./builtin_module.ts";

interface UrlModule {
  pathToFileURL(path: string): URL;
}

interface PathModule {
  resolve(...parts: string[]): string;
}

/**
 * The URL of a module that a user names: by a path, or by a URL.
 *
 * @param name The path or the URL.
 * @param directory Where paths begin.
 * @returns The URL.
 * @throws {ConfigurationError} If the runtime has no `node:url`.
 */
export function moduleUrl(name: string, directory: string): string {
  if (/^(?:file|https?|data|jsr|npm|node):/.test(name)) return name;
  const [url, path] = [builtinModule<UrlModule>("node:url"), builtinModule<PathModule>("node:path")];
  if (url !== undefined && path !== undefined) return url.pathToFileURL(path.resolve(directory, name)).href;
  throw new ConfigurationError(
    "Cannot find a module by its path as the runtime has no node:url: use Deno, Node or Bun",
  );
}

/**
 * Loads a module that a user names.
 *
 * @param url Its URL.
 * @returns What it exports. Loading throws what the runtime and the module throw.
 */
export async function importModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  // Named by a user, so there is nothing that a bundler could know of it.
  return await import(/* @vite-ignore */ url);
}
