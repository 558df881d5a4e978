/**
 * Uses a store where a failure is not worth one of the caller's: what a store that is away does not learn.
 *
 * @param use What is done; it may throw or reject.
 * @returns A promise that resolves once it is over.
 */
export async function quietly(use: () => Promise<void>): Promise<void> {
  try {
    await use();
  } catch {
    // The next booking finds out.
  }
}
