/**
 * Names a class by a text, since what is minified has another name than what was written.
 *
 * @param errorClass The class of errors.
 * @param name The name of the class and of its instances.
 */
export function nameClass(errorClass: abstract new (...args: never[]) => Error, name: string): void {
  Object.defineProperty(errorClass, "name", { value: name, configurable: true });
  Object.defineProperty(errorClass.prototype, "name", { value: name, configurable: true, writable: true });
}
