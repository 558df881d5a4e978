const REPOSITORY = new URL("../../", import.meta.url);

/** A source file of the package. */
export interface SourceFile {
  /** From the repository's root, such as `src/cache/key/cache_key.ts`. */
  readonly path: string;
  /** Its text without comments. */
  readonly code: string;
  /** How many lines it has, comments included. */
  readonly lines: number;
  /** The paths of the files of the package that it imports, for their types alone too. */
  readonly imports: readonly string[];
  /** What it imports from elsewhere. */
  readonly outside: readonly string[];
}

const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;
/** Formatted code ends a line with the specifier of a static import; text that speaks of imports seldom does. */
const SPECIFIER = /^(?:import |(?:import|export|\}) ?.*\bfrom )"([^"]+)"(?: with .*)?;$|\bimport\("([^"]+)"\)/gm;

/** Every source file that is published, by its path. */
export function readSources(): Map<string, SourceFile> {
  const paths = [...listFiles("src"), ...listFiles("").filter((path) => !path.includes("/"))];
  return new Map(paths.map((path) => [path, readSource(path)]));
}

function listFiles(directory: string): string[] {
  const prefix = directory === "" ? "" : `${directory}/`;
  return [...Deno.readDirSync(new URL(prefix, REPOSITORY))].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return directory === "" ? [] : listFiles(prefix + name);
    return name.endsWith(".ts") ? [prefix + name] : [];
  });
}

function readSource(path: string): SourceFile {
  const url = new URL(path, REPOSITORY);
  const text = Deno.readTextFileSync(url);
  const code = text.replace(COMMENT, "");
  const specifiers = [...code.matchAll(SPECIFIER)].map(([, fixed, dynamic]) => (fixed ?? dynamic)!);
  const isInside = (specifier: string) => specifier.startsWith(".");
  return {
    path,
    code,
    lines: text.trimEnd().split("\n").length,
    imports: specifiers.filter(isInside).map((specifier) => new URL(specifier, url).href.slice(REPOSITORY.href.length)),
    outside: specifiers.filter((specifier) => !isInside(specifier)),
  };
}

/** The first ring of imports that is found, as a path that ends where it began; empty without one. */
export function findCycle(sources: ReadonlyMap<string, SourceFile>): string[] {
  const done = new Set<string>();

  function visit(path: string, trail: readonly string[]): string[] {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const next of sources.get(path)?.imports ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle.length > 0) return cycle;
    }
    done.add(path);
    return [];
  }

  for (const path of sources.keys()) {
    const cycle = visit(path, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
