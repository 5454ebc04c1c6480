/** Takes batches from the queue, as long as more is wanted. */
import { setTimeout as sleep } from "node:timers/promises";
import type { BatchSource, TakenBatch } from "./queue.ts";

/** After an error, in milliseconds. */
const retryMs = 500;

export type BatchTaker = {
	/** Takes until nothing is to be taken any more. */
	start(): void;
	/** To be called when more may be wanted, or nothing any more. */
	wake(): void;
};

export type BatchTakerOptions = {
	readonly source: BatchSource;
	/** Whether more is wanted now. */
	readonly wantsMore: () => boolean;
	/** Whether anything will be wanted again. */
	readonly isOpen: () => boolean;
	readonly onBatch: (batch: TakenBatch) => void;
};

export function createBatchTaker({ source, wantsMore, isOpen, onBatch }: BatchTakerOptions): BatchTaker {
	let onWake: (() => void) | undefined;
	const take = async (): Promise<void> => {
		while (isOpen()) {
			if (!wantsMore()) {
				await new Promise<void>((resolve) => {
					onWake = resolve;
				});
				continue;
			}
			const batch = await source.take().catch(() => sleep(retryMs, undefined));
			if (batch) onBatch(batch);
		}
	};
	return {
		start: () => void take(),
		wake() {
			onWake?.();
			onWake = undefined;
		},
	};
}
