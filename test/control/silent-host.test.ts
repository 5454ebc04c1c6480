/** Hosts that never answer keep neither slots nor what is read ahead from the others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OriginModel } from "../../benchmarks/simulator/origin-model.ts";
import { type Simulated, simulate } from "../../benchmarks/simulator/simulate.ts";

/** When so many are saved, in milliseconds. */
function savedAtMs({ samples, ms }: Simulated, files: number): number {
	return samples.find(({ saved }) => saved >= files)?.atMs ?? ms;
}

const cases: readonly {
	readonly healthy: number;
	readonly silent: number;
	/** Of each host. */
	readonly files: number;
	readonly model: OriginModel;
	/** Downloads at once; found where it is not given. */
	readonly level?: number;
	/** Longest time, in those without the silent hosts. */
	readonly most: number;
}[] = [
	{ healthy: 1, silent: 1, files: 4000, model: { rttMs: 50, bandwidth: 25_000_000 }, most: 1.25 },
	{ healthy: 1, silent: 3, files: 4000, model: { rttMs: 50, bandwidth: 25_000_000 }, most: 1.25 },
	// Half of the connections of a wave are new, and slow for it: that is no sign of a level that is too high.
	{ healthy: 9, silent: 1, files: 800, model: { rttMs: 100, serviceMs: 5 }, most: 1.4 },
	// It begins with a tenth of all slots.
	{ healthy: 1, silent: 9, files: 800, model: { rttMs: 100, serviceMs: 5 }, most: 4 },
	{ healthy: 100, silent: 100, files: 40, model: { rttMs: 100, serviceMs: 5 }, most: 2.5 },
	{ healthy: 300, silent: 150, files: 40, model: { rttMs: 50, serviceMs: 5 }, most: 2 },
	// Each entry is of a host of its own: none is known before.
	{ healthy: 1000, silent: 500, files: 1, model: { rttMs: 50, serviceMs: 5 }, most: 4 },
	// Half of the slots are kept until it is known who answers.
	{ healthy: 1, silent: 9, files: 500, model: { rttMs: 50, serviceMs: 5 }, level: 32, most: 2.5 },
	// Each of them costs a time-out before it is known.
	{ healthy: 100, silent: 25, files: 40, model: { rttMs: 50, serviceMs: 50 }, level: 32, most: 2 },
	// More than can be read ahead: one after the other is given up, so that its entries make room.
	{ healthy: 20, silent: 200, files: 200, model: { rttMs: 50, serviceMs: 5 }, most: 130 },
	{ healthy: 1, silent: 40, files: 500, model: { rttMs: 50, serviceMs: 5 }, level: 32, most: 150 },
];

for (const { healthy, silent, files, model, level, most } of cases) {
	test(`${healthy} healthy and ${silent} silent hosts, ${level ?? "any number"} at once: at most ${most} times as long as without those`, () => {
		const all = healthy + silent;
		const dead: OriginModel = { rttMs: 50, isDead: true, hangMs: 10_000 };
		// They come in turn.
		const origins = Array.from({ length: all }, (_, n) =>
			(silent > healthy ? n % Math.ceil(all / healthy) === 0 : n % Math.ceil(all / silent) !== 0) ? model : dead,
		);
		const count = origins.filter((origin) => origin === model).length * files;
		const alone = savedAtMs(
			simulate({ files: count, origins: origins.filter((one) => one === model) }, level ?? "auto", 1),
			count,
		);
		const beside = savedAtMs(simulate({ files: files * all, origins }, level ?? "auto", 1), count);
		assert(beside <= alone * most, `${beside} ms, and ${alone} alone`);
	});
}
