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

/** What every answer that brings a file is asked for: one look through the head finds all of it. */
export type FileFields = {
	contentLength?: string;
	etag?: string;
	lastModified?: string;
	contentDisposition?: string;
};

/** The first value of each. */
export function fileFields(head: ResponseHead): FileFields {
	const found: FileFields = {};
	for (let index = 0; index + 1 < head.length; index += 2) {
		const name = head[index];
		switch (name?.length) {
			case 4:
				if (isNamed(name, "etag")) found.etag ??= textOf(head[index + 1]);
				break;
			case 13:
				if (isNamed(name, "last-modified")) found.lastModified ??= textOf(head[index + 1]);
				break;
			case 14:
				if (isNamed(name, "content-length")) found.contentLength ??= textOf(head[index + 1]);
				break;
			case 19:
				if (isNamed(name, "content-disposition")) found.contentDisposition ??= textOf(head[index + 1]);
		}
	}
	return found;
}

function textOf(value: Buffer | undefined): string {
	return value?.toString("latin1") ?? "";
}

/** The bit of an ASCII letter that makes it lower case. */
const lowerCase = 0x20;

function isNamed(found: Buffer | undefined, name: string): boolean {
	if (found?.length !== name.length || ((found[0] ?? 0) | lowerCase) !== name.charCodeAt(0)) return false;
	return found.toString("latin1").toLowerCase() === name;
}
