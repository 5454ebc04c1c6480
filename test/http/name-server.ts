/** A name server of one test on a loopback address, and the command run where the system asks it. Needs root, for port 53 and mounts. */
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { skipUnless } from "../skip-unless.ts";
import "../without-proxies.ts";

const isThere =
	process.getuid?.() === 0 &&
	process.platform === "linux" &&
	spawnSync("unshare", ["--mount", "mount", "--bind", "/etc/resolv.conf", "/etc/resolv.conf"]).status === 0;

/** Why tests with a name server are skipped here; false where they run. */
export const cannotServeNames: string | false = skipUnless(isThere, "root on Linux, to serve names");

/** What a name is: an IPv4 address, nothing, or an answer that takes its time. */
export type NameRecord = { readonly address?: string; readonly afterMs?: number };

/** @returns What stands before a command that asks this server. */
export async function serveNames(
	context: TestContext,
	records: (name: string) => NameRecord,
): Promise<{ readonly within: readonly [string, ...string[]]; readonly asked: readonly string[] }> {
	const asked: string[] = [];
	const { socket, address } = await bindSomewhere();
	const timers = new Set<NodeJS.Timeout>();
	socket.on("message", (question, { port, address: from }) => {
		const { name, end, type } = readQuestion(question);
		asked.push(name);
		const { address: found, afterMs = 0 } = records(name);
		const answer = answerTo(question.subarray(0, end), type === 1 ? found : undefined, found !== undefined);
		const timer = setTimeout(() => socket.send(answer, port, from), afterMs);
		timers.add(timer);
	});
	const folder = mkdtempSync(join(tmpdir(), "downspout-names-"));
	const file = join(folder, "resolv.conf");
	writeFileSync(file, `nameserver ${address}\n`);
	context.after(() => {
		for (const timer of timers) clearTimeout(timer);
		socket.close();
		rmSync(folder, { recursive: true, force: true });
	});
	const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
	return { within: ["unshare", "--mount", "sh", "-c", script, file], asked };
}

/** On an address that nobody has: other test files may serve names at the same time. */
async function bindSomewhere(): Promise<{ readonly socket: Socket; readonly address: string }> {
	for (let tries = 0; ; tries++) {
		const address = `127.53.${randomInt(256)}.${randomInt(1, 255)}`;
		const socket = createSocket("udp4").bind(53, address);
		try {
			await once(socket, "listening");
			return { socket, address };
		} catch (error) {
			socket.close();
			if (tries === 9) throw error;
		}
	}
}

/** The first question of a message (RFC 1035, 4.1.2). */
function readQuestion(message: Buffer): { readonly name: string; readonly end: number; readonly type: number } {
	const labels: string[] = [];
	let at = 12;
	for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
		labels.push(message.toString("latin1", at + 1, at + 1 + length));
		at += 1 + length;
	}
	return { name: labels.join(".").toLowerCase(), end: at + 5, type: message.readUInt16BE(at + 1) };
}

function answerTo(question: Buffer, address: string | undefined, isKnown: boolean): Buffer {
	const header = Buffer.from(question);
	header.writeUInt16BE(isKnown ? 0x8180 : 0x8183, 2);
	header.writeUInt16BE(1, 4);
	header.writeUInt16BE(address === undefined ? 0 : 1, 6);
	header.writeUInt32BE(0, 8);
	if (address === undefined) return header;
	const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split(".").map(Number)]);
	return Buffer.concat([header, record]);
}
