import type { Delivery, Engine, TaskAddress } from "./engine.ts";

/** The bytes of the number that a frame is sealed with, and of what proves that it is whole. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What stands for a frame that cannot be opened: it is read as one of an unknown form. */
const UNREADABLE = /* @__PURE__ */ new Uint8Array();

/** Seals and opens frames of one task with AES-GCM (NIST SP 800-38D). */
class FrameSeal {
  readonly #key: CryptoKey;
  readonly #additionalData: Uint8Array<ArrayBuffer>;

  constructor(key: CryptoKey, { task, version }: TaskAddress) {
    this.#key = key;
    // What was sealed for one task cannot be passed off as something of another.
    this.#additionalData = new TextEncoder().encode(`${task}@${version}`);
  }

  async seal(frame: Uint8Array): Promise<Uint8Array> {
    const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const sealed = await crypto.subtle.encrypt(this.#parameters(iv), this.#key, frame.slice());
    const bytes = new Uint8Array(NONCE_BYTES + sealed.byteLength);
    bytes.set(iv);
    bytes.set(new Uint8Array(sealed), NONCE_BYTES);
    return bytes;
  }

  async open(bytes: Uint8Array): Promise<Uint8Array> {
    try {
      const iv = bytes.slice(0, NONCE_BYTES);
      return new Uint8Array(await crypto.subtle.decrypt(this.#parameters(iv), this.#key, bytes.slice(NONCE_BYTES)));
    } catch {
      return UNREADABLE;
    }
  }

  #parameters(iv: Uint8Array<ArrayBuffer>): AesGcmParams {
    return { name: "AES-GCM", iv, additionalData: this.#additionalData };
  }
}

/** What is sealed or opened for listeners, which wait for nothing: a line ends once that is done. */
class SealWork {
  readonly #underWay = new Set<Promise<void>>();

  /** Calls `use` with the frame that `made` comes to. */
  pass(made: Promise<Uint8Array>, use: (frame: Uint8Array) => void): void {
    const work = made.then(use).finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  /** Resolves when nothing is under way. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }
}

/**
 * `engine`, to which no frame goes that is not sealed, and from which none is taken that `key` does not open.
 *
 * @param engine The engine.
 * @param key The key; without one it is the engine itself.
 * @returns The engine that seals.
 */
export function sealEngine(engine: Engine, key: CryptoKey | undefined): Engine {
  if (key === undefined) return engine;
  return {
    maxFrameBytes: engine.maxFrameBytes - NONCE_BYTES - TAG_BYTES,
    openCaller: async (address, run, onResults) => {
      const seal = new FrameSeal(key, address);
      const work = new SealWork();
      const line = await engine.openCaller(address, run, (frame) => work.pass(seal.open(frame), onResults));
      return {
        send: async (id, frame) => await line.send(id, await seal.seal(frame)),
        cancel: (frame) => work.pass(seal.seal(frame), (sealed) => line.cancel(sealed)),
        get slots() {
          return line.slots;
        },
        waiting: () => line.waiting(),
        reopen: () => line.reopen(),
        [Symbol.asyncDispose]: () => disposeAfter(work, line),
      };
    },
    openWorker: async (address, worker) => {
      const seal = new FrameSeal(key, address);
      const work = new SealWork();
      const line = await engine.openWorker(address, worker);
      return {
        pull: async (lane, count) => {
          const deliveries = await line.pull(lane, count);
          return await Promise.all(deliveries.map((delivery) => opened(delivery, seal)));
        },
        onCancel: (listener) => line.onCancel((frame) => work.pass(seal.open(frame), listener)),
        onAlone: (listener) => line.onAlone(listener),
        [Symbol.asyncDispose]: () => disposeAfter(work, line),
      };
    },
    close: () => engine.close(),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

/** What is to be cancelled leaves before the line ends, and what came meanwhile has been passed on. */
async function disposeAfter(work: SealWork, line: AsyncDisposable): Promise<void> {
  await work.end();
  await line[Symbol.asyncDispose]();
  await work.end();
}

async function opened(delivery: Delivery, seal: FrameSeal): Promise<Delivery> {
  return {
    frame: await seal.open(delivery.frame),
    deliveries: delivery.deliveries,
    keep: () => delivery.keep(),
    settle: async (run, id, results) => await delivery.settle(run, id, await seal.seal(results)),
    replace: async (frames) => {
      const sealed = frames.map(async (each) => ({ ...each, frame: await seal.seal(each.frame) }));
      await delivery.replace(await Promise.all(sealed));
    },
  };
}
