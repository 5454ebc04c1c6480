/** One place has one identity, however it is written: else its workers would not join. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { knownSinkIdentity, sinkIdentity } from "../../src/cluster/sink-identity.ts";

const spellings = [
	["s3://files", "s3://files/", "S3://files", "s3://files//"],
	["s3://files/some/place", "s3://files/some/place/", "S3://files/some/place", "s3://files//some//place//"],
];

for (const same of spellings) {
	test(`the same place: ${same.join(", ")}`, async () => {
		const identities = await Promise.all(same.map(sinkIdentity));
		assert.deepEqual(new Set([...identities, ...same.map(knownSinkIdentity)]), new Set([same[0]]));
	});
}
