/** What is often given as a list and is none: recognised by its first bytes, so that it is told instead of its lines. */

type Kind = { readonly magic: readonly number[]; readonly what: string };

const bytesOf = (text: string): readonly number[] => [...Buffer.from(text, "latin1")];

const kinds: readonly Kind[] = [
	{
		magic: bytesOf("PK\x03\x04"),
		what: "a Zip archive: unpack it first, or save it as CSV where it is a spreadsheet",
	},
	{ magic: bytesOf("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), what: "a document of Microsoft Office: save it as CSV" },
	{ magic: bytesOf("\xfd7zXZ\0"), what: "packed with xz, which is not read: xz -dc LIST | downspout -" },
	...[..."123456789"].map((level) => ({
		magic: bytesOf(`BZh${level}1AY&SY`),
		what: "packed with bzip2, which is not read: bzip2 -dc LIST | downspout -",
	})),
	{ magic: bytesOf("7z\xbc\xaf\x27\x1c"), what: "a 7z archive: unpack it first" },
	{ magic: bytesOf("Rar!\x1a\x07"), what: "a RAR archive: unpack it first" },
	{ magic: bytesOf("\x04\x22\x4d\x18"), what: "packed with lz4, which is not read: lz4 -dc LIST | downspout -" },
	{ magic: bytesOf("ARROW1\0\0"), what: "an Arrow file (Feather): write it as Parquet or CSV" },
	{ magic: bytesOf("Obj\x01"), what: "an Avro file: write it as Parquet or CSV" },
	{ magic: bytesOf("SQLite format 3\0"), what: "an SQLite database: write the table as CSV" },
	{ magic: bytesOf("%PDF-"), what: "a PDF document" },
	{ magic: bytesOf("\xff\xfe\0\0"), what: "text in UTF-32: write it as UTF-8" },
	{ magic: bytesOf("\0\0\xfe\xff"), what: "text in UTF-32: write it as UTF-8" },
];

/** Their first bytes, all of which must be there to tell. */
export const foreignMagics: readonly (readonly number[])[] = kinds.map(({ magic }) => magic);

/** Whether it is a page of the web, which servers give where something is wrong. */
export function isHtml(beginning: Uint8Array): boolean {
	return /^(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html[\s>])/i.test(Buffer.from(beginning).toString("latin1"));
}

/** What the bytes are instead of a list, and what to do about it; undefined where they may be one. */
export function foreignKind(beginning: Uint8Array): string | undefined {
	return kinds.find(({ magic }) => magic.every((byte, at) => byte === beginning[at]))?.what;
}
