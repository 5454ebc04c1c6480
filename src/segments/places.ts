/** The servers that bring pieces of a file: how many connections each may have, and has. */
import type { Slots } from "../core/task.ts";
import { type Carrier, leastUseful } from "./carrier.ts";

/** Changed in place. */
export type Place = {
	/** Connections that it may have: the first server has the attempt's own. */
	allowed: number;
	requests: number;
	isOut: boolean;
};

export function createPlaces(count: number): readonly Place[] {
	return Array.from({ length: count }, (_, n) => ({ allowed: n === 0 ? 1 : 0, requests: 0, isOut: false }));
}

/** Nothing more is asked of it. */
export function leaveOut(places: readonly Place[], place: number): void {
	const one = places[place];
	if (one) one.isOut = true;
}

function countAt(carriers: Iterable<Carrier>, place: number): number {
	let count = 0;
	for (const carrier of carriers) if (carrier.place === place) count++;
	return count;
}

/** Where the next connection goes: where the fewest are of those that there is room for. */
export function freePlace(places: readonly Place[], carriers: Iterable<Carrier>): number | undefined {
	const all = [...carriers];
	const open = places
		.map(({ allowed, isOut }, place) => ({ place, used: countAt(all, place), allowed: isOut ? 0 : allowed }))
		.filter(({ used, allowed }) => used < allowed)
		.sort((one, other) => one.used - other.used);
	return open[0]?.place;
}

/** Those that are too many, in all or at one server. */
export function tooMany(places: readonly Place[], carriers: readonly Carrier[], most: number): readonly Carrier[] {
	const surplus = places.flatMap(({ allowed }, place) => {
		const here = carriers.filter((one) => one.place === place);
		return leastUseful(here, here.length - allowed);
	});
	const left = carriers.filter((one) => !surplus.includes(one));
	return [...surplus, ...leastUseful(left, left.length - most)];
}

/** @returns What tells of slots, where that is new. */
export function createSlotReport(tell: (slots: Slots) => void): (slots: Slots) => void {
	let told = "";
	return (slots) => {
		const text = JSON.stringify(slots);
		if (text === told || (told === "" && slots.wants === 0)) return;
		told = text;
		tell(slots);
	};
}

/** What is told of them. */
export function usesOf(places: readonly Place[], carriers: Iterable<Carrier>): Slots["uses"] {
	const all = [...carriers];
	return places.map(({ requests, isOut }, place) => {
		const has = Math.max(0, countAt(all, place) - (place === 0 ? 1 : 0));
		return { has, requests, isOut };
	});
}
