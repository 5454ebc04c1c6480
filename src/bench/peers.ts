/** Other downloaders, each asked for the same work: as many at once, as many further attempts, no output, no settings file. */
import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Contender, RunPlace } from "./contender.ts";

/** The programs that can be named, in the order of the help. */
export const peerNames = ["curl", "wget2", "aria2c", "wget"] as const;
export type PeerName = (typeof peerNames)[number];

export type FoundPeers = {
	readonly contenders: readonly Contender[];
	readonly versions: Readonly<Record<string, string>>;
	/** Those that are not installed. */
	readonly missing: readonly string[];
};

type Peer = { readonly note: string; args(place: RunPlace): readonly string[] };

const peers: Readonly<Record<PeerName, Peer>> = {
	curl: {
		note: "names each file from the URL; retries, with resets too",
		args: ({ urlList, concurrency }) => [
			...["--disable", "--parallel", "--parallel-max", String(concurrency)],
			...["--fail", "--silent", "--location", "--remote-name-all"],
			...["--retry", "3", "--retry-all-errors", "--config", `${urlList}.curl`],
		],
	},
	wget2: {
		// Its older versions have no option for it, and it gives up on an option that it does not know.
		note: "tries lost connections again, error statuses not",
		args: ({ urlList, concurrency }) => [
			...["--no-config", "--quiet", "--no-hsts", "--max-threads", String(concurrency)],
			...["--tries", "4", "--waitretry", "1", "--input-file", urlList],
		],
	},
	aria2c: {
		note: "one connection a file; retries",
		args: ({ urlList, concurrency }) => [
			...["--no-conf", "--quiet", "--max-concurrent-downloads", String(concurrency), "--split", "1"],
			...["--max-connection-per-server", "1", "--max-tries", "4", "--retry-wait", "1", "--file-allocation", "none"],
			...["--input-file", urlList],
		],
	},
	wget: {
		note: "one download at a time: it has no parallel mode",
		args: ({ urlList }) => [
			...["--no-config", "--quiet", "--no-hsts", "--tries", "4", "--waitretry", "1"],
			...["--retry-on-http-error", "429,500,502,503,504", "--input-file", urlList],
		],
	},
};

/** Finds the programs among the folders of PATH. A program that is not there is named, not an error. */
export async function findPeers(names: readonly PeerName[], signal: AbortSignal): Promise<FoundPeers> {
	const found = await Promise.all(names.map(async (name) => ({ name, file: await findProgram(name) })));
	const present = found.flatMap(({ name, file }) => (file === undefined ? [] : [{ name, file }]));
	const versions = await Promise.all(
		present.map(async ({ name, file }) => [name, await readVersion(file, signal)] as const),
	);
	return {
		contenders: present.map(({ name, file }) => peerContender(name, file)),
		versions: Object.fromEntries(versions),
		missing: found.filter(({ file }) => file === undefined).map(({ name }) => name),
	};
}

function peerContender(name: PeerName, file: string): Contender {
	const peer = peers[name];
	return {
		name,
		kind: "peer",
		note: peer.note,
		// They say by their codes that something failed, each in its own way; what was saved is seen in the files.
		ended: (exitCode) => exitCode !== null && exitCode < 126,
		command: (place) => ({ file, args: peer.args(place), cwd: place.dir }),
	};
}

async function findProgram(name: string): Promise<string | undefined> {
	for (const folder of (process.env.PATH ?? "").split(delimiter)) {
		if (folder === "") continue;
		const file = join(folder, name);
		const usable = await access(file, constants.X_OK).then(
			() => true,
			() => false,
		);
		if (usable) return file;
	}
	return undefined;
}

async function readVersion(file: string, signal: AbortSignal): Promise<string> {
	const { stdout } = await promisify(execFile)(file, ["--version"], { signal });
	return stdout.split("\n", 1)[0]?.trim() ?? "";
}
