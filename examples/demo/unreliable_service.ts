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

/** How the service dealt with requests. */
export type Dealing = "answered" | "refused" | "busy" | "broken" | "hanging";

/** A service that is up. */
export interface RunningService extends AsyncDisposable {
  /** Where it is. */
  readonly url: string;
  /** How often it dealt how with requests, so far. */
  readonly counts: Readonly<Record<Dealing, number>>;
  /** How many questions it has answered more than once. */
  readonly answeredAgain: number;
}

/**
 * Starts a service on a free local port that tells the airport nearest to a place:
 * `GET /nearest?id=1&latitude=61.3&longitude=-149.9`. It fails at fixed rates, the same in every run.
 */
export function startUnreliableService(airports: readonly Airport[]): RunningService {
  const counts: Record<Dealing, number> = { answered: 0, refused: 0, busy: 0, broken: 0, hanging: 0 };
  const timesAsked = new Map<string, number>();
  const answered = new Map<string, number>();
  const shutdown = Promise.withResolvers<void>();
  let firstKeyRequests = 0;

  function answer(request: Request): Response | Promise<Response> {
    const { search, searchParams } = new URL(request.url);
    const dealing = isWelcome(request.headers.get("x-api-key")) ? dealWith(search) : "refused";
    counts[dealing]++;
    if (dealing === "refused") return new Response("unknown key", { status: 401 });
    if (dealing === "busy") return new Response("busy", { status: 429, headers: { "retry-after": "1" } });
    if (dealing === "broken") return new Response("broken", { status: 500 });
    if (dealing === "hanging") return shutdown.promise.then(() => new Response("too late", { status: 504 }));
    answered.set(search, (answered.get(search) ?? 0) + 1);
    const place = { latitude: Number(searchParams.get("latitude")), longitude: Number(searchParams.get("longitude")) };
    const { nearest, distanceKm } = nearestTo(place, airports);
    return Response.json({ iata: nearest.iata, name: nearest.name, distanceKm });
  }

  function isWelcome(key: string | null): boolean {
    if (key === API_KEYS[0]) return ++firstKeyRequests <= FAULTS.firstKeyQuota;
    return key === API_KEYS[1];
  }

  function dealWith(question: string): Dealing {
    const asked = timesAsked.get(question) ?? 0;
    timesAsked.set(question, asked + 1);
    const lot = asked < FAULTS.maxPerQuestion ? drawLot(`${asked}${question}`) : 1;
    if (lot < FAULTS.hanging) return "hanging";
    if (lot < FAULTS.hanging + FAULTS.broken) return "broken";
    return lot < FAULTS.hanging + FAULTS.broken + FAULTS.busy ? "busy" : "answered";
  }

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    counts,
    get answeredAgain() {
      return [...answered.values()].filter((times) => times > 1).length;
    },
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
