/** The dashboard of a run: a sink like the others, with a live page, a report, or both. It never slows or stops the run. */
import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import { type Control, createControl } from "../core/control.ts";
import type { Sink } from "../core/event.ts";
import { type CollectorOptions, createCollector } from "./collector.ts";
import { lingerWhileRead } from "./linger.ts";
import { writeReportFile } from "./report-file.ts";
import { listen, type ServerOptions } from "./server.ts";
import { createStreams } from "./streams.ts";

/** How often the run is looked at, and its readers are told, in milliseconds. */
const lookMs = 500;
/** How long readers have to take what they were sent last, in milliseconds. */
const patienceMs = 150;

export type DashboardOptions = CollectorOptions & {
	/** Where to serve the live page: a port, or 0 for any free one; absent where there is to be none. */
	readonly port?: number | undefined;
	/** The folder that gets a report at the end; absent where there is to be none. */
	readonly reportFolder?: string | undefined;
};

export type Dashboard = Sink & {
	/** Where the live page is, with its token. */
	readonly url: string | undefined;
	/** Why it is not as it was asked for: the port was taken, or there is no page at all. */
	readonly warning: string | undefined;
	/** Why there is no report, once it is closed. */
	failure(): Error | undefined;
	/** What the page asks of the run. */
	readonly control: Control;
	/** Whether a page is connected. */
	isRead(): boolean;
	/** After `close`: goes on serving for a minute, as long as a page is connected and the signal does not end it. */
	linger(signal: AbortSignal): Promise<void>;
	/** Ends the page. */
	[Symbol.asyncDispose](): Promise<void>;
};

export async function openDashboard(options: DashboardOptions): Promise<Dashboard> {
	const collector = createCollector(options);
	const streams = createStreams(collector);
	const control = createControl();
	const token = randomBytes(24).toString("base64url");
	const served =
		options.port === undefined ? {} : await serve({ collector, streams, token, control: control.send }, options.port);
	const timer = setInterval(() => {
		collector.sampler.sample();
		streams.tell();
	}, lookMs).unref();
	let failure: Error | undefined;
	return {
		url: served.port === undefined ? undefined : `http://127.0.0.1:${served.port}/#${token}`,
		warning: served.warning,
		control,
		isRead: () => streams.size > 0,
		on: collector.on,
		failure: () => failure,
		async close() {
			clearInterval(timer);
			collector.sampler.sample();
			streams.tellEnd();
			if (options.reportFolder === undefined) return;
			await writeReportFile(options.reportFolder, collector).catch((error: Error) => {
				failure = error;
			});
		},
		linger: (signal) => lingerWhileRead(streams, signal),
		async [Symbol.asyncDispose]() {
			streams.end();
			await served.close?.();
		},
	};
}

type Served = { readonly port?: number; readonly warning?: string; close?(): Promise<void> };

/** At another port where the one that was asked for cannot be had: a run is not to fail for its page. */
async function serve(options: ServerOptions, port: number): Promise<Served> {
	let warning: string | undefined;
	for (const wanted of new Set([port, 0])) {
		try {
			const { server, port: taken } = await listen(options, wanted);
			return {
				port: taken,
				...(warning !== undefined && { warning }),
				close: () => close(server),
			};
		} catch (error) {
			const why = error instanceof Error ? error.message : String(error);
			warning = wanted === 0 ? `no dashboard: ${why}` : `the dashboard has another port: ${why}`;
		}
	}
	return { ...(warning !== undefined && { warning }) };
}

function close(server: Server): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(() => server.closeAllConnections(), patienceMs);
		server.close(() => {
			clearTimeout(timer);
			resolve();
		});
		server.closeIdleConnections();
	});
}
