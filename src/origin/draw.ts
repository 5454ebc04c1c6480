/** Random numbers that follow from a seed and a name, so that two runs meet the same files and faults. */

/** A number of 53 bits, uniform over the names; a hash for dice, not for secrets. */
export function drawBits(seed: number, name: string): number {
	let low = 0xdeadbeef ^ seed;
	let high = 0x41c6ce57 ^ Math.imul(seed, 0x9e3779b1);
	for (let index = 0; index < name.length; index++) {
		const unit = name.charCodeAt(index);
		low = Math.imul(low ^ unit, 2654435761);
		high = Math.imul(high ^ unit, 1597334677);
	}
	low = mix(low) ^ mix(high ^ 0x5bd1e995);
	high = mix(high) ^ mix(low ^ 0x27d4eb2f);
	return (high & 0x1fffff) * 0x1_0000_0000 + (low >>> 0);
}

/** A number from 0 up to but not including 1. */
export function draw(seed: number, name: string): number {
	return drawBits(seed, name) / 2 ** 53;
}

/** Whether an event of this rate happens to this name. */
export function happens(rate: number, seed: number, name: string): boolean {
	return rate > 0 && draw(seed, name) < rate;
}

function mix(word: number): number {
	let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
	mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
	return mixed ^ (mixed >>> 16);
}
