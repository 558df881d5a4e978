import { quoted } from "../errors/printable.ts";
import { readCallable, sourceOf } from "../function_source/callable_source.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import type { AnyFunction } from "./wrapped.ts";
import { usesReceiver } from "./uses_receiver.ts";

/** How a handle is called on an instance, by its name. */
const ON_INSTANCE: Readonly<Record<LostHandle, string>> = {
  with: "with(options).call(instance, ...args)",
  withMeta: "withMeta.call(instance, ...args)",
  stream: "stream.call(instance, items)",
  run: "run.call(instance, items)",
};

/** A handle that is called as `instance.method.handle()`, and so on the method in place of the instance. */
export type LostHandle = "with" | "withMeta" | "stream" | "run";

/**
 * Notices calls of a method that uses `this` by a handle that cannot know it, once.
 *
 * @param fn The user's function.
 * @param host The host of the layers.
 * @returns Takes the name of the handle at each such call.
 */
export function lostReceiver(
  fn: AnyFunction,
  { telemetry, functionName }: LayerHost,
): (handle: LostHandle) => undefined {
  let isSettled = false;
  return (handle) => {
    if (isSettled) return;
    isSettled = true;
    // Others hardly have an instance: their 'this' is most often that of a function within.
    if (readCallable(sourceOf(fn) ?? "")?.form !== "method" || !usesReceiver(fn)) return;
    telemetry.warnOnce(
      "lost receiver",
      functionName,
      `${quoted(functionName)} uses 'this', which '${handle}' does not know: name the instance, as in ` +
        `instance.${functionName}.${ON_INSTANCE[handle]}`,
    );
  };
}
