/** The downloads that a worker may make at once, over all runs that it works for: they take turns. */

export type Room = {
	readonly capacity: number;
	readonly used: number;
	/** @returns Whether there was a place. */
	take(): boolean;
	/** Gives a place back; who waits for one is asked in turn. */
	release(): void;
	/** @param useRoom - Called when there is a place. @returns Stops that. */
	join(useRoom: () => void): () => void;
};

export function createRoom(capacity: number): Room {
	const users: (() => void)[] = [];
	let used = 0;
	let isOffering = false;
	/** Places that were given back while one was offered. */
	let again = 0;
	const offer = (): void => {
		const [first] = users;
		if (!first) return;
		// Whoever was first is last the next time.
		users.push(...users.splice(0, 1));
		for (const useRoom of [...users]) if (used < capacity) useRoom();
	};
	return {
		capacity,
		get used() {
			return used;
		},
		take() {
			if (used >= capacity) return false;
			used++;
			return true;
		},
		release() {
			used--;
			// What ends as soon as it begins gives its place back within: it is offered in turn, not in depth.
			if (isOffering) return void again++;
			isOffering = true;
			try {
				do {
					again = 0;
					offer();
				} while (again > 0);
			} finally {
				isOffering = false;
			}
		},
		join(useRoom) {
			users.push(useRoom);
			return () => {
				const at = users.indexOf(useRoom);
				if (at >= 0) users.splice(at, 1);
			};
		},
	};
}
