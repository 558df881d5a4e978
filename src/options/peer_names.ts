import { nearestName, normalizeName } from "./nearest_name.ts";

/** An option, what other libraries call it, and what else there is to know, in a few words. */
type Peers = readonly [option: string, names: string, note?: string];

/**
 * The options of this library, how other libraries name each, in lower case without underscores, and a note: those of
 * p-retry, async-retry, p-map, p-limit, p-throttle, p-queue, p-memoize, cockatiel, opossum, bottleneck, lru-cache, piscina,
 * got, ky, axios-retry, Polly, failsafe-go, resilience4j, gRPC, Finagle, tenacity, joblib, cachetools. And what belongs into
 * an option that holds others, but was given beside it.
 */
const PEERS: readonly Peers[] = [
  [
    "retries",
    "attempts maxattempts maxattempt numofattempts maxtries tries stop stopafterattempt",
    "the attempts after the first, so one less",
  ],
  ["retries", "maxretries maxretry retry retrycount retrylimit numretries"],
  ["retries", "forever unlimited", "with a 'deadline'"],
  ["minDelay", "mintimeout initialdelay startingdelay basedelay retrydelay delay wait"],
  ["maxDelay", "maxtimeout backofflimit maxwait"],
  ["backoffFactor", "factor multiplier exponent timemultiple expbase"],
  ["backoffFactor", "backoff", "with 'minDelay' and 'maxDelay'"],
  ["jitter", "randomize"],
  ["retryOn", "shouldretry retryif retrycondition retryifexceptiontype handletype shouldhandle isretryable"],
  ["deadline", "maxretrytime stopafterdelay totaltimeout"],
  ["maxRetryAfter", "maxretryafterdelay"],
  ["timeout", "requesttimeout timeoutms"],
  [".events", "onretry onfailedattempt beforeretry beforesleep", 'as in fn.events.on("retry", listener)'],
  [".events", "onfailure", 'as in fn.events.on("failure", listener)'],
  [".events", "onsuccess", 'as in fn.events.on("success", listener)'],
  [".events", "oncachehit", 'as in fn.events.on("cacheHit", listener)'],
  ["signal", "abortsignal abortcontroller canceltoken", "an AbortSignal"],
  ["rateLimit", "limit interval intervalcap throttle ratelimiter reservoir mintime", 'as in { limit: 10, per: "1s" }'],
  ["rateLimit", "requestspersecond rps rate"],
  ["rateLimit", "per burst strict cost", 'as in { limit: 10, per: "1s", burst: 5 }'],
  ["cacheTtl", "ttl maxage expires cachetimeoutseconds"],
  ["cacheErrors", "negativettl cacherejections cachepromiserejection"],
  ["cacheIf", "shouldcache cacheable cachecondition", "which says what is kept"],
  ["cacheTags", "tags"],
  ["cacheLock", "lock distributedlock stampedeprotection locktimeout"],
  ["cacheRefreshAhead", "refreshahead refreshthreshold earlyexpiration xfetch beta"],
  ["cacheStale", "stalewhilerevalidate swr"],
  ["cacheStaleIfError", "staleiferror"],
  ["cacheBackendConfig", "max maxsize maxentries", "as in { maxEntries: 1_000 }"],
  ["cacheKey", "key resolver keyfn keygenerator normalizer cachekeyfn"],
  ["cacheBackend", "store storage"],
  ["cache", "memoize"],
  ["cooldown", "cooldowntime cooldownperiod", 'in seconds or with its unit, as in "60s"'],
  ["fallbackStrategy", "routingstrategy loadbalancing", 'as in "round_robin" or "least_latency"'],
  ["fallback", "fallbackvalue defaultvalue retryerrorcallback"],
  [
    "workers",
    "maxconcurrency maxconcurrent parallel parallelism njobs maxworkers maxthreads minthreads threads poolsize",
  ],
  [
    "concurrency",
    "maxconcurrency maxconcurrent maxconcurrentcalls maxparallelism parallelism maxinflight bulkhead permits",
  ],
  ["workerConcurrency", "concurrenttasksperworker"],
  ["onError", "stoponerror failfast", 'as in "abort", "throw", "return" or "skip"'],
  ["chunkSize", "batchsize"],
  ["mode", "backend prefer", 'as in "thread" or "process"'],
  ["progress", "verbose onprogress"],
  ["memoryLimit", "maxmemory maxheap resourcelimits"],
  ["module", "filename"],
  ["circuitBreaker", "breaker"],
  [
    "circuitBreaker",
    "failureratio errorthresholdpercentage failureratethreshold threshold",
    "as in { failureRatio: 0.5 }",
  ],
  [
    "circuitBreaker",
    "consecutivefailures failurethreshold maxfailures failmax",
    "as in { consecutiveFailures: 5 }",
  ],
  [
    "circuitBreaker",
    "minimumcalls volumethreshold minimumnumberofcalls minimumthroughput",
    "as in { minimumCalls: 20 }",
  ],
  ["circuitBreaker", "openfor halfopenafter resettimeout breakduration", 'as in { openFor: "30s" }'],
  ["circuitBreaker", "rollingcounttimeout samplingduration", 'as in { window: "60s" }'],
  ["circuitBreaker", "failureon errorfilter recordexceptions", "as in { failureOn: (error) => true }"],
  [
    "concurrency",
    "maxqueue maxqueued queuelimit queuesize maxqueuesize highwater",
    "as in { limit: 10, maxQueue: 100 }",
  ],
  [
    "hedge",
    "after hedging hedgingdelay hedgedelay maxhedgedattempts maxhedges backuprequests",
    'as in { after: "200ms" }',
  ],
  ["retryBudget", "budget minpersecond minretriespersec percentcanretry", "as in { ratio: 0.2, minPerSecond: 10 }"],
  [
    "failOn",
    "failif retryonresult retryifresult handleresult resultpredicate",
    "which says what value is a failed attempt",
  ],
];

/** The same for what is set in `rateLimit`, and in other options that hold options. */
const PEERS_WITHIN: Readonly<Record<string, readonly Peers[]>> = {
  "rateLimit.": [
    ["per", "interval duration window windowms period"],
    ["limit", "max points tokens calls requests intervalcap"],
    ["burst", "capacity"],
    ["cost", "weight tokenspercall"],
    ["strict", "slidingwindow sliding"],
    ["store", "storage backend redis client connection datastore"],
    ["key", "id keyprefix prefix"],
    ["onStoreFailure", "insurancelimiter onstoreerror failopen"],
  ],
  "journal.": [["path", "file filename"]],
  "concurrency.": [
    [
      "limit",
      "concurrency maxconcurrent maxconcurrentcalls maxconcurrency maxparallelism permitlimit permits slots capacity",
    ],
    ["maxQueue", "queuelimit queuesize queuecapacity maxqueuesize maxqueued maxqueuingactions highwater"],
    ["maxWait", "timeout queuetimeout acquiretimeout maxwaitduration"],
    ["min", "minlimit minconcurrency"],
    ["max", "maxlimit"],
  ],
  "retryBudget.": [
    ["minPerSecond", "minretriespersec minretriespersecond"],
    ["ratio", "percentcanretry retryratio"],
    ["window", "ttl ttlms"],
  ],
  "hedge.": [
    ["after", "delay hedgingdelay hedgedelay wait timeout threshold"],
    ["after", "quantile percentile minsamples", "as in { quantile: 0.95 }"],
    ["max", "maxhedgedattempts maxhedges hedges"],
    ["max", "maxattempts attempts", "the attempts beside the first, so one less"],
    ["budget", "maxextraload ratio share percent", "a share, from 0 to 1"],
  ],
  "hedge.after.": [
    ["quantile", "percentile percent p", "over 0 and below 1"],
    ["minSamples", "minimumcalls minimumsamples samples"],
  ],
  "circuitBreaker.": [
    ["failureRatio", "threshold errorthresholdpercentage failureratethreshold", "a share, from 0 to 1"],
    ["consecutiveFailures", "failurethreshold maxfailures failmax"],
    ["minimumCalls", "volumethreshold minimumnumberofcalls minimumthroughput"],
    ["minimumCalls", "minimumrps", "in the whole 'window', not a second"],
    ["window", "samplingduration rollingcounttimeout duration"],
    ["window", "slidingwindowsize", "a duration"],
    ["openFor", "halfopenafter resettimeout breakduration waitdurationinopenstate"],
    ["halfOpenCalls", "permittednumberofcallsinhalfopenstate"],
    ["slowCall", "slowcalldurationthreshold"],
    ["slowCallRatio", "slowcallratethreshold", "a share, from 0 to 1"],
    ["failureOn", "shouldhandle recordexceptions"],
    ["failureOn", "errorfilter", "which says what counts, not what is left out"],
  ],
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
  const peers = within === "" ? PEERS : PEERS_WITHIN[within.replace(/\[\d+\]/, "")] ?? [];
  const key = normalizeName(name);
  const named = peers.filter(([, names]) => names.split(" ").includes(key));
  const peer = named.find(([option]) => known.includes(option)) ?? named[0];
  const hint = peer === undefined ? undefined : peerHint(peer, known, within);
  return hint ?? nearestName(name, known, within);
}

/** None where the option is of another set than the one that is checked. */
function peerHint([option, , note]: Peers, known: readonly string[], within: string): string | undefined {
  const notes = note === undefined ? "" : ` (${note})`;
  if (known.includes(option)) return `, did you mean '${within}${option}'${notes}?`;
  if (!known.includes("retries")) return undefined;
  if (option.startsWith(".")) return `, did you mean '${option}'${notes}?`;
  return known.includes("retryOn") ? `, did you mean '${option}' of opmap()${notes}?` : undefined;
}
