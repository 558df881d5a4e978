const numbers = new WeakMap<object, number>();
let lastNumber = 0;

/**
 * A number that distinguishes `object` from every other in this process.
 *
 * @param object Any object.
 * @returns The number, from 1.
 */
export function instanceNumber(object: object): number {
  let number = numbers.get(object);
  if (number === undefined) {
    number = ++lastNumber;
    numbers.set(object, number);
  }
  return number;
}
