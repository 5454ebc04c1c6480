/** Sends a reply whole, paced, or half of it with the fault that then befalls it. */
import { setImmediate as turn } from "node:timers/promises";
import type { ByteSpan } from "./content.ts";
import type { Exchange, Response } from "./exchange.ts";
import type { Pace } from "./pacing.ts";
import type { Content, Reply } from "./reply.ts";
import { type Body, sendBody } from "./send-body.ts";
import type { Fault } from "./verdict.ts";

export type Sending = {
	readonly exchange: Exchange;
	readonly reply: Reply;
	/** What happens half-way, where anything does. */
	readonly fault: Fault | undefined;
	readonly pace: Pace | undefined;
};

/** Small bodies go out at once and without a promise; what is sent in time rejects when the client leaves. */
export function sendReply({ exchange, reply, fault, pace }: Sending): Promise<void> | undefined {
	const { response } = exchange;
	const { content } = reply;
	response.writeHead(reply.status, reply.headers);
	if (fault) return sendHalf(exchange, fault, content && { ...content, span: firstHalf(content.span), pace });
	if (content && (pace || !content.whole)) return sendPaced(response, content, pace);
	response.end(content?.whole);
	return undefined;
}

async function sendPaced(response: Response, content: Content, pace: Pace | undefined): Promise<void> {
	await sendBody(response, { ...content, pace }, goneSignal(response));
	response.end();
}

async function sendHalf({ response, reset, close }: Exchange, fault: Fault, half: Body | undefined): Promise<void> {
	if (half) await sendBody(response, half, goneSignal(response));
	// Node holds the head and the first chunk back until the end of this tick.
	await turn();
	if (fault === "reset") reset();
	else if (fault === "cut") close();
}

function firstHalf({ start, end }: ByteSpan): ByteSpan {
	return { start, end: start + Math.floor((end - start) / 2) };
}

function goneSignal(response: Response): AbortSignal {
	const gone = new AbortController();
	response.once("close", () => gone.abort());
	return gone.signal;
}
