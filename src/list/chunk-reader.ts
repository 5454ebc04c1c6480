/** Reads a stream chunk by chunk and tells when nothing comes for a while. */

export type ReadStep =
	| { readonly kind: "chunk"; readonly bytes: Uint8Array }
	| { readonly kind: "end" }
	| { readonly kind: "failed"; readonly error: unknown }
	/** Nothing came in time; the same chunk is waited for by the next call. */
	| { readonly kind: "idle" }
	| { readonly kind: "aborted" };

export type ChunkReader = AsyncDisposable & {
	/** @param idleMs longest wait; without it the wait has no end but the signal */
	next(idleMs: number | undefined): Promise<ReadStep>;
};

export function chunkReader(chunks: AsyncIterable<Uint8Array>, signal?: AbortSignal): ChunkReader {
	const iterator = chunks[Symbol.asyncIterator]();
	let pending: Promise<ReadStep> | undefined;
	return {
		async next(idleMs) {
			pending ??= readStep(iterator);
			const step = await firstOf(pending, idleMs, signal);
			if (step.kind === "chunk") pending = undefined;
			return step;
		},
		async [Symbol.asyncDispose]() {
			const closed = iterator.return?.().catch(() => undefined);
			// A stream that is being read closes only after its next chunk, which may never come.
			if (pending === undefined) await closed;
		},
	};
}

function readStep(iterator: AsyncIterator<Uint8Array>): Promise<ReadStep> {
	return iterator.next().then(
		(result) => (result.done === true ? { kind: "end" } : { kind: "chunk", bytes: result.value }),
		(error: unknown) => ({ kind: "failed", error }),
	);
}

function firstOf(pending: Promise<ReadStep>, idleMs?: number, signal?: AbortSignal): Promise<ReadStep> {
	if (signal?.aborted) return Promise.resolve({ kind: "aborted" });
	return new Promise((resolve) => {
		const timer = idleMs === undefined ? undefined : setTimeout(() => settle({ kind: "idle" }), idleMs);
		const onAbort = (): void => settle({ kind: "aborted" });
		const settle = (step: ReadStep): void => {
			clearTimeout(timer);
			signal?.removeEventListener("abort", onAbort);
			resolve(step);
		};
		signal?.addEventListener("abort", onAbort, { once: true });
		void pending.then(settle);
	});
}
