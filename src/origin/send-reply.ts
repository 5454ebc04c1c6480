/** Sends a reply whole, paced, or cut off in the middle of its body. */
import { setImmediate as turn } from "node:timers/promises";
import type { ByteSpan } from "./content.ts";
import type { Exchange, Response } from "./exchange.ts";
import type { Pace } from "./pacing.ts";
import type { Content, Reply } from "./reply.ts";
import { sendBody } from "./send-body.ts";

export type Sending = {
	readonly exchange: Exchange;
	readonly reply: Reply;
	/** Whether to reset the connection half-way. */
	readonly cutOff: boolean;
	readonly pace: Pace | undefined;
};

/** Small bodies go out at once and without a promise; what is sent in time rejects when the client leaves. */
export function sendReply({ exchange, reply, cutOff, pace }: Sending): Promise<void> | undefined {
	const { response } = exchange;
	const { content } = reply;
	response.writeHead(reply.status, reply.headers);
	if (cutOff) return sendHalf(exchange, content, pace);
	if (content && (pace || !content.whole)) return sendPaced(response, content, pace);
	response.end(content?.whole);
	return undefined;
}

async function sendPaced(response: Response, content: Content, pace: Pace | undefined): Promise<void> {
	await sendBody(response, { ...content, pace }, goneSignal(response));
	response.end();
}

async function sendHalf({ response, reset }: Exchange, content: Content | undefined, pace: Pace | undefined) {
	if (content) await sendBody(response, { ...content, span: firstHalf(content.span), pace }, goneSignal(response));
	// Node holds the head and the first chunk back until the end of this tick.
	await turn();
	reset();
}

function firstHalf({ start, end }: ByteSpan): ByteSpan {
	return { start, end: start + Math.floor((end - start) / 2) };
}

function goneSignal(response: Response): AbortSignal {
	const gone = new AbortController();
	response.once("close", () => gone.abort());
	return gone.signal;
}
