/** A signal that aborts after another does, never within the call that aborted that one. */

export type DeferredAbort = Disposable & {
	/** Aborts in a microtask after the other, with the same reason; not any more after the end of this. */
	readonly signal: AbortSignal;
};

/**
 * For what may be aborted by its own events: who listens to them may abort at once, in the middle of a change that has
 * to be whole before anything is stopped.
 */
export function deferAbort(signal: AbortSignal): DeferredAbort {
	const deferred = new AbortController();
	const onAbort = (): void => queueMicrotask(() => deferred.abort(signal.reason));
	if (signal.aborted) deferred.abort(signal.reason);
	else signal.addEventListener("abort", onAbort, { once: true });
	return {
		signal: deferred.signal,
		[Symbol.dispose]: () => signal.removeEventListener("abort", onAbort),
	};
}
