/** The idle connections of all origins, from the one that has been idle for longest: what is open is bounded, however many origins a list names. */
import type { Connection } from "./connection.ts";

export type IdleList = {
	readonly size: number;
	add(connection: Connection): void;
	remove(connection: Connection): void;
	/** The one that has been idle for longest. */
	oldest(): Connection | undefined;
};

/** Linked through the connections themselves: one comes and goes with each small file. */
export function createIdleList(): IdleList {
	let oldest: Connection | undefined;
	let newest: Connection | undefined;
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
