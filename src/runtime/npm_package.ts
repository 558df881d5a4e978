/**
 * What to import an npm package by, when it is first needed. A plain `import("redis")` would be seen by Deno before
 * anything runs, and be downloaded for all who import the module that holds it.
 *
 * @param name The name of the package.
 * @param version The version or range.
 * @param path The path of a module within it, from a slash on; by default what the package is by its name.
 * @returns The specifier to import.
 */
export function npmPackage(name: string, version: string, path = ""): string {
  return `${"Deno" in globalThis ? `npm:${name}@${version}` : name}${path}`;
}
