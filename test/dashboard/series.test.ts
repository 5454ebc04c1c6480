/** A run's course: whatever its length, few points, in order, and nothing of what was counted is lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createSeries, type Point, peakOf } from "../../src/dashboard/series.ts";

const amount = fc.integer({ min: 0, max: 1_000_000 });
const measured = fc.record({
	seconds: fc.constantFrom(0.5, 1, 2),
	files: amount,
	failed: amount,
	bytes: amount,
	inFlight: amount,
	level: amount,
});

function pointsOf(measures: readonly Omit<Point, "atSeconds">[]): Point[] {
	let atSeconds = 0;
	return measures.map((one) => {
		atSeconds += one.seconds;
		return { ...one, atSeconds };
	});
}

const sum = (points: readonly Point[], of: (point: Point) => number): number =>
	points.reduce((total, point) => total + of(point), 0);

const most = (points: readonly Point[], of: (point: Point) => number): number =>
	points.reduce((highest, point) => Math.max(highest, of(point)), 0);

test("sums, peaks, order and the last point stay as they were", () => {
	fc.assert(
		fc.property(fc.array(measured, { maxLength: 1500, size: "max" }), (measures) => {
			const given = pointsOf(measures);
			const series = createSeries();
			for (const point of given) series.add(point);
			const points = series.points();
			for (const key of ["seconds", "files", "failed", "bytes"] as const)
				assert.equal(
					sum(points, (point) => point[key]),
					sum(given, (point) => point[key]),
				);
			let end = 0;
			for (const { atSeconds, seconds } of points) {
				assert.equal(atSeconds - seconds, end);
				end = atSeconds;
			}
			assert.deepEqual(points.at(-1), given.at(-1));
			for (const key of ["filesPerSecond", "bytesPerSecond", "inFlight"] as const)
				assert.equal(
					most(points, (point) => peakOf(point)[key]),
					most(given, (point) => peakOf(point)[key]),
				);
		}),
		{ numRuns: 30 },
	);
});

test("a week of two points a second is kept in some 2000, the last two minutes as they were", () => {
	const series = createSeries();
	const all = 7 * 86_400 * 2;
	for (let n = 1; n <= all; n++)
		series.add({ atSeconds: n / 2, seconds: 0.5, files: 1, failed: 0, bytes: 10, inFlight: 3, level: 4 });
	const points = series.points();
	assert(points.length < 2200, String(points.length));
	assert.equal(
		sum(points, ({ files }) => files),
		all,
	);
	assert(points.slice(-230).every(({ seconds }) => seconds === 0.5));
	assert(points.every(({ inFlight, level }) => Math.abs(inFlight - 3) < 1e-9 && level === 4));
});

test("a series can begin with the points of another", () => {
	const first = createSeries();
	for (const point of pointsOf(Array.from({ length: 1000 }, () => ({ ...zero, files: 2 })))) first.add(point);
	const second = createSeries(first.points());
	assert.equal(
		sum(second.points(), ({ files }) => files),
		2000,
	);
});

const zero = { seconds: 1, files: 0, failed: 0, bytes: 0, inFlight: 0, level: 0 };
