/** What an option of another library is called here. */
interface PeerName {
  /** The option that does it. */
  readonly option: string;
  /** What else there is to know, in a few words. */
  readonly note?: string;
}

const RETRIES: PeerName = { option: "retries", note: "the attempts after the first, so one less" };
const EVENTS = (event: string): PeerName => ({ option: ".events", note: `as in fn.events.on("${event}", listener)` });
const SIGNAL: PeerName = { option: "signal", note: "an AbortSignal" };
const RATE: PeerName = { option: "rateLimit", note: 'as in { limit: 10, per: "1s" }' };

const BREAKER = (note: string): PeerName => ({ option: "circuitBreaker", note: `as in { ${note} }` });

/**
 * How options of other libraries are called here, by their names in lower case without underscores: of p-retry,
 * async-retry, p-map, p-limit, p-throttle, p-queue, p-memoize, cockatiel, opossum, bottleneck, lru-cache, piscina,
 * got, ky, axios-retry, tenacity, joblib, cachetools.
 */
const PEERS: Readonly<Record<string, PeerName>> = {
  attempts: RETRIES,
  maxattempts: RETRIES,
  maxattempt: RETRIES,
  numofattempts: RETRIES,
  maxtries: RETRIES,
  tries: RETRIES,
  stop: RETRIES,
  stopafterattempt: RETRIES,
  maxretries: { option: "retries" },
  maxretry: { option: "retries" },
  retry: { option: "retries" },
  retrycount: { option: "retries" },
  retrylimit: { option: "retries" },
  numretries: { option: "retries" },
  forever: { option: "retries", note: "with a 'deadline'" },
  unlimited: { option: "retries", note: "with a 'deadline'" },
  mintimeout: { option: "minDelay" },
  initialdelay: { option: "minDelay" },
  startingdelay: { option: "minDelay" },
  basedelay: { option: "minDelay" },
  retrydelay: { option: "minDelay" },
  delay: { option: "minDelay" },
  wait: { option: "minDelay" },
  maxtimeout: { option: "maxDelay" },
  backofflimit: { option: "maxDelay" },
  maxwait: { option: "maxDelay" },
  factor: { option: "backoffFactor" },
  multiplier: { option: "backoffFactor" },
  exponent: { option: "backoffFactor" },
  timemultiple: { option: "backoffFactor" },
  expbase: { option: "backoffFactor" },
  backoff: { option: "backoffFactor", note: "with 'minDelay' and 'maxDelay'" },
  randomize: { option: "jitter" },
  shouldretry: { option: "retryOn" },
  retryif: { option: "retryOn" },
  retrycondition: { option: "retryOn" },
  retryifexceptiontype: { option: "retryOn" },
  handletype: { option: "retryOn" },
  shouldhandle: { option: "retryOn" },
  isretryable: { option: "retryOn" },
  maxretrytime: { option: "deadline" },
  stopafterdelay: { option: "deadline" },
  totaltimeout: { option: "deadline" },
  maxretryafterdelay: { option: "maxRetryAfter" },
  requesttimeout: { option: "timeout" },
  timeoutms: { option: "timeout" },
  onretry: EVENTS("retry"),
  onfailedattempt: EVENTS("retry"),
  beforeretry: EVENTS("retry"),
  beforesleep: EVENTS("retry"),
  onfailure: EVENTS("failure"),
  onsuccess: EVENTS("success"),
  oncachehit: EVENTS("cacheHit"),
  abortsignal: SIGNAL,
  abortcontroller: SIGNAL,
  canceltoken: SIGNAL,
  limit: RATE,
  interval: RATE,
  intervalcap: RATE,
  throttle: RATE,
  ratelimiter: RATE,
  reservoir: RATE,
  mintime: RATE,
  requestspersecond: { option: "rateLimit" },
  rps: { option: "rateLimit" },
  ttl: { option: "cacheTtl" },
  maxage: { option: "cacheTtl" },
  expires: { option: "cacheTtl" },
  cachetimeoutseconds: { option: "cacheTtl" },
  stalewhilerevalidate: { option: "cacheStale" },
  swr: { option: "cacheStale" },
  staleiferror: { option: "cacheStaleIfError" },
  max: { option: "cacheBackendConfig", note: "as in { maxEntries: 1_000 }" },
  maxsize: { option: "cacheBackendConfig", note: "as in { maxEntries: 1_000 }" },
  maxentries: { option: "cacheBackendConfig", note: "as in { maxEntries: 1_000 }" },
  resolver: { option: "cacheKey" },
  keyfn: { option: "cacheKey" },
  keygenerator: { option: "cacheKey" },
  normalizer: { option: "cacheKey" },
  cachekeyfn: { option: "cacheKey" },
  store: { option: "cacheBackend" },
  storage: { option: "cacheBackend" },
  memoize: { option: "cache" },
  fallbackvalue: { option: "fallback" },
  defaultvalue: { option: "fallback" },
  retryerrorcallback: { option: "fallback" },
  concurrency: { option: "workers" },
  maxconcurrency: { option: "workers" },
  maxconcurrent: { option: "workers" },
  parallel: { option: "workers" },
  parallelism: { option: "workers" },
  njobs: { option: "workers" },
  maxworkers: { option: "workers" },
  maxthreads: { option: "workers" },
  minthreads: { option: "workers" },
  threads: { option: "workers" },
  poolsize: { option: "workers" },
  concurrenttasksperworker: { option: "workerConcurrency" },
  stoponerror: { option: "onError", note: 'as in "abort", "throw", "return" or "skip"' },
  failfast: { option: "onError", note: 'as in "abort", "throw", "return" or "skip"' },
  batchsize: { option: "chunkSize" },
  backend: { option: "mode", note: 'as in "thread" or "process"' },
  prefer: { option: "mode", note: 'as in "thread" or "process"' },
  verbose: { option: "progress" },
  onprogress: { option: "progress" },
  maxmemory: { option: "memoryLimit" },
  maxheap: { option: "memoryLimit" },
  resourcelimits: { option: "memoryLimit" },
  filename: { option: "module" },
  breaker: { option: "circuitBreaker" },
  errorthresholdpercentage: BREAKER("failureRatio: 0.5"),
  failureratethreshold: BREAKER("failureRatio: 0.5"),
  failurethreshold: BREAKER("consecutiveFailures: 5"),
  failmax: BREAKER("consecutiveFailures: 5"),
  volumethreshold: BREAKER("minimumCalls: 20"),
  halfopenafter: BREAKER('openFor: "30s"'),
  resettimeout: BREAKER('openFor: "30s"'),
  breakduration: BREAKER('openFor: "30s"'),
};

const SHARE = "a share, from 0 to 1";

/** The same for what is set in `rateLimit`, and in other options that hold options. */
const PEERS_WITHIN: Readonly<Record<string, Readonly<Record<string, PeerName>>>> = {
  "rateLimit.": {
    interval: { option: "per" },
    duration: { option: "per" },
    window: { option: "per" },
    windowms: { option: "per" },
    period: { option: "per" },
    max: { option: "limit" },
    points: { option: "limit" },
    tokens: { option: "limit" },
    calls: { option: "limit" },
    requests: { option: "limit" },
    intervalcap: { option: "limit" },
    capacity: { option: "burst" },
  },
  "circuitBreaker.": {
    threshold: { option: "failureRatio", note: SHARE },
    errorthresholdpercentage: { option: "failureRatio", note: SHARE },
    failureratethreshold: { option: "failureRatio", note: SHARE },
    failurethreshold: { option: "consecutiveFailures" },
    maxfailures: { option: "consecutiveFailures" },
    failmax: { option: "consecutiveFailures" },
    volumethreshold: { option: "minimumCalls" },
    minimumnumberofcalls: { option: "minimumCalls" },
    minimumthroughput: { option: "minimumCalls" },
    minimumrps: { option: "minimumCalls", note: "in the whole 'window', not a second" },
    samplingduration: { option: "window" },
    slidingwindowsize: { option: "window", note: "a duration" },
    rollingcounttimeout: { option: "window" },
    duration: { option: "window" },
    halfopenafter: { option: "openFor" },
    resettimeout: { option: "openFor" },
    breakduration: { option: "openFor" },
    waitdurationinopenstate: { option: "openFor" },
    permittednumberofcallsinhalfopenstate: { option: "halfOpenCalls" },
    slowcalldurationthreshold: { option: "slowCall" },
    slowcallratethreshold: { option: "slowCallRatio", note: SHARE },
    shouldhandle: { option: "failureOn" },
    errorfilter: { option: "failureOn", note: "which says what counts, not what is left out" },
    recordexceptions: { option: "failureOn" },
  },
};

/**
 * What may be meant by the unknown option `name` among `known`, as a message ends: `, did you mean 'retries'?`
 *
 * @param name The unknown option.
 * @param known The names of all options.
 * @param within The option that holds it, with a dot; empty for none.
 * @returns The end of a message; empty where nothing is alike.
 */
export function hintFor(name: string, known: readonly string[], within: string): string {
  const peers = within === "" ? PEERS : PEERS_WITHIN[within] ?? {};
  const key = normalize(name);
  const peer = Object.hasOwn(peers, key) ? peers[key] : undefined;
  const hint = peer === undefined ? undefined : peerHint(peer, known, within);
  if (hint !== undefined) return hint;
  const nearest = nearestName(name, known);
  return nearest === undefined ? "" : `, did you mean '${within}${nearest}'?`;
}

/** None where the option is of another set than the one that is checked. */
function peerHint({ option, note }: PeerName, known: readonly string[], within: string): string | undefined {
  const notes = note === undefined ? "" : ` (${note})`;
  if (known.includes(option)) return `, did you mean '${within}${option}'${notes}?`;
  if (!known.includes("retries")) return undefined;
  if (option.startsWith(".")) return `, did you mean '${option}'${notes}?`;
  return known.includes("retryOn") ? `, did you mean '${option}' of opmap()${notes}?` : undefined;
}

function nearestName(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let nearestDistance = Infinity;
  for (const candidate of known) {
    const distance = editDistance(normalize(name), normalize(candidate));
    const isNear = distance <= Math.max(2, Math.min(name.length, 2 * candidate.length) / 3);
    if (isNear && distance < nearestDistance) [nearest, nearestDistance] = [candidate, distance];
  }
  return nearest;
}

/** So that Python's `rate_limit` finds `rateLimit`. */
function normalize(name: string): string {
  return name.slice(0, 64).replaceAll("_", "").toLowerCase();
}

/** The Levenshtein distance, row by row (Wagner and Fischer, 1974). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
