/** Folders below the download directory: made when first needed, and proven to lie inside of it. */
import { lstatSync, mkdirSync, realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { describe } from "../core/describe-error.ts";
import { type Failure, permanent } from "../core/failure.ts";
import { numberedName } from "../core/naming.ts";
import { stateFolder } from "../core/state-layout.ts";
import { classifyFileError } from "./classify-file-error.ts";

/** Most folders remembered at once. */
const keepFolders = 4096;

export type Folder = {
	readonly path: string;
	/** From the download directory, with `/`; empty for the directory itself. */
	readonly relative: string;
};

export type Folders = {
	/** Makes a folder such as `a/b`, and proves that no symbolic link leads it out of the directory. */
	open(wanted: string): Folder | Failure;
	/** Forgets what was proven of a folder: it went away. */
	forget(wanted: string): void;
};

/** @param evade - Whether a file in the way of a folder makes the folder take a numbered name. */
export function createFolders(dir: string, evade: boolean): Folders {
	const proven = new Map<string, Folder>();
	let root: string | undefined;
	return {
		open(wanted) {
			const known = proven.get(wanted);
			if (known) return known;
			try {
				root ??= realpathSync(dir);
				const folder = wanted === "" ? { path: dir, relative: "" } : make({ dir, root, wanted, evade });
				if ("code" in folder) return folder;
				if (proven.size >= keepFolders) proven.clear();
				proven.set(wanted, folder);
				return folder;
			} catch (error) {
				return classifyFileError(error, wanted === "" ? dir : `the folder ${wanted}`);
			}
		},
		forget(wanted) {
			proven.delete(wanted);
			root = undefined;
		},
	};
}

type Wanted = { readonly dir: string; readonly root: string; readonly wanted: string; readonly evade: boolean };

function make({ dir, root, wanted, evade }: Wanted): Folder | Failure {
	let made = "";
	for (const segment of wanted.split("/")) {
		let n = 0;
		let next = `${made}${segment}`;
		while (!makeOne(join(dir, next))) {
			if (!evade) return permanent("exists", `${next} is a file: no folder of that name can be made`);
			n++;
			next = `${made}${numberedName(segment, n)}`;
		}
		// Before anything is made behind it.
		if (!isInside(root, join(dir, next))) {
			return permanent("unsafe_path", `${wanted} leads out of the download directory through a symbolic link`);
		}
		made = `${next}/`;
	}
	return { path: join(dir, made.slice(0, -1)), relative: made.slice(0, -1) };
}

/** Whether a folder really lies below the root and outside of the state; one that a link promises and that is not there does not. */
function isInside(root: string, folder: string): boolean {
	let inside: string;
	try {
		inside = relative(root, realpathSync(folder));
	} catch (error) {
		if (describe(error).code === "ENOENT") return false;
		throw error;
	}
	const top = inside.split(sep, 1)[0];
	return top !== ".." && !inside.startsWith(sep) && top?.toLowerCase() !== stateFolder && !/^[A-Za-z]:/.test(inside);
}

/** @returns Whether the folder is there now; false where something else has its name. */
function makeOne(path: string): boolean {
	try {
		mkdirSync(path);
		return true;
	} catch (error) {
		if (describe(error).code !== "EEXIST") throw error;
	}
	const found = lstatSync(path);
	return found.isDirectory() || found.isSymbolicLink();
}
