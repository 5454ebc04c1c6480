/** What saved files must be: known from the lab origin's seed, or learned from the first run that saved them. */
import { originDigest, originSize } from "../../origin/content.ts";

/** What was found of one file. `same` is a whole file, `changed` a whole one with other bytes than in an earlier run. */
export type Verdict = "same" | "changed" | "wrong" | "unknown";

/** Judges files by their path below the download directory, their size and SHA-256 in hexadecimal. */
export type Expectation = { judge(file: string, sizeBytes: number, sha256: string): Verdict };

/** Files of a lab origin: the bytes follow from the seed and the path, so every difference is a damaged file. */
export function expectOrigin(seed: number, urls: Iterable<string>): Expectation {
	const paths = new Map<string, string>();
	for (const url of urls) {
		const { pathname } = new URL(url);
		paths.set(pathname.slice(pathname.lastIndexOf("/") + 1), pathname);
	}
	const digests = new Map<string, string>();
	return {
		judge(file, sizeBytes, sha256) {
			const path = paths.get(file);
			const expectedBytes = path === undefined ? undefined : originSize(path);
			if (path === undefined || expectedBytes === undefined) return "unknown";
			if (sizeBytes !== expectedBytes) return "wrong";
			const known = digests.get(file);
			const digest = known ?? Buffer.from(originDigest(seed, path, expectedBytes), "base64").toString("hex");
			if (known === undefined) digests.set(file, digest);
			return digest === sha256 ? "same" : "wrong";
		},
	};
}

/** Files of any server: the first digest of a name stands; another one later may be the server's doing. */
export function expectSameAgain(): Expectation {
	const digests = new Map<string, string>();
	return {
		judge(file, _sizeBytes, sha256) {
			const known = digests.get(file);
			if (known === undefined) digests.set(file, sha256);
			return known === undefined || known === sha256 ? "same" : "changed";
		},
	};
}
