/** The fields of a response head as undici found them: flat, name before value. Most are never asked for, so they are looked up rather than parsed. */
export type ResponseHead = readonly Buffer[];

/** The first value of a field, one character for each byte. @param name - In lower case. */
export function field(head: ResponseHead, name: string): string | undefined {
	for (let index = 0; index + 1 < head.length; index += 2) {
		if (isNamed(head[index], name)) return head[index + 1]?.toString("latin1");
	}
	return undefined;
}

/** All values of a field that may come more than once, such as Set-Cookie. @param name - In lower case. */
export function fields(head: ResponseHead, name: string): string[] {
	const values: string[] = [];
	for (let index = 0; index + 1 < head.length; index += 2) {
		const value = head[index + 1];
		if (value && isNamed(head[index], name)) values.push(value.toString("latin1"));
	}
	return values;
}

function isNamed(found: Buffer | undefined, name: string): boolean {
	return found?.length === name.length && found.toString("latin1").toLowerCase() === name;
}
