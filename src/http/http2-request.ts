/** The fields of a request over HTTP/2 (RFC 9113, 8.3.1), from the head that HTTP/1.1 would send. */

/** Names and values in turn where the engine takes them so: it then copies and checks no object for each request. */
export type Http2Fields = Record<string, string> | readonly string[];

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const takesRows = major >= 24 || (major === 22 && minor >= 17);

/**
 * Requests of one origin differ in their paths alone, most of the time: what follows the first line is read once for each row of them.
 * @returns Reads a head, one character for each byte.
 */
export function createHttp2Requests(scheme: "http" | "https"): (head: string) => Http2Fields {
	let lastRest = "";
	let fields: Record<string, string> = {};
	let rows: readonly string[] = [];
	return (head) => {
		const lineEnd = head.indexOf("\r\n");
		const rest = head.slice(lineEnd);
		if (rest !== lastRest) {
			fields = readFields(rest, scheme);
			rows = Object.entries(fields).flat();
			lastRest = rest;
		}
		const [method = "GET", path = "/"] = head.slice(0, lineEnd).split(" ");
		if (takesRows) return [":method", method, ":path", path, ...rows];
		return { ...fields, ":method": method, ":path": path };
	};
}

function readFields(rest: string, scheme: string): Record<string, string> {
	const fields: Record<string, string> = { ":scheme": scheme };
	for (const line of rest.split("\r\n")) {
		const colon = line.indexOf(": ");
		if (colon < 0) continue;
		const name = line.slice(0, colon);
		const value = line.slice(colon + 2);
		const before = fields[name];
		if (name === "host") fields[":authority"] = value;
		// Which means the same (RFC 9110, 5.2), and the engine refuses some that stand twice.
		else fields[name] = before === undefined ? value : `${before}, ${value}`;
	}
	return fields;
}
