/** The built-in workloads: what the lab origin serves, and how. Each takes a method a few seconds at most. */
import { loopbackHosts, type OriginOptions } from "../origin/options.ts";

export type Scenario = {
	readonly description: string;
	readonly origin: Partial<OriginOptions> & { readonly files: number };
};

export const scenarioNames = [
	"small-files",
	"latency",
	"large-files",
	"throttled",
	"flaky",
	"mixed-sizes",
	"many-hosts",
	"far",
	"fragile",
	"rate-limited",
] as const;
export type ScenarioName = (typeof scenarioNames)[number];

export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
	"small-files": {
		description: "15,000 files of 10 KiB from one host that answers at once: what each file costs",
		origin: { files: 15_000, size: { kind: "fixed", sizeBytes: 10 * 1024 } },
	},
	latency: {
		description: "1,500 files of 10 KiB, each answer after 50 ms: how well waiting is used",
		origin: { files: 1500, size: { kind: "fixed", sizeBytes: 10 * 1024 }, latencyMs: 50 },
	},
	"large-files": {
		description: "32 files of 16 MiB: how fast bytes go from the socket to the file",
		origin: { files: 32, size: { kind: "fixed", sizeBytes: 16 * 1024 ** 2 } },
	},
	throttled: {
		description: "160 files of 128 KiB at 256 KiB/s per connection: many slow connections",
		origin: {
			files: 160,
			size: { kind: "fixed", sizeBytes: 128 * 1024 },
			bandwidthPerConnectionBytesPerSecond: 256 * 1024,
		},
	},
	flaky: {
		description: "2,000 files of 10 KiB; of the requests 5 % are answered with an error and 1 % are reset",
		origin: { files: 2000, size: { kind: "fixed", sizeBytes: 10 * 1024 }, errorRate: 0.05, resetRate: 0.01 },
	},
	"mixed-sizes": {
		description: "3,000 files, log-normal sizes with a median of 32 KiB: small and large ones beside each other",
		origin: { files: 3000, size: { kind: "lognormal", medianBytes: 32 * 1024, sigma: 1.5 } },
	},
	"many-hosts": {
		description: "6,000 files of 10 KiB over 64 hosts (127.0.0.1 to 127.0.0.64), 10 ms away",
		origin: {
			files: 6000,
			size: { kind: "fixed", sizeBytes: 10 * 1024 },
			latencyMs: 10,
			hosts: loopbackHosts(64),
		},
	},
	far: {
		description: "3,000 files of 20 KiB, each answer after 200 ms: how soon a long way is filled",
		origin: { files: 3000, size: { kind: "fixed", sizeBytes: 20 * 1024 }, latencyMs: 200 },
	},
	fragile: {
		description: "2,000 files of 10 KiB, 20 ms away; more than 6 requests at once are refused with 429",
		origin: { files: 2000, size: { kind: "fixed", sizeBytes: 10 * 1024 }, latencyMs: 20, mostInFlight: 6 },
	},
	"rate-limited": {
		description:
			"3,000 files of 10 KiB, 20 ms away; more than 400 requests a second are refused with 429 and Retry-After: 1",
		origin: {
			files: 3000,
			size: { kind: "fixed", sizeBytes: 10 * 1024 },
			latencyMs: 20,
			requestsPerSecond: 400,
			retryAfterSeconds: 1,
		},
	},
};
