/** Hands tasks out through the queue and takes in what becomes of them: each comes to one end, whatever workers and Redis do. */
import { addressOf } from "../core/address.ts";
import type { SetCookie } from "../core/cookie-file.ts";
import { permanent } from "../core/failure.ts";
import type { HostCounts } from "../core/outcome.ts";
import type { RateShares } from "../core/rate-shares.ts";
import { type AttemptResult, cancelledResult, type SlotGrant, type Task, type WorkerLabel } from "../core/task.ts";
import { NoWorkerError, ownerIdOf, type RunnerOptions, type TaskListener, WorkerLostError } from "../runners/runner.ts";
import { tellStats } from "./announce.ts";
import { batchesOf, createAssign } from "./assign.ts";
import { startBeats } from "./beats.ts";
import { messageOf } from "./cluster-error.ts";
import { tellWorkers } from "./control.ts";
import { type Crew, createCrew, type Member } from "./crew.ts";
import { createHandouts, type Handout, type OutBatch } from "./handouts.ts";
import { type Losses, oneMore, tooManyLosses, travelsAlone } from "./losses.ts";
import { seekLost } from "./lost-batches.ts";
import type { MeetingPlace } from "./meeting-place.ts";
import { type HandedTask, protocol, readMessage, type WorkerMessage } from "./messages.ts";
import { createOutbox } from "./outbox.ts";
import { createPauses } from "./pauses.ts";
import { askTrouble } from "./redis-trouble.ts";
import { createRedisWatch } from "./redis-watch.ts";
import { beatMs, redisPatienceMs, silenceMs } from "./timing.ts";

/** Longest wait for workers to say that they have stopped, in milliseconds. */
const stopMs = 1200;
/** It is told of hosts at every so manieth beat. */
const hostBeats = 3;
const nobody: WorkerLabel = { model: "cluster", number: 0 };

export type Dispatcher = {
	readonly crew: Crew;
	hand(task: Task, listener: TaskListener): void;
	/** Tells all workers of cookies that the run keeps. */
	keepCookies(cookies: readonly SetCookie[]): void;
	/** Tells all workers of slots that downloads may use beyond their own. */
	grant(grants: readonly SlotGrant[]): void;
	/** Tells each worker what it may use of the run's bytes a second. */
	shareRates(shares: RateShares): void;
	/** Starts nothing more; what is in flight is cancelled. */
	stop(): void;
	close(): void;
};

export function createDispatcher(place: MeetingPlace, options: RunnerOptions): Dispatcher {
	const { run, redis, seal, queue } = place;
	const crew = createCrew();
	const handouts = createHandouts();
	const assign = createAssign(handouts, () => performance.now());
	const pauses = createPauses(() => performance.now());
	const mostSilentBeats = Math.ceil(silenceMs(process.env) / beatMs);
	const outbox = createOutbox(crew.size, post);
	let batchCount = 0;
	let isStopping = false;
	let isClosed = false;
	let stopTimer: NodeJS.Timeout | undefined;
	let wasUnreadable = false;
	let filesPerSecond = 0;
	let ended = 0;
	let settled = 0;
	let beats = 0;
	let hosts: readonly HostCounts[] = [];

	function hand(task: Task, listener: TaskListener, losses?: Losses): void {
		const { hand } = handouts.add(task, listener, losses);
		if (losses && travelsAlone(losses)) post([[{ hand, task }]]);
		else outbox.put({ hand, task });
	}

	function handAgain({ task, listener, losses }: Handout, kept = false): void {
		if (isStopping) return listener.onResult({ ...cancelledResult(task, nobody), kept: kept || task.resume });
		hand(kept && !task.resume ? { ...task, resume: true } : task, listener, losses);
	}

	/** What became of them is not known: what has its name already would get a second one. */
	function handLostAgain(lost: readonly Handout[]): void {
		const published = lost.length > 0 ? options.published?.() : undefined;
		for (const handout of lost) {
			const { task, listener } = handout;
			const saved = published?.get(task.key);
			const failure = isStopping ? undefined : tooManyLosses(handout.losses);
			const end = { id: task.id, worker: nobody, intents: 0 };
			if (saved) listener.onResult({ ...end, kind: "saved", ...saved, kept: false });
			else if (failure) listener.onResult({ ...end, kind: "failed", failure, kept: task.resume });
			else handAgain(handout);
		}
	}

	function post(batches: readonly (readonly HandedTask[])[]): void {
		const queued = batches.map((tasks) => {
			const name = `${run}-${++batchCount}`;
			handouts.pack(name, tasks);
			return { name, content: seal.close({ protocol, tasks }) };
		});
		// What does not arrive is found nowhere, and handed out again.
		queue.add(queued).catch(() => {});
	}

	function onMessage(text: string): void {
		try {
			hear(readMessage(seal.open(text)));
		} catch (error) {
			if (!wasUnreadable) note("warning", `a worker's message is passed over: ${messageOf(error)}`);
			wasUnreadable = true;
		}
	}

	function hear(message: WorkerMessage): void {
		const isNew = !crew.members.has(message.worker);
		const member = crew.hear(message);
		// Others have what it held: it must begin anew, under another number.
		if (!member) return tellWorkers(redis, { type: "dead", run, worker: message.worker });
		if (isNew) {
			note(
				"note",
				`cluster#${member.number} has joined: process ${member.pid} of ${member.host}, ${member.capacity} at once`,
			);
			// There is room for more now.
			options.onProgress([]);
		}
		if (message.note !== undefined) note("warning", `cluster#${member.number}: ${message.note}`);
		for (const one of message.results ?? []) settle(member, one.hand, one.result);
		for (const { hand, kept } of message.back ?? []) {
			const handout = handouts.take(hand);
			if (handout) handAgain(handout, kept);
		}
		for (const { hand, why, owner } of message.lost ?? []) {
			handouts.take(hand)?.listener.onLost(new WorkerLostError(labelOf(member), why, ownedBy(member, owner)));
		}
		if (message.demand) options.onDemand?.(String(member.number), message.demand);
		if (message.cookies) options.onSetCookie?.(message.cookies);
		if (message.refused) refuse(member, message.refused);
		answer(member, message.waits ?? []);
		if (message.progress) {
			watch.came();
			options.onProgress(message.progress);
		}
		if (message.state === "left") dismiss(member);
		if (isStopping) endStop();
	}

	function settle(member: Member, hand: number, result: AttemptResult): void {
		const handout = handouts.take(hand);
		if (!handout) return;
		ended++;
		settled++;
		watch.came();
		if (result.kind === "failed" && result.retryAfterMs !== undefined && result.failure.transient)
			pause(handout.task, result.retryAfterMs);
		const { id } = handout.task;
		handout.listener.onResult({
			...result,
			id,
			worker: labelOf(member),
			owner: result.owner && ownedBy(member, result.owner),
		});
	}

	/** None of these is begun before: what a queue gives out may be done already, or be with another worker. */
	function answer({ number }: Member, waits: readonly string[]): void {
		if (isStopping) return;
		const { begin, drop } = assign(number, waits);
		if (begin.length + drop.length > 0) tellWorkers(redis, { type: "assign", run, worker: number, begin, drop });
	}

	/** Handed out again it would be refused again. */
	function refuse(member: Member, { batch, why }: { readonly batch: string; readonly why: string }): void {
		const failure = permanent("io", `cluster#${member.number} refuses it: ${why}`);
		const end = { kind: "failed", failure, kept: false, worker: labelOf(member), intents: 0 } as const;
		for (const { task, listener } of handouts.takeBatch(batch)) listener.onResult({ ...end, id: task.id });
	}

	/** The coordinator holds the host back by itself; this is for what is out already. */
	function pause({ url }: Task, retryAfterMs: number): void {
		const host = addressOf(url).host;
		const ms = Math.min(retryAfterMs, options.options.retryMaxWaitMs);
		pauses.set(host, ms);
		tellWorkers(redis, { type: "pause", run, host, ms });
	}

	/** It goes as it should: what it still has, if anything, is nobody's fault. */
	function dismiss(member: Member): void {
		crew.drop(member.number);
		handLostAgain(batchesOf(handouts.batches, member).flatMap(handouts.takeBatch));
		note("note", `cluster#${member.number} has left`);
	}

	function lose(member: Member, why: string): void {
		crew.drop(member.number);
		tellWorkers(redis, { type: "dead", run, worker: member.number });
		const had = batchesOf(handouts.batches, member);
		queue.remove(had).catch(() => {});
		note("warning", `cluster#${member.number} on ${member.host} died (${why}) and is replaced`);
		for (const name of had) {
			for (const { listener } of handouts.takeBatch(name)) listener.onLost(new WorkerLostError(labelOf(member), why));
		}
	}

	async function announce(): Promise<void> {
		if (await place.announce(crew.highest)) watch.lost();
	}

	async function beat(): Promise<void> {
		// Whoever cannot hear must not judge who is silent.
		if (watch.isDeaf || watch.isForgetful) crew.forgive();
		if (watch.isDeaf) return announce();
		for (const member of crew.beat(mostSilentBeats)) lose(member, `no sign of life for ${mostSilentBeats} s`);
		filesPerSecond = ended * (1000 / beatMs);
		ended = 0;
		for (const [host, ms] of pauses.all()) tellWorkers(redis, { type: "pause", run, host, ms });
		await announce();
		// What is written after the end would stay.
		if (isClosed) return;
		const { total, saved, failed } = options.cluster?.counts() ?? { total: 0, saved: 0, failed: 0 };
		// Those of many are sorted for it.
		if (beats++ % hostBeats === 0) hosts = options.cluster?.hosts() ?? [];
		const { members } = crew;
		const inFlight = [...members.values()].reduce((sum, member) => sum + member.inFlight, 0);
		const waiting = Math.max(0, handouts.size - inFlight);
		await tellStats(redis, run, {
			total: total + handouts.size,
			saved,
			failed,
			waiting,
			workers: members.size,
			filesPerSecond,
			hosts,
		});
		await queue.keepAlive();
		for (const batch of await seekLost(queue, crew, handouts)) onLost(batch);
	}

	function onLost({ name, hands }: OutBatch): void {
		note("note", `batch ${name} is lost: its ${hands.size} entries are handed out again`);
		queue.remove([name]).catch(() => {});
		const lost = handouts.takeBatch(name);
		// What travels alone is lost by itself, and not for ever.
		if (!lost.every(({ losses }) => travelsAlone(losses))) watch.lost();
		handLostAgain(lost.map((handout) => ({ ...handout, losses: oneMore(handout.losses, settled) })));
	}

	function stop(): void {
		if (isStopping) return;
		isStopping = true;
		tellWorkers(redis, { type: "stop", run });
		for (const { hand } of outbox.clear()) {
			const handout = handouts.take(hand);
			if (handout) handAgain(handout);
		}
		stopTimer = setTimeout(() => {
			for (const member of [...crew.members.values()]) if (!member.isStopped) lose(member, "it did not stop in time");
			endStop();
		}, stopMs);
		// Not at once: what the run tells first is that it stops.
		queueMicrotask(endStop);
	}

	/** When nobody has anything in flight, what is still out was never begun; or a Redis that is gone did not tell of it. */
	function endStop(): void {
		if ([...crew.members.values()].some(({ isStopped }) => !isStopped)) return;
		handLostAgain(handouts.takeAll());
	}

	function note(level: "note" | "warning", message: string): void {
		options.onNote({ level, message, worker: nobody });
	}

	const labelOf = ({ number }: Member): WorkerLabel => ({ model: "cluster", number });
	/** A worker may write below its own name in the sink, and below no other. */
	const ownedBy = (member: Member, owner: string): string => {
		const own = ownerIdOf(run, labelOf(member));
		return owner.startsWith(`${own}-`) && !owner.includes("/") ? owner : own;
	};
	const watch = createRedisWatch({
		beatMs,
		patienceMs: redisPatienceMs(process.env),
		ask: async () => (await askTrouble(redis))?.message,
		note,
		onLost: (why) => options.onBroken(new NoWorkerError(why)),
	});
	const stopBeats = startBeats(watch, beat);
	place.read(onMessage, watch.hear);
	tellWorkers(redis, { type: "look", run });
	return {
		crew,
		hand,
		grant: (grants) => tellWorkers(redis, { type: "grant", run, grants }),
		shareRates(shares) {
			for (const [worker, share] of shares) tellWorkers(redis, { type: "rate", run, worker: Number(worker), share });
		},
		keepCookies: (cookies) => tellWorkers(redis, { type: "cookies", run, cookies: seal.close(cookies) }),
		stop,
		close() {
			isClosed = true;
			stopBeats();
			clearTimeout(stopTimer);
		},
	};
}
