const ROOT = new URL("../../../", import.meta.url).pathname;
const JOBS = new URL("jobs.ts", import.meta.url).pathname;
const MAP = `${Deno.execPath()} run -A --quiet --no-lock --config ${ROOT}deno.json ${ROOT}cli.ts map`;
const LINES = "--in lines --items jobs.txt --retries 0 --no-bar";

/** A name, and a command of a shell; its lines are in `jobs.txt`. */
export type Contender = readonly [name: string, command: string];

const OPERO: Contender = ["`opero map`, a function", `${MAP} ${JOBS}#nothing ${LINES} --workers 8`];
const OPERO_JOURNAL: Contender = [
  "`opero map --journal`, a function",
  `rm -f j.jsonl; ${MAP} ${JOBS}#nothing ${LINES} --workers 8 --journal j.jsonl`,
];
const PARALLEL: Contender = ["`parallel -k`", "parallel -k -j8 echo {} < jobs.txt"];
const PARALLEL_JOBLOG: Contender = [
  "`parallel -k --joblog`",
  "rm -f log; parallel -k -j8 --joblog log echo {} < jobs.txt",
];

/** Jobs of no work. */
export const OF_SPEED: readonly Contender[] = [
  OPERO,
  OPERO_JOURNAL,
  ["`opero map`, a function that starts a process", `${MAP} ${JOBS}#process ${LINES} --workers 8`],
  PARALLEL,
];

/** What a record of each job adds: fewer jobs, as a process for each is what takes the time of a run of the benchmark. */
export const OF_RECORD: readonly Contender[] = [OPERO, OPERO_JOURNAL, PARALLEL, PARALLEL_JOBLOG];

/** The same for one job, which is what a start takes. */
export const OF_START: readonly Contender[] = [OPERO, PARALLEL];

/** Jobs that leave their name in `begun.txt`; what is killed is the command, not a shell around it. */
export const OF_RESUME: readonly Contender[] = [
  ["`opero map --journal`", `exec ${MAP} ${JOBS}#recorded ${LINES} --workers 8 --journal r.jsonl`],
  [
    "`parallel --joblog --resume`",
    "exec parallel -k -j8 --joblog r --resume 'echo {} >> begun.txt; sleep 0.1; echo {}' < jobs.txt",
  ],
];

const HALTING = "'echo {} >> begun.txt; case {} in bad*) exit 1;; esac; sleep 0.5; echo {} >> ended.txt'";

/** Jobs that leave their name in `begun.txt` and in `ended.txt`. */
export const OF_HALT: readonly Contender[] = ["soon", "now"].flatMap((when): Contender[] => [
  [`\`opero map --halt ${when},fail=1\``, `${MAP} ${JOBS}#halting ${LINES} --workers 8 --halt ${when},fail=1`],
  [`\`parallel --halt ${when},fail=1\``, `parallel -k -j8 --halt ${when},fail=1 ${HALTING} < jobs.txt`],
]);

const FAILING = `${MAP} ${JOBS}#failing ${LINES} --workers 8 --journal e.jsonl`;
const parallelFailing = (flags: string) => `parallel -k -j8 ${flags} 'case {} in bad*) exit 1;; esac' < jobs.txt`;

/** Of five jobs two fail. Each continues what the one before has left. */
export const OF_EXIT: readonly Contender[] = [
  ["`opero map --journal`", FAILING],
  ["`opero map --journal`, once more", FAILING],
  ["`parallel --joblog`", parallelFailing("--joblog e")],
  ["`parallel --joblog --resume`, once more", parallelFailing("--joblog e --resume")],
  ["`parallel --joblog --resume-failed`, once more", parallelFailing("--joblog e --resume-failed")],
];
