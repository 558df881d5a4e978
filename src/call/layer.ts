import type { Call } from "./call.ts";

/** Runs a call; never throws, but answers with a promise that rejects. */
export type Handler = (call: Call) => Promise<unknown>;

/** A policy: it wraps the handler of what lies within it. It is applied once, when a function is wrapped. */
export type Layer = (next: Handler) => Handler;

/**
 * Nests `layers`, the outermost first, around `innermost`. What is off is `undefined` and costs nothing.
 *
 * @param layers The layers, the outermost first.
 * @param innermost The handler that runs the function.
 * @returns The handler that runs all layers.
 */
export function compose(layers: readonly (Layer | undefined)[], innermost: Handler): Handler {
  return layers.reduceRight<Handler>((next, layer) => layer === undefined ? next : layer(next), innermost);
}
