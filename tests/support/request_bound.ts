/** What the platform that owns timers by request is known by, for as long as the object lives. */
export function pretendRequestBound(): Disposable {
  Object.assign(globalThis, { WebSocketPair: class {} });
  return {
    [Symbol.dispose]() {
      Reflect.deleteProperty(globalThis, "WebSocketPair");
    },
  };
}
