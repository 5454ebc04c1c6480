/** Writes lists for programs that read URLs only. */
import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";

/** Where the URLs of one list go: a line each, and beside it the same as a config file of curl. */
export type UrlListWriter = { write(url: string): Promise<void>; close(): Promise<void> };

export function createUrlLists(path: string): UrlListWriter {
	const plain = createWriteStream(path);
	const curl = createWriteStream(`${path}.curl`);
	return {
		async write(url) {
			await put(plain, `${url}\n`);
			await put(curl, `url = "${url.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"\n`);
		},
		async close() {
			plain.end();
			curl.end();
			await Promise.all([finished(plain), finished(curl)]);
		},
	};
}

/** Writes the config file of curl for a list that is there already. */
export async function writeCurlList(path: string, urls: readonly string[]): Promise<void> {
	const file = createWriteStream(`${path}.curl`);
	for (const url of urls) await put(file, `url = "${url}"\n`);
	file.end();
	await finished(file);
}

async function put(file: WriteStream, text: string): Promise<void> {
	if (!file.write(text)) await once(file, "drain");
}
