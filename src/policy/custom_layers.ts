import type { LayerHost } from "../attempt/layer_host.ts";
import type { Layer } from "../call/layer.ts";
import {
  anyFunction,
  nonEmptyString,
  oneOf,
  type OptionRule,
  type OptionRules,
  plainObject,
  validateOptions,
  wrongOption,
} from "../options/validate.ts";
import { type LayerFunction, layerThrough, nextOf } from "./layer_call.ts";
import type { LayerPlace, OptionSet } from "./policy.ts";

/** What every layer of one's own has. */
export interface NamedLayer {
  /** What it is called in messages and in `.options`; no two layers of a function have one name. */
  readonly name: string;
  /** The layer. */
  readonly layer: LayerFunction;
}

/** A layer of one's own, and its place: just outside or just inside of a policy, whether that is switched on or not. */
export type CustomLayer =
  & NamedLayer
  & (
    | { readonly outside: LayerPlace; readonly inside?: undefined }
    | { readonly inside: LayerPlace; readonly outside?: undefined }
  );

/** Layers of one's own. */
export interface LayersOptions {
  /** Layers of one's own. Of several in one place the first is the outermost. */
  readonly layers?: readonly CustomLayer[] | undefined;
}

const layers: OptionRule = {
  desired: "an array of layers, as in [{ name, outside, layer }]",
  accepts: (value) => Array.isArray(value) && value.every(plainObject.accepts),
};

/** What is known of the option `layers`. */
export const LAYERS_OPTIONS: OptionSet = { rules: { layers }, defaults: {} };

const newName: OptionRule = { desired: "a name that no other layer has", accepts: () => false };
const noFunction: OptionRule = { desired: "a function that answers with a function of a call", accepts: () => false };

/** The layers of the user's that stand just outside or just inside of a policy, the outermost first. */
export type PlacedLayers = (side: "outside" | "inside", place: LayerPlace) => readonly Layer[];

/**
 * Makes the layers that the user gave, once, where a function is wrapped.
 *
 * @param task What cannot be done where one is wrong, as in `wrap "fetchUser"`.
 * @param given The option.
 * @param places All places, the outermost first.
 * @param host What the layers can ask.
 * @returns The layers by their places.
 * @throws {ConfigurationError} If one is wrong.
 */
export function placeLayers(
  task: string,
  given: readonly CustomLayer[],
  places: readonly LayerPlace[],
  host: LayerHost,
): PlacedLayers {
  const placed = new Map<string, Layer[]>();
  const names = new Set<string>();
  for (const [i, custom] of given.entries()) {
    const within = `layers[${i}].`;
    checkLayer(task, custom, places, within);
    const { name, outside, inside, layer } = custom;
    if (names.has(name)) throw wrongOption(task, `${within}name`, newName, name);
    names.add(name);
    const handler = layer(nextOf(name, host.functionName));
    if (typeof handler !== "function") throw wrongOption(task, `${within}layer`, noFunction, handler);
    const place = outside ?? inside;
    const isInRound = places.indexOf(place) > places.indexOf("retry") || inside === "retry";
    const key = `${outside === undefined ? "inside" : "outside"} ${place}`;
    placed.set(key, [...placed.get(key) ?? [], layerThrough(handler, isInRound, host)]);
  }
  return (side, place) => placed.get(`${side} ${place}`) ?? [];
}

function checkLayer(task: string, layer: CustomLayer, places: readonly LayerPlace[], within: string): void {
  const place = oneOf(places);
  const fields: OptionRules = { name: nonEmptyString, outside: place, inside: place, layer: anyFunction };
  validateOptions(task, layer, fields, within);
  const { name, outside, inside } = layer;
  if (name === undefined) throw wrongOption(task, `${within}name`, nonEmptyString, name);
  if (layer.layer === undefined) throw wrongOption(task, `${within}layer`, anyFunction, undefined);
  if (outside === undefined && inside === undefined) throw wrongOption(task, `${within}outside`, place, undefined);
  if (outside !== undefined && inside !== undefined) {
    throw wrongOption(task, `${within}inside`, { desired: "left out where 'outside' is given" }, inside);
  }
}
