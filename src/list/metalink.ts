/** Metalink documents, of RFC 5854 and of the older version 3, read file by file. */
import { SaxesParser } from "saxes";
import type { Entry } from "../core/entry.ts";
import { BrokenListError, brokenAt } from "./broken-list-error.ts";
import { maxEntryLength, tooLong } from "./limits.ts";
import { createFileReader } from "./metalink-file.ts";
import { pieces } from "./pieces.ts";
import type { ReadOptions } from "./read-options.ts";

const pieceBytes = 4 * 1024;
/** Pieces of a large file have many digests: 10 million characters are those of 150,000 pieces. */
const maxFileLength = 40 * maxEntryLength;
/** Elements within elements; a document has six levels. */
const mostLevels = 100;

/**
 * Batches of entries; `line` is the number of the file.
 * @throws {BrokenListError} it is no Metalink, its XML is not well-formed, or it has a document type of its own.
 */
export async function* readMetalink(
	chunks: AsyncIterable<Uint8Array>,
	options: ReadOptions,
): AsyncGenerator<readonly Entry[]> {
	let count = 0;
	let batch: Entry[] = [];
	let isMetalink = false;
	/** Since the last tag, and since the last file began. */
	let length = 0;
	const file = createFileReader(options, (make) => batch.push(make(++count)));
	const parser = new SaxesParser({ xmlns: true });
	/** Names of the elements that are open. */
	const parents: string[] = [];
	parser.on("error", (error) => {
		throw new Error(error.message);
	});
	parser.on("doctype", () => {
		throw new Error("a document type is refused");
	});
	parser.on("opentag", ({ local, attributes }) => {
		if (parents.length === 0 && local !== "metalink")
			throw new Error(`it is no Metalink: its root is ${local.slice(0, 100)}`);
		isMetalink = true;
		if (parents.length > mostLevels) throw new Error(`more than ${mostLevels} levels of elements`);
		if (local === "file") length = 0;
		file.open({ name: local, parent: parents.at(-1) ?? "", attribute: (name) => attributes[name]?.value });
		parents.push(local);
	});
	parser.on("text", (text) => file.text(text));
	parser.on("cdata", (text) => file.text(text));
	parser.on("closetag", ({ local }) => {
		parents.pop();
		file.close(local);
		if (local === "file") length = 0;
	});
	const decoder = createDecoder();
	const write = (piece: Uint8Array | undefined): void => {
		const text = decoder(piece);
		length += text.length;
		parser.write(text);
		if (length > maxFileLength) throw new Error(tooLong("a file", maxFileLength));
		if (piece === undefined) parser.close();
	};
	try {
		for await (const chunk of chunks) {
			for (const piece of pieces(chunk, pieceBytes)) {
				write(piece);
				if (batch.length > 0) yield batch;
				batch = [];
			}
			if (options.signal?.aborted) return;
		}
		if (!isMetalink) throw new BrokenListError(1, "it is empty, or has no element");
		write(undefined);
	} catch (error) {
		if (batch.length > 0) yield batch;
		throw brokenAt(count + 1, error);
	}
	if (batch.length > 0) yield batch;
}

/** In the encoding that the document declares; UTF-16 is UTF-8 by now. */
function createDecoder(): (piece: Uint8Array | undefined) => string {
	let decoder: TextDecoder | undefined;
	return (piece) => {
		decoder ??= new TextDecoder(encodingOf(piece ?? new Uint8Array()));
		return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
	};
}

function encodingOf(bytes: Uint8Array): string {
	const declaration = Buffer.from(bytes.subarray(0, 200)).toString("latin1");
	const name =
		/^(?:\xef\xbb\xbf)?<\?xml[^>]{1,100}\sencoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(declaration)?.[1] ?? "utf-8";
	return /^utf-?16/i.test(name) ? "utf-8" : name;
}
