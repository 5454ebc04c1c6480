/** The folder and name that a file should have, from the entry, the response head and the options. */
import { lstatSync, type Stats } from "node:fs";
import { join } from "node:path";
import { folderOf, nameFromContentDisposition, nameFromUrl, safeName, withExtension } from "../core/naming.ts";
import type { DownloadOptions } from "../core/options.ts";
import type { Task } from "../core/task.ts";

export type Target = {
	/** Relative to the download directory, with `/`; empty for the directory itself. */
	readonly folder: string;
	readonly name: string;
};

/** The media type's usual extension, without a dot. */
export type ExtensionLookup = (mediaType: string) => string | undefined;

export type NamingHead = { readonly contentDisposition?: string; readonly contentType?: string };

export type Naming = Pick<DownloadOptions, "layout" | "contentDisposition"> & {
	/** Present when names without an extension get one. */
	readonly extensionOf?: ExtensionLookup;
};

/** Whether the name is settled before the response head is here. */
export function isNameKnown(task: Task, naming: Naming): boolean {
	return task.out !== undefined || (!naming.contentDisposition && !naming.extensionOf);
}

/** @param namedBy - The first listed URL. */
export function targetOf(task: Task, namedBy: URL, naming: Naming & { readonly head: NamingHead }): Target {
	const { head, extensionOf } = naming;
	if (task.out !== undefined) {
		const cut = task.out.lastIndexOf("/");
		return { folder: cut < 0 ? "" : task.out.slice(0, cut), name: task.out.slice(cut + 1) };
	}
	const given =
		naming.contentDisposition && head.contentDisposition ? nameFromContentDisposition(head.contentDisposition) : undefined;
	const name = safeName(given ?? nameFromUrl(namedBy), { fromOut: false });
	const full = extensionOf && head.contentType ? withExtension(name, head.contentType, extensionOf) : name;
	return { folder: task.folder ?? folderOf(namedBy, naming.layout), name: full };
}

/** What stands under the target's name now, a dangling symbolic link included. */
export function findExisting(dir: string, target: Target): Stats | undefined {
	try {
		return lstatSync(join(dir, target.folder, target.name), { throwIfNoEntry: false });
	} catch {
		// Such as ENOTDIR: nothing can stand there.
		return undefined;
	}
}

export function targetFile(target: Target): string {
	return target.folder === "" ? target.name : `${target.folder}/${target.name}`;
}
