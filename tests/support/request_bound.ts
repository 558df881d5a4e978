/** What the platform that owns timers by request is known by, for as long as the object lives. */
export function pretendRequestBound(): Disposable {
  const navigator = Object.getOwnPropertyDescriptor(globalThis, "navigator")!;
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { userAgent: "Cloudflare-Workers" } });
  Object.assign(globalThis, { WebSocketPair: class {} });
  return {
    [Symbol.dispose]() {
      Object.defineProperty(globalThis, "navigator", navigator);
      Reflect.deleteProperty(globalThis, "WebSocketPair");
    },
  };
}
