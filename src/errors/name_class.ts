/** Names a class by a text, since what is minified has another name than what was written. */
export function nameClass(errorClass: abstract new (...args: never[]) => Error, name: string): void {
  Object.defineProperty(errorClass, "name", { value: name, configurable: true });
  Object.defineProperty(errorClass.prototype, "name", { value: name, configurable: true, writable: true });
}
