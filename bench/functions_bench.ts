import { inChild } from "./support/in_child.ts";
import { registerRows } from "./support/register_rows.ts";
import type { Contender, Row, Unit } from "./support/row.ts";

const COUNTS = [1, 10, 20, 100] as const;
const NAMES = ["opmap", "bare workers"] as const;
const ROUNDS = 3;

const FIGURES: readonly (readonly [label: string, figure: string, unit: Unit])[] = [
  ["time", "firstMs", "ms"],
  ["time of the second use", "secondMs", "ms"],
  ["threads", "threads", "threads"],
  ["memory", "megabytes", "MB"],
];

const made = new Map<string, Promise<Readonly<Record<string, number>>>[]>();

/** The figures of one kind; the rows of one count share their processes. */
function figureRow(count: number, [label, figure, unit]: typeof FIGURES[number]): Row {
  const contender = (name: string): Contender => {
    const key = `${name} ${count}`;
    const runs = made.get(key) ?? [];
    made.set(key, runs);
    let round = 0;
    return {
      name,
      run: async () => (await (runs[round++] ??= inChild("support/many_functions.ts", name, String(count))))[figure],
    };
  };
  const functions = count === 1 ? "1 function" : `${count} functions`;
  const contenders: Row["contenders"] = [contender(NAMES[0]), contender(NAMES[1])];
  return {
    name: `${functions} in process mode: ${label}`,
    unit,
    isReported: true,
    warmUps: 0,
    rounds: ROUNDS,
    contenders,
  };
}

/** What functions take that all run in workers, four each: time, threads and memory of the process. */
export const rows: readonly Row[] = COUNTS.flatMap((count) => FIGURES.map((figure) => figureRow(count, figure)));

registerRows(rows);
