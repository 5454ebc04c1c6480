/** Waiting for a promise no longer than a signal allows. */

/**
 * What the promise resolves with, or undefined as soon as the signal says to stop; what becomes of the promise then is
 * nobody's business. `Promise.race` against one promise for the whole run would keep something of every wait until its end.
 */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
	return new Promise((resolve, reject) => {
		const onAbort = (): void => resolve(undefined);
		if (signal.aborted) onAbort();
		else signal.addEventListener("abort", onAbort, { once: true });
		const done = (): void => signal.removeEventListener("abort", onAbort);
		promise.then(resolve, reject).then(done, done);
	});
}
