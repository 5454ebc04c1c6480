/** Slots that large files use beyond their own: only those that no entry wants, and given back when one does. */
import { isPrivateHost } from "../control/private-host.ts";
import type { SlotGrant, Slots } from "../core/task.ts";
import type { HostQueue } from "./host-queue-types.ts";
import { otherMirrors, type Pending } from "./pending.ts";

export type Lending = {
	/** What a download wants and uses now. */
	hear(pending: Pending, slots: Slots): void;
	/** Lends what is free, and asks back what entries wait for. */
	balance(): void;
	/** The download is over: it uses no slot any more. */
	end(pending: Pending): void;
};

export type LendingOptions = {
	readonly queue: HostQueue<Pending>;
	/** Slots of the runner; 0 while nothing may start. */
	readonly slots: () => number;
	readonly grant: (grants: readonly SlotGrant[]) => void;
};

/** A host that brings pieces. Changed in place. */
type Place = {
	readonly host: string;
	/** Slots that the queue counts for it, and how many it has been told that it may use. */
	lent: number;
	told: number;
	/** Requests for pieces that were counted. */
	charged: number;
	isOut: boolean;
};

type Loan = { readonly pending: Pending; readonly places: readonly Place[]; wants: number };

/** Politeness towards hosts of strangers: most connections for one file. */
const mostToStrangers = 16;

export function createLending({ queue, slots, grant }: LendingOptions): Lending {
	const loans = new Map<number, Loan>();

	const giveBack = (place: Place, lent: number): void => {
		if (lent >= place.lent) return;
		queue.takeBack(place.host, place.lent - lent);
		place.lent = lent;
	};
	/** Where the fewest connections are; the first place has one of its own. */
	const lendOne = ({ places }: Loan): boolean => {
		const used = (place: Place): number => place.lent + (place === places[0] ? 1 : 0);
		const open = places.filter((place) => !place.isOut && used(place) < mostAt(place.host));
		for (const place of open.sort((one, other) => used(one) - used(other))) {
			if (!queue.lend(place.host)) continue;
			place.lent++;
			return true;
		}
		return false;
	};
	/** Entries come first: what they wait for is asked back, and counts as used until it is. */
	const askBack = ({ places }: Loan): boolean => {
		let isAsked = false;
		for (const place of places) {
			const wanted = slots() === 0 ? 0 : Math.min(place.told, queue.lacking(place.host, slots()));
			place.told -= wanted;
			isAsked ||= wanted > 0 || place.told < place.lent;
		}
		return isAsked;
	};
	const balanceOne = (loan: Loan): void => {
		const { places, pending } = loan;
		const before = places.map(({ told }) => told);
		// While something that was asked back has not come yet, nothing is lent.
		if (!askBack(loan)) {
			while (sum(places) < loan.wants && queue.inFlight < slots() && lendOne(loan));
			for (const place of places) place.told = place.lent;
		}
		if (places.every(({ told }, n) => told === before[n])) return;
		grant([{ id: pending.id, extra: places.map(({ told }) => told) }]);
	};

	const balance = (): void => {
		for (const loan of loans.values()) balanceOne(loan);
	};
	return {
		hear(pending, { wants, uses }) {
			let loan = loans.get(pending.id);
			if (!loan) {
				if (wants === 0) return;
				loan = { pending, places: [pending.mirror, ...otherMirrors(pending)].map(placeOf), wants };
				loans.set(pending.id, loan);
			}
			loan.wants = wants;
			let surplus = sum(loan.places) - wants;
			for (const [n, place] of loan.places.entries()) {
				const { has = 0, requests = 0, isOut = true } = uses[n] ?? {};
				place.isOut = isOut;
				queue.charge(place.host, Math.max(0, requests - place.charged));
				place.charged = Math.max(requests, place.charged);
				// What it neither wants nor uses is for others.
				const unused = Math.max(0, isOut ? place.told - has : Math.min(surplus, place.told - has));
				place.told -= unused;
				surplus -= unused;
				giveBack(place, Math.max(place.told, has));
			}
			balance();
		},
		balance,
		end(pending) {
			const loan = loans.get(pending.id);
			if (!loan) return;
			loans.delete(pending.id);
			for (const place of loan.places) giveBack(place, 0);
		},
	};
}

function placeOf({ host }: { readonly host: string }): Place {
	return { host, lent: 0, told: 0, charged: 0, isOut: false };
}

function mostAt(host: string): number {
	return isPrivateHost(host) ? Number.POSITIVE_INFINITY : mostToStrangers;
}

function sum(places: readonly Place[]): number {
	return places.reduce((all, { lent }) => all + lent, 0);
}
