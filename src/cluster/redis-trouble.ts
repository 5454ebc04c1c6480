/** Why a Redis is not to be had, in its own words: asked on a connection apart, as a client library swallows what it did not ask for. */
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Redis } from "ioredis";
import { messageOf } from "./cluster-error.ts";

export type RedisTrouble = {
	/** `loading`: it will be of use when it has read its data. `refusal`: waiting does not mend it. */
	readonly kind: "loading" | "refusal" | "other";
	readonly message: string;
};

/** A server that takes nobody in says so at once, and hangs up: what is written to it then loses its word. In milliseconds. */
const unaskedMs = 200;
const mostMs = 2000;
const mostBytes = 65_536;
const usualPort = 6379;

/** @returns What is wrong; undefined where it answers as it should, or not at all, or nobody waits any more. */
export function askTrouble({ options }: Redis, signal?: AbortSignal): Promise<RedisTrouble | undefined> {
	const { host = "127.0.0.1", port = usualPort, tls, username, password } = options;
	const socket = tls ? connectTls({ ...tls, host, port }) : connect({ host, port });
	return new Promise((resolve) => {
		let heard = "";
		const settle = (trouble: RedisTrouble | undefined): void => {
			clearTimeout(limit);
			clearTimeout(unasked);
			signal?.removeEventListener("abort", onAbort);
			socket.destroy();
			resolve(trouble);
		};
		const onAbort = (): void => settle(undefined);
		signal?.addEventListener("abort", onAbort, { once: true });
		const limit = setTimeout(settle, mostMs, undefined);
		let unasked: NodeJS.Timeout | undefined;
		socket.once(tls ? "secureConnect" : "connect", () => {
			unasked = setTimeout(() => ask(socket, { username, password }), unaskedMs);
		});
		socket.setEncoding("utf8").on("data", (text: string) => {
			heard += text;
			const trouble = troubleIn(heard);
			if (trouble) settle(trouble);
			else if (/^loading:/m.test(heard) || heard.length > mostBytes) settle(undefined);
		});
		socket.on("error", (error) => settle(troubleOf(messageOf(error))));
		socket.on("close", () => settle(undefined));
	});
}

function troubleIn(heard: string): RedisTrouble | undefined {
	const refusal = /^-(.*?)\r\n/m.exec(heard)?.[1];
	if (refusal !== undefined) return troubleOf(refusal);
	return /^loading:1\r\n/m.test(heard) ? { kind: "loading", message: "it is still loading its data" } : undefined;
}

function troubleOf(message: string): RedisTrouble {
	return { kind: isRefusal(message) ? "refusal" : "other", message: explain(message) };
}

type Credentials = { readonly username: string | null | undefined; readonly password: string | null | undefined };

function ask(socket: Socket, { username, password }: Credentials): void {
	if (password) socket.write(command("AUTH", ...(username ? [username] : []), password));
	socket.write(command("INFO", "persistence"));
}

function command(...words: readonly string[]): string {
	const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
	return `*${words.length}\r\n${parts.join("")}`;
}

/** Errors that waiting does not mend. */
const refusal =
	/WRONGPASS|NOAUTH|NOPERM|DENIED|invalid password|without any password configured|self.signed|certificate|ERR_TLS|wrong version number/i;

export function isRefusal(message: string): boolean {
	return refusal.test(message);
}

/** In the words of those who set it up. */
export function explain(message: string): string {
	if (/WRONGPASS|invalid password/i.test(message)) return "the user name or password is wrong";
	if (/NOPERM|The user executing the script/.test(message))
		return `its rules do not let this user do what a cluster needs (${message.trim()})`;
	if (/^DENIED/.test(message))
		return "it is in protected mode, which lets in its own machine alone: give it a password";
	if (/NOAUTH/.test(message)) return "it wants a password (DOWNSPOUT_REDIS_PASSWORD)";
	return message;
}
