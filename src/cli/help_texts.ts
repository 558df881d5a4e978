/** What `opero --help` says. */
export const MAIN_HELP: string = `opero: batches that survive, with retries, rate limits and a journal

  opero map MODULE[#EXPORT] [flags] < items.jsonl > results.jsonl
                          run a function of yours for each line
  opero worker MODULE[#EXPORT] [flags]
                          run items of callers on any machine
  opero report JOURNAL    the page of a run, from its journal
  opero journal JOURNAL   what a journal holds

opero COMMAND --help says more, opero --version which one this is.

Example, with a file double.ts that says
  export default (n: number) => 2 * n;

  printf '1\\n2\\n3\\n' | opero map double.ts
`;

/** What `opero map --help` says. */
export const MAP_HELP: string = `opero map MODULE[#EXPORT] [flags] < items.jsonl > results.jsonl
Runs a function of a module for each line; results keep the order of the items.

  --items FILE|-    the items (stdin)       --in jsonl|lines      what a line is
  --out FILE|-      the results (stdout)    --form values|records
  --skip-bad        a line that is no JSON counts as failed
  --limit N   --offset N   --sample N       some of the items
  --dry-run         count only

  --mode thread|async|process|async_process|cluster
  --workers N (4)   --threads N (process)
  --engine nats://HOST:4222 | redis://HOST:6379    --task NAME    (cluster)
  --retries N (3)   --timeout 30s   --deadline 5m   --max-retry-after 60s
  --retry-on transient|all   (all but bugs)
  --rate 10 | 500/1m | tokens=90000/1m      several are allowed; for tokens the
                    module exports cost(item), which returns { tokens }
  --rate-store redis://HOST:6379 | FILE.sqlite     --rate-key NAME   (shared)
  --cache memory|sqlite|disk|redis   --cache-ttl 1d

  --journal FILE    records each item; run again, it continues where it stopped
  --resume unfinished|failed|new|off        which of the recorded items run
  --version V       results of another version are not used, and end the run
  --on-mismatch error|restart               restart begins a new journal then
  --key FIELD | --key-expr EXPORT           what an item is known by

  --halt soon,fail=10 | now,fail=1 | soon,fail=5%,min=100 | soon,done=1000
  --errors FILE     the items that failed
  --report FILE     a page about the run    --report-values   with private texts
  --bar | --no-bar  --quiet           --log-level debug|info|warning|error|off

Exit code: 0, or the number of items without success, 101 for more than 100;
255 if it cannot begin or end; 130, 143 interrupted; 141 broken pipe.

Example: opero map enrich.ts --rate 9 --journal run.jsonl < in.jsonl > out.jsonl
`;

/** What `opero worker --help` says. */
export const WORKER_HELP: string = `opero worker MODULE[#EXPORT] [flags]
Runs items for callers on any machine: those of opmap() with mode "cluster", and
of opero map --engine. MODULE exports such a map, or a function of one item.

  --engine URL        the broker: nats://HOST:4222, several with commas between,
                      or redis://HOST:6379 (that of the map; for a function
                      OPERO_NATS or OPERO_REDIS of the environment)
  --task NAME         which map of the module; the name of a function's task
  --version V         only a map of this version; the version of a function

  --slots N (50)      so many at once in this thread, for an async function
  --threads N         so many threads, one item each (as many as processors)
  --grace 30s         at the end, how long items may take that run by then
  --idle-exit 5m      stops when there was nothing to do for so long
  --max-items N       stops after about so many
  --health [HOST]:8080  answers /live and /ready by HTTP, 200 or 503
  --name NAME         what bars and reports call it (machine:process)
  --quiet   --log-level debug|info|warning|error|off

A signal (SIGTERM, SIGINT) stops it once what runs has ended; a second one gives
that back to run elsewhere, a third one ends it at once.
Exit code: 0 if it was to stop; 255 if it cannot begin or continue; 130 or 143
after a second signal.

Example: opero worker thumbs.ts --slots 20 --health :8080
`;

/** What `opero report --help` says. */
export const REPORT_HELP: string = `opero report JOURNAL [flags]
Writes the page of a run: one HTML file, to be opened in any browser.

  -o, --out FILE|-    the page (default: the journal's name with .html)
  --values            messages of errors as the journal has them; else more of
                      what may be private in them is masked

Example: opero report run.jsonl -o run.html
`;

/** What `opero journal --help` says. */
export const JOURNAL_HELP: string = `opero journal JOURNAL [--stats | --failed | --compact]
Says what a journal holds.

  --stats             how many items succeeded, failed, and with what (default)
  --failed            the items that failed, a line of JSON each
  --compact           removes records that later ones have replaced

Example: opero journal run.jsonl --failed
`;
