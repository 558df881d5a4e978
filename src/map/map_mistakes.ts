import { quoted } from "../errors/printable.ts";
import { findParameter } from "../function_source/function_parameters.ts";
import type { AnyFunction } from "../engine/wrapped.ts";
import type { LayerHost } from "../attempt/layer_host.ts";

/** What a second parameter is called that other maps pass the place of an item by. */
const PLACES = ["i", "idx", "index", "_i", "_index"];

/**
 * Warns where a function seems to expect the place of its item as other maps pass it.
 *
 * @param fn The user's function.
 * @param host The host of the layers.
 */
export function warnOfIndex(fn: AnyFunction, { telemetry, functionName }: LayerHost): void {
  if (fn.length < 2) return;
  const second = PLACES.find((name) => {
    const place = findParameter(fn, name);
    return place?.index === 1 && place.path.length === 0;
  });
  if (second === undefined) return;
  telemetry.warnOnce(
    "index",
    functionName,
    `${
      quoted(functionName)
    } has a parameter '${second}', and is given the item alone: its place is currentCall().index`,
  );
}

/**
 * Warns where the items are the characters of a string.
 *
 * @param host The host of the layers.
 */
export function warnOfString({ telemetry, functionName }: LayerHost): void {
  telemetry.warnOnce(
    "string",
    functionName,
    `${quoted(functionName)} is given a string as its items, and so maps its characters: give a list, or [...text] ` +
      "where that is meant",
  );
}
