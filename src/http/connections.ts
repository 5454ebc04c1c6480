/** The connections to one origin, an HTTP client for each, and the requests that wait for one of them. */
import type { Client, Dispatcher } from "undici";
// Not from "undici": its index loads fetch, WebSocket and caches as well, 50 ms of every start of a worker.
import UndiciClient from "undici/lib/dispatcher/client.js";
import { createBag } from "../core/bag.ts";

/** Hears of the answer. It has a connection from when one is lent to it until it gives that back or gives up. */
export type Borrower = Dispatcher.DispatchHandler & {
	connection: Client | undefined;
	onError(error: Error): void;
};

export type Connections = {
	/** Sends a request, at once or as soon as a connection is free. */
	send(request: Dispatcher.DispatchOptions, borrower: Borrower): void;
	/** The answer is over: the connection serves the next request. */
	giveBack(borrower: Borrower): void;
	/** The answer is not wanted any more, and the request has not left yet. */
	giveUp(borrower: Borrower): void;
	/** Whether any request is under way or waits. */
	isBusy(): boolean;
	/** Ends every connection at once, and with this error whatever is under way or waits. */
	destroy(reason: Error): Promise<void>;
};

const givenUp = new Error("given up while connecting");

/**
 * Not undici's pool, which learns a turn late that a connection is free, and lets each rest with a timer of its own until
 * then: that took a twentieth of the time of a small file.
 *
 * @param most - Most connections at once.
 */
export function createConnections(origin: string, most: number, options: Client.Options): Connections {
	// The client asks for the origin at each request, and a URL puts it together anew each time.
	const url = Object.defineProperty(new URL(origin), "origin", { value: origin });
	const all = createBag<Client>();
	const idle: Client[] = [];
	let resting: Client[] = [];
	let waiting: { readonly request: Dispatcher.DispatchOptions; readonly borrower: Borrower }[] = [];
	let busy = 0;

	const send = (request: Dispatcher.DispatchOptions, borrower: Borrower): void => {
		// One that rests is free before another could be made.
		const connection = idle.pop() ?? (resting.length > waiting.length ? undefined : open());
		if (connection) lend(connection, request, borrower);
		else waiting.push({ request, borrower });
	};

	const open = (): Client | undefined => {
		if (all.size >= most) return undefined;
		const client = new UndiciClient(url, options);
		all.add(client);
		return client;
	};

	const lend = (connection: Client, request: Dispatcher.DispatchOptions, borrower: Borrower): void => {
		busy++;
		borrower.connection = connection;
		connection.dispatch(request, borrower);
	};

	const take = (borrower: Borrower): Client | undefined => {
		const { connection } = borrower;
		if (!connection) return undefined;
		borrower.connection = undefined;
		busy--;
		return connection;
	};

	const endRest = (): void => {
		const rested = resting;
		resting = [];
		for (const connection of rested) {
			const next = waiting.shift();
			if (next) lend(connection, next.request, next.borrower);
			else idle.push(connection);
		}
	};

	return {
		send,
		giveBack(borrower) {
			const connection = take(borrower);
			if (!connection) return;
			// Later in this turn, and just before the client looks for its next request: finding one, it sends that only after
			// the system has been asked once more for what is new of the connection. A server that closes what it has promised
			// to keep does so right after an answer, and that shows before the request is lost.
			if (resting.push(connection) === 1) setImmediate(endRest);
		},
		giveUp(borrower) {
			const connection = take(borrower);
			if (!connection) {
				waiting = waiting.filter((one) => one.borrower !== borrower);
				return;
			}
			// The client goes on with connecting until that fails, and would take the place of one that is wanted.
			all.delete(connection);
			void connection.destroy(givenUp);
			const next = waiting.shift();
			if (next) send(next.request, next.borrower);
		},
		isBusy: () => busy > 0 || waiting.length > 0,
		async destroy(reason) {
			const left = waiting;
			waiting = [];
			for (const { borrower } of left) borrower.onError(reason);
			await Promise.all([...all].map((client) => client.destroy(reason)));
		},
	};
}
