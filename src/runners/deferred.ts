/** A promise with its two ends: `Promise.withResolvers` is not in Node 20. */

export type Deferred<T> = {
	readonly promise: Promise<T>;
	resolve(value: T): void;
	reject(error: Error): void;
};

export function createDeferred<T>(): Deferred<T> {
	let resolve: Deferred<T>["resolve"] = () => {};
	let reject: Deferred<T>["reject"] = () => {};
	const promise = new Promise<T>((onResolve, onReject) => {
		resolve = onResolve;
		reject = onReject;
	});
	return { promise, resolve, reject };
}
