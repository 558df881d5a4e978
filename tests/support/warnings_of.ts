/** The lines that `work` writes through `console.warn`, in which nobody asked for anything. */
export async function warningsOf(work: () => unknown): Promise<string[]> {
  const original = console.warn;
  const lines: string[] = [];
  console.warn = (line: string) => void lines.push(line);
  try {
    await work();
  } finally {
    console.warn = original;
  }
  return lines;
}
