/**
 * Waits for what `start` starts, or until `stop` is called, whichever comes first. `arm` is given
 * `stop` and answers how to disarm it; it is disarmed before the promise settles, so nothing is left.
 */
export function interruptible<R>(
  start: () => Promise<R>,
  arm: (stop: (reason: unknown) => void) => () => void,
): Promise<R> {
  return new Promise((resolve, reject) => {
    const disarm = arm((reason) => {
      disarm();
      reject(reason);
    });
    start().then(
      (value) => {
        disarm();
        resolve(value);
      },
      (error) => {
        disarm();
        reject(error);
      },
    );
  });
}
