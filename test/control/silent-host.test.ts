/** A host that never answers fills what is read ahead with its entries: the others still get theirs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OriginModel } from "../../benchmarks/simulator/origin-model.ts";
import { type Simulated, simulate } from "../../benchmarks/simulator/simulate.ts";

const files = 4000;
const healthy: OriginModel = { rttMs: 50, bandwidth: 25_000_000 };
const silent: OriginModel = { rttMs: 50, isDead: true, hangMs: 10_000 };

/** When so many are saved, in milliseconds. */
function savedAtMs({ samples, ms }: Simulated): number {
	return samples.find(({ saved }) => saved >= files)?.atMs ?? ms;
}

for (const silentHosts of [1, 3]) {
	test(`a healthy host is as fast as alone beside ${silentHosts} silent ${silentHosts === 1 ? "host" : "hosts"}, but for its start`, () => {
		const alone = savedAtMs(simulate({ files, origins: [healthy] }, "auto", 1));
		const origins = [healthy, ...Array.from({ length: silentHosts }, () => silent)];
		const beside = savedAtMs(simulate({ files: files * origins.length, origins }, "auto", 1));
		assert(beside <= alone * 1.25, `${beside} ms, and ${alone} alone`);
	});
}
