/**
 * The global variable `name`, which not every runtime has.
 *
 * @param name The name of the variable.
 * @returns Its value, which the caller knows the type of; `undefined` where there is none.
 */
export function globalValue<Value>(name: string | symbol): Value | undefined {
  return Reflect.get(globalThis, name);
}
