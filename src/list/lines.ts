/** Cuts a stream of UTF-8 bytes into lines, whichever line ends it uses, in bounded memory. */

/** What is left of a line that is too long: enough to recognise it by. */
const cutLength = 2000;

export type LineSplitter = {
	/** What has come of the line that has not ended yet. */
	readonly begun: string;
	/** Hands on the lines that these bytes complete. */
	push(bytes: Uint8Array): void;
	/** Hands on the last line, which needs no line end. */
	end(): void;
};

/**
 * Lines end in LF, CRLF or CR; a byte order mark is dropped; what is no UTF-8 becomes U+FFFD.
 * @param onLine gets each line without its end; `cut` tells that only the beginning of a longer one is there
 * @param maxLength longest line that is held in memory, in UTF-16 units
 */
export function lineSplitter(onLine: (line: string, cut: boolean) => void, maxLength: number): LineSplitter {
	const decoder = new TextDecoder();
	let started = "";
	let cut = false;
	let afterCr = false;

	function add(text: string): void {
		if (cut) return;
		started += text;
		if (started.length <= maxLength) return;
		started = started.slice(0, cutLength);
		cut = true;
	}

	function finish(tail: string): void {
		add(tail);
		const line = started;
		const wasCut = cut;
		started = "";
		cut = false;
		onLine(line, wasCut);
	}

	function split(decoded: string): void {
		if (decoded === "") return;
		let text = afterCr && decoded.startsWith("\n") ? decoded.slice(1) : decoded;
		afterCr = text.endsWith("\r");
		if (text.includes("\r")) text = text.replace(/\r\n?/g, "\n");
		let start = 0;
		for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
			finish(text.slice(start, end));
			start = end + 1;
		}
		add(text.slice(start));
	}

	return {
		get begun() {
			return started;
		},
		push: (bytes) => split(decoder.decode(bytes, { stream: true })),
		end() {
			split(decoder.decode());
			if (started !== "") finish("");
		},
	};
}
