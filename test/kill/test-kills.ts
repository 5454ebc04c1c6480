/** The kill test of one method: a few rounds, or so many: `DOWNSPOUT_KILL_ROUNDS=50 node --test test/kill/threads.test.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Method } from "../../src/core/outcome.ts";
import { skipUnlessLinux } from "../skip-unless.ts";
import { killRounds } from "./kill-rounds.ts";

const rounds = Number(process.env.DOWNSPOUT_KILL_ROUNDS ?? 3);

export function testKills(method: Method): void {
	test(`${method}: killed in ${rounds} rounds, nothing is lost, doubled or torn`, {
		skip: skipUnlessLinux,
	}, async (context) => {
		const { kills, filesAtKill, continued } = await killRounds(context, { method, rounds });
		const early = filesAtKill.filter((files) => files === 0).length;
		context.diagnostic(
			`${kills} kills, ${early} of them before the first file; ${continued} downloads continued by Range`,
		);
		assert(kills > early, "no kill came after a file was saved");
	});
}
