/**
 * Waits for what `start` starts, or until `stop` is called, whichever comes first. `arm` is given
 * `stop` and answers how to disarm it; it is disarmed before the promise settles, so nothing is left.
 * Where `stop` came first, `onStop` is called with the reason, in the async context of this call: `stop`
 * itself is called in that of the code that set the timer or aborts. What `start` brings
 * after that goes to `onLate`, unless it is the reason itself.
 *
 * @param start Starts the work.
 * @param arm Gets `stop`, and returns how to disarm it.
 * @param onStop Gets the reason for which the wait was stopped.
 * @param onLate Gets the result of work that ends after the stop.
 * @returns A promise of the result. It rejects with the reason if `stop` is called first.
 */
export function interruptible<R>(
  start: () => Promise<R>,
  arm: (stop: (reason: unknown) => void) => () => void,
  onStop?: (reason: unknown) => void,
  onLate?: (outcome: unknown) => void,
): Promise<R> {
  let disarm!: () => void;
  let started: Promise<R> | undefined;
  let stopped: { readonly reason: unknown } | undefined;
  const first = new Promise<R>((resolve, reject) => {
    disarm = arm((reason) => {
      stopped = { reason };
      reject(reason);
    });
    // Handed over as they are: functions around them would hide from the stacks of errors who waits for this promise.
    started = start();
    started.then(resolve, reject);
  });
  return first.then(
    (value) => {
      disarm();
      return value;
    },
    (error) => {
      disarm();
      if (stopped !== undefined && stopped.reason === error) {
        onStop?.(error);
        const late = (outcome: unknown) => outcome === error || onLate?.(outcome);
        if (onLate !== undefined) started?.then(late, late);
      }
      throw error;
    },
  );
}
