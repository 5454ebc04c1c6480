/** package-lock.json is whole: npm ci takes it on every platform. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { projectRoot } from "./source-files.ts";

test("optional packages of every platform are locked (npm run lock)", () => {
	const { packages } = JSON.parse(readFileSync(`${projectRoot}package-lock.json`, "utf8"));
	const places = Object.keys(packages);
	const missing = places
		.filter((place) => place !== "")
		.flatMap((place) => Object.keys(packages[place].optionalDependencies ?? {}))
		.filter((name) => !places.some((place) => place.endsWith(`node_modules/${name}`)));
	assert.deepEqual(missing, []);
});
