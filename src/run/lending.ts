/** Slots that large files use beyond their own: only those that no entry wants, and given back when one does. */
import { isPrivateHost } from "../control/private-host.ts";
import type { SlotGrant, Slots } from "../core/task.ts";
import type { HostQueue } from "./host-queue-types.ts";
import type { Pending } from "./pending.ts";

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
	/** Slots of the runner. */
	readonly slots: () => number;
	readonly grant: (grants: readonly SlotGrant[]) => void;
};

/** Changed in place. */
type Loan = {
	readonly pending: Pending;
	readonly host: string;
	wants: number;
	/** Slots that the queue counts for it, and how many it has been told that it may use. */
	lent: number;
	told: number;
	/** Requests for pieces that were counted. */
	charged: number;
};

/** Politeness towards hosts of strangers: most connections for one file. */
const mostToStrangers = 16;

export function createLending({ queue, slots, grant }: LendingOptions): Lending {
	const loans = new Map<number, Loan>();

	const tell = (loan: Loan, extra: number): void => {
		if (loan.told === extra) return;
		loan.told = extra;
		grant([{ id: loan.pending.id, extra }]);
	};
	const giveBack = (loan: Loan, lent: number): void => {
		if (lent >= loan.lent) return;
		queue.takeBack(loan.host, loan.lent - lent);
		loan.lent = lent;
	};
	const lend = (loan: Loan): void => {
		const most = isPrivateHost(loan.host) ? loan.wants : Math.min(loan.wants, mostToStrangers - 1);
		while (loan.lent < most && queue.inFlight < slots() && queue.lend(loan.host)) loan.lent++;
	};
	/** Entries come first: what they wait for is asked back, and counts as used until it is. */
	const askBack = (loan: Loan): boolean => {
		const wanted = Math.min(loan.told, queue.lacking(loan.host, slots()));
		if (wanted > 0) tell(loan, loan.told - wanted);
		return wanted > 0;
	};

	const balance = (): void => {
		if (loans.size === 0) return;
		for (const loan of loans.values()) {
			if (askBack(loan)) continue;
			// What was asked back has not come yet.
			if (loan.told < loan.lent) continue;
			lend(loan);
			tell(loan, loan.lent);
		}
	};
	return {
		hear(pending, { wants, has, requests }) {
			let loan = loans.get(pending.id);
			if (!loan) {
				if (wants === 0) return;
				loan = { pending, host: pending.mirror.host, wants, lent: 0, told: 0, charged: 0 };
				loans.set(pending.id, loan);
			}
			loan.wants = wants;
			queue.charge(loan.host, Math.max(0, requests - loan.charged));
			loan.charged = Math.max(requests, loan.charged);
			// What it neither wants nor uses is for others.
			if (wants < loan.told) loan.told = Math.max(wants, has);
			giveBack(loan, Math.max(loan.told, has));
			balance();
		},
		balance,
		end(pending) {
			const loan = loans.get(pending.id);
			if (!loan) return;
			loans.delete(pending.id);
			giveBack(loan, 0);
		},
	};
}
