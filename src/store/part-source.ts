/** What the bytes of a part are: which version of which URL, as it lies beside them. */
import { constants, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Validators } from "../core/ranges.ts";
import { closeQuietly, unlinkQuietly } from "../files/quietly.ts";
import { openTrusted, readTrusted } from "../files/trust.ts";

/** Where the bytes came from and of which version they are. */
export type PartSource = Validators & { readonly url: string };

export function sourcePath(folder: string): string {
	return join(folder, "source.json");
}

/** Writes it anew. @throws {NodeJS.ErrnoException} such as ENOSPC. */
export function writeSource(folder: string, source: PartSource | undefined): void {
	const path = sourcePath(folder);
	unlinkQuietly(path);
	const fd = openTrusted(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
	try {
		writeFileSync(fd, JSON.stringify(source ?? {}));
	} finally {
		// A torn text is none, and the part begins again.
		closeQuietly(fd);
	}
}

/** @returns Undefined where nothing tells what the bytes are. */
export function readSource(folder: string): PartSource | undefined {
	try {
		return sourceFrom(JSON.parse(readTrusted(sourcePath(folder))));
	} catch {
		return undefined;
	}
}

export function sourceFrom(source: unknown): PartSource | undefined {
	if (typeof source !== "object" || source === null || !("url" in source) || typeof source.url !== "string") {
		return undefined;
	}
	const text = (name: "etag" | "lastModified" | "date" | "contentEncoding"): Validators => {
		const value: unknown = Reflect.get(source, name);
		return typeof value === "string" ? { [name]: value } : {};
	};
	const totalBytes: unknown = Reflect.get(source, "totalBytes");
	return {
		url: source.url,
		...text("etag"),
		...text("lastModified"),
		...text("date"),
		...text("contentEncoding"),
		...(typeof totalBytes === "number" ? { totalBytes } : {}),
	};
}
