/**
 * What is passed to its `then()` is called once what runs now has ended, before the next turn of the event loop. Test
 * runners fake `queueMicrotask` among the timers, and call nothing until the test moves its time; a promise stays as it is.
 */
export const microtask: Promise<void> = Promise.resolve();
