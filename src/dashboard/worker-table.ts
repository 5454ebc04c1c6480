/** What each worker did. */
import type { RunEvent } from "../core/event.ts";
import type { WorkerLabel } from "../core/task.ts";
import type { WorkerRow } from "./model.ts";

export type WorkerTable = {
	on(event: RunEvent): void;
	rows(): WorkerRow[];
};

type Counts = { -readonly [K in keyof WorkerRow]: WorkerRow[K] };

/** Replaced workers have new numbers: in a cluster of a day there may be many. */
const mostWorkers = 1000;

export function createWorkerTable(): WorkerTable {
	const models = new Map<string, Map<number, Counts>>();
	let size = 0;
	const open = ({ model, number }: WorkerLabel): Counts | undefined => {
		// The coordinator itself, where no worker was asked.
		if (number === 0) return undefined;
		const workers = models.get(model) ?? new Map<number, Counts>();
		if (workers.size === 0) models.set(model, workers);
		const known = workers.get(number);
		if (known !== undefined || size >= mostWorkers) return known;
		const worker = { worker: { model, number }, saved: 0, failed: 0, bytes: 0, retried: 0 };
		workers.set(number, worker);
		size++;
		return worker;
	};
	return {
		on(event) {
			if (event.type === "retry") {
				const worker = open(event.worker);
				if (worker) worker.retried++;
				return;
			}
			if (event.type !== "ended" || event.id === undefined) return;
			const { method: model, worker: number, status, bytes } = event.outcome;
			const worker = open({ model, number });
			if (worker === undefined) return;
			if (status === "failed") worker.failed++;
			if (status !== "saved") return;
			worker.saved++;
			worker.bytes += bytes;
		},
		rows: () => [...models.values()].flatMap((workers) => [...workers.values()].sort(byNumber)),
	};
}

function byNumber(a: WorkerRow, b: WorkerRow): number {
	return a.worker.number - b.worker.number;
}
