/** A list of files to download under fire, and the check that a directory holds them whole, each at most once. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { originDigest } from "../../src/origin/content.ts";

/** Equal names in one folder: they make names collide between workers. */
const namesakes = 40;
const small = 240;
const large = 6;
const smallBytes = 10_240;
const largeBytes = 1_500_000;

export type Batch = {
	/** Paths on the lab origin. */
	readonly paths: readonly string[];
	/** Fails unless each file under DIR is one of the batch, whole, and there once; gives how many there are. */
	check(dir: string): Promise<number>;
};

/** Small files, files of one name and large ones, mixed. @param seed of the origin that serves them */
export function createBatch(seed: number): Batch {
	const every = Math.floor(small / large);
	const paths = Array.from({ length: small }, (_, n) => {
		const mine = [`/f/${smallBytes + n}/${n}.bin`];
		if (n < namesakes) mine.push(`/f/${smallBytes}/${n}/photo.jpg`);
		if (n % every === 0) mine.push(`/f/${largeBytes + n}/large-${n}.bin`);
		return mine;
	}).flat();
	const pathOf = new Map(paths.map((path) => [originDigest(seed, path, sizeOf(path)), path]));
	return { paths, check: (dir) => checkFolder(dir, pathOf) };
}

async function checkFolder(dir: string, pathOf: ReadonlyMap<string, string>): Promise<number> {
	const names = (await namesIn(dir)).filter((name) => name !== ".downspout");
	const nameOf = new Map<string, string>();
	for (const name of names) {
		const digest = createHash("sha256")
			.update(await readFile(join(dir, name)))
			.digest("base64");
		const path = pathOf.get(digest);
		assert(path !== undefined, `${name} is torn, or nothing of ours`);
		assert.equal(nameOf.get(path), undefined, `${path} was saved twice: ${nameOf.get(path)}, ${name}`);
		assert.equal(name.replace(/ \(\d+\)(?=\.jpg$)/, ""), path.slice(path.lastIndexOf("/") + 1));
		nameOf.set(path, name);
	}
	return names.length;
}

/** A run that was killed early has not made the folder yet. */
async function namesIn(dir: string): Promise<readonly string[]> {
	try {
		return await readdir(dir);
	} catch {
		return [];
	}
}

function sizeOf(path: string): number {
	return Number(path.split("/")[2]);
}
