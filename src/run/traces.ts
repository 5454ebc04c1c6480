/** What workers leave in the directory: taken over from those that died, cleared away when the journal has caught up. */
import type { AttemptResult, WorkerLabel } from "../core/task.ts";
import type { Directory } from "../journal/directory.ts";
import { ownerIdOf } from "../runners/runner.ts";

export type Traces = {
	/** What a worker that died had published, by key. @param owner - Its name in the directory, where the label does not tell. */
	inherit(worker: WorkerLabel, owner?: string): ReturnType<Directory["inherit"]>;
	/** Lets go of announcements that a recorded result has overtaken. */
	catchUp(result: AttemptResult): void;
};

export function createTraces(run: string, directory: Directory): Traces {
	/** A worker that died is inherited from once, for all tasks that it held. */
	const inherited = new Map<string, ReturnType<Directory["inherit"]>>();
	/** The newest file of intents of each worker. */
	const segments = new Map<string, number>();
	return {
		inherit(worker, owner = ownerIdOf(run, worker)) {
			let published = inherited.get(owner);
			if (!published) {
				published = directory.inherit(owner);
				inherited.set(owner, published);
			}
			return published;
		},
		catchUp({ worker, intents, owner = ownerIdOf(run, worker) }) {
			if (intents === 0) return;
			if (segments.get(owner) === intents) return;
			segments.set(owner, intents);
			directory.catchUp(owner, intents);
		},
	};
}
