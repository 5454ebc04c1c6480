/** Opens a list of the user's own: read once, to count it and to write its URLs down for other programs. */
import { createWriteStream } from "node:fs";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Entry } from "../../core/entry.ts";
import { openList } from "../../list/open-list.ts";
import { watchNoServer } from "../measure/watch-server.ts";
import { expectSameAgain } from "./expectation.ts";
import { createUrlLists } from "./url-list.ts";
import type { Workload } from "./workload.ts";

const mostProbes = 20;

/**
 * @param folder where copies are written; exists
 * @throws {ListError} the list cannot be read
 */
export async function openOwnList(source: string, folder: string, signal: AbortSignal): Promise<Workload> {
	const list = await settleSource(source, folder, signal);
	const urlList = join(folder, "urls.txt");
	const { entries, probes } = await writeUrls(list, urlList, signal);
	return {
		name: "list",
		description: `the list ${source}`,
		listName: source,
		list,
		urlList,
		entries,
		probes,
		expectation: expectSameAgain(),
		server: watchNoServer(),
		async [Symbol.asyncDispose]() {},
	};
}

/** Standard input can be read only once: it is copied. */
async function settleSource(source: string, folder: string, signal: AbortSignal): Promise<string> {
	if (source !== "-") return /^https?:\/\//i.test(source) ? source : resolve(source);
	const copy = join(folder, "stdin.txt");
	await pipeline(process.stdin, createWriteStream(copy), { signal });
	return copy;
}

async function writeUrls(
	list: string,
	urlList: string,
	signal: AbortSignal,
): Promise<{ readonly entries: number; readonly probes: readonly Entry[] }> {
	const opened = await openList(list, { warn: () => undefined, signal });
	const lists = createUrlLists(urlList);
	const probes: Entry[] = [];
	let entries = 0;
	try {
		for await (const batch of opened.entries()) {
			entries += batch.length;
			for (const entry of batch) {
				const [first] = entry.urls.filter(isHttp);
				if (first === undefined) continue;
				if (probes.length < mostProbes) probes.push(entry);
				await lists.write(first);
			}
		}
	} finally {
		await lists.close();
		await opened.close();
	}
	return { entries, probes };
}

function isHttp(url: string): boolean {
	return /^https?:\/\//i.test(url) && URL.canParse(url);
}
