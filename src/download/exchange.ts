/** One HTTP request and its answer, on undici's handler interface: nothing is called after `abort`, and nothing twice. */
import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";

export type ExchangeListener = {
	onHead(status: number, headers: IncomingHttpHeaders): void;
	onData(chunk: Buffer): void;
	onEnd(): void;
	onError(error: Error): void;
};

export type Exchange = {
	/** Whether the request is on its way: until then the connect timeout rules, then the idle timeout. */
	connected: boolean;
	/** Turns of the idle watch since the last byte. */
	idleTurns: number;
	/** Whether the response head is here. */
	answered: boolean;
	/** Ends the exchange at once; the listener hears no more. */
	abort(): void;
};

const abandoned = new Error("abandoned");

/** Sends a GET. `headers` is a flat list of names and values. */
export function openExchange(
	dispatcher: Dispatcher,
	request: { readonly path: string; readonly headers: string[] },
	listener: ExchangeListener,
): Exchange {
	let controller: Dispatcher.DispatchController | undefined;
	let over = false;
	const exchange: Exchange = {
		connected: false,
		idleTurns: 0,
		answered: false,
		abort() {
			over = true;
			controller?.abort(abandoned);
		},
	};
	dispatcher.dispatch(
		{ path: request.path, method: "GET", headers: request.headers },
		{
			onRequestStart(started) {
				controller = started;
				if (over) return started.abort(abandoned);
				exchange.connected = true;
				exchange.idleTurns = 0;
			},
			onResponseStart(_, status, headers) {
				exchange.idleTurns = 0;
				if (over || status < 200) return;
				exchange.answered = true;
				listener.onHead(status, headers);
			},
			onResponseData(_, chunk) {
				exchange.idleTurns = 0;
				if (!over) listener.onData(chunk);
			},
			onResponseEnd() {
				if (over) return;
				over = true;
				listener.onEnd();
			},
			onResponseError(_, error) {
				if (over) return;
				over = true;
				listener.onError(error);
			},
		},
	);
	return exchange;
}
