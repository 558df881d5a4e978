import type { ErrorPart } from "./packing.ts";
import { withoutWorkerText } from "./worker_text.ts";

/** No class has more ancestors. */
const MAX_CLASSES = 32;

const MAX_NAME_LENGTH = 1_024;

/**
 * What distinguishes what an error is, apart from what it holds.
 *
 * @param error Anything that was thrown and is an error, of any realm.
 * @returns The part.
 */
export function errorPart(error: Error): ErrorPart {
  const [name, message, stack] = ["name", "message", "stack"].map((key) => readField(error, key));
  return {
    kind: "error",
    classes: classNames(error),
    name: isText(name) ? name.slice(0, MAX_NAME_LENGTH) : undefined,
    message: isText(message) ? withoutWorkerText(message) : undefined,
    ...stackParts(stack, message),
    keys: [],
    flags: [],
    values: [],
  };
}

function stackParts(stack: unknown, message: unknown): Pick<ErrorPart, "stack" | "stackHead"> {
  if (!isText(stack)) return { stack: undefined, stackHead: undefined };
  const start = isText(message) && message.length > MAX_NAME_LENGTH ? stack.indexOf(message) : -1;
  if (start < 0 || start > MAX_NAME_LENGTH) return { stack: withoutWorkerText(stack), stackHead: undefined };
  return {
    stackHead: stack.slice(0, start),
    stack: withoutWorkerText(stack.slice(start + (message as string).length)),
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/**
 * A property of `holder`, `otherwise` where it cannot be read.
 *
 * @param holder Any object.
 * @param name The name of the property.
 * @param otherwise What is returned where it cannot be read.
 * @returns The value, or `otherwise`.
 */
export function readField(holder: object, name: string | symbol, otherwise?: unknown): unknown {
  try {
    return Reflect.get(holder, name);
  } catch {
    return otherwise;
  }
}

function classNames(error: Error): string[] {
  const names: string[] = [];
  try {
    let proto = Object.getPrototypeOf(error);
    for (let count = 0; proto !== null && count < MAX_CLASSES; count++, proto = Object.getPrototypeOf(proto)) {
      const name = Object.hasOwn(proto, "constructor") ? proto.constructor?.name : undefined;
      if (isText(name) && name !== "" && name !== "Object") names.push(name);
    }
  } catch {
    // What is known of its classes so far will do.
  }
  return names;
}
