/** Folders below the download directory: made when first needed, and proven to lie inside of it, again for each batch of files. */
import { lstatSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { describe } from "../core/describe-error.ts";
import { type Failure, permanent } from "../core/failure.ts";
import { numberedName } from "../core/naming.ts";
import { syncFolder } from "../files/sync.ts";
import { classifyFileError } from "./classify-file-error.ts";
import { isStateFolder } from "./is-state.ts";

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
	/** Begins a batch: what was proven before may have been moved, or replaced by a link, since. */
	lookAgain(): void;
};

export type FoldersOptions = {
	/** Whether a file in the way of a folder makes the folder take a numbered name. */
	readonly evade: boolean;
	/** Whether folders that are made must outlast a loss of power. */
	readonly fsync: boolean;
};

/** A folder, and all that leads to it from the directory: none of them was a link. */
type Proven = { readonly folder: Folder; readonly way: readonly string[] };

export function createFolders(dir: string, options: FoldersOptions): Folders {
	const proven = new Map<string, Proven>();
	/** Paths that were looked at since the batch began. */
	const looked = new Set<string>();
	let root: string | undefined;
	const isFolder = (path: string): boolean => {
		if (looked.has(path)) return true;
		if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
		looked.add(path);
		return true;
	};
	const prove = (wanted: string): Folder | Failure => {
		if (wanted === "") return { path: dir, relative: "" };
		const known = proven.get(wanted);
		if (known?.way.every(isFolder)) return known.folder;
		root ??= realpathSync(dir);
		const found = make({ dir, root, wanted, ...options });
		if ("code" in found) return found;
		if (proven.size >= keepFolders) proven.clear();
		proven.set(wanted, found);
		return found.folder;
	};
	return {
		open(wanted) {
			try {
				return prove(wanted);
			} catch (error) {
				return classifyFileError(error, wanted === "" ? dir : `the folder ${wanted}`);
			}
		},
		forget(wanted) {
			proven.delete(wanted);
			looked.clear();
			root = undefined;
		},
		lookAgain: () => looked.clear(),
	};
}

type Wanted = FoldersOptions & { readonly dir: string; readonly root: string; readonly wanted: string };

function make({ dir, root, wanted, evade, fsync }: Wanted): Proven | Failure {
	let made = "";
	for (const segment of wanted.split("/")) {
		let n = 0;
		let next = `${made}${segment}`;
		while (!makeOne(join(dir, next), fsync)) {
			if (!evade) return permanent("exists", `${next} is a file: no folder of that name can be made`);
			n++;
			next = `${made}${numberedName(segment, n)}`;
		}
		// Before anything is made behind it.
		const inside = placeInside(dir, root, next);
		if (inside === undefined) {
			return permanent("unsafe_path", `${wanted} leads out of the download directory through a symbolic link`);
		}
		made = `${next}/`;
	}
	const name = made.slice(0, -1);
	const inside = placeInside(dir, root, name) ?? name;
	// The way of the command line, which may be shorter, where no link is on it.
	const start = inside === name.split("/").join(sep) ? dir : root;
	const path = join(start, inside);
	const way: string[] = [];
	for (let at = path, left = inside.split(sep).length; left > 0; left--, at = dirname(at)) way.unshift(at);
	return { folder: { path, relative: name }, way };
}

/** Where a folder really lies below the root; undefined where it lies outside, in the state, or is promised by a link and not there. */
function placeInside(dir: string, root: string, name: string): string | undefined {
	let inside: string;
	try {
		inside = relative(root, realpathSync(join(dir, name)));
	} catch (error) {
		if (describe(error).code === "ENOENT") return undefined;
		throw error;
	}
	const top = inside.split(sep, 1)[0] ?? "";
	if (top === ".." || inside.startsWith(sep) || /^[A-Za-z]:/.test(inside)) return undefined;
	// A folder below may be a download directory as well, with a state of its own.
	const way = inside.split(sep);
	return way.some((_, at) => isStateFolder(join(root, ...way.slice(0, at + 1)))) ? undefined : inside;
}

/** @returns Whether the folder is there now; false where something else has its name. */
function makeOne(path: string, fsync: boolean): boolean {
	try {
		mkdirSync(path);
		// That this cannot be done here is told of the folder itself.
		if (fsync) syncFolder(dirname(path));
		return true;
	} catch (error) {
		if (describe(error).code !== "EEXIST") throw error;
	}
	const found = lstatSync(path);
	return found.isDirectory() || found.isSymbolicLink();
}
