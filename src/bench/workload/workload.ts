/** A workload: a list that can be downloaded again and again, and what its files must be like. */
import type { Entry } from "../../core/entry.ts";
import type { ServerWatch } from "../measure/watch-server.ts";
import type { Expectation } from "./expectation.ts";

export type Workload = AsyncDisposable & {
	/** Name of the scenario, or `list`. */
	readonly name: string;
	readonly description: string;
	/** As the user named it. */
	readonly listName: string;
	/** What downspout is given: a path or a URL. */
	readonly list: string;
	/** A file with the first mirror of each entry, one a line; beside it, with `.curl` added, the same for curl. */
	readonly urlList: string;
	/** Entries of the list. */
	readonly entries: number;
	/** Bytes that one run saves, where that is known beforehand. */
	readonly bytes?: number;
	/** A few entries from the beginning, to see whether the server answers. */
	readonly probes: readonly Entry[];
	readonly expectation: Expectation;
	readonly server: ServerWatch;
	/** What differs from our own environment for whoever downloads it. */
	readonly env?: NodeJS.ProcessEnv;
};
