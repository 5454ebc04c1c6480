/** Hosts that asked for a pause: for how long nothing of theirs may start. */

export type Pauses = {
	/** @param ms - From now; a pause that ends later holds. */
	set(host: string, ms: number): void;
	/** Milliseconds that are left, 0 where there is no pause. */
	left(host: string): number;
	/** All that hold, with what is left of them in milliseconds. */
	all(): readonly (readonly [host: string, ms: number])[];
};

export function createPauses(now: () => number): Pauses {
	const ends = new Map<string, number>();
	const left = (host: string): number => {
		const end = ends.get(host);
		if (end === undefined) return 0;
		const ms = end - now();
		if (ms > 0) return ms;
		ends.delete(host);
		return 0;
	};
	return {
		set(host, ms) {
			if (ms > left(host)) ends.set(host, now() + ms);
		},
		left,
		all: () => [...ends.keys()].map((host) => [host, left(host)] as const).filter(([, ms]) => ms > 0),
	};
}
