/** The folder and name that a file should have, from the entry, the response head and the options. */
import { lstatSync, type Stats } from "node:fs";
import { join } from "node:path";
import { type Address, pathnameOf } from "../core/address.ts";
import { folderOf, nameFromContentDisposition, nameFromPath, safeName, withExtension } from "../core/naming.ts";
import type { DownloadOptions } from "../core/options.ts";
import type { Task } from "../core/task.ts";

export type Target = {
	/** Relative to the download directory, with `/`; empty for the directory itself. */
	readonly folder: string;
	readonly name: string;
};

/** The media type's usual extension, without a dot. */
export type ExtensionLookup = (mediaType: string) => string | undefined;

/** The fields of a response head that names depend on. */
export type NamingHead = {
	readonly contentDisposition?: string | undefined;
	readonly contentType?: string | undefined;
};

export type Naming = Pick<DownloadOptions, "layout" | "contentDisposition"> & {
	/** Present when names without an extension get one. */
	readonly extensionOf?: ExtensionLookup;
};

/** Whether the name is settled before the response head is here. */
export function isNameKnown(task: Task, naming: Naming): boolean {
	return task.out !== undefined || (!naming.contentDisposition && !naming.extensionOf);
}

/** @param entry - The task, and its first listed URL, which names the file where nothing else does. */
export function targetOf(
	entry: { readonly task: Task; readonly namedBy: Address },
	naming: Naming,
	head: NamingHead,
): Target {
	const { task, namedBy } = entry;
	// A file that was saved before keeps its name.
	const known = task.refresh?.file ?? task.out;
	if (known !== undefined) {
		const cut = known.lastIndexOf("/");
		return { folder: cut < 0 ? "" : known.slice(0, cut), name: known.slice(cut + 1) };
	}
	const { contentDisposition, contentType } = head;
	const given =
		naming.contentDisposition && contentDisposition ? nameFromContentDisposition(contentDisposition) : undefined;
	const name = safeName(given ?? nameFromPath(pathnameOf(namedBy)), { fromOut: false });
	const full = naming.extensionOf && contentType ? withExtension(name, contentType, naming.extensionOf) : name;
	const { layout } = naming;
	return { folder: task.folder ?? (layout === "flat" ? "" : folderOf(new URL(namedBy.href), layout)), name: full };
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
