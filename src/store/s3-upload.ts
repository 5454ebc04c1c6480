/** Puts one complete file under one key of a store, under the condition that nothing is there: at one go, or in pieces where it is large. */
import { keepsConditionOfPieces, putInPieces } from "./s3-pieces.ts";
import { isTaken, KeyTaken, type LargeUpload, putAtOnce, type Upload } from "./s3-put.ts";
import { type Store, StoreError } from "./s3-store.ts";

/** Files up to this size go at one go. */
const oneGoBytes = 64 * 1024 * 1024;
/** Stores take no larger object in one request. */
const mostAtOneGo = 5 * 1024 ** 3;
/** Of files from this size on it is asked first whether their name is free. */
const lookFirstBytes = 2 * 1024 * 1024;

/** @returns Whether the key has it now; false where something else has the key. @throws {StoreError} */
export async function upload(store: Store, one: Upload, signal: AbortSignal): Promise<boolean> {
	const { key, bytes, content, replaces } = one;
	try {
		// A store would read all of it before it says that the name is taken, or close the connection meanwhile.
		if (!replaces && bytes >= lookFirstBytes && (await isTaken(store, key, signal))) throw new KeyTaken(key);
		if (bytes <= oneGoBytes || !("path" in content)) await putAtOnce(store, one, signal);
		else await putLarge(store, { ...one, path: content.path }, signal);
		return true;
	} catch (error) {
		if (error instanceof KeyTaken) return false;
		throw error;
	}
}

/** In pieces, unless those would overwrite what comes to be there meanwhile. */
async function putLarge(store: Store, large: LargeUpload, signal: AbortSignal): Promise<void> {
	if (large.replaces || (await keepsConditionOfPieces(store, signal))) return putInPieces(store, large, signal);
	if (large.bytes <= mostAtOneGo) return putAtOnce(store, large, signal);
	const why = "the store ignores If-None-Match for uploads in pieces, which files of more than 5 GiB need";
	const status = { $metadata: { httpStatusCode: 501 } };
	throw new StoreError(
		Object.assign(new Error(`${why} (--on-exists overwrite accepts that)`), { name: "NotImplemented", ...status }),
	);
}
