/** How an object crosses to another thread. */
export type ObjectKind = "fields" | "array" | "map" | "set" | "leaf" | "bytes" | "error" | "hidden";

const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype) as object;

/** The classes whose instances structured clone knows; a subclass crosses as its nearest one. */
const BUILT_IN = new Map<object, ObjectKind>([
  [Object.prototype, "fields"],
  [Array.prototype, "array"],
  [Map.prototype, "map"],
  [Set.prototype, "set"],
  [Error.prototype, "error"],
  [TYPED_ARRAY, "bytes"],
  [DataView.prototype, "bytes"],
  [ArrayBuffer.prototype, "bytes"],
  ...[Date, RegExp, Number, String, Boolean, BigInt].map((type) => [type.prototype, "leaf"] as const),
  ...(typeof SharedArrayBuffer === "function" ? [[SharedArrayBuffer.prototype, "bytes"] as const] : []),
]);

/** Of these the runtimes clone the hidden state. */
const CLONED =
  /^(Blob|File|FileList|CryptoKey|\w*KeyObject|X509Certificate|Module|Image(Data|Bitmap)|DOM(Point|Rect|Matrix|Quad)\w*|FileSystem\w*Handle|AudioData|VideoFrame|RTCCertificate)$/;

/** State that a class keeps beside itself, by text: fields as compilers write them, and those of the language. */
const COMPILED_FIELD = /__privateAdd\(|classPrivateField|\.set\(this, void 0\)/;
const PRIVATE_FIELD = /(^|[{;}\n])\s*(accessor\s+)?#[\w$\u0080-\uffff]+\s*(=(?!=)|[;}\n])/;
const LOOKS_ITSELF_UP = /\.(get|has|set|add)\(\s*this\b/;
const COMMENT_OR_TEXT = /\/\*[\s\S]*?\*\/|\/\/.*|"(\\.|[^"\\\n])*"|'(\\.|[^'\\\n])*'|`(\\.|[^`\\])*`/g;

/** What is known of a class. */
interface ClassKind {
  readonly kind: ObjectKind;
  /** Whether an instance without a field of its own has state elsewhere. */
  readonly isHollow: boolean;
}

/** What other realms make, as arrays that the runtime hands to a test in a context of its own. */
const FOREIGN: Readonly<Record<string, ObjectKind>> = {
  "[object Array]": "array",
  "[object Map]": "map",
  "[object Set]": "set",
  "[object Error]": "error",
  "[object Date]": "leaf",
  "[object RegExp]": "leaf",
  "[object ArrayBuffer]": "bytes",
};

const kindByPrototype = new WeakMap<object, ClassKind>();

/**
 * How `value` crosses. An instance of a class crosses as its plain fields do, unless it has state that they do not
 * show: private fields, symbols, slots of the runtime, entries of a `WeakMap`.
 *
 * @param value Any object.
 * @returns The kind.
 */
export function objectKindOf(value: object): ObjectKind {
  if (Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype) return "array";
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return isNamespace(value) ? "hidden" : "fields";
  let found = kindByPrototype.get(prototype);
  if (found === undefined) kindByPrototype.set(prototype, found = kindOfClass(prototype, value));
  if (found.kind !== "fields") return found.kind;
  if (Object.getOwnPropertySymbols(value).length > 0) return "hidden";
  return found.isHollow && !hasFields(value) ? "hidden" : "fields";
}

/**
 * Whether the runtime clones `value`, of whose state nothing shows, for what it is.
 *
 * @param value Any object.
 * @returns `true` if the clone is complete.
 */
export function isClonedWhole(value: object): boolean {
  if (!CLONED.test(classNameOf(value))) return false;
  try {
    return Object.getPrototypeOf(structuredClone(value)) === Object.getPrototypeOf(value);
  } catch {
    return false;
  }
}

/**
 * The name of the class of `value`, empty where there is none.
 *
 * @param value Any object.
 * @returns The name.
 */
export function classNameOf(value: object): string {
  try {
    const name: unknown = value.constructor?.name;
    return typeof name === "string" ? name : "";
  } catch {
    return "";
  }
}

/** `Math`, the arguments of a function and their like look plain, and are cloned to nothing or not at all. */
function isNamespace(value: object): boolean {
  return !hasFields(value) && Object.prototype.toString.call(value) !== "[object Object]";
}

function hasFields(value: object): boolean {
  for (const key in value) if (Object.hasOwn(value, key)) return true;
  return false;
}

function kindOfClass(prototype: object, sample: object): ClassKind {
  let isNative = false;
  let isPrivate = false;
  let isHollow = false;
  for (let current: object | null = prototype; current !== null; current = Object.getPrototypeOf(current)) {
    const builtIn = BUILT_IN.get(current) ?? (isForeignRoot(current) ? foreignKind(sample) : undefined);
    // An error crosses with what can be seen of it, which is better than not at all.
    if (builtIn === "error") return { kind: "error", isHollow };
    if (builtIn !== undefined) {
      const isHidden = isPrivate || (isNative && builtIn === "fields");
      return { kind: isHidden ? "hidden" : builtIn, isHollow };
    }
    const text = textOfClass(current);
    isNative ||= isOfPlatform(current, text);
    isPrivate ||= COMPILED_FIELD.test(text) || PRIVATE_FIELD.test(text.replace(COMMENT_OR_TEXT, " "));
    isHollow ||= LOOKS_ITSELF_UP.test(text) || hasGetter(current);
  }
  return { kind: isNative || isPrivate ? "hidden" : "fields", isHollow };
}

function foreignKind(sample: object): ObjectKind {
  return ArrayBuffer.isView(sample) ? "bytes" : FOREIGN[Object.prototype.toString.call(sample)] ?? "fields";
}

/** `Object.prototype` of another realm. */
function isForeignRoot(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "hasOwnProperty");
}

function constructorOf(prototype: object): unknown {
  return Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
}

function textOfClass(prototype: object): string {
  const type = constructorOf(prototype);
  return typeof type === "function" ? Function.prototype.toString.call(type) : "";
}

/** Classes of the runtime have slots, or keep their state where others cannot look; so have iterators and generators. */
function isOfPlatform(prototype: object, text: string): boolean {
  if (text === "") return Object.hasOwn(prototype, Symbol.toStringTag);
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text)) return true;
  const type = constructorOf(prototype) as { readonly name: string };
  const global = Object.getOwnPropertyDescriptor(globalThis, type.name);
  return global !== undefined && !global.enumerable && global.value === type;
}

function hasGetter(prototype: object): boolean {
  return Object.values(Object.getOwnPropertyDescriptors(prototype)).some(({ get }) => get !== undefined);
}
