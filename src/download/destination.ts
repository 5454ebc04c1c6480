/** Where a worker's files go: the directory, or nowhere in a dry run. */
import { permanent } from "../core/failure.ts";
import type { DownloadOptions } from "../core/options.ts";
import { stateLayout } from "../core/state-layout.ts";
import { createOwner, type Owner } from "../journal/owner.ts";
import { createFolders } from "../store/folders.ts";
import type { PartStore } from "../store/part.ts";
import { createPublisher, type Publisher } from "../store/publish.ts";

export type Destination = {
	readonly owner: Owner;
	readonly store: PartStore;
	readonly publisher: Publisher;
};

export type DestinationOptions = {
	readonly options: DownloadOptions;
	/** Names the worker in the directory: unique among all runs. */
	readonly ownerId: string;
	/** Process id of the coordinator. */
	readonly coordinatorPid: number;
};

/** @throws {NodeJS.ErrnoException} the directory's state cannot be written. */
export function openDestination({ options, ownerId, coordinatorPid }: DestinationOptions): Destination {
	if (options.dryRun) return nowhere(ownerId);
	const dir = options.dirPath ?? options.dir;
	const layout = stateLayout(dir);
	const owner = createOwner(layout, ownerId, coordinatorPid);
	const store = { parts: layout.parts, ownerId: owner.id };
	const folders = createFolders(dir, {
		evade: options.onExists === "rename" && options.layout !== "flat",
		fsync: options.fsync,
	});
	return { owner, store, publisher: createPublisher({ ...options, store, owner, folders }) };
}

/** Nothing is asked of it but to be there: no attempt of a dry run comes to a body. */
function nowhere(ownerId: string): Destination {
	const nothing = (): void => {};
	return {
		owner: {
			id: ownerId,
			segment: () => 0,
			intend: nothing,
			withdraw: nothing,
			sync: () => undefined,
			renew: nothing,
			now: Date.now,
			whenDisplaced: nothing,
			retire: nothing,
		},
		store: { parts: "", ownerId },
		publisher: {
			add: ({ settle }) => settle({ kind: "failed", failure: permanent("io", "nothing is saved in a dry run") }),
			flush: nothing,
		},
	};
}
