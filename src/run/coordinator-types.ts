/** What the coordinator of a run is for those who use it, and what it needs. */
import type { ControlEvent } from "../core/control.ts";
import type { Entry } from "../core/entry.ts";
import type { Sink } from "../core/event.ts";
import type { Failure } from "../core/failure.ts";
import type { LevelMemory } from "../core/level-memory.ts";
import type { RunOptions } from "../core/options.ts";
import type { HostCounts } from "../core/outcome.ts";
import type { Tally } from "../core/tally.ts";
import type { TaskProgress } from "../core/task.ts";
import type { Directory } from "../journal/directory.ts";
import type { Runner } from "../runners/runner.ts";
import type { Planner } from "./plan.ts";
import type { Recorder } from "./recorder.ts";
import type { Shortfalls } from "./shortfalls.ts";

export type Coordinator = {
	/** Takes an entry of the list. */
	offer(entry: Entry): void;
	/** Starts what can be started. */
	pump(): void;
	/** Whether more of the list is wanted now. */
	isHungry(): boolean;
	/** Resolves when more of the list is wanted, or the run stops. */
	hunger(): Promise<void>;
	/** Tells that the list has been read, and resolves when every entry has ended. */
	finish(): Promise<void>;
	/** Bytes that arrived of what is in flight. */
	progress(progress: readonly TaskProgress[]): void;
	/** Entries that were read and wait for a slot. */
	waiting(): number;
	/** The hosts with the most failures and files. */
	hosts(): HostCounts[];
	/** What was learned of hosts, for the next run. */
	levels(): Iterable<readonly [host: string, memory: LevelMemory]>;
	/** Does what somebody who watches asks for. */
	control(event: ControlEvent): void;
	/** Starts nothing more: what waits is cancelled, what is in flight ends as the runner says. */
	stop(): void;
};

export type CoordinatorOptions = {
	readonly run: string;
	readonly options: RunOptions;
	/** Most in flight at once; with `auto`, most that the search may come to. */
	readonly most: number;
	readonly runner: Runner;
	readonly directory: Directory;
	readonly planner: Planner;
	readonly recorder: Recorder;
	readonly tally: Tally;
	readonly sink: Sink;
	readonly shortfalls: Shortfalls;
	/** Called when the disk is full, or the sink refuses everything: nothing can be saved any more. */
	readonly onSinkLost: (failure: Failure) => void;
};
