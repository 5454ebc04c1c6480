/** A signal that aborts after another does, never within the call that aborted that one. */

/**
 * For what may be aborted by its own events: who listens to them may abort at once, in the middle of a change that has
 * to be whole before anything is stopped. It aborts in a microtask, with the same reason.
 */
export function deferAbort(signal: AbortSignal): AbortSignal {
	const deferred = new AbortController();
	if (signal.aborted) deferred.abort(signal.reason);
	else signal.addEventListener("abort", () => queueMicrotask(() => deferred.abort(signal.reason)), { once: true });
	return deferred.signal;
}
