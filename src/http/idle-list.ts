/** The idle connections of all origins, from the one that has been idle for longest: what is open is bounded, however many origins a list names. */

/** What stands idle, with its neighbours in the list. */
export type Idle = {
	olderIdle: Idle | undefined;
	newerIdle: Idle | undefined;
	idleSinceMs: number;
	destroy(): void;
};

export type IdleList = {
	readonly size: number;
	add(connection: Idle): void;
	remove(connection: Idle): void;
	/** The one that has been idle for longest. */
	oldest(): Idle | undefined;
};

/** Linked through the connections themselves: one comes and goes with each small file. */
export function createIdleList(): IdleList {
	let oldest: Idle | undefined;
	let newest: Idle | undefined;
	let size = 0;
	return {
		get size() {
			return size;
		},
		add(connection) {
			connection.olderIdle = newest;
			connection.newerIdle = undefined;
			if (newest) newest.newerIdle = connection;
			else oldest = connection;
			newest = connection;
			size++;
		},
		remove(connection) {
			const { olderIdle, newerIdle } = connection;
			if (olderIdle) olderIdle.newerIdle = newerIdle;
			else oldest = newerIdle;
			if (newerIdle) newerIdle.olderIdle = olderIdle;
			else newest = olderIdle;
			connection.olderIdle = undefined;
			connection.newerIdle = undefined;
			size--;
		},
		oldest: () => oldest,
	};
}
