/** Memory that is used again: what is asked for next takes the place of what was. */

/** @returns So many bytes; those that were given out before are overwritten. */
export type Room = (sizeBytes: number) => Uint8Array;

export function createRoom(): Room {
	let buffer = new Uint8Array();
	return (sizeBytes) => {
		// A little larger than now: pages of growing numbers are.
		if (sizeBytes > buffer.length) buffer = new Uint8Array(Math.ceil(sizeBytes * 1.25));
		return buffer.subarray(0, sizeBytes);
	};
}

/** For what is kept. */
export function freshRoom(sizeBytes: number): Uint8Array {
	return new Uint8Array(sizeBytes);
}
