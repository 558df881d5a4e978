/** What `deno pack` writes of an entry point. */
interface PackedExport {
  readonly types: string;
  readonly default: string;
}

/** What is read of the `package.json` of `deno pack`. */
export interface PackedManifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, PackedExport>>;
}

/** An entry point: a bundler finds the modules one by one and leaves out what is not used, all else one bundle. */
export interface Entry {
  readonly types: string;
  readonly module: string;
  readonly default: string;
}

/** The `package.json` that is published. */
export interface NpmManifest extends Omit<PackedManifest, "exports"> {
  readonly description: string;
  readonly keywords: readonly string[];
  readonly repository?: { readonly type: "git"; readonly url: string };
  readonly engines: Readonly<Record<string, string>>;
  readonly sideEffects: readonly string[];
  readonly bin: Readonly<Record<string, string>>;
  readonly main: string;
  readonly exports: Readonly<Record<string, Entry>>;
}

/** The directory of the bundles within the package. */
export const BUNDLES = "bundle";

/** The program of the command, within the package. */
export const PROGRAM = "opero.js";

/** What the package runs on. */
export const ENGINES = { node: ">=22.13", bun: ">=1.3", deno: ">=2.5" } as const;

const DESCRIPTION =
  "Calls that survive: cache, retry with backoff and jitter, fallback, rate limit and timeout in one " +
  "line, with the types kept; for Deno, Node, Bun and browsers, without a dependency.";

const KEYWORDS = ["retry", "backoff", "rate-limit", "cache", "memoize", "fallback", "timeout", "map", "pool", "worker"];

/**
 * Adds to a manifest what `deno pack` leaves out.
 *
 * @param packed What `deno pack` wrote.
 * @param repository The address of the repository, which npm compares with where the package was built.
 * @returns The manifest to publish.
 */
export function npmManifest(packed: PackedManifest, repository: string | undefined): NpmManifest {
  const entries = Object.entries(packed.exports).map(([name, entry]) => [name, entryOf(entry)] as const);
  // Who imports it for nothing but its effect makes "redis" known as a backend. All else can be left out.
  const redis = entryOf(packed.exports["./redis"]!);
  return {
    ...packed,
    description: DESCRIPTION,
    keywords: KEYWORDS,
    ...(repository === undefined ? {} : { repository: { type: "git", url: `git+${repository}.git` } }),
    engines: ENGINES,
    bin: { opero: `./${PROGRAM}` },
    sideEffects: [redis.module, redis.default],
    main: entryOf(packed.exports["."]!).default,
    exports: Object.fromEntries(entries),
  };
}

function entryOf({ types, default: path }: PackedExport): Entry {
  return { types, module: path, default: path.replace("./", `./${BUNDLES}/`) };
}
