import { abortReason } from "../errors/abort_reason.ts";

/** What a signal aborts, such as an `AbortScope`. */
export interface Follower {
  /** Called once, with the reason of the signal. */
  abort(reason: unknown): void;
}

/** Who waits on a signal, and the one listener that serves them all. */
interface Followers {
  readonly waiting: Set<Follower>;
  readonly listener: () => void;
}

const followersBySignal = new WeakMap<AbortSignal, Followers>();

/**
 * Aborts `follower` once `signal` aborts, unless {@link unfollowSignal} removes it. A signal has at most one listener,
 * however many follow it, since adding listeners to one signal is quadratic.
 *
 * @param signal The signal to follow.
 * @param follower What is aborted when the signal aborts.
 */
export function followSignal(signal: AbortSignal, follower: Follower): void {
  (followersBySignal.get(signal) ?? listenTo(signal)).waiting.add(follower);
}

/**
 * Removes `follower`; with the last of a signal its listener goes, too.
 *
 * @param signal The signal that it follows.
 * @param follower What was given to {@link followSignal}.
 */
export function unfollowSignal(signal: AbortSignal, follower: Follower): void {
  const followers = followersBySignal.get(signal);
  if (followers === undefined || !followers.waiting.delete(follower) || followers.waiting.size > 0) return;
  followersBySignal.delete(signal);
  signal.removeEventListener("abort", followers.listener);
}

function listenTo(signal: AbortSignal): Followers {
  const waiting = new Set<Follower>();
  const listener = () => {
    const reason = abortReason(signal);
    // Still known meanwhile: one that is aborted may remove others.
    for (const follower of waiting) follower.abort(reason);
    followersBySignal.delete(signal);
    waiting.clear();
  };
  const followers = { waiting, listener };
  followersBySignal.set(signal, followers);
  signal.addEventListener("abort", listener, { once: true });
  return followers;
}
