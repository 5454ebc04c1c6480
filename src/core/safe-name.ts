/** Makes any text a file name that every common file system takes, and numbers names that are taken. */

/** Longest file name in bytes of UTF-8. */
export const maxNameBytes = 255;

/** What most names are: nothing in them needs a second look. Reserved names are not among them. */
const ordinary = /^(?!(?:con|prn|aux|nul|com\d|lpt\d) *(?:\.|$))[\w-](?:[\w .,()+@=-]{0,253}[\w,()+@=-])?$/i;

/** C0, DEL and C1; line and paragraph separators; what turns the direction of writing and so hides an extension. */
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** The devices of Windows, which it finds under any extension too; superscript digits count as digits. */
const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9\xb9\xb2\xb3]|lpt[0-9\xb9\xb2\xb3])\s*(?:\.|$)/i;

const packed =
	/\.(?:tar|cpio|w?arc|nii|[ct]sv|(?:nd)?json|jsonl|xml|sql|txt|log)\.(?:t?gz|bz2?|xz|zst|lz[4o]?|lzma|br|z)$/i;
const simple = /\.[^.\s]{1,32}$/;

/** More of a name is not looked at: bringing accents into order takes the square of their number. */
const looked = { head: 2048, tail: 1024 };

/** Where a name came from decides whether it may start with dots: the user's own may. */
export type NameOrigin = { readonly fromOut: boolean };

/**
 * One path segment that is safe to create: the rules of names in the README. Never empty (`_` stands for nothing),
 * never `.` or `..`, at most 255 bytes. A safe name stays as it is.
 */
export function safeName(name: string, { fromOut }: NameOrigin): string {
	if (ordinary.test(name)) return name;
	let safe = withoutMiddle(name.replace(controls, "").trim())
		.replace(/\p{Surrogate}/gu, "\ufffd")
		.normalize("NFC")
		.replace(/[/\\<>:"|?*]/g, "_")
		.trimStart();
	if (!fromOut) safe = safe.replace(/^\.+/, (dots) => "_".repeat(dots.length));
	const cut = shorten(trimEnd(safe));
	if (cut === "") return "_";
	return reserved.test(cut) ? shorten(`_${cut}`) : cut;
}

/**
 * The name for the n-th try: `photo.jpg`, `photo (1).jpg`, `photo (2).jpg`; different for each n.
 * @param name a safe name
 * @param n from 0, which is the name itself
 */
export function numberedName(name: string, n: number): string {
	if (n === 0) return name;
	const [stem, extension] = splitName(name);
	const tail = ` (${n})${extension}`;
	const numbered = fit(stem, tail, maxNameBytes);
	// The cut may have taken away just the number that it made room for.
	return numbered === name ? fit(stem, tail, maxNameBytes - 1) : numbered;
}

/** Appends an extension, given with its dot, to a safe name, which is cut where both do not fit. */
export function addExtension(name: string, extension: string): string {
	return fit(name, extension, maxNameBytes);
}

/** Splits off the extension with its dot: `["a", ".tar.gz"]`, `["photo", ".jpg"]`, `[".bashrc", ""]`. */
export function splitName(name: string): readonly [stem: string, extension: string] {
	const tail = name.slice(-48);
	for (const pattern of [packed, simple]) {
		const extension = pattern.exec(tail)?.[0];
		if (extension !== undefined && extension.length < name.length) {
			return [name.slice(0, -extension.length), extension];
		}
	}
	return [name, ""];
}

/** Its beginning and its end, of which the name is made however it is cut. */
function withoutMiddle(text: string): string {
	if (text.length <= looked.head + looked.tail) return text;
	return text.slice(0, looked.head) + text.slice(-looked.tail);
}

function shorten(name: string): string {
	if (Buffer.byteLength(name) <= maxNameBytes) return name;
	const [stem, extension] = splitName(name);
	return trimEnd(fit(stem, extension, maxNameBytes));
}

/** Cuts the stem until it and the tail fit together. */
function fit(stem: string, tail: string, limitBytes: number): string {
	const leftBytes = limitBytes - Buffer.byteLength(tail);
	return Buffer.byteLength(stem) <= leftBytes ? stem + tail : cutBetweenCharacters(stem, leftBytes).trimEnd() + tail;
}

/** The longest beginning of at most so many bytes that ends between characters as readers see them. */
function cutBetweenCharacters(text: string, limitBytes: number): string {
	// A code unit is at least a byte, so nothing beyond can be part of the answer.
	const head = text.slice(0, limitBytes + 1);
	const clusters = Array.from(new Intl.Segmenter().segment(head), ({ segment }) => segment);
	return takeBytes(clusters, limitBytes) || takeBytes(head, limitBytes);
}

function takeBytes(pieces: Iterable<string>, limitBytes: number): string {
	let taken = "";
	let bytes = 0;
	for (const piece of pieces) {
		bytes += Buffer.byteLength(piece);
		if (bytes > limitBytes) break;
		taken += piece;
	}
	return taken;
}

/** Without white space and dots at the end. A loop, because the regular expression is quadratic on long runs. */
function trimEnd(text: string): string {
	let end = text.length;
	while (end > 0 && /[\s.]/.test(text.charAt(end - 1))) end--;
	return text.slice(0, end);
}
