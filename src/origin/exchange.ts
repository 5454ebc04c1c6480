/** One request and the means to answer it, alike for HTTP/1.1 and HTTP/2. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { Writable } from "node:stream";

export type Exchange = {
	readonly request: {
		readonly method?: string | undefined;
		/** Request target: path and query. */
		readonly url?: string | undefined;
		readonly headers: IncomingHttpHeaders;
	};
	readonly response: Response;
	/** The same object for all requests of one connection. */
	readonly connection: object;
	/** Cuts the exchange off: resets the connection, or in HTTP/2 the stream. */
	readonly reset: () => void;
	/** Ends the connection in order, or in HTTP/2 the stream, whatever is still to be sent. */
	readonly close: () => void;
};

export type Response = Writable & { writeHead(status: number, headers: OutgoingHttpHeaders): unknown };

/** Answers one exchange, at once or later. */
export type Respond = (exchange: Exchange) => void;
