/** Slots that large files use beyond their own: only those that no entry wants, and given back when one does. */
import { isPrivateHost } from "../control/private-host.ts";
import type { SlotGrant, Slots } from "../core/task.ts";
import type { HostQueue } from "./host-queue-types.ts";
import { otherMirrors, type Pending } from "./pending.ts";

/** An entry whose file is large. */
export type Borrower = Pick<Pending, "id" | "mirror" | "mirrors">;

export type Lending = {
	/** What a download wants and uses now. */
	hear(borrower: Borrower, slots: Slots): void;
	/** Lends what is free, and asks back what entries wait for. */
	balance(): void;
	/** The download is over: it uses no slot any more. */
	end(borrower: Borrower): void;
};

export type LendingOptions = {
	readonly queue: Pick<HostQueue<Pending>, "inFlight" | "lend" | "takeBack" | "lacking" | "charge">;
	/** Slots of the runner; 0 while nothing may start. */
	readonly slots: () => number;
	readonly grant: (grants: readonly SlotGrant[]) => void;
};

/** A host that brings pieces. Changed in place. */
type Place = {
	readonly host: string;
	/** Slots that the queue counts for it, how many it may use, and how many it was told that it may. */
	lent: number;
	granted: number;
	told: number;
	/** Requests for pieces that were counted: one with each slot, the others when they are told of. */
	charged: number;
	isOut: boolean;
};

type Loan = { readonly borrower: Borrower; readonly places: readonly Place[]; wants: number };

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
			place.charged++;
			return true;
		}
		return false;
	};
	/** Entries come first: what they wait for is asked back, and counts as used until it is. */
	const askBack = ({ places }: Loan): boolean => {
		let isAsked = false;
		for (const place of places) {
			const wanted = slots() === 0 ? 0 : Math.min(place.granted, queue.lacking(place.host, slots()));
			place.granted -= wanted;
			isAsked ||= place.granted < place.lent;
		}
		return isAsked;
	};
	const balanceOne = (loan: Loan): void => {
		const { places, borrower } = loan;
		// While something that was asked back has not come yet, nothing is lent.
		if (!askBack(loan)) {
			while (sum(places) < loan.wants && queue.inFlight < slots() && lendOne(loan));
			for (const place of places) place.granted = place.lent;
		}
		if (places.every(({ told, granted }) => told === granted)) return;
		for (const place of places) place.told = place.granted;
		grant([{ id: borrower.id, extra: places.map(({ granted }) => granted) }]);
	};

	const balance = (): void => {
		for (const loan of loans.values()) balanceOne(loan);
	};
	return {
		hear(borrower, { wants, uses }) {
			let loan = loans.get(borrower.id);
			if (!loan) {
				if (wants === 0) return;
				loan = { borrower, places: [borrower.mirror, ...otherMirrors(borrower)].map(placeOf), wants };
				loans.set(borrower.id, loan);
			}
			loan.wants = wants;
			let surplus = sum(loan.places) - wants;
			for (const [n, place] of loan.places.entries()) {
				const { has = 0, requests = 0, isOut = true } = uses[n] ?? {};
				place.isOut = isOut;
				queue.charge(place.host, Math.max(0, requests - place.charged));
				place.charged = Math.max(requests, place.charged);
				// What it neither wants nor uses is for others.
				const unused = Math.max(0, isOut ? place.granted - has : Math.min(surplus, place.granted - has));
				place.granted -= unused;
				surplus -= unused;
				giveBack(place, Math.max(place.granted, has));
			}
			balance();
		},
		balance,
		end(borrower) {
			const loan = loans.get(borrower.id);
			if (!loan) return;
			loans.delete(borrower.id);
			for (const place of loan.places) giveBack(place, 0);
		},
	};
}

function placeOf({ host }: { readonly host: string }): Place {
	return { host, lent: 0, granted: 0, told: 0, charged: 0, isOut: false };
}

function mostAt(host: string): number {
	return isPrivateHost(host) ? Number.POSITIVE_INFINITY : mostToStrangers;
}

function sum(places: readonly Place[]): number {
	return places.reduce((all, { lent }) => all + lent, 0);
}
