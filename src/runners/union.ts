/** Several runners as one: the next task goes to the one that is freest, for its size. */
import type { Task } from "../core/task.ts";
import { beforeEnd, type Runner } from "./runner.ts";

export type Union = Runner & {
	/** Adds a runner while others run. */
	add(runner: Runner): void;
};

/** @param slots - Tasks in flight at once, over all members. */
export function createUnion(slots: number, runners: readonly Runner[]): Union {
	const members = runners.map((runner) => ({ runner, held: 0 }));
	/** Of a member without loops, whose workers are all being replaced, every task is one too many. */
	const load = ({ runner, held }: { readonly runner: Runner; readonly held: number }): number =>
		runner.loops === 0 ? Number.POSITIVE_INFINITY : held / runner.loops;
	/** What has killed a worker stays away from this process, where there is another place. */
	const placesFor = (task: Task): typeof members => {
		const places = task.alone ? members.filter(({ runner }) => runner.isolates && runner.loops > 0) : [];
		return places.length > 0 ? places : members;
	};
	return {
		slots,
		isolates: false,
		get loops() {
			return members.reduce((sum, { runner }) => sum + runner.loops, 0);
		},
		add: (runner) => void members.push({ runner, held: 0 }),
		run(task, listener) {
			const places = placesFor(task);
			let [best] = places;
			for (const member of places) if (best && load(member) < load(best)) best = member;
			if (!best) throw new RangeError("a union of no runners");
			const member = best;
			member.held++;
			const release = (): void => {
				member.held--;
			};
			member.runner.run(task, beforeEnd(listener, release));
		},
		keepCookies(cookies) {
			for (const { runner } of members) runner.keepCookies(cookies);
		},
		grant(grants) {
			for (const { runner } of members) runner.grant(grants);
		},
		shareRates(shares) {
			for (const { runner } of members) runner.shareRates(shares);
		},
		async [Symbol.asyncDispose]() {
			await Promise.all(members.map(({ runner }) => runner[Symbol.asyncDispose]()));
		},
	};
}
