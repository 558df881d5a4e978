import { nearestTo } from "./great_circle.ts";
import type { Airport } from "./records.ts";

/** What goes wrong at the service, and how often. */
export const FAULTS = {
  /** The part of the questions that is answered with 429 and a Retry-After of one second. */
  busy: 0.04,
  /** The part that is answered with 500. */
  broken: 0.08,
  /** The part that is never answered. */
  hanging: 0.03,
  /** One question fails at most this often, so that patience pays. */
  maxPerQuestion: 3,
  /** How many requests the first key is good for; from then on it is refused. */
  firstKeyQuota: 700,
} as const;

/** The keys that the service knows. */
export const API_KEYS: readonly string[] = ["key-of-the-first-account", "key-of-the-second-account"];

/** A service that is up. */
export interface RunningService extends AsyncDisposable {
  /** Where it is. */
  readonly url: string;
}

/**
 * Starts a service on a free local port that tells the airport nearest to a place:
 * `GET /nearest?latitude=61.3&longitude=-149.9`. It fails at fixed rates, the same in every run.
 */
export function startUnreliableService(airports: readonly Airport[]): RunningService {
  const timesAsked = new Map<string, number>();
  const shutdown = Promise.withResolvers<void>();
  let firstKeyRequests = 0;

  function answer(request: Request): Response | Promise<Response> {
    const { search, searchParams } = new URL(request.url);
    if (!isWelcome(request.headers.get("x-api-key"))) return new Response("unknown key", { status: 401 });
    const asked = timesAsked.get(search) ?? 0;
    timesAsked.set(search, asked + 1);
    const lot = asked < FAULTS.maxPerQuestion ? drawLot(`${asked}${search}`) : 1;
    if (lot < FAULTS.hanging) return shutdown.promise.then(() => new Response("too late", { status: 504 }));
    if (lot < FAULTS.hanging + FAULTS.broken) return new Response("broken", { status: 500 });
    if (lot < FAULTS.hanging + FAULTS.broken + FAULTS.busy) {
      return new Response("busy", { status: 429, headers: { "retry-after": "1" } });
    }
    const place = { latitude: Number(searchParams.get("latitude")), longitude: Number(searchParams.get("longitude")) };
    const { nearest, distanceKm } = nearestTo(place, airports);
    return Response.json({ iata: nearest.iata, name: nearest.name, distanceKm });
  }

  function isWelcome(key: string | null): boolean {
    if (key === API_KEYS[0]) return ++firstKeyRequests <= FAULTS.firstKeyQuota;
    return key === API_KEYS[1];
  }

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => {
      // A server that shuts down waits for what it has yet to answer.
      shutdown.resolve();
      return server.shutdown();
    },
  };
}

/** A number from 0 to 1 that depends on `text` alone: FNV-1a, stirred by the finalizer of MurmurHash3. */
function drawLot(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35);
  return ((hash ^ hash >>> 16) >>> 0) / 2 ** 32;
}
