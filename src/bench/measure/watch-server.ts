/** What the server's process used while a run was going on: tells a slow client from a slow server. */
import { listThreads, readProcessSeconds, readThread } from "./proc.ts";

export type ServerFigures = { readonly serverCores: number | null; readonly serverBusiestThread: number | null };

/** `begin` notes the counters and gives what closes the measurement, which takes the seconds in between. */
export type ServerWatch = { begin(): (seconds: number) => ServerFigures };

/** A server that is not ours to look into. */
export function watchNoServer(): ServerWatch {
	return { begin: () => () => ({ serverCores: null, serverBusiestThread: null }) };
}

/** Watches the process of the lab origin. */
export function watchServer(pid: number): ServerWatch {
	return {
		begin() {
			const before = { process: readProcessSeconds(pid), threads: readThreads(pid) };
			return (seconds) => {
				const after = { process: readProcessSeconds(pid), threads: readThreads(pid) };
				if (before.process === undefined || after.process === undefined || seconds <= 0)
					return { serverCores: null, serverBusiestThread: null };
				const threads = [...after.threads].map(([thread, used]) => used - (before.threads.get(thread) ?? 0));
				return {
					serverCores: (after.process - before.process) / seconds,
					serverBusiestThread: threads.length === 0 ? null : Math.min(1, Math.max(...threads) / seconds),
				};
			};
		},
	};
}

function readThreads(pid: number): Map<number, number> {
	return new Map(
		listThreads(pid).flatMap((thread) => {
			const use = readThread(pid, thread);
			return use === undefined ? [] : [[thread, use.computingSeconds]];
		}),
	);
}
