/** Who works for a run, as far as its coordinator has heard. */
import type { WorkerMessage } from "./messages.ts";
import type { Crew as CrewSize } from "./outbox.ts";

export type Member = {
	readonly number: number;
	readonly host: string;
	readonly pid: number;
	capacity: number;
	inFlight: number;
	filesPerSecond: number;
	/** Names of the batches that it has. */
	held: ReadonlySet<string>;
	/** Signs of life that were due and did not come. */
	missedBeats: number;
	/** Whether it has said that nothing of the run is in flight any more. */
	isStopped: boolean;
};

export type Crew = {
	readonly members: ReadonlyMap<number, Member>;
	/** The highest number that a worker had so far. */
	readonly highest: number;
	/** Takes note of a message; undefined where the worker counts as dead, or has the number of another one. */
	hear(message: WorkerMessage): Member | undefined;
	/** A sign of life is due from all. @returns Those that have missed too many. */
	beat(most: number): readonly Member[];
	/** The silence was not theirs. */
	forgive(): void;
	/** It has left, or counts as dead from now on: its number is never used again. */
	drop(number: number): void;
	size(): CrewSize;
};

export function createCrew(): Crew {
	const members = new Map<number, Member>();
	const dropped = new Set<number>();
	let highest = 0;
	return {
		members,
		get highest() {
			return highest;
		},
		hear(message) {
			const { worker: number, host, pid, capacity, inFlight, filesPerSecond } = message;
			if (dropped.has(number)) return undefined;
			const held = new Set(message.held);
			highest = Math.max(highest, number);
			const known = members.get(number);
			if (known && (known.host !== host || known.pid !== pid)) return undefined;
			const member: Member = known ?? {
				number,
				host,
				pid,
				capacity,
				inFlight,
				filesPerSecond,
				held,
				missedBeats: 0,
				isStopped: false,
			};
			members.set(number, member);
			Object.assign(member, { capacity, inFlight, filesPerSecond, held, missedBeats: 0 });
			if (message.state !== undefined) member.isStopped = true;
			return member;
		},
		beat(most) {
			const silent: Member[] = [];
			for (const member of members.values()) if (++member.missedBeats > most) silent.push(member);
			return silent;
		},
		forgive() {
			for (const member of members.values()) member.missedBeats = 0;
		},
		drop(number) {
			members.delete(number);
			dropped.add(number);
		},
		size() {
			let capacity = 0;
			let filesPerSecond = 0;
			for (const member of members.values()) {
				capacity += member.capacity;
				filesPerSecond += member.filesPerSecond;
			}
			return { workers: members.size, capacity, filesPerSecond };
		},
	};
}
