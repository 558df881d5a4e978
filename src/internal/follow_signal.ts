import { abortReason } from "./abort_reason.ts";
import type { AbortCallback } from "./abort_scope.ts";

/** Who waits on a signal, and the one listener that serves them all. */
interface Followers {
  readonly callbacks: Set<AbortCallback>;
  readonly listener: () => void;
}

const followersBySignal = new WeakMap<AbortSignal, Followers>();

/**
 * Calls `callback` once `signal` aborts; the answer takes it back. A signal bears at most one
 * listener, however many calls follow it, since adding listeners to one signal is quadratic.
 */
export function followSignal(signal: AbortSignal, callback: AbortCallback): () => void {
  const followers = followersBySignal.get(signal) ?? listenTo(signal);
  followers.callbacks.add(callback);
  return () => {
    followers.callbacks.delete(callback);
    if (followers.callbacks.size === 0) forget(signal, followers);
  };
}

function listenTo(signal: AbortSignal): Followers {
  const callbacks = new Set<AbortCallback>();
  const listener = () => {
    followersBySignal.delete(signal);
    const reason = abortReason(signal);
    for (const callback of callbacks) callback(reason);
    callbacks.clear();
  };
  const followers = { callbacks, listener };
  followersBySignal.set(signal, followers);
  signal.addEventListener("abort", listener, { once: true });
  return followers;
}

function forget(signal: AbortSignal, followers: Followers): void {
  if (followersBySignal.get(signal) !== followers) return;
  followersBySignal.delete(signal);
  signal.removeEventListener("abort", followers.listener);
}
