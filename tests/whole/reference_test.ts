import { assert, assertEquals } from "@std/assert";

/** The parts of what `deno doc --json` says that are looked at. */
interface Documented {
  readonly jsDoc?: { readonly doc?: string; readonly tags?: readonly { readonly kind: string }[] };
}

interface Callable {
  readonly params: readonly { readonly name?: string }[];
  readonly returnType?: {
    readonly repr: string;
    readonly value?: { readonly typeParams?: readonly { repr: string }[] };
  };
}

interface Method extends Documented, Partial<Callable> {
  readonly name: string;
  readonly kind?: string;
  readonly accessibility?: string;
  /** That of a class; the method of an interface has its parameters itself. */
  readonly functionDef?: Callable;
}

interface Declaration extends Documented {
  readonly kind: string;
  readonly location: { readonly filename: string; readonly line: number };
  readonly def?: Callable & {
    readonly constructors?: readonly (Documented & { readonly params: readonly object[] })[];
    readonly methods?: readonly Method[];
  };
}

interface Reference {
  readonly nodes: Readonly<
    Record<string, { readonly symbols: readonly { readonly name: string; readonly declarations: Declaration[] }[] }>
  >;
}

const ROOT = new URL("../../", import.meta.url);

function countTags({ jsDoc }: Documented, kind: string): number {
  return jsDoc?.tags?.filter((tag) => tag.kind === kind).length ?? 0;
}

/** What a function, a method or a constructor does not say, beside what it does. */
function missingTags(documented: Documented, { params, returnType }: Callable): string[] {
  const expected = params.filter(({ name }) => name !== "this").length;
  const isVoid = ["void", "never"].includes(returnType?.repr ?? "void") ||
    returnType?.value?.typeParams?.[0]?.repr === "void";
  return [
    ...(documented.jsDoc?.doc ? [] : ["what it does"]),
    ...(countTags(documented, "param") === expected ? [] : ["@param"]),
    ...(isVoid || countTags(documented, "return") === 1 ? [] : ["@returns"]),
  ];
}

/** What a declaration and its members do not say. */
function missingIn(declaration: Declaration): string[] {
  const { kind, def, jsDoc } = declaration;
  const needsExample = ["function", "class", "variable"].includes(kind) && countTags(declaration, "example") === 0;
  const own = kind === "function" ? missingTags(declaration, def!) : jsDoc?.doc ? [] : ["what it is"];
  const constructors = (def?.constructors ?? []).flatMap((each) =>
    missingTags(each, { params: each.params }).map((tag) => `constructor: ${tag}`)
  );
  const methods = (def?.methods ?? []).filter(({ accessibility }) => accessibility !== "private");
  return [
    ...own,
    ...(needsExample ? ["@example"] : []),
    ...constructors,
    ...methods.flatMap((each) => missingOfMethod(each).map((tag) => `${each.name}: ${tag}`)),
  ];
}

function missingOfMethod(method: Method): string[] {
  if (method.kind === "getter") return [];
  const { params = [], returnType } = method.functionDef ?? method;
  return missingTags(method, { params, ...(returnType && { returnType }) });
}

async function readReference(): Promise<Reference> {
  const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const args = ["doc", "--json", ...Object.values<string>(exports)];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("what is exported says what it is; functions, classes and values have tags and an example", async () => {
  const { nodes } = await readReference();
  const all = Object.values(nodes).flatMap(({ symbols }) =>
    symbols.flatMap(({ name, declarations }) => declarations.map((declaration) => ({ name, declaration })))
  );
  // What an entry exports of another one is described there.
  const own = all.filter(({ declaration }) => declaration.kind !== "reference");
  assert(own.length > 250);
  const missing = own.flatMap(({ name, declaration }) => {
    const { filename, line } = declaration.location;
    return missingIn(declaration).map((tag) => `${filename.slice(ROOT.href.length)}:${line} ${name}: ${tag}`);
  });
  assertEquals([...new Set(missing)], []);
});

Deno.test("missingIn() finds what is not said", () => {
  const location = { filename: "a.ts", line: 1 };
  const says = (doc: string, ...kinds: string[]) => ({ jsDoc: { doc, tags: kinds.map((kind) => ({ kind })) } });
  const params = [{ name: "a" }, { name: "this" }];
  const sum = { params, returnType: { repr: "number" } };
  assertEquals(missingIn({ kind: "function", location, def: sum }), [
    "what it does",
    "@param",
    "@returns",
    "@example",
  ]);
  const whole = says("Adds.", "param", "return", "example");
  assertEquals(missingIn({ kind: "function", location, def: sum, ...whole }), []);
  const later = { repr: "Promise", value: { typeParams: [{ repr: "void" }] } };
  const waits = { params: [], returnType: later };
  assertEquals(missingIn({ kind: "function", location, def: waits, ...says("Waits.", "example") }), []);
  const methods = [{ name: "go", kind: "method", functionDef: sum, ...says("Goes.") }];
  const made = { params: [], constructors: [{ params: [{}], ...says("Makes it.") }], methods };
  assertEquals(missingIn({ kind: "class", location, def: made, ...says("One.", "example") }), [
    "constructor: @param",
    "go: @param",
    "go: @returns",
  ]);
  const promised = { params: [], methods: [{ name: "stop", ...sum, ...says("Stops.") }] };
  assertEquals(missingIn({ kind: "interface", location, def: promised }), [
    "what it is",
    "stop: @param",
    "stop: @returns",
  ]);
});
