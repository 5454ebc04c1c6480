/** Other programs: found where they are, named where they are not, and given the same work. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { methodContender, showCommand } from "../../src/bench/contender.ts";
import { findPeers, peerNames } from "../../src/bench/peers.ts";

const place = { list: "/l/my list.txt", urlList: "/l/urls.txt", dir: "/r/files", logDir: "/r/logs", concurrency: 7 };

test("each is found or missing, and every one that was found has a version", async () => {
	const { contenders, missing, versions } = await findPeers(peerNames, new AbortController().signal);
	assert.deepEqual([...contenders.map(({ name }) => name), ...missing].sort(), [...peerNames].sort());
	for (const { name, command } of contenders) {
		assert.match(versions[name] ?? "", /\d+\.\d+/);
		assert.equal(command(place).cwd, place.dir);
		assert.equal(command(place).args.includes("7"), name !== "wget");
	}
});

test("a method is run by the command that a user would type", () => {
	const contender = methodContender("threads", { program: ["/usr/bin/node", "/x/bin/downspout.js"], workers: 3 });
	assert.equal(
		showCommand(contender.command(place), place),
		"node downspout.js get LIST --dir DIR --log-dir LOGS --method threads --concurrency 7 --per-host 7 --workers 3 --progress none",
	);
	assert.deepEqual([0, 1, 2, 3, null].map(contender.ended), [true, true, false, false, false]);
});
