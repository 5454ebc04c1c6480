/** Look-ups as the system does them (getaddrinfo), in a process of their own: they block a thread each, and nothing can end one. */
import { type ChildProcess, spawn } from "node:child_process";
import { lookup } from "node:dns";

/** What a look-up came to: addresses, or the code of its error. */
export type NameAnswer = { readonly addresses: readonly string[]; readonly code?: string };

export type SystemNames = {
	lookUp(name: string): Promise<NameAnswer>;
	/** Ends look-ups under way; nobody hears of them any more. */
	close(): void;
};

/** Look-ups at once. */
const threads = 64;

/** Kills itself when its parent is gone: an exit in order would wait for the look-ups. */
const script = `
const { lookup } = require("node:dns");
process.on("message", ({ id, name }) => lookup(name, { all: true }, (error, found) => {
	if (process.connected) process.send({ id, code: error?.code, addresses: (found ?? []).map(({ address }) => address) });
}));
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
`;

/** The process starts with the first look-up. */
export function createSystemNames(): SystemNames {
	const asked = new Map<number, { readonly name: string; readonly resolve: (answer: NameAnswer) => void }>();
	let child: ChildProcess | undefined;
	let count = 0;

	const start = (): ChildProcess => {
		const { NODE_OPTIONS: _, ...env } = process.env;
		const started = spawn(process.execPath, ["-e", script], {
			stdio: ["ignore", "ignore", "ignore", "ipc"],
			env: { ...env, UV_THREADPOOL_SIZE: String(threads) },
		});
		started.on("message", (message) => {
			const answer = readAnswer(message);
			const waiting = answer && asked.get(answer.id);
			if (!answer || !waiting) return;
			asked.delete(answer.id);
			waiting.resolve(answer);
		});
		const lose = (): void => {
			if (child === started) child = undefined;
			for (const [id, { name, resolve }] of asked) {
				asked.delete(id);
				lookUpHere(name).then(resolve);
			}
		};
		started.on("error", lose);
		started.on("exit", lose);
		started.unref();
		started.channel?.unref();
		return started;
	};

	return {
		lookUp(name) {
			return new Promise((resolve) => {
				const id = ++count;
				asked.set(id, { name, resolve });
				child ??= start();
				// Where it cannot be told, its end is, and then the look-up happens here.
				child.send({ id, name }, () => undefined);
			});
		},
		close() {
			asked.clear();
			child?.removeAllListeners("exit");
			child?.kill("SIGKILL");
			child = undefined;
		},
	};
}

/** Where no process can be started. */
function lookUpHere(name: string): Promise<NameAnswer> {
	return new Promise((resolve) => {
		lookup(name, { all: true }, (error, found) => {
			const addresses = (found ?? []).map(({ address }) => address);
			resolve(error ? { addresses, code: error.code ?? "EAI_FAIL" } : { addresses });
		});
	});
}

function readAnswer(message: unknown): (NameAnswer & { readonly id: number }) | undefined {
	if (typeof message !== "object" || message === null || !("id" in message) || typeof message.id !== "number") {
		return undefined;
	}
	const { id } = message;
	const found = "addresses" in message && Array.isArray(message.addresses) ? message.addresses : [];
	const addresses = found.filter((one) => typeof one === "string");
	return "code" in message && typeof message.code === "string"
		? { id, addresses, code: message.code }
		: { id, addresses };
}
