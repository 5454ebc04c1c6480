/** Worker processes as an operator runs them: started by the command, and started again when they die. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { projectRoot } from "../project/source-files.ts";
import "../without-proxies.ts";

export type WorkerProcess = {
	/** The process that runs now. */
	pid(): number;
	/** All that it has said on standard error. */
	words(): string;
	/** Resolves when it has said something that fits. */
	says(pattern: RegExp): Promise<void>;
	kill(signal: NodeJS.Signals): void;
	/** Resolves with the exit code, where it is not started again. */
	readonly ended: Promise<number | null>;
};

export type WorkerSetup = {
	readonly redis: string;
	readonly sink: string;
	readonly args?: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
	/** Whether it is started again when it dies. */
	readonly isKept?: boolean;
};

/** Resolves when the worker is ready. It is gone when the test is over. */
export async function startWorker(context: Pick<TestContext, "after">, setup: WorkerSetup): Promise<WorkerProcess> {
	const worker = launchWorker(context, setup);
	await worker.says(/ready:/);
	return worker;
}

export function launchWorker(context: Pick<TestContext, "after">, setup: WorkerSetup): WorkerProcess {
	const { redis, sink, args = [], env = {}, isKept = false } = setup;
	const listeners = new Set<() => void>();
	let words = "";
	let isOver = false;
	let current: ChildProcess;
	let onEnded: (code: number | null) => void = () => {};
	const ended = new Promise<number | null>((resolve) => {
		onEnded = resolve;
	});
	const start = (): ChildProcess => {
		const command = ["src/cli/main.ts", "worker", "--redis", redis, "--sink", sink, ...args];
		const child = spawn(process.execPath, command, {
			cwd: projectRoot,
			env: { ...process.env, ...env },
			stdio: ["ignore", "ignore", "pipe"],
		});
		child.stderr?.setEncoding("utf8").on("data", (text: string) => {
			words += text;
			for (const listener of [...listeners]) listener();
		});
		child.once("exit", (code) => {
			for (const listener of [...listeners]) listener();
			if (isKept && !isOver) current = start();
			else onEnded(code);
		});
		return child;
	};
	current = start();
	context.after(async () => {
		isOver = true;
		if (current.exitCode !== null || current.signalCode !== null) return;
		current.kill("SIGKILL");
		await once(current, "exit");
	});
	return {
		pid: () => current.pid ?? 0,
		words: () => words,
		says: (pattern) =>
			new Promise((resolve, reject) => {
				const look = (): void => {
					if (!pattern.test(words)) {
						if (isKept || (current.exitCode === null && current.signalCode === null)) return;
						listeners.delete(look);
						return reject(new assert.AssertionError({ message: `the worker ended: ${words}` }));
					}
					listeners.delete(look);
					resolve();
				};
				listeners.add(look);
				look();
			}),
		kill: (signal) => void current.kill(signal),
		ended,
	};
}
